#include "charge_source.hpp"

#include <algorithm>

#include <ionscape/core/error.hpp>
#include <ionscape/core/io/format.hpp>

namespace ionscape::app {

namespace {

/// "O=-1.06,S=-1.2"; each species must be in one of the crystals.
SpeciesNumbers species_numbers(Arguments const& arguments, std::string const& option,
                               std::vector<Crystal> const& crystals) {
  SpeciesNumbers numbers;
  std::string const form = "SPECIES=NUMBER, as O=-1.06";
  for (auto const& [species, text] : arguments.assignments(option, form)) {
    std::string const word = species + "=" + text;
    auto const number = finite_number(text);
    if (!number) fail_input({}, "--", option, " ", word, ": expected ", form);
    if (std::ranges::none_of(
            crystals, [&](Crystal const& c) { return std::ranges::count(c.species, species) > 0; }))
      fail_input({}, "--", option, " ", word, ": no such species in ",
                 crystals.size() > 1 ? "any structure" : "the structure");
    numbers[species] = *number;
  }
  return numbers;
}

}  // namespace

void declare_charge_source(Arguments& arguments) {
  arguments.list_option("charge", "LIST", "charges in e by species, as O=-1.06,S=-1.2");
  arguments.option("charges", "FILE",
                   "per species (.csv: species,charge_e; .toml: [charges]), per ion (.csv: "
                   "ion,charge_e; .toml: charges_e), "
                   "or Bader's ACF.dat");
  arguments.list_option("valence", "LIST",
                        "valence electrons (ZVAL) by species, as Li=1,O=6, for an ACF.dat");
  arguments.flag("structure-charges",
                 "what the structure file states: charges (.extxyz), oxidation numbers (.cif)");
  arguments.flag("oxidation",
                 "take formal oxidation states (far from the charges that the potentials know)");
  arguments.option("charge-model", "NAME",
                   "ionicity: formal states times a covalency factor, ±0.18 e");
  arguments.list_option("states", "LIST",
                        "oxidation states in place of the common ones, as Fe=2,P=5");
}

ChargeSource charge_source(Arguments const& arguments, std::vector<Crystal> const& crystals) {
  std::pair<char const*, ChargeOrigin> const options[] = {
      {"charge", ChargeOrigin::given},
      {"charges", ChargeOrigin::file},
      {"structure-charges", ChargeOrigin::structure},
      {"oxidation", ChargeOrigin::formal},
      {"charge-model", ChargeOrigin::ionicity}};
  std::vector<std::string> named;
  ChargeSource source;
  for (auto const& [option, origin] : options)
    if (arguments.has(option)) named.push_back(std::string("--") + option), source.origin = origin;
  if (named.size() > 1)
    fail_input({}, joined(named), ": expected one source of the anions' charge");
  if (named.empty())
    fail_input(
        {},
        "the anions' charge is needed, and none is invented. Name a source: --charge O=-1.06 (e, "
        "per species); "
        "--charges FILE (.csv, .toml, or Bader's ACF.dat with --valence Li=1,O=6); "
        "--structure-charges (those of "
        "the structure file); --oxidation (formal states); --charge-model ionicity (an estimate)");
  source.file = arguments.path("charges").value_or("");
  if (source.origin != ChargeOrigin::formal && source.origin != ChargeOrigin::ionicity)
    arguments.refuse({"states"}, named[0]);
  if (source.origin != ChargeOrigin::file) arguments.refuse({"valence"}, named[0]);
  arguments.choice("charge-model", {"ionicity"});
  source.charge = species_numbers(arguments, "charge", crystals);
  source.valence = species_numbers(arguments, "valence", crystals);
  source.states = species_numbers(arguments, "states", crystals);
  return source;
}

}  // namespace ionscape::app
