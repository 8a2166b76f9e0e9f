#include <ionscape/potentials/pair/potential_set.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

#include <ionscape/core/error.hpp>
#include <ionscape/core/io/format.hpp>
#include <ionscape/core/io/gulp_input.hpp>
#include <ionscape/core/io/read_text.hpp>
#include <ionscape/core/io/toml.hpp>
#include <ionscape/core/units.hpp>
#include <ionscape/potentials/pair/read_gulp.hpp>

#include "pair/pair_forms.hpp"

namespace ionscape {

namespace {

using detail::above_to;
using detail::charges_of_ions;
using detail::cutoffs;
using detail::dispersions;
using detail::spring_constants;

constexpr Limits bonds = above_to(0, 10);                  // Å, of label rules
constexpr Limits coulomb_constants = between(14.3, 14.5);  // eV Å/e^2: other units are a slip

std::array<double, 2> read_range(TomlReader& table, std::string const& key) {
  auto const ends = table.required<std::vector<double>>(key);
  if (ends.size() != 2 || !(ends[0] <= ends[1]))
    table.fail(key, "'", key, "' must be [lowest, highest]");
  return {ends[0], ends[1]};
}

/// Rates beyond +-10 would change a term by more than 10^4 from one charge to the next: a slip, not
/// physics.
double read_growth(TomlReader& table, std::string const& key) {
  return table.optional<double>(key, between(-10, 10)).value_or(0);
}

Insertion read_insertion(TomlReader table) {
  Insertion insertion;
  insertion.mobile = table.required<std::string>("mobile");
  insertion.framework = table.required<std::string>("framework");
  insertion.z = table.required<double>("z", charges_of_ions);
  insertion.z0 = table.required<double>("z0", charges_of_ions);
  insertion.gaussian_width = table.optional<double>("gaussian_width", between(0, 1)).value_or(0);
  insertion.gaussian_growth = read_growth(table, "gaussian_growth");
  insertion.z2 = table.optional<double>("z2", charges_of_ions).value_or(0);
  insertion.screening_length =
      table.optional<double>("screening_length", between(0, 100)).value_or(0);
  insertion.screening_exponent =
      table.optional<double>("screening_exponent", between(-3, 3)).value_or(0);
  if (insertion.gaussian_growth != 0 && insertion.gaussian_width == 0)
    table.fail("gaussian_growth", "gaussian_growth = ", insertion.gaussian_growth,
               " without a gaussian_width above 0: points do not grow");
  return insertion;
}

FittedRange read_fitted(TomlReader table) {
  FittedRange fitted{read_range(table, "charge_e"), read_range(table, "volume_A3")};
  if (table.has("distortion")) fitted.distortion = read_range(table, "distortion");
  if (auto errors = table.optional_table("error_eV"))
    for (std::string const& name : errors->keys())
      fitted.error_eV[name] = errors->required<double>(name, at_least(0));
  return fitted;
}

ShellTerm read_shell(TomlReader& table, PotentialSet const& set) {
  ShellTerm shell;
  shell.species = table.required<std::string>("species");
  if (!set.charges.contains(shell.species))
    table.fail("species", "unknown species ", shell.species, ": it is not in [charges]");
  if (set.shell(shell.species))
    table.fail("species", "a second shell of ", shell.species, ", expected one");
  shell.charge = table.required<double>("charge", charges_of_ions);
  shell.k2 = table.required<double>("k2", spring_constants);
  shell.k4 = table.optional<double>("k4", between(0, spring_constants.max)).value_or(0);
  return shell;
}

/// The label of the particle that `name` means: a species, or one followed by "core" or "shell".
std::string read_label(std::string const& name, TomlReader const& table, std::string const& key,
                       PotentialSet const& set) {
  if (set.charges.contains(name)) return set.acting_label(name);
  for (auto const& [species, charge] : set.charges) {
    bool const is_core = name == core_label(species);
    if (!is_core && name != shell_label(species)) continue;
    if (set.shell(species)) return name;
    if (is_core) return species;
    table.fail(key, "found '", name, "', but ", species, " has no [[shell]]");
  }
  table.fail(key, "unknown species ", name, ": it is not in [charges]");
}

AngleTerm read_angle(TomlReader& table, PotentialSet const& set) {
  AngleTerm angle;
  angle.centre = read_label(table.required<std::string>("centre"), table, "centre", set);
  auto const outer = table.required<std::vector<std::string>>("outer");
  if (outer.size() != 2) table.fail("outer", "an angle has two outer ions, found ", outer.size());
  for (std::size_t k = 0; k < 2; ++k) angle.outer[k] = read_label(outer[k], table, "outer", set);
  angle.k = table.required<double>("k", spring_constants);
  angle.theta0 = table.required<double>("theta0_deg", above_to(0, 180)) * pi / 180;
  auto const found = table.required<std::vector<double>>("cutoffs", cutoffs);
  if (found.size() != 2 && found.size() != 3)
    table.fail("cutoffs", "found ", found.size(),
               " cutoffs, expected those of both legs, and perhaps that of the outer ions");
  angle.cutoffs.fill(std::numeric_limits<double>::infinity());
  std::ranges::copy(found, angle.cutoffs.begin());
  return angle;
}

LabelRule read_label_rule(TomlReader& table, PotentialSet const& set) {
  LabelRule rule;
  rule.name = table.required<std::string>("name");
  if (!set.charges.contains(rule.name))
    table.fail("name", "unknown species ", rule.name, ": it is not in [charges]");
  rule.element = table.required<std::string>("element");
  if (element_of_label(rule.name) != rule.element)
    table.fail("element", "found ", rule.element, ", expected the element that ", rule.name,
               " begins with");
  rule.bonded_to = table.optional<std::string>("bonded_to").value_or("");
  if (rule.bonded_to.empty() != !table.has("within"))
    table.fail("within", "bonded_to and within are given together: the element and its distance");
  if (!rule.bonded_to.empty()) rule.within = table.required<double>("within", bonds);
  return rule;
}

/// The place of the key's word in the list of those that may stand there.
std::size_t place_of(std::string const& word, std::vector<std::string> const& known,
                     TomlReader const& table, std::string const& key) {
  auto const at = std::ranges::find(known, word);
  if (at == known.end())
    table.fail(key, "unknown ", key, " '", word, "', expected one of ", joined(known),
               suggestion(word, known));
  return std::size_t(at - known.begin());
}

std::size_t read_choice(TomlReader& table, std::string const& key,
                        std::vector<std::string> const& known) {
  return place_of(table.optional<std::string>(key).value_or(known[0]), known, table, key);
}

PairTerm read_pair(TomlReader& table, PotentialSet const& set) {
  PairTerm pair;
  auto const species = table.required<std::vector<std::string>>("species");
  if (species.size() != 2) table.fail("species", "a pair has two species, found ", species.size());
  for (std::size_t k = 0; k < 2; ++k) {
    pair.species[k] = set.insertion ? species[k] : read_label(species[k], table, "species", set);
    if (set.insertion && species[k] != set.insertion->mobile &&
        species[k] != set.insertion->framework)
      table.fail("species", "unknown species ", species[k], ": it is not in [insertion]");
  }
  pair.form = table.required<std::string>("form");
  std::vector<std::string> known;
  std::vector<detail::NamedForm> forms;
  for (detail::NamedForm const& form : detail::named_forms())
    if (form.inserts || !set.insertion) known.push_back(form.name), forms.push_back(form);
  pair.term = forms[place_of(pair.form, known, table, "form")].read(
      table, {set.file.parent_path(),
              set.insertion ? between(-dispersions.max, dispersions.max) : dispersions});
  if (set.insertion) {
    pair.growth = read_growth(table, "growth");
    return pair;
  }
  if (table.has("growth"))
    table.fail(
        "growth",
        "found growth, expected only in a set with [insertion]: the charges of this one are fixed");

  pair.cutoff = table.optional<double>("cutoff", cutoffs);
  if (auto const wall = table.optional<double>("wall", above(0))) {
    pair.wall = *wall;
    if (!(evaluate(pair.term, pair.wall).slope < 0))
      table.fail("wall", "wall = ", pair.wall, " Å, expected a radius at which the term repels");
    auto const cutoff = pair.cutoff ? pair.cutoff : set.cutoff;
    if (cutoff && pair.wall >= *cutoff)
      table.fail("wall", "wall = ", pair.wall, " Å, expected less than the cutoff of ", *cutoff,
                 " Å");
  }
  return pair;
}

bool same_pair(PairTerm const& pair, std::string const& a, std::string const& b) {
  return (pair.species[0] == a && pair.species[1] == b) ||
         (pair.species[0] == b && pair.species[1] == a);
}

PotentialSet read(TomlReader toml, std::filesystem::path const& file) {
  PotentialSet set;
  set.file = file;
  set.name = toml.required<std::string>("name");
  set.source = toml.required<std::string>("source");
  set.cutoff = toml.optional<double>("cutoff", cutoffs);
  if (auto charges = toml.optional_table("charges"))
    for (std::string const& species : charges->keys())
      set.charges[species] = charges->required<double>(species, charges_of_ions);
  if (auto insertion = toml.optional_table("insertion")) set.insertion = read_insertion(*insertion);
  if (set.charges.empty() == !set.insertion)
    fail_input(toml.where(), "a potential set needs either [charges] or [insertion]");
  if (auto fitted = toml.optional_table("fitted")) set.fitted = read_fitted(*fitted);
  toml.ignore_table("provenance");  // for people
  if (!set.insertion) {
    set.truncation =
        Truncation(read_choice(toml, "truncation", {"plain", "shifted", "force-shifted"}));
    set.tail = toml.optional<bool>("tail").value_or(false);
    set.dispersion_lattice_sum = read_choice(toml, "dispersion", {"cutoff", "lattice-sum"}) == 1;
  }
  if (!set.insertion) {
    set.coulomb_constant = toml.optional<double>("coulomb_constant", coulomb_constants);
    for (TomlReader& table : toml.tables("label"))
      set.labels.push_back(read_label_rule(table, set));
    for (TomlReader& table : toml.tables("shell")) set.shells.push_back(read_shell(table, set));
    for (TomlReader& table : toml.tables("angle")) set.angles.push_back(read_angle(table, set));
  }
  for (TomlReader& table : toml.tables("pair")) {
    PairTerm const pair = read_pair(table, set);
    for (PairTerm const& other : set.pairs)
      if (!set.insertion && same_pair(other, pair.species[0], pair.species[1]))
        table.fail("species", "a second term for ", pair.species[0], "-", pair.species[1],
                   ", expected one: only a set with [insertion] adds several");
    set.pairs.push_back(pair);
  }
  toml.reject_unknown_keys();
  if (set.insertion && std::ranges::none_of(set.pairs, [&](PairTerm const& pair) {
        return same_pair(pair, set.insertion->mobile, set.insertion->framework);
      }))
    fail_input(toml.where(), "no [[pair]] of ", set.insertion->mobile, " and ",
               set.insertion->framework, ": nothing would keep the ion from the anions");
  return set;
}

}  // namespace

ShellTerm const* PotentialSet::shell(std::string const& species) const {
  auto const at = std::ranges::find(shells, species, &ShellTerm::species);
  return at == shells.end() ? nullptr : &*at;
}

std::string PotentialSet::acting_label(std::string const& species) const {
  return shell(species) ? shell_label(species) : species;
}

PairTerm const* PotentialSet::find(std::string const& a, std::string const& b) const {
  for (PairTerm const& pair : pairs)
    if (same_pair(pair, a, b)) return &pair;
  return nullptr;
}

Buckingham PotentialSet::buckingham(std::string const& a, std::string const& b) const {
  if (shell(a) || shell(b))
    fail_input({file}, "the set has shells (", shell(a) ? a : b,
               "), expected rigid ions: nothing is polarised in a frozen host");
  PairTerm const* const pair = find(a, b);
  if (!pair) return {};
  if (std::ranges::count_if(pairs, [&](PairTerm const& other) { return same_pair(other, a, b); }) >
      1)
    fail_input({file}, a, "-", b, " has several terms, expected one");
  auto const* const term = std::get_if<Buckingham>(&pair->term);
  if (!term || pair->wall > 0)
    fail_input({file}, "the term ", a, "-", b, " is of the form ", pair->form,
               pair->wall > 0 ? " with a wall" : "",
               ", expected buckingham or born-mayer without a wall: a frozen host knows no others");
  return *term;
}

std::vector<Buckingham> PotentialSet::insertion_terms(double q) const {
  if (!insertion) fail_input({file}, "the set has no [insertion]");
  std::vector<Buckingham> terms;
  for (PairTerm const& pair : pairs)
    if (same_pair(pair, insertion->mobile, insertion->framework)) {
      terms.push_back(std::get<Buckingham>(pair.term));  // an insertion set has no other form
      terms.back().repulsion.A *= Insertion::growth_factor(pair.growth, q);
    }
  return terms;
}

PairFunction PotentialSet::function(std::string const& a, std::string const& b,
                                    PairSums const& ends) const {
  PairFunction function{{}, ends.cutoff, ends.truncation, 0};
  PairTerm const* const pair = find(a, b);
  if (!pair) return function;
  function.cutoff = pair->cutoff.value_or(ends.cutoff);
  if (!(function.cutoff > 0)) return function;
  function.form = ends.dispersion_lattice_sum ? without_dispersion(pair->term) : pair->term;
  function.wall = pair->wall;
  return function;
}

double PotentialSet::lattice_dispersion(std::string const& a, std::string const& b,
                                        PairSums const& ends) const {
  PairTerm const* const pair = find(a, b);
  if (!pair || !ends.dispersion_lattice_sum || !(pair->cutoff.value_or(ends.cutoff) > 0)) return 0;
  return dispersion_coefficient(pair->term);
}

PotentialSet read_potential_set(std::filesystem::path const& file) {
  return parse_potential_set(read_text(file), file);
}

PotentialSet parse_potential_set(std::string_view text, std::filesystem::path const& name) {
  if (is_gulp_input(text, name)) return parse_gulp_potentials(text, name);
  return read(TomlReader::from_text(text, name), name);
}

}  // namespace ionscape
