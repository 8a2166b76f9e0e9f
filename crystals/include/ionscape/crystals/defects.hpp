// Point defects in supercells: vacancies and interstitial ions, all ions relaxed around them, and what
// is left of the size of the cell once the charge is corrected for.
//
// The energy of a defect is E(cell with it) - n E(perfect cell): removed ions go to infinity, added
// ones come from there, at rest and each alone, as in a Mott and Littleton calculation. No chemical
// potential is in it. The cell keeps the perfect crystal's shape and volume.
#pragma once

#include <span>
#include <string>
#include <vector>

#include <ionscape/core/supercell.hpp>
#include <ionscape/crystals/charged_defects.hpp>
#include <ionscape/crystals/relax_crystals.hpp>

namespace ionscape {

struct Interstitial {
  std::string species;
  Vec3 fractional;  // in the perfect cell
};

struct PointDefect {
  std::vector<int> vacancies;  // ions of the perfect crystal, from 0
  std::vector<Interstitial> interstitials;
};

/// In e: what is added less what is removed. The crystal has charges; `set` has those of interstitials.
/// Throws InputError for ions that are not there, one that is removed twice, unknown species.
double defect_charge(PointDefect const& defect, Crystal const& perfect, PotentialSet const& set);

/// The perfect crystal n times, with one defect. Vacancies and interstitials stand in its first cell.
Crystal with_defect(Crystal const& perfect, CellSize n, PointDefect const& defect,
                    PotentialSet const& set);

struct DefectCell {
  CellSize size{};
  std::size_t ions = 0;
  double volume = 0;            // Å^3
  double energy = 0;            // eV, of the defect, uncorrected
  ChargeCorrection correction;  // to be added: makov_payne (charged_defects.hpp says why)
  RelaxedCrystal relaxed;       // its status and reason

  double corrected() const { return energy + correction.makov_payne; }
};

/// Relaxes the defect in all `sizes` in one batch. The perfect crystal is at rest; eps is its eps_0.
/// Kokkos must be running. Throws as defect_charge and relax_crystals do.
std::vector<DefectCell> defect_energies(Crystal const& perfect, PotentialSet const& set,
                                        PointDefect const& defect, std::span<CellSize const> sizes,
                                        Eigen::Matrix3d const& eps,
                                        CrystalRelaxOptions options = {});

/// The line through the corrected energies over 1/volume of the two largest cells that converged, at
/// infinite volume, eV; NaN for fewer than two different ones.
double extrapolated(std::span<DefectCell const> cells);

}  // namespace ionscape
