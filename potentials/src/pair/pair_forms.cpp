#include "pair/pair_forms.hpp"

#include <charconv>
#include <cmath>
#include <sstream>
#include <string>
#include <vector>

#include <ionscape/core/error.hpp>
#include <ionscape/core/io/read_text.hpp>
namespace ionscape::detail {

namespace {

constexpr double highest_energy = 1e12;  // of a table, eV

/// A text file of lines "radius energy".
PairTable read_table(std::filesystem::path const& file) {
  std::vector<double> radii, energies;
  std::vector<int> lines;
  std::istringstream stream(read_text(file));
  int number = 0;
  for (std::string line; std::getline(stream, line);) {
    ++number;
    std::istringstream words(line.substr(0, line.find('#')));
    std::vector<double> row;
    for (std::string word; words >> word;) {
      auto const [stop, error] =
          std::from_chars(word.data(), word.data() + word.size(), row.emplace_back());
      if (error != std::errc{} || stop != word.data() + word.size() || !std::isfinite(row.back()))
        fail_input({file, number}, "found '", word,
                   "', expected a number: radius in Å, energy in eV");
    }
    if (row.empty()) continue;
    if (row.size() != 2)
      fail_input({file, number}, "found ", row.size(),
                 " numbers, expected two: radius in Å, energy in eV");
    if (!(std::fabs(row[0]) <= cutoffs.max && std::fabs(row[1]) <= highest_energy))
      fail_input({file, number}, "found ", row[0], " Å and ", row[1], " eV, expected at most ",
                 cutoffs.max, " Å and ", highest_energy, " eV");
    radii.push_back(row[0]), energies.push_back(row[1]), lines.push_back(number);
  }
  std::size_t const n = radii.size();
  if (n < 4) fail_input({file}, "a table of ", n, " energies, expected at least 4");
  if (radii[0] < 0)
    fail_input({file, lines[0]}, "the first radius is ", radii[0], " Å, expected >= 0");
  double const step = (radii[n - 1] - radii[0]) / double(n - 1);
  for (std::size_t i = 0; i < n; ++i) {
    if (step > 0 && std::fabs(radii[i] - radii[0] - step * double(i)) <= 1e-6 * step) continue;
    // The step that differs most from the first one: a line is missing there, or a radius is
    // mistyped.
    auto const off = [&](std::size_t k) {
      return std::fabs((radii[k] - radii[k - 1]) - (radii[1] - radii[0]));
    };
    std::size_t worst = 1;
    for (std::size_t k = 2; k < n; ++k)
      if (off(k) > off(worst)) worst = k;
    fail_input({file, lines[worst]}, "the radius ", radii[worst], " Å follows ", radii[worst - 1],
               " Å, expected ascending radii at equal distances (the first is ",
               radii[1] - radii[0], " Å)");
  }
  return spline_table(radii[0], step, energies);
}

PairTable read_table(TomlReader& table, std::filesystem::path const& folder) {
  if (auto const name = table.optional<std::string>("file")) {
    std::filesystem::path const file = folder / *name;
    if (!std::filesystem::is_regular_file(file))
      table.fail("file", "there is no file ", file.string());
    return read_table(file);
  }
  double const first = table.required<double>("first", between(0, cutoffs.max));
  double const step = table.required<double>("step", cutoffs);
  auto const energies =
      table.required<std::vector<double>>("energies", between(-highest_energy, highest_energy));
  if (energies.size() < 4)
    table.fail("energies", "a table of ", energies.size(), " energies, expected at least 4");
  return spline_table(first, step, energies);
}

BornMayer read_repulsion(TomlReader& table) {
  BornMayer repulsion;
  repulsion.A = table.required<double>("A", prefactors);
  repulsion.inverse_rho = 1 / table.required<double>("rho", decay_lengths);
  return repulsion;
}

PairForm read_buckingham(TomlReader& table, FormSource const& source) {
  Buckingham term;
  term.repulsion = read_repulsion(table);
  term.C = table.required<double>("C", source.dispersion);
  return term;
}

PairForm read_born_mayer(TomlReader& table, FormSource const&) {
  Buckingham term;
  term.repulsion = read_repulsion(table);
  return term;
}

PairForm read_born_mayer_huggins(TomlReader& table, FormSource const& source) {
  BornMayerHuggins term;
  term.repulsion = read_repulsion(table);
  double const sigma = table.required<double>("sigma", between(0, bond_lengths.max));
  term.repulsion.A *= std::exp(sigma * term.repulsion.inverse_rho);
  if (!(term.repulsion.A <= prefactors.max))
    table.fail("sigma", "sigma = ", sigma,
               " makes a prefactor of A exp(sigma/rho) = ", term.repulsion.A,
               " eV, expected <= ", prefactors.max);
  term.C = table.required<double>("C", source.dispersion);
  term.D = table.required<double>("D", source.dispersion);
  return term;
}

PairForm read_morse(TomlReader& table, FormSource const&) {
  Morse term;
  term.D = table.required<double>("D", depths);
  term.a = table.required<double>("a", decays);
  term.r0 = table.required<double>("r0", bond_lengths);
  term.C = table.optional<double>("C", prefactors).value_or(0);
  return term;
}

PairForm read_lennard_jones(TomlReader& table, FormSource const&) {
  double const epsilon = table.required<double>("epsilon", depths);
  double const s6 = std::pow(table.required<double>("sigma", bond_lengths), 6);
  return LennardJones{4 * epsilon * s6 * s6, 4 * epsilon * s6};
}

PairForm read_lennard(TomlReader& table, FormSource const&) {
  double const A = table.required<double>("A", prefactors);
  return LennardJones{A, table.required<double>("B", dispersions)};
}

PairForm read_tabulated(TomlReader& table, FormSource const& source) {
  return read_table(table, source.folder);
}

}  // namespace

std::span<NamedForm const> named_forms() {
  static constexpr NamedForm forms[] = {
      {"buckingham", true, read_buckingham},
      {"born-mayer", true, read_born_mayer},
      {"born-mayer-huggins", false, read_born_mayer_huggins},
      {"morse", false, read_morse},
      {"lennard-jones", false, read_lennard_jones},
      {"lennard", false, read_lennard},
      {"table", false, read_tabulated},
  };
  return forms;
}

}  // namespace ionscape::detail
