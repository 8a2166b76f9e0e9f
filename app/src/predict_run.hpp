// What `ionscape predict` computes: compounds read with their charges, and what every model says of
// their hops.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <ionscape/compounds/charges.hpp>
#include <ionscape/compounds/predict.hpp>
#include <ionscape/core/crystal.hpp>

#include "arguments.hpp"

namespace ionscape::app {

using SpeciesNumbers = std::map<std::string, double>;

/// Where the user says that the anions' charge comes from.
struct ChargeSource {
  std::string option;  // its name
  std::filesystem::path file;
  SpeciesNumbers charge, valence, states;
};

/// Throws InputError unless exactly one source is named.
ChargeSource charge_source(Arguments const& arguments, std::vector<Crystal> const& crystals);

struct Compound {
  std::filesystem::path file;
  CompoundGeometry geometry;
  Crystal anions;  // the framework alone
  ChargeAssignment source;
  AnionCharge charge;
};

/// The four numbers of a model, as columns name them and as the reader does.
struct BarrierKind {
  char const* name;
  char const* words;
  Estimate ModelBarrier::*value;
};
constexpr BarrierKind barrier_kinds[] = {
    {"span_three_point", "span, three points", &ModelBarrier::span_three_point_eV},
    {"span_neb", "span, NEB", &ModelBarrier::span_neb_eV},
    {"from_end_three_point", "from end, three points", &ModelBarrier::from_end_three_point_eV},
    {"from_end_neb", "from end, NEB", &ModelBarrier::from_end_neb_eV},
};

/// What the models say of one hop.
struct Predicted {
  ModelBarrier cv, cvd_by_tet, cvd_by_oct, own_framework;
};
struct Model {
  char const* name;
  ModelBarrier Predicted::*barrier;
};
constexpr Model models[] = {{"cv", &Predicted::cv},
                            {"cvd_by_tet", &Predicted::cvd_by_tet},
                            {"cvd_by_oct", &Predicted::cvd_by_oct},
                            {"own_framework", &Predicted::own_framework}};

/// One for each hop of a compound; nothing for a blocked one.
using Predictions = std::vector<std::optional<Predicted>>;

/// `asked_anions`: empty: the known anion that is there. Throws InputError, with the file.
Compound read_compound(Crystal const& crystal, std::filesystem::path const& file,
                       ChargeSource const& source, std::vector<std::string> const& asked_anions,
                       std::string const& mobile, std::vector<HopKind> const& kinds);

/// All compounds in one sweep and one batch of bands. Kokkos must be running.
std::vector<Predictions> predict(std::vector<Compound> const& compounds,
                                 PredictOptions const& options);

}  // namespace ionscape::app
