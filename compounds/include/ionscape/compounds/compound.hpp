// A compound from its structure to what all models say of its hops. One that cannot be read or
// computed keeps its error and costs nothing else.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <ionscape/compounds/charges.hpp>
#include <ionscape/compounds/predict.hpp>
#include <ionscape/core/crystal.hpp>

namespace ionscape {

using SpeciesNumbers = std::map<std::string, double>;

/// Where the anions' charge comes from (charges.hpp).
enum class ChargeOrigin { given, file, structure, formal, ionicity };

struct ChargeSource {
  ChargeOrigin origin = ChargeOrigin::given;
  std::filesystem::path file;              // of ChargeOrigin::file
  SpeciesNumbers charge, valence, states;  // e; electrons; oxidation states
};

/// What the models say of one hop.
struct Predicted {
  ModelBarrier cv, cvd_by_tet, cvd_by_oct, own_framework;
};

struct Compound {
  std::filesystem::path file;
  std::string name;     // of the file, and which of its structures
  std::string formula;  // reduced, the mobile ion first and the anion last
  CompoundGeometry geometry;
  Crystal anions;  // the framework alone
  ChargeAssignment source;
  AnionCharge charge;
  std::vector<std::optional<Predicted>> predicted;  // one a hop, nothing for a blocked one
  std::vector<std::string> notes;                   // what the reader assumed
  std::string error;                                // why there is nothing else; empty: none

  bool is_read() const { return error.empty(); }
};

/// What is asked of a structure.
struct CompoundQuestion {
  ChargeSource charge;
  std::vector<std::string> anions;  // empty: the known anion that is there
  std::string mobile = "Li";
  std::vector<HopKind> kinds{HopKind::tet_oct_tet, HopKind::oct_tet_oct};
  std::map<std::string, PotentialSet> const* potentials = nullptr;  // by anion
};

/// Throws InputError, with the file: no or several anions, no charge, no potential of the anion or
/// one of another mobile ion.
Compound read_compound(Crystal const& crystal, std::filesystem::path const& file,
                       CompoundQuestion const& question);

/// Assigns `predicted` of all compounds without an error, in one sweep and one batch of bands.
/// Where that is refused each is tried alone, and those that are refused get their error. Kokkos
/// must be running.
void predict(std::span<Compound> compounds, PredictOptions const& options);

/// One barrier to believe, with its error, and why; or none, and why not.
struct Recommendation {
  Estimate barrier_eV;  // from the hop's end; NaN: none
  std::string model;    // "C-V-D" or "none"
  std::string reason;

  bool exists() const { return model != "none"; }
};

/// Root mean square of C-V-D minus DFT-NEB over 15 compounds (docs/validation.md, "C-V-D, from end,
/// three points"): no recommended error is smaller.
inline constexpr double compound_rmse_eV = 0.09;

/// C-V-D from the hop's end by three points, the choice with the smallest error over published
/// compounds, at the CSM of `csm_of`; where the framework is fcc, the hop is open, and C, V and D
/// are inside the range of calibration or so near it that the error is known. Its error is the
/// model's own, or compound_rmse_eV where that is larger.
Recommendation recommend(CompoundGeometry const& geometry, CompoundHop const& hop,
                         std::optional<Predicted> const& predicted, SiteKind csm_of);

/// The hop with the lowest recommended barrier, among those between two sites that hold a mobile
/// ion if one of these has a recommended barrier: that is the hop of a vacancy, which the compound
/// makes as it is. Nothing if no hop has one.
std::optional<std::size_t> lowest_recommended(Compound const& compound, SiteKind csm_of);

}  // namespace ionscape
