#include <ionscape/compounds/charges.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <numeric>
#include <sstream>

#include <ionscape/core/io/csv.hpp>
#include <ionscape/core/io/format.hpp>
#include <ionscape/core/io/read_crystal.hpp>
#include <ionscape/core/io/read_text.hpp>
#include <ionscape/core/io/toml.hpp>

namespace ionscape {

namespace {

using SpeciesMap = std::map<std::string, double>;
using Path = std::filesystem::path;

/// Pauling's electronegativity (CRC Handbook of Chemistry and Physics, 97th ed.; Allred, J. Inorg.
/// Nucl. Chem. 17, 215 (1961)), and the common oxidation states (Greenwood, Earnshaw, Chemistry of
/// the Elements, 2nd ed.), for solids.
struct Element {
  char const* symbol;
  double electronegativity;  // 0: none
  std::vector<int> states;
};

std::vector<Element> const& elements() {
  static std::vector<Element> const table = {
      {"H", 2.20, {1}},           {"Li", 0.98, {1}},         {"Be", 1.57, {2}},
      {"B", 2.04, {3}},           {"C", 2.55, {4}},          {"N", 3.04, {-3, 5}},
      {"O", 3.44, {-2}},          {"F", 3.98, {-1}},         {"Na", 0.93, {1}},
      {"Mg", 1.31, {2}},          {"Al", 1.61, {3}},         {"Si", 1.90, {4}},
      {"P", 2.19, {3, 5}},        {"S", 2.58, {-2, 6}},      {"Cl", 3.16, {-1, 7}},
      {"K", 0.82, {1}},           {"Ca", 1.00, {2}},         {"Sc", 1.36, {3}},
      {"Ti", 1.54, {2, 3, 4}},    {"V", 1.63, {2, 3, 4, 5}}, {"Cr", 1.66, {2, 3, 6}},
      {"Mn", 1.55, {2, 3, 4, 7}}, {"Fe", 1.83, {2, 3, 4}},   {"Co", 1.88, {2, 3, 4}},
      {"Ni", 1.91, {2, 3, 4}},    {"Cu", 1.90, {1, 2}},      {"Zn", 1.65, {2}},
      {"Ga", 1.81, {3}},          {"Ge", 2.01, {2, 4}},      {"As", 2.18, {3, 5}},
      {"Se", 2.55, {-2, 4, 6}},   {"Br", 2.96, {-1}},        {"Rb", 0.82, {1}},
      {"Sr", 0.95, {2}},          {"Y", 1.22, {3}},          {"Zr", 1.33, {4}},
      {"Nb", 1.60, {3, 4, 5}},    {"Mo", 2.16, {4, 5, 6}},   {"Ru", 2.20, {3, 4, 5}},
      {"Rh", 2.28, {3, 4}},       {"Pd", 2.20, {2, 4}},      {"Ag", 1.93, {1}},
      {"Cd", 1.69, {2}},          {"In", 1.78, {1, 3}},      {"Sn", 1.96, {2, 4}},
      {"Sb", 2.05, {3, 5}},       {"Te", 2.10, {-2, 4, 6}},  {"I", 2.66, {-1}},
      {"Cs", 0.79, {1}},          {"Ba", 0.89, {2}},         {"La", 1.10, {3}},
      {"Ce", 1.12, {3, 4}},       {"Pr", 1.13, {3}},         {"Nd", 1.14, {3}},
      {"Sm", 1.17, {3}},          {"Gd", 1.20, {3}},         {"Dy", 1.22, {3}},
      {"Ho", 1.23, {3}},          {"Er", 1.24, {3}},         {"Tm", 1.25, {3}},
      {"Lu", 1.27, {3}},          {"Eu", 0, {2, 3}},         {"Tb", 0, {3}},
      {"Yb", 0, {2, 3}},          {"Hf", 1.30, {4}},         {"Ta", 1.50, {4, 5}},
      {"W", 2.36, {4, 6}},        {"Re", 1.90, {4, 7}},      {"Os", 2.20, {4}},
      {"Ir", 2.20, {3, 4}},       {"Pt", 2.28, {2, 4}},      {"Au", 2.54, {1, 3}},
      {"Hg", 2.00, {1, 2}},       {"Tl", 1.62, {1, 3}},      {"Pb", 2.33, {2, 4}},
      {"Bi", 2.02, {3, 5}},       {"Th", 1.30, {4}},         {"U", 1.38, {4, 6}}};
  return table;
}

Element const* find_element(std::string const& symbol) {
  auto const at =
      std::ranges::find_if(elements(), [&](Element const& e) { return symbol == e.symbol; });
  return at == elements().end() ? nullptr : &*at;
}

std::vector<std::string> distinct(std::vector<std::string> const& labels) {
  std::vector<std::string> list;
  for (std::string const& label : labels)
    if (std::ranges::find(list, label) == list.end()) list.push_back(label);
  return list;
}

bool contains(std::vector<std::string> const& list, std::string const& word) {
  return std::ranges::find(list, word) != list.end();
}

/// At most so many decimals: "2", "3.286".
std::string rounded(double x, int decimals) {
  double const scale = std::pow(10, decimals);
  return shortest(std::round(scale * x) / scale);
}

/// "Fe 2, P 5"
std::string in_words(SpeciesMap const& values) {
  std::string text;
  for (auto const& [species, value] : values)
    text += (text.empty() ? "" : ", ") + species + " " + rounded(value, 3);
  return text.empty() ? "none" : text;
}

void refuse_unknown_species(Crystal const& crystal, SpeciesMap const& given,
                            SourceLocation const& where, char const* what) {
  auto const present = distinct(crystal.species);
  for (auto const& [species, value] : given)
    if (!contains(present, species))
      fail_input(where, what, " of ", species, ": the structure has no such species, only ",
                 joined(present));
}

ChargeAssignment spread_over_ions(Crystal const& crystal, SpeciesMap const& by_species,
                                  std::string source) {
  ChargeAssignment result{{}, 0, std::move(source), {}};
  for (std::string const& species : crystal.species) {
    auto const at = by_species.find(species);
    result.charges.push_back(at == by_species.end() ? std::nan("") : at->second);
  }
  return result;
}

void refuse_other_number(std::size_t found, Crystal const& crystal, SourceLocation const& where) {
  if (found != crystal.size())
    fail_input(where, found, " charges, expected ", crystal.size(), ", one for each ion");
}

ChargeAssignment read_toml_charges(Crystal const& crystal, Path const& file) {
  TomlReader reader = TomlReader::from_file(file);
  auto const list = reader.optional<std::vector<double>>("charges_e");
  auto table = reader.optional_table("charges");
  if (list.has_value() == table.has_value())
    fail_input({file}, "expected either a table [charges] of species or a list charges_e of ions");
  SpeciesMap by_species;
  if (table)
    for (std::string const& species : table->keys())
      by_species[species] = table->required<double>(species);
  reader.reject_unknown_keys();
  if (list) {
    refuse_other_number(list->size(), crystal, reader.where("charges_e"));
    return {*list, 0, "", {}, true};
  }
  refuse_unknown_species(crystal, by_species, {file}, "charge");
  return spread_over_ions(crystal, by_species, "");
}

ChargeAssignment read_csv_charges(Crystal const& crystal, Path const& file) {
  CsvTable const table = CsvTable::read(file);
  if (table.has("species") && !table.has("ion")) {
    SpeciesMap by_species;
    for (std::size_t row = 0; row < table.rows(); ++row)
      if (!by_species.emplace(table.text(row, "species"), table.number(row, "charge_e")).second)
        fail_input(table.where(row), "a second charge of ", table.text(row, "species"));
    refuse_unknown_species(crystal, by_species, {file}, "charge");
    return spread_over_ions(crystal, by_species, "");
  }
  if (!table.has("ion"))
    fail_input({file}, "expected columns species, charge_e or ion, charge_e; found ",
               joined(table.columns()));
  ChargeAssignment result{std::vector<double>(crystal.size(), std::nan("")), 0, "", {}, true};
  for (std::size_t row = 0; row < table.rows(); ++row) {
    double const ion = table.number(row, "ion");
    if (ion < 1 || ion > double(crystal.size()) || ion != std::floor(ion))
      fail_input(table.where(row), "ion ", ion, ", expected a whole number from 1 to ",
                 crystal.size());
    std::string const& species = crystal.species[std::size_t(ion) - 1];
    if (table.has("species") && table.text(row, "species") != species)
      fail_input(table.where(row), "ion ", ion, " is ", table.text(row, "species"), ", but ",
                 species, " in the structure: expected its ions in the same order");
    double& charge = result.charges[std::size_t(ion) - 1];
    if (!std::isnan(charge)) fail_input(table.where(row), "a second charge of ion ", ion);
    charge = table.number(row, "charge_e");
  }
  return result;
}

/// Positions as another program saw them, in Å, or in bohr where the density was a cube file.
void refuse_other_positions(Crystal const& crystal, std::vector<Vec3> const& positions,
                            Path const& file) {
  constexpr double bohr = 0.529177210903, far = 0.5;  // Å
  std::string first;
  for (double unit : {1.0, bohr}) {
    std::size_t ion = 0;
    double distance = 0;
    for (; ion < positions.size(); ++ion)
      if (distance =
              norm(minimum_image(crystal.cell, unit * positions[ion] - crystal.positions[ion]));
          distance > far)
        break;
    if (ion == positions.size()) return;
    if (first.empty())
      first = crystal.species[ion] + std::to_string(ion + 1) + " is " + rounded(distance, 2) +
              " Å from where the structure has it";
  }
  fail_input({file}, first,
             ": expected the structure of that calculation, with the ions in the same order");
}

/// Whether the file begins as Bader's table does, or has the name of one: whatever it is called.
bool is_bader_table(Path const& file) {
  std::string const name = file.filename().string(), extension = file.extension().string();
  if (name.starts_with("ACF") || extension == ".acf") return true;
  if (extension == ".toml" || extension == ".csv") return false;
  std::string const text = read_text(file);
  std::istringstream words(text.substr(0, text.find('\n')));
  std::string number, x, y, z, charge;
  words >> number >> x >> y >> z >> charge;
  return number == "#" && x == "X" && y == "Y" && z == "Z" && charge == "CHARGE";
}

/// Henkelman's table of Bader volumes: a heading, a line of dashes, one row an ion, a line of
/// dashes, sums.
ChargeAssignment read_bader_charges(Crystal const& crystal, Path const& file,
                                    SpeciesMap const& valence_electrons) {
  std::istringstream in(read_text(file));
  for (std::string const& species : distinct(crystal.species))
    if (!valence_electrons.contains(species))
      fail_input({file}, "this file lists electrons: the number of valence electrons of ", species,
                 " (ZVAL of its POTCAR) is needed for the charge: --valence ", species, "=N,...");
  refuse_unknown_species(crystal, valence_electrons, {}, "valence electrons");
  std::string line;
  int number = 0;
  bool heading = false;
  std::vector<double> electrons;
  std::vector<Vec3> positions;
  while (std::getline(in, line)) {
    ++number;
    if (line.find("CHARGE") != line.npos) heading = true;
    if (!heading || line.find("CHARGE") != line.npos ||
        line.find_first_not_of("- \r\t") == line.npos)
      continue;
    if (line.find(':') != line.npos) break;  // the sums below the table
    std::istringstream words(line);
    double ion = 0, x = 0, y = 0, z = 0, charge = 0;
    if (!(words >> ion >> x >> y >> z >> charge) || ion != double(electrons.size() + 1))
      fail_input({file, number}, "expected ion ", electrons.size() + 1,
                 ", its x, y, z and its electrons");
    electrons.push_back(charge);
    positions.push_back({x, y, z});
  }
  if (!heading)
    fail_input({file}, "no heading '# X Y Z CHARGE ...': expected an ACF.dat as 'bader' writes it");
  refuse_other_number(electrons.size(), crystal, {file});
  refuse_other_positions(crystal, positions, file);
  ChargeAssignment result;
  for (std::size_t ion = 0; ion < electrons.size(); ++ion)
    result.charges.push_back(valence_electrons.at(crystal.species[ion]) - electrons[ion]);
  return result;
}

/// Where all charges are known, they should be neutral.
void note_total(ChargeAssignment& assignment) {
  double sum = 0;  // NaN where some are not known
  for (double charge : assignment.charges) sum += charge;
  if (std::fabs(sum) > 0.01 * double(assignment.charges.size()))
    assignment.remarks.push_back("the charges sum to " + rounded(sum, 3) + " e, not to zero (" +
                                 assignment.source + ")");
}

constexpr char const* formal_is_large =
    "formal charges are larger than the Bader charges that the potentials were fitted with: expect "
    "a large error";

}  // namespace

// --- composition ---------------------------------------------------------------------------------

Composition composition_of(Crystal const& crystal) {
  Composition composition;
  for (std::string const& species : crystal.species) composition[species] += 1;
  return composition;
}

Composition parse_formula(std::string_view formula, SourceLocation const& where) {
  auto const fail = [&](char const* expected) {
    fail_input(where, "formula '", formula, "': expected ", expected,
               ", as in Li2S or LiTi2(PO4)3");
  };
  char const* at = formula.data();
  char const* const end = at + formula.size();
  auto const take_number = [&] {
    double number = 1;
    if (at < end && (std::isdigit(static_cast<unsigned char>(*at)) || *at == '.')) {
      auto const [stop, error] = std::from_chars(at, end, number, std::chars_format::fixed);
      if (error != std::errc{} || !(number > 0)) fail("a number above 0");
      at = stop;
    }
    return number;
  };
  std::vector<Composition> open(1);  // the innermost bracket last
  while (at < end) {
    char const c = *at;
    if (c == '(') {
      open.emplace_back();
      ++at;
    } else if (c == ')') {
      if (open.size() == 1) fail("brackets in pairs");
      ++at;
      double const times = take_number();
      Composition const inner = std::move(open.back());
      open.pop_back();
      for (auto const& [species, n] : inner) open.back()[species] += times * n;
    } else if (std::isupper(static_cast<unsigned char>(c))) {
      std::string symbol(1, c);
      for (++at; at < end && std::islower(static_cast<unsigned char>(*at)); ++at) symbol += *at;
      if (!find_element(symbol)) fail("elements");
      open.back()[symbol] += take_number();
    } else {
      fail("elements and numbers");
    }
  }
  if (open.size() > 1) fail("brackets in pairs");
  if (open[0].empty()) fail("elements");
  return open[0];
}

std::string reduced_formula(Composition const& composition, std::string const& first,
                            std::string const& last) {
  long factor = 0;
  for (auto const& [species, n] : composition) factor = std::gcd(factor, std::lround(n));
  std::string begin, middle, end;
  for (auto const& [species, n] : composition) {
    long const count = std::lround(n) / std::max(factor, 1L);
    std::string& part = species == first ? begin : species == last ? end : middle;
    part += species + (count == 1 ? "" : std::to_string(count));
  }
  return begin + middle + end;
}

// --- sources -------------------------------------------------------------------------------------

ChargeAssignment charges_per_species(Crystal const& crystal, SpeciesMap const& charges) {
  refuse_unknown_species(crystal, charges, {}, "charge");
  return spread_over_ions(crystal, charges, "given per species (" + in_words(charges) + ")");
}

ChargeAssignment charges_from_file(Crystal const& crystal, Path const& file,
                                   SpeciesMap const& valence_electrons) {
  std::string const extension = file.extension().string();
  bool const bader = is_bader_table(file);
  if (!bader && !valence_electrons.empty())
    fail_input({file}, "valence electrons are for Bader's ACF.dat alone");
  ChargeAssignment result = bader ? read_bader_charges(crystal, file, valence_electrons)
                            : extension == ".toml" ? read_toml_charges(crystal, file)
                            : extension == ".csv"  ? read_csv_charges(crystal, file)
                                                   : ChargeAssignment{};
  if (result.charges.empty())
    fail_input({file},
               "charges are read from .toml, .csv and Bader's ACF.dat (a heading # X Y Z CHARGE); "
               "this file is none of them");
  result.source = (bader ? "Bader charges of " : "file ") + file.string();
  note_total(result);
  return result;
}

ChargeAssignment charges_of_structure(Crystal const& crystal, Path const& file) {
  ChargeAssignment result{crystal.charges, 0, "charges in the structure file", {}};
  if (result.charges.empty()) {
    result = {read_oxidation_numbers(file),
              0,
              "oxidation numbers in the structure file",
              {formal_is_large}};
    if (result.charges.empty())
      fail_input({file},
                 "this structure file states no charges (extended XYZ can, as a column charge) and "
                 "no oxidation ",
                 "numbers (CIF can); name another source");
  }
  note_total(result);
  return result;
}

// --- formal states -------------------------------------------------------------------------------

OxidationStates oxidation_states(Composition const& composition,
                                 std::vector<std::string> const& anions, SpeciesMap const& chosen,
                                 SourceLocation const& where) {
  for (auto const& [species, state] : chosen)
    if (!composition.contains(species))
      fail_input(where, "oxidation state of ", species, ": no such species here");
  struct Choice {
    std::string species;
    double count;
    std::vector<double> states;
  };
  std::vector<Choice> choices;
  for (auto const& [species, count] : composition) {
    Choice choice{species, count, {}};
    if (auto const at = chosen.find(species); at != chosen.end()) {
      choice.states = {at->second};
    } else if (Element const* element = find_element(species)) {
      bool const anion = contains(anions, species);
      for (int state : element->states)
        if (state < 0 || !anion) choice.states.push_back(state);
    }
    if (choice.states.empty())
      fail_input(where, "no common oxidation state of ", species,
                 " is known: give it with --states ", species, "=N");
    choices.push_back(std::move(choice));
  }

  std::vector<SpeciesMap> neutral;
  std::vector<std::size_t> pick(choices.size(), 0);
  for (bool more = true; more;) {
    double sum = 0;
    SpeciesMap states;
    for (std::size_t k = 0; k < choices.size(); ++k) {
      states[choices[k].species] = choices[k].states[pick[k]];
      sum += choices[k].count * choices[k].states[pick[k]];
    }
    if (std::fabs(sum) < 1e-6) neutral.push_back(states);
    more = false;
    for (std::size_t k = 0; k < choices.size() && !more; ++k) {
      more = ++pick[k] < choices[k].states.size();
      if (!more) pick[k] = 0;
    }
  }
  if (neutral.size() == 1) return {neutral[0], {}};
  if (neutral.size() > 1) {
    std::string list;
    for (SpeciesMap const& states : neutral)
      list += (list.empty() ? "" : "; or ") + in_words(states);
    fail_input(where, "several oxidation states are neutral: ", list, "; choose with --states");
  }

  // Mixed valence: the average of the one species that leaves a choice.
  std::vector<Choice const*> flexible;
  SpeciesMap states;
  double rest = 0;
  for (Choice const& choice : choices) {
    if (choice.states.size() > 1) {
      flexible.push_back(&choice);
    } else {
      states[choice.species] = choice.states[0];
      rest += choice.count * choice.states[0];
    }
  }
  if (flexible.size() == 1) {
    auto const [low, high] = std::ranges::minmax(flexible[0]->states);
    double const average = -rest / flexible[0]->count;
    if (average > low && average < high && low * high > 0) {
      states[flexible[0]->species] = average;
      return {
          states,
          {"mixed valence: " + flexible[0]->species + " " + rounded(average, 3) + " on average"}};
    }
  }
  std::string tried;
  for (Choice const& choice : choices) {
    tried += (tried.empty() ? "" : "; ") + choice.species;
    for (double state : choice.states) tried += " " + shortest(state);
  }
  fail_input(where, "no choice of common oxidation states is neutral (", tried,
             "); give them with --states");
}

ChargeAssignment formal_charges(Crystal const& crystal, std::vector<std::string> const& anions,
                                SpeciesMap const& chosen, SourceLocation const& where) {
  OxidationStates const formal = oxidation_states(composition_of(crystal), anions, chosen, where);
  ChargeAssignment result = spread_over_ions(
      crystal, formal.states, "formal oxidation states (" + in_words(formal.states) + ")");
  result.remarks = formal.remarks;
  result.remarks.push_back(formal_is_large);
  return result;
}

double ionicity_anion_charge(Composition const& composition, SpeciesMap const& states,
                             std::vector<std::string> const& anions, SourceLocation const& where) {
  auto const electronegativity = [&](std::string const& species) {
    Element const* const element = find_element(species);
    if (!element || element->electronegativity == 0)
      fail_input(where, "no electronegativity of ", species,
                 " is known: name another source of charges");
    return element->electronegativity;
  };
  double n_anions = 0, chi_anion = 0;
  for (std::string const& anion : anions) {
    n_anions += composition.at(anion);
    chi_anion += composition.at(anion) * electronegativity(anion);
  }
  chi_anion /= n_anions;
  double electrons = 0;
  for (auto const& [species, count] : composition) {
    if (contains(anions, species)) continue;
    if (states.at(species) < 0)
      fail_input(where, "the model 'ionicity' is for compounds of one anion, but ", species,
                 " is a second one (", in_words(states), "): name another source of charges");
    electrons += count * states.at(species) *
                 (ionicity_intercept + ionicity_slope * (chi_anion - electronegativity(species)));
  }
  return -electrons / n_anions;
}

ChargeAssignment ionicity_charges(Crystal const& crystal, std::vector<std::string> const& anions,
                                  SpeciesMap const& chosen, SourceLocation const& where) {
  Composition const composition = composition_of(crystal);
  OxidationStates const formal = oxidation_states(composition, anions, chosen, where);
  double const charge = ionicity_anion_charge(composition, formal.states, anions, where);
  SpeciesMap by_species;
  for (std::string const& anion : anions) by_species[anion] = charge;
  ChargeAssignment result = spread_over_ions(
      crystal, by_species, "model 'ionicity' from formal states (" + in_words(formal.states) + ")");
  result.uncertainty = ionicity_error;
  result.remarks = formal.remarks;
  for (std::string const& anion : anions)
    if (anion != "O" && anion != "S")
      result.remarks.push_back(
          "the charge model was fitted to oxides and sulfides; its error for " + anion +
          " is not known");
  return result;
}

AnionCharge anion_charge(Crystal const& crystal, ChargeAssignment const& assignment,
                         std::vector<std::string> const& anions, SourceLocation const& where) {
  double sum = 0;
  int count = 0;
  AnionCharge result{0, INFINITY, -INFINITY};
  for (std::size_t ion = 0; ion < crystal.size(); ++ion) {
    if (!contains(anions, crystal.species[ion])) continue;
    double const charge = assignment.charges.at(ion);
    if (!std::isfinite(charge))
      fail_input(where, "no charge of ", crystal.species[ion], ion + 1, " (", assignment.source,
                 "), expected one for every ", crystal.species[ion]);
    sum += charge;
    ++count;
    result.lowest = std::min(result.lowest, charge);
    result.highest = std::max(result.highest, charge);
  }
  if (count == 0) fail_input(where, "no ions of ", joined(anions));
  result.mean = sum / count;
  if (!(result.mean < 0))
    fail_input(where, "the anions' mean charge is ", result.mean, " e (", assignment.source,
               "), expected one below 0");
  return result;
}

}  // namespace ionscape
