// ionscape energy STRUCTURE --potential SET.toml: the reference engine on one structure.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <iostream>

#include <ionscape/core/error.hpp>
#include <ionscape/core/io/format.hpp>
#include <ionscape/core/io/read_crystal.hpp>
#include <ionscape/core/units.hpp>
#include <ionscape/potentials/reference.hpp>

#include "arguments.hpp"
#include "output.hpp"
#include "subcommands.hpp"

namespace ionscape::app {

namespace {

bool acts(Buckingham const& term) { return term.repulsion.A > 0 || term.C > 0; }

/// Sums f(A, rho, C) over all ordered pairs of ions, each once: the host's density of pairs times the volume.
template <class F>
double over_pairs(Crystal const& crystal, PotentialSet const& set, F const& f) {
  double sum = 0;
  for (std::string const& a : crystal.species)
    for (std::string const& b : crystal.species) sum += f(set.pair(a, b));
  return sum;
}

/// What the repulsion beyond `r` adds to the energy, ions spread evenly: int 4 pi r^2 A exp(-r/rho) dr, in eV.
double repulsion_tail(Crystal const& crystal, PotentialSet const& set, double r) {
  return 0.5 * over_pairs(crystal, set, [&](Buckingham const& term) {
           if (term.repulsion.A <= 0) return 0.0;
           double const rho = 1 / term.repulsion.inverse_rho;
           return 4 * pi / crystal.cell.volume() * term.repulsion.A * rho * (r * r + 2 * r * rho + 2 * rho * rho) *
                  std::exp(-r / rho);
         });
}

/// The same for -C/r^6.
double dispersion_tail(Crystal const& crystal, PotentialSet const& set, double r) {
  return -0.5 * over_pairs(crystal, set, [&](Buckingham const& term) {
    return 4 * pi / crystal.cell.volume() * term.C / (3 * r * r * r);
  });
}

struct Cutoff {
  double radius;       // Å
  std::string origin;  // how it was chosen
};

/// A set without a cutoff is summed until the repulsion is spent. -C/r^6 never is: it is cut at `longest`, and
/// reported.
Cutoff choose_cutoff(Crystal const& crystal, PotentialSet const& set, std::optional<double> asked, double accuracy) {
  constexpr double longest = 20;
  if (asked) return {*asked, "asked for"};
  if (set.cutoff) return {*set.cutoff, "of the set"};
  double radius = 1;
  while (repulsion_tail(crystal, set, radius) > accuracy && radius < 200) radius += 0.5;
  bool const dispersion = over_pairs(crystal, set, [](Buckingham const& term) { return term.C; }) > 0;
  if (dispersion) return {std::max(radius, longest), "chosen: the set has none, and -C/r^6 has no end"};
  return {radius, "chosen: the repulsion beyond it is below the accuracy"};
}

bool present(Crystal const& crystal, std::string const& species) {
  return std::find(crystal.species.begin(), crystal.species.end(), species) != crystal.species.end();
}

/// Ions that their Buckingham terms do not keep apart: pairs closer than the radius where the term turns over, and
/// terms that attract at every distance.
std::vector<std::string> wells(Crystal const& crystal, PotentialSet const& set) {
  constexpr std::size_t most = 10;  // pairs named
  std::vector<std::string> found;
  for (PairTerm const& pair : set.pairs)
    if (std::isinf(turnover_radius(pair.term)) && present(crystal, pair.species[0]) &&
        present(crystal, pair.species[1]))
      found.push_back("the term " + pair.species[0] + "-" + pair.species[1] + " attracts at every distance");
  std::size_t pairs = 0;
  for (std::size_t i = 0; i < crystal.size(); ++i)
    for (std::size_t j = i + 1; j < crystal.size(); ++j) {
      double const turnover = turnover_radius(set.pair(crystal.species[i], crystal.species[j]));
      double const distance = norm(minimum_image(crystal.cell, crystal.positions[j] - crystal.positions[i]));
      if (distance >= turnover || std::isinf(turnover) || ++pairs > most) continue;
      found.push_back("ions " + std::to_string(i + 1) + " (" + crystal.species[i] + ") and " + std::to_string(j + 1) +
                      " (" + crystal.species[j] + ") are " + fixed(distance, 3) +
                      " Å apart, inside the Buckingham well below " + fixed(turnover, 3) +
                      " Å: the energy means nothing");
    }
  if (pairs > most) found.push_back(std::to_string(pairs - most) + " more pairs of ions are inside Buckingham wells");
  return found;
}

struct PairEnergy {
  std::string name;
  double energy;
};

/// The short-range energy of each kind of pair: the same sum with all other terms and charges left out.
std::vector<PairEnergy> pair_energies(Crystal const& crystal, PotentialSet const& set, double cutoff) {
  Crystal neutral = crystal;
  std::fill(neutral.charges.begin(), neutral.charges.end(), 0.0);
  std::vector<PairEnergy> energies;
  for (PairTerm const& pair : set.pairs) {
    if (!acts(pair.term) || !present(crystal, pair.species[0]) || !present(crystal, pair.species[1])) continue;
    PotentialSet one;
    one.pairs = {pair};
    auto const result = evaluate_reference(neutral, one, EwaldParameters{1, 0, 0}, cutoff);
    energies.push_back({pair.species[0] + "-" + pair.species[1], result.short_range});
  }
  return energies;
}

Json to_json(Matrix3 const& m) {
  Json rows = Json::array();
  for (auto const& row : m) rows.push_back(Json(row));
  return rows;
}

/// Difference of the Coulomb energy in eV from a sum with another splitting and tighter cutoffs.
double measured_accuracy(Crystal const& crystal, EwaldParameters const& used, ReferenceResult const& result) {
  double const x = used.alpha * used.real_cutoff + 0.7, alpha = 1.15 * used.alpha;
  auto const other = evaluate_reference(crystal, PotentialSet{}, {alpha, x / alpha, 2 * alpha * x}, 0);
  return std::fabs(other.coulomb - result.coulomb);
}

}  // namespace

int energy_command(int argc, char const* const* argv) {
  Arguments arguments(
      "energy",
      "Energy, forces and stress of a structure of rigid ions: Ewald sum of the charges (tin-foil boundary,\n"
      "uniform background in charged cells) and the set's pair terms, by the slow and plain reference engine.\n"
      "STRUCTURE: POSCAR/CONTCAR, .vasp, .cif, .extxyz, .xyz. The charges are those of the set.",
      {"STRUCTURE --potential SET.toml [--json]"},
      "ionscape energy examples/structures/MgO.vasp --potential examples/potentials/MgO-lewis-catlow.toml");
  arguments.positional("structure");
  arguments.option("potential", "SET.toml", "potential set with [charges] (needed)");
  arguments.option("accuracy", "EV", "bound on the truncation error of the Ewald sum in eV (default: 1e-10)");
  arguments.option("cutoff", "A", "radius in Å at which pair terms are cut off (default: the set's)");
  arguments.flag("json", "print JSON in place of the tables");
  if (!arguments.parse(argc, argv)) return good;

  auto const file = arguments.required_path("structure", "structure file");
  auto const set_file = arguments.path("potential");
  if (!set_file) throw InputError("no potential set given (--potential SET.toml)");
  double const accuracy = arguments.number("accuracy", {.min = 1e-14, .max = 1e-2}).value_or(1e-10);
  auto const asked_cutoff = arguments.number("cutoff", {.min = 0, .max = 200, .min_excluded = true});

  PotentialSet const set = read_potential_set(*set_file);
  if (set.charges.empty())
    fail_input({*set_file},
               "the set has no [charges]: it describes the insertion of one ion into a framework "
               "('ionscape neb' and 'ionscape sweep' use it)");
  Crystal crystal = read_crystal(file);
  auto const charges_of_file = crystal.charges;
  assign_charges(crystal, set);

  std::vector<std::string> warnings;
  for (std::size_t i = 0; i < charges_of_file.size(); ++i)
    if (std::fabs(charges_of_file[i] - crystal.charges[i]) > 1e-6) {
      warnings.push_back("the structure file states other charges (" + crystal.species[i] + " " +
                         shortest(charges_of_file[i]) + " e); those of the set were taken");
      break;
    }
  double net = 0, sum_of_squares = 0;
  for (double q : crystal.charges) net += q, sum_of_squares += q * q;
  net = std::round(net * 1e9) / 1e9;  // what is left of the sum's rounding
  if (net != 0)
    warnings.push_back("the cell has a net charge of " + shortest(net) +
                       " e: a uniform background makes it neutral, and the energy depends on the cell's size");

  Cutoff const cutoff = choose_cutoff(crystal, set, asked_cutoff, accuracy);
  if (!set.cutoff && !asked_cutoff)
    if (double const tail = dispersion_tail(crystal, set, cutoff.radius); std::fabs(tail) > accuracy)
      warnings.push_back("-C/r^6 is cut off at " + shortest(cutoff.radius) + " Å: about " +
                         shortest(std::round(tail * 1e8) / 1e8) + " eV are missing");
  for (std::string& well : wells(crystal, set)) warnings.push_back(std::move(well));

  // The parameters' accuracy is relative to the charges' energy at a typical distance.
  double const scale =
      coulomb_constant * std::max(sum_of_squares, 1e-3) / std::cbrt(crystal.cell.volume() / double(crystal.size()));
  EwaldParameters const ewald =
      ewald_parameters(crystal.cell, crystal.size(), std::clamp(accuracy / scale, 1e-17, 1e-3));
  ReferenceResult const result = evaluate_reference(crystal, set, ewald, cutoff.radius);
  double const measured = measured_accuracy(crystal, ewald, result);

  if (arguments.has("json")) {
    Json json = provenance();
    json["structure"] = file.string();
    json["potential"] = app::to_json(set);
    json["energy_eV"] = result.energy();
    json["terms_eV"]["coulomb"] = result.coulomb;
    json["terms_eV"]["short_range"] = result.short_range;
    for (PairEnergy const& pair : pair_energies(crystal, set, cutoff.radius))
      json["short_range_by_pair_eV"][pair.name] = pair.energy;
    json["species"] = crystal.species;
    json["charges_e"] = crystal.charges;
    json["net_charge_e"] = net + 0.0;  // no "-0"
    json["forces_eV_per_A"] = Json::array();
    for (Vec3 f : result.forces) json["forces_eV_per_A"].push_back(app::to_json(f));
    json["stress_eV_per_A3"] = to_json(result.stress);
    json["site_potential_V"] = result.site_potential;
    json["cutoff_A"] = cutoff.radius;
    json["ewald"] = {{"alpha_per_A", ewald.alpha},
                     {"real_cutoff_A", ewald.real_cutoff},
                     {"reciprocal_cutoff_per_A", ewald.reciprocal_cutoff}};
    json["accuracy"] = {{"asked_eV", accuracy}, {"measured_eV", measured}};
    json["warnings"] = warnings;
    write_json(std::cout, json);
    return good;
  }

  std::cout << file.string() << ": " << crystal.size() << " ions, " << fixed(crystal.cell.volume(), 4) << " Å^3\n"
            << "potential: " << set.name << " (" << set.file.string() << ")" << '\n'
            << "pair terms up to " << shortest(cutoff.radius) << " Å (" << cutoff.origin << "); Ewald accuracy asked "
            << shortest(accuracy) << " eV, measured " << scientific(measured) << " eV\n\n";
  TextTable terms({"energy", "eV"});
  terms.row({"Coulomb", fixed(result.coulomb, 8)});
  auto const by_pair = pair_energies(crystal, set, cutoff.radius);
  if (by_pair.size() > 1)
    for (PairEnergy const& pair : by_pair) terms.row({"short range " + pair.name, fixed(pair.energy, 8)});
  terms.row({"short range", fixed(result.short_range, 8)});
  terms.row({"total", fixed(result.energy(), 8)});
  terms.row({"total per ion", fixed(result.energy() / double(crystal.size()), 8)});
  terms.print(std::cout);

  std::cout << '\n';
  TextTable ions({"ion", "species", "charge/e", "force/(eV/Å): x", "y", "z", "site potential/V"});
  for (std::size_t i = 0; i < crystal.size(); ++i)
    ions.row({std::to_string(i + 1), crystal.species[i], fixed(crystal.charges[i], 4), fixed(result.forces[i].x, 6),
              fixed(result.forces[i].y, 6), fixed(result.forces[i].z, 6), fixed(result.site_potential[i], 6)});
  ions.print(std::cout);

  std::cout << "\nstress (positive: the cell wants to shrink)\n";
  TextTable stress({"eV/Å^3: x", "y", "z", "GPa: x", "y", "z"});
  for (auto const& row : result.stress) {
    std::vector<std::string> fields;
    for (double s : row) fields.push_back(fixed(s, 8));
    for (double s : row) fields.push_back(fixed(s * gigapascal_per_eV_per_A3, 4));
    stress.row(fields);
  }
  stress.print(std::cout);
  std::cout << "\nnet charge " << fixed(net, 6) << " e\n";
  for (std::string const& warning : warnings) std::cout << "warning: " << warning << '\n';
  return good;
}

}  // namespace ionscape::app
