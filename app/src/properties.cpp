// ionscape properties STRUCTURE --potential SET.toml: elastic and dielectric constants, vibrations.
#include <algorithm>
#include <array>
#include <cmath>
#include <iostream>
#include <optional>
#include <sstream>

#include <ionscape/core/error.hpp>
#include <ionscape/core/io/read_text.hpp>
#include <ionscape/core/io/words.hpp>

#include "arguments.hpp"
#include "kokkos_session.hpp"
#include "potential_option.hpp"
#include "properties_beside.hpp"
#include "subcommands.hpp"

namespace ionscape::app {

namespace {

constexpr int most_points_of_mesh = 100'000;

void declare(Arguments& arguments) {
  arguments.positional("structure");
  arguments.option("potential", "SET.toml", potential_help);
  arguments.option("q-list", "FILE",
                   "wave vectors for phonons: a line for each, three fractions of the reciprocal "
                   "vectors and, if wanted, a label");
  arguments.list_option("mesh", "N[,N,N]",
                        "Monkhorst-Pack mesh of wave vectors for heat capacity and free energy");
  arguments.list_option("temperatures", "K,...",
                        "temperatures in K for --mesh (default: 0, 100, 200 ... 1000)");
  arguments.option(
      "cutoff", "A",
      "radius in Å at which pair terms end that have no cutoff of their own (default: the set's)");
  arguments.list_option("vacancy", "ION,...",
                        "point defect: ions that are removed, by their numbers in the file");
  arguments.option("interstitial", "SPECIES,X,Y,Z",
                   "point defect: an ion that is added, at fractions of the cell");
  arguments.list_option("supercells", "N,...",
                        "for a defect: cells of N x N x N times the file's (default: 1,2)");
  arguments.option("beside", "FILE.csv",
                   "values to stand beside the computed ones: columns quantity (C11, bulk, eps_0, "
                   "a, ...), value, source");
  arguments.flag("json", "print JSON in place of the tables");
  arguments.option("out", "DIR",
                   "folder for properties.json, phonons.csv, thermal.csv (with --mesh), beside.csv "
                   "and pictures (with --q-list, --beside)");
  arguments.flag("no-pictures", "no pictures");
  arguments.threads_option();
}

PotentialSet read_set(Arguments const& arguments) {
  PotentialSet set = read_set_with_charges(arguments);
  if (auto const cutoff = arguments.number("cutoff", {.min = 0, .max = 200, .min_excluded = true}))
    set.cutoff = cutoff;
  return set;
}

std::vector<WavePoint> read_points(std::filesystem::path const& file) {
  std::vector<WavePoint> points;
  std::istringstream stream(read_text(file));
  int number = 0;
  for (std::string line; std::getline(stream, line);) {
    ++number;
    auto const words = words_of(std::string_view(line).substr(0, line.find('#')));
    if (words.empty()) continue;
    double f[3];
    bool good_line = words.size() == 3 || words.size() == 4;
    for (std::size_t k = 0; k < 3 && good_line; ++k)
      good_line = parse_number(words[k], f[k]) && std::fabs(f[k]) <= 1e3;
    if (!good_line)
      fail_input({file, number}, "found ", in_quotes(line),
                 ", expected three fractions of the reciprocal vectors (up to 1000), and perhaps a "
                 "label");
    points.push_back({{f[0], f[1], f[2]}, words.size() == 4 ? std::string(words[3]) : ""});
  }
  if (points.empty()) fail_input({file}, "no wave vectors");
  return points;
}

std::array<int, 3> read_mesh(Arguments const& arguments) {
  auto const words = arguments.list("mesh");
  if (words.empty()) return {};
  if (words.size() != 1 && words.size() != 3)
    fail_input({}, "--mesh: found ", words.size(), " numbers, expected one or three");
  std::array<int, 3> mesh{};
  double points = 1;
  for (std::size_t k = 0; k < 3; ++k) {
    std::string const& word = words[words.size() == 1 ? 0 : k];
    auto const n = finite_number(word);
    if (!n || *n != std::floor(*n) || *n < 1 || *n > 1000)
      throw InputError("--mesh: found '" + word + "', expected whole numbers from 1 to 1000");
    mesh[k] = int(*n), points *= *n;
  }
  if (points > most_points_of_mesh)
    fail_input({}, "--mesh: ", points, " wave vectors, expected at most ", most_points_of_mesh);
  return mesh;
}

std::vector<double> read_temperatures(Arguments const& arguments) {
  std::vector<double> temperatures;
  for (std::string const& word : arguments.list("temperatures")) {
    auto const T = finite_number(word);
    if (!T || *T < 0 || *T > 1e5)
      throw InputError("--temperatures: found '" + word + "', expected numbers from 0 to 100000 K");
    temperatures.push_back(*T);
  }
  if (temperatures.empty())
    for (int T = 0; T <= 1000; T += 100) temperatures.push_back(T);
  return temperatures;
}

PointDefect read_defect(Arguments const& arguments) {
  PointDefect defect;
  for (std::string const& word : arguments.list("vacancy")) {
    auto const ion = finite_number(word);
    if (!ion || *ion != std::floor(*ion) || *ion < 1 || *ion > 1e6)
      throw InputError("--vacancy: found '" + word + "', expected numbers of ions, from 1 on");
    defect.vacancies.push_back(int(*ion) - 1);
  }
  if (auto const text = arguments.text("interstitial")) {
    std::string words = *text;
    std::ranges::replace(words, ',', ' ');
    auto const parts = words_of(words);
    double f[3];
    bool fits = parts.size() == 4;
    for (std::size_t k = 0; k < 3 && fits; ++k)
      fits = parse_number(parts[k + 1], f[k]) && std::fabs(f[k]) <= 10;
    if (!fits)
      throw InputError("--interstitial: found '" + *text +
                       "', expected a species and three fractions of the cell: Li,0.5,0.5,0.5");
    defect.interstitials.push_back({std::string(parts[0]), {f[0], f[1], f[2]}});
  }
  return defect;
}

std::vector<std::array<int, 3>> read_supercells(Arguments const& arguments) {
  std::vector<std::array<int, 3>> sizes;
  for (std::string const& word : arguments.list("supercells")) {
    auto const n = finite_number(word);
    if (!n || *n != std::floor(*n) || *n < 1 || *n > 20)
      throw InputError("--supercells: found '" + word + "', expected whole numbers from 1 to 20");
    std::array<int, 3> const size{int(*n), int(*n), int(*n)};
    if (std::ranges::find(sizes, size) != sizes.end())
      throw InputError("--supercells: found '" + word + "' twice, expected different sizes");
    sizes.push_back(size);
  }
  if (sizes.empty()) sizes = {{1, 1, 1}, {2, 2, 2}};
  return sizes;
}

void add_defects(PropertiesRun& run, std::vector<std::array<int, 3>> const& sizes) {
  run.defects = defect_energies(run.crystal, run.set, run.defect, sizes,
                                run.properties.dielectric.zero_frequency);
  for (DefectCell const& cell : run.defects)
    if (!cell.relaxed.converged())
      run.warnings.push_back(
          {"defect_not_relaxed", "the defect in the cell of " + std::to_string(cell.ions) +
                                     " ions did not relax: " + cell.relaxed.reason});
}

/// Phonons at the wave vectors that were asked for.
void add_phonons(PropertiesRun& run, std::vector<double> const& temperatures) {
  Phonons const phonons = run.properties.phonons();
  Cell const reciprocal = run.crystal.cell.reciprocal();
  std::vector<Vec3> q;
  for (WavePoint const& point : run.points) q.push_back(reciprocal.to_cartesian(point.fractional));
  run.at_points = phonons.frequencies_at(q);
  double lowest = 0;
  for (auto const& modes : run.at_points) lowest = std::min(lowest, modes.front());
  if (run.mesh[0] > 0) {
    run.waves = monkhorst_pack(run.crystal.cell, run.mesh);
    auto const modes = phonons.frequencies_at(run.waves.q);
    for (auto const& at : modes) lowest = std::min(lowest, at.front());
    run.harmonic = harmonic(run.waves, modes, temperatures);
  }
  if (lowest < -1e-3)
    run.warnings.push_back({"imaginary_modes_in_zone",
                            "imaginary modes at other wave vectors, down to " + fixed(lowest, 3) +
                                " THz (imaginary): the crystal would break this symmetry" +
                                (run.harmonic ? "; heat and free energy leave them out" : "")});
}

void read_structure(PropertiesRun& run, std::filesystem::path const& file) {
  Structures structures = read_structures({file});
  if (structures.list.size() != 1)
    fail_input({file}, "holds ", structures.list.size(), " structures, expected one");
  run.structure = structures.list[0];
  run.crystal = std::move(structures.crystals[0]);
  run.warnings = take_charges_of_set(run.crystal, run.set);
}

void compute(PropertiesRun& run, std::vector<double> const& temperatures,
             std::vector<std::array<int, 3>> const& supercells) {
  try {
    if (run.has_defect()) run.defect_charge = defect_charge(run.defect, run.crystal, run.set);
    PairSums const ends = pair_sums(run.set, std::span(&run.crystal, 1), 1e-10);
    run.properties = crystal_properties(run.crystal, run.set, ends);
    auto const& found = run.properties.warnings;
    run.warnings.insert(run.warnings.end(), found.begin(), found.end());
    add_phonons(run, temperatures);
    if (run.has_defect()) add_defects(run, supercells);
  } catch (InputError const& error) {
    throw InputError(named_error(run.structure, error));
  }
}

int exit_code(PropertiesRun const& run) {
  return std::ranges::all_of(run.defects, [](DefectCell const& c) { return c.relaxed.converged(); })
             ? good
             : not_converged;
}

}  // namespace

int properties_command(int argc, char const* const* argv) {
  Arguments arguments(
      "properties",
      "Elastic constants, moduli, dielectric tensors, Born charges and phonons of a "
      "crystal whose ions are at rest,\n"
      "by analytic second derivatives. Shells are relaxed first, the ions are "
      "taken as they are: forces or a stress\n"
      "that are not small are warned of.",
      {"STRUCTURE --potential SET.toml [OPTION...]"},
      "ionscape properties examples/structures/MgO.vasp --potential "
      "examples/potentials/MgO-lewis-catlow.toml --mesh 4");
  declare(arguments);
  if (!arguments.parse(argc, argv)) return good;
  auto const file = arguments.required_path("structure", "structure file");
  auto const threads = arguments.threads();
  PropertiesRun run;
  run.set = read_set(arguments);
  run.mesh = read_mesh(arguments);
  if (run.mesh[0] == 0) arguments.refuse({"temperatures"}, "a run without --mesh");
  auto const temperatures = read_temperatures(arguments);
  run.defect = read_defect(arguments);
  if (!run.has_defect())
    arguments.refuse({"supercells"}, "a run without --vacancy or --interstitial");
  auto const supercells = read_supercells(arguments);
  auto const list = arguments.path("q-list"), beside = arguments.path("beside"),
             out = arguments.path("out");
  if (list) run.points = read_points(*list);
  if (beside) run.given = read_given_values(*beside);
  read_structure(run, file);
  Paths inputs{file, run.set.file};
  if (list) inputs.push_back(*list);
  if (beside) inputs.push_back(*beside);
  std::optional<ResultsFolder> folder;
  if (out) {
    auto names = result_names(run);
    if (!arguments.has("no-pictures")) {
      auto const pictures = picture_names(run);
      names.insert(names.end(), pictures.begin(), pictures.end());
    }
    folder.emplace(*out, inputs, names);
  }

  KokkosSession const kokkos(threads);
  compute(run, temperatures, supercells);
  std::vector<std::filesystem::path> pictures;
  if (out) {
    write_results(*out, run);
    if (!arguments.has("no-pictures"))
      draw_if_possible([&] { pictures = draw_results(*out, run); });
  }
  if (arguments.has("json")) {
    write_json(std::cout, to_json(run));
    return exit_code(run);
  }
  print_properties(run);
  if (out)
    for (char const* const name : result_names(run))
      std::cout << "written: " << (*out / name).string() << '\n';
  for (auto const& picture : pictures) std::cout << "picture: " << picture.string() << '\n';
  return exit_code(run);
}

}  // namespace ionscape::app
