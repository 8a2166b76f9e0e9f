// Images of many bands, evaluated at once.
#pragma once

#include <span>
#include <string>
#include <vector>

#include <ionscape/crystals/shell_model.hpp>

#include "band_run.hpp"

namespace ionscape::detail {

class ImageBatch {
 public:
  struct Place {
    BandRun const* run;
    int image;
  };
  /// All images are made for the frame of their band: lists of angles and tunings are the same along
  /// it, and its energy is one smooth function.
  ImageBatch(std::span<Place const> places, PotentialSet const& set, EnergyOptions const& energy,
             ShellOptions const& shells);

  /// At where the bands are now.
  std::vector<FoundImage> evaluate();

 private:
  std::vector<Place> places_;
  ShellModel model_;
  std::vector<Vec3> positions_;
};

/// Why the energy of one system means nothing; empty: it does.
std::string what_is_broken(EnergyResult const& result, ShellRest const& shells,
                           Crystal const& crystal);

}  // namespace ionscape::detail
