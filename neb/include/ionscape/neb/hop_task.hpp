// One hop of one ion in a frozen host, from two structures to a task for relax_bands.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <ionscape/core/crystal.hpp>
#include <ionscape/potentials/host/host_model.hpp>
#include <ionscape/potentials/pair/potential_set.hpp>

namespace ionscape {

/// What is to be relaxed, and what there is to doubt before.
struct HopTask {
  HostModel model;
  PotentialSet set;
  std::string mobile;
  std::vector<Vec3> waypoints;   // Å, from the first end to the last, not wrapped
  Crystal frame;                 // one image: the host, and the mobile ion at `mobile_index`
  std::size_t mobile_index = 0;  // counted from 0
  std::vector<std::string> warnings;

  std::size_t host_ions() const { return frame.size() - 1; }
};

/// Which of the ends' positions the host ions are held at, where these differ.
enum class HostFrom { refused, initial, final_, mean };
char const* name_of(HostFrom host);

/// Two structures with the same cell and the same ions in the same order; one ion hops.
struct HopEnds {
  Crystal initial, final_;
  std::filesystem::path initial_file, final_file;  // for errors
  HostFrom host = HostFrom::refused;
  std::optional<std::string> mobile;  // species; left out: of the ion that has moved, or the set's
  std::optional<double> charge_e;     // of the anions, for a set with [insertion] (default: the
                                      // initial structure's)
};

/// A task, and what was found on the way to it.
struct EndsTask {
  HopTask task;
  int equally_near_ends = 1;                // images of the end; more than 1: the hop is ambiguous
  std::optional<double> largest_host_move;  // Å, where host ions had moved
  std::optional<double> charge_e;           // of the anions, for a set with [insertion]
};

/// Throws InputError with the file: structures that differ in cell or ions, no ion or several that
/// have moved, a straight path that runs into an ion, a set of another mobile ion, no charge.
EndsTask hop_between(HopEnds const& ends, PotentialSet const& set);

/// "the hop is ambiguous: 8 images of its end are equally near ...", and which way is taken; empty where
/// one is nearest.
std::string ambiguity(Displacement const& way);

/// Adds a warning where charge (e), volume per anion (Å^3) or distortion lie outside the range in
/// which the set was fitted.
void warn_outside_fit(HopTask& task, double charge, double volume_per_anion,
                      std::optional<double> distortion = {});

}  // namespace ionscape
