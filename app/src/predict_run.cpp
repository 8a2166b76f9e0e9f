#include "predict_run.hpp"

#include <algorithm>

#include <ionscape/core/error.hpp>
#include <ionscape/core/io/format.hpp>
#include <ionscape/lattice/anions.hpp>

#include "output.hpp"

namespace ionscape::app {

namespace {

/// "O=-1.06,S=-1.2"; each species must be in one of the crystals.
SpeciesNumbers species_numbers(Arguments const& arguments, std::string const& option,
                               std::vector<Crystal> const& crystals) {
  SpeciesNumbers numbers;
  for (std::string const& word : arguments.list(option)) {
    std::size_t const equals = word.find('=');
    auto const number = finite_number(word.substr(std::min(equals + 1, word.size())));
    if (equals == word.npos || equals == 0 || !number)
      fail_input({}, "--", option, " ", word, ": expected SPECIES=NUMBER, as O=-1.06");
    std::string const species = word.substr(0, equals);
    if (std::ranges::none_of(
            crystals, [&](Crystal const& c) { return std::ranges::count(c.species, species) > 0; }))
      fail_input({}, "--", option, " ", word, ": no such species in ",
                 crystals.size() > 1 ? "any structure" : "the structure");
    if (!numbers.emplace(species, *number).second)
      fail_input({}, "--", option, ": a second number of ", species);
  }
  return numbers;
}

ChargeAssignment assign_charge(ChargeSource const& source, Crystal const& crystal,
                               std::vector<std::string> const& anions,
                               std::filesystem::path const& file) {
  auto const present = [&](SpeciesNumbers numbers) {
    std::erase_if(numbers, [&](auto const& item) {
      return std::ranges::count(crystal.species, item.first) == 0;
    });
    return numbers;
  };
  if (source.option == "charge") return charges_per_species(crystal, present(source.charge));
  if (source.option == "charges")
    return charges_from_file(crystal, source.file, present(source.valence));
  if (source.option == "structure-charges") return charges_of_structure(crystal, file);
  auto const assign = source.option == "oxidation" ? formal_charges : ionicity_charges;
  return assign(crystal, anions, present(source.states), {file});
}

ModelQuestion question_of(Compound const& c, CompoundHop const& hop, SiteKind csm_of) {
  bool const tet = csm_of == SiteKind::tet;
  auto const& range = tet ? hop.csm_tet_range : hop.csm_oct_range;
  return {c.geometry.anion,
          hop.hop.kind,
          c.geometry.volume_A3,
          c.charge.mean,
          c.source.uncertainty,
          csm_of,
          tet ? hop.csm_tet : hop.csm_oct,
          range[0],
          range[1],
          c.geometry.in_domain};
}

}  // namespace

ChargeSource charge_source(Arguments const& arguments, std::vector<Crystal> const& crystals) {
  std::vector<std::string> named;
  for (char const* option : {"charge", "charges", "structure-charges", "oxidation", "charge-model"})
    if (arguments.has(option)) named.push_back(std::string("--") + option);
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
  ChargeSource source{named[0].substr(2), arguments.path("charges").value_or(""), {}, {}, {}};
  if (source.option != "oxidation" && source.option != "charge-model")
    arguments.refuse({"states"}, named[0]);
  if (source.option != "charges") arguments.refuse({"valence"}, named[0]);
  arguments.choice("charge-model", {"ionicity"});
  source.charge = species_numbers(arguments, "charge", crystals);
  source.valence = species_numbers(arguments, "valence", crystals);
  source.states = species_numbers(arguments, "states", crystals);
  return source;
}

Compound read_compound(Crystal const& crystal, std::filesystem::path const& file,
                       ChargeSource const& source, std::vector<std::string> const& asked_anions,
                       std::string const& mobile, std::vector<HopKind> const& kinds) {
  Compound c{file, {}, {}, {}, {}};
  auto const anions = choose_anions(crystal.species, asked_anions, {file});
  if (anions.size() > 1)
    fail_input({file}, "several anions (", joined(anions),
               "), but a potential is for a framework of one species: name one with --anions");
  c.geometry = analyse_compound(crystal, anions[0], mobile, kinds);
  c.source = assign_charge(source, crystal, anions, file);
  c.charge = anion_charge(crystal, c.source, anions, {file});
  c.anions.cell = crystal.cell;
  for (std::size_t ion : c.geometry.anions) {
    c.anions.species.push_back(crystal.species[ion]);
    c.anions.positions.push_back(crystal.positions[ion]);
  }
  constexpr double noticeable = 0.02;  // e
  if (c.charge.highest - c.charge.lowest > noticeable)
    c.source.remarks.push_back("the anions differ in charge, " + fixed(c.charge.lowest, 3) +
                               " .. " + fixed(c.charge.highest, 3) +
                               " e: the models take the mean");
  return c;
}

std::vector<Predictions> predict(std::vector<Compound> const& compounds,
                                 PredictOptions const& options) {
  std::vector<ModelQuestion> questions;
  std::vector<FrameworkQuestion> frameworks;
  for (Compound const& c : compounds) {
    frameworks.push_back({c.anions, c.charge.mean, c.source.uncertainty, {}});
    for (CompoundHop const& hop : c.geometry.hops) {
      if (!hop.blocked_by.empty()) continue;
      questions.push_back(question_of(c, hop, SiteKind::tet));
      questions.push_back(question_of(c, hop, SiteKind::oct));
      frameworks.back().hops.push_back(hop);
    }
  }
  auto const answers = ask_models(questions, options);
  auto const relaxed = relax_in_frameworks(frameworks, options);
  std::vector<Predictions> out;
  std::size_t k = 0;
  for (std::size_t i = 0; i < compounds.size(); ++i) {
    auto own = relaxed[i].begin();
    out.emplace_back();
    for (CompoundHop const& hop : compounds[i].geometry.hops) {
      out.back().emplace_back();
      if (!hop.blocked_by.empty()) continue;
      out.back().back() = {answers[k].cv, answers[k].cvd, answers[k + 1].cvd, *own++};
      k += 2;
    }
  }
  return out;
}

}  // namespace ionscape::app
