#include <ionscape/potentials/potential_set.hpp>

#include <algorithm>

#include <ionscape/core/error.hpp>
#include <ionscape/core/io/toml.hpp>

namespace ionscape {

namespace {

std::array<double, 2> read_range(TomlReader& table, std::string const& key) {
  auto const ends = table.required<std::vector<double>>(key);
  if (ends.size() != 2 || !(ends[0] <= ends[1])) table.fail(key, "'", key, "' must be [lowest, highest]");
  return {ends[0], ends[1]};
}

Insertion read_insertion(TomlReader table) {
  Insertion insertion;
  insertion.mobile = table.required<std::string>("mobile");
  insertion.framework = table.required<std::string>("framework");
  insertion.z = table.required<double>("z");
  insertion.z0 = table.required<double>("z0");
  insertion.gaussian_width = table.optional<double>("gaussian_width", between(0, 1)).value_or(0);
  return insertion;
}

PairTerm read_pair(TomlReader& table) {
  PairTerm pair;
  auto const species = table.required<std::vector<std::string>>("species");
  if (species.size() != 2) table.fail("species", "a pair has two species, found ", species.size());
  pair.species = {species[0], species[1]};
  pair.form = table.required<std::string>("form");
  bool const has_c = pair.form == "buckingham";
  if (!has_c && pair.form != "born-mayer")
    table.fail("form", "unknown form '", pair.form, "', expected \"buckingham\" or \"born-mayer\"");
  pair.term.repulsion.A = table.required<double>("A", at_least(0));
  pair.term.repulsion.inverse_rho = 1 / table.required<double>("rho", above(0));
  if (has_c) pair.term.C = table.required<double>("C", at_least(0));
  return pair;
}

bool same_pair(PairTerm const& pair, std::string const& a, std::string const& b) {
  return (pair.species[0] == a && pair.species[1] == b) || (pair.species[0] == b && pair.species[1] == a);
}

PotentialSet read(TomlReader toml, std::filesystem::path const& file) {
  PotentialSet set;
  set.file = file;
  set.name = toml.required<std::string>("name");
  set.source = toml.required<std::string>("source");
  set.cutoff = toml.optional<double>("cutoff", above(0));
  if (auto charges = toml.optional_table("charges"))
    for (std::string const& species : charges->keys()) set.charges[species] = charges->required<double>(species);
  if (auto insertion = toml.optional_table("insertion")) set.insertion = read_insertion(*insertion);
  if (set.charges.empty() == !set.insertion)
    fail_input(toml.where(), "a potential set needs either [charges] or [insertion]");
  if (auto fitted = toml.optional_table("fitted"))
    set.fitted = FittedRange{read_range(*fitted, "charge_e"), read_range(*fitted, "volume_A3")};
  for (TomlReader& table : toml.tables("pair")) {
    PairTerm const pair = read_pair(table);
    for (PairTerm const& other : set.pairs)
      if (same_pair(other, pair.species[0], pair.species[1]))
        table.fail("species", "a second term for ", pair.species[0], "-", pair.species[1]);
    for (std::string const& species : pair.species)
      if (set.insertion ? species != set.insertion->mobile && species != set.insertion->framework
                        : !set.charges.contains(species))
        table.fail("species", "unknown species ", species, ": it is not in ",
                   set.insertion ? "[insertion]" : "[charges]");
    set.pairs.push_back(pair);
  }
  toml.reject_unknown_keys();
  if (set.insertion && std::ranges::none_of(set.pairs, [&](PairTerm const& pair) {
        return same_pair(pair, set.insertion->mobile, set.insertion->framework);
      }))
    fail_input(toml.where(), "no [[pair]] of ", set.insertion->mobile, " and ", set.insertion->framework,
               ": nothing would keep the ion from the anions");
  return set;
}

}  // namespace

Buckingham PotentialSet::pair(std::string const& a, std::string const& b) const {
  for (PairTerm const& pair : pairs)
    if (same_pair(pair, a, b)) return pair.term;
  return {};
}

PotentialSet read_potential_set(std::filesystem::path const& file) { return read(TomlReader::from_file(file), file); }

PotentialSet parse_potential_set(std::string_view text, std::filesystem::path const& name) {
  return read(TomlReader::from_text(text, name), name);
}

void assign_charges(Crystal& crystal, PotentialSet const& set) {
  crystal.charges.clear();
  for (std::string const& species : crystal.species) {
    auto const charge = set.charges.find(species);
    if (charge == set.charges.end()) fail_input({set.file}, "no charge for species ", species, " in [charges]");
    crystal.charges.push_back(charge->second);
  }
}

}  // namespace ionscape
