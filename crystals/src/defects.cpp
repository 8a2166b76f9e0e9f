#include <ionscape/crystals/defects.hpp>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <utility>

#include <ionscape/core/error.hpp>
#include <ionscape/crystals/shell_model.hpp>

namespace ionscape {

namespace {

double charge_of(std::string const& species, PotentialSet const& set) {
  auto const charge = set.charges.find(species);
  if (charge == set.charges.end())
    fail_input({set.file}, "no charge for the interstitial ", species, " in [charges]");
  return charge->second;
}

}  // namespace

double defect_charge(PointDefect const& defect, Crystal const& perfect, PotentialSet const& set) {
  double charge = 0;
  for (std::size_t k = 0; k < defect.vacancies.size(); ++k) {
    int const ion = defect.vacancies[k];
    if (ion < 0 || ion >= int(perfect.size()))
      fail_input({}, "a vacancy of ion ", ion + 1, ", expected one from 1 to ", perfect.size());
    if (std::count(defect.vacancies.begin(), defect.vacancies.begin() + long(k), ion) > 0)
      fail_input({}, "ion ", ion + 1, " is removed twice");
    charge -= perfect.charges[std::size_t(ion)];
  }
  for (Interstitial const& ion : defect.interstitials) charge += charge_of(ion.species, set);
  return charge;
}

constexpr double nearest_ions = 0.5;  // Å: an added ion that is nearer to another one is a slip

Crystal with_defect(Crystal const& perfect, CellSize n, PointDefect const& defect,
                    PotentialSet const& set) {
  Crystal all = supercell(perfect, n);
  auto vacancies = defect.vacancies;
  std::ranges::sort(vacancies, std::greater{});
  for (int const ion : vacancies) all = without_ion(std::move(all), std::size_t(ion));
  for (Interstitial const& ion : defect.interstitials) {
    all.species.push_back(ion.species);
    all.positions.push_back(perfect.cell.to_cartesian(ion.fractional));
    all.charges.push_back(charge_of(ion.species, set));
    if (!all.fixed.empty()) all.fixed.push_back({});
  }
  if (all.size() == 0) fail_input({}, "a cell without ions: the defect leaves none");
  validate(all, "the cell with the defect", nearest_ions);
  return all;
}

std::vector<DefectCell> defect_energies(Crystal const& perfect, PotentialSet const& set,
                                        PointDefect const& defect, std::span<CellSize const> sizes,
                                        Eigen::Matrix3d const& eps, CrystalRelaxOptions options) {
  double const charge = defect_charge(defect, perfect, set);
  options.cell = CellFreedom::none;
  // Pair terms end in the same way in all cells.
  if (!options.energy.pairs) options.energy.pairs = pair_sums(set, std::span(&perfect, 1), 1e-10);
  double const one = energies_of(std::span(&perfect, 1), set, options.energy).at(0).energy();
  std::vector<Crystal> crystals;
  for (auto const& n : sizes) crystals.push_back(with_defect(perfect, n, defect, set));
  auto const relaxed = relax_crystals(crystals, set, options);
  std::vector<DefectCell> cells;
  for (std::size_t k = 0; k < sizes.size(); ++k) {
    auto const& n = sizes[k];
    DefectCell cell{n, crystals[k].size(), crystals[k].cell.volume(), 0, {}, relaxed[k]};
    cell.energy = relaxed[k].energy - one * n[0] * n[1] * n[2];
    cell.correction = charge_correction(crystals[k].cell, charge, eps);
    cells.push_back(std::move(cell));
  }
  return cells;
}

double extrapolated(std::span<DefectCell const> cells) {
  DefectCell const *largest = nullptr, *second = nullptr;
  for (DefectCell const& cell : cells) {
    if (!cell.relaxed.converged()) continue;
    if (!largest || cell.volume > largest->volume * (1 + 1e-9))
      second = largest, largest = &cell;
    else if (cell.volume < largest->volume * (1 - 1e-9) &&
             (!second || cell.volume > second->volume))
      second = &cell;
  }
  if (!second) return std::numeric_limits<double>::quiet_NaN();
  double const x = 1 / largest->volume, y = 1 / second->volume;
  return (largest->corrected() * y - second->corrected() * x) / (y - x);
}

}  // namespace ionscape
