#include <ionscape/compounds/compound.hpp>

#include <algorithm>

#include <ionscape/core/error.hpp>
#include <ionscape/core/io/format.hpp>
#include <ionscape/lattice/anions.hpp>

namespace ionscape {

namespace {

ChargeAssignment assign_charge(ChargeSource const& source, Crystal const& crystal,
                               std::vector<std::string> const& anions,
                               std::filesystem::path const& file) {
  auto const present = [&](SpeciesNumbers numbers) {
    std::erase_if(numbers, [&](auto const& item) {
      return std::ranges::count(crystal.species, item.first) == 0;
    });
    return numbers;
  };
  switch (source.origin) {
    case ChargeOrigin::given:
      return charges_per_species(crystal, present(source.charge));
    case ChargeOrigin::file:
      return charges_from_file(crystal, source.file, present(source.valence));
    case ChargeOrigin::structure:
      return charges_of_structure(crystal, file);
    case ChargeOrigin::formal:
      return formal_charges(crystal, anions, present(source.states), {file});
    case ChargeOrigin::ionicity:
      break;
  }
  return ionicity_charges(crystal, anions, present(source.states), {file});
}

void check_potential(CompoundQuestion const& question, std::string const& anion,
                     std::filesystem::path const& file) {
  auto const set = question.potentials->find(anion);
  if (set == question.potentials->end())
    fail_input({file}, "no potential for frameworks of ", anion, ": --potential SET.toml");
  if (set->second.insertion->mobile != question.mobile)
    fail_input({file}, "the potential of ", anion, " (", set->second.file.string(),
               ") is for mobile ", set->second.insertion->mobile, ", not ", question.mobile);
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

/// All of them, or InputError.
void predict_together(std::span<Compound* const> compounds, PredictOptions const& options) {
  std::vector<ModelQuestion> questions;
  std::vector<FrameworkQuestion> frameworks;
  for (Compound const* c : compounds) {
    frameworks.push_back({c->anions, c->charge.mean, c->source.uncertainty, {}});
    for (CompoundHop const& hop : c->geometry.hops) {
      if (!hop.blocked_by.empty()) continue;
      questions.push_back(question_of(*c, hop, SiteKind::tet));
      questions.push_back(question_of(*c, hop, SiteKind::oct));
      frameworks.back().hops.push_back(hop);
    }
  }
  auto const answers = ask_models(questions, options);
  auto const relaxed = relax_in_frameworks(frameworks, options);
  std::size_t k = 0;
  for (std::size_t i = 0; i < compounds.size(); ++i) {
    auto own = relaxed[i].begin();
    compounds[i]->predicted.clear();
    for (CompoundHop const& hop : compounds[i]->geometry.hops) {
      auto& predicted = compounds[i]->predicted.emplace_back();
      if (!hop.blocked_by.empty()) continue;
      predicted = {answers[k].cv, answers[k].cvd, answers[k + 1].cvd, *own++};
      k += 2;
    }
  }
}

}  // namespace

Compound read_compound(Crystal const& crystal, std::filesystem::path const& file,
                       CompoundQuestion const& question) {
  Compound c;
  c.file = file;
  c.name = file.string();
  c.notes = crystal.notes;
  auto const anions = choose_anions(crystal.species, question.anions, {file});
  if (anions.size() > 1)
    fail_input({file}, "several anions (", joined(anions),
               "), but a potential is for a framework of one species: name one with --anions");
  check_potential(question, anions[0], file);
  c.formula = reduced_formula(composition_of(crystal), question.mobile, anions[0]);
  c.geometry = analyse_compound(crystal, anions[0], question.mobile, question.kinds);
  c.source = assign_charge(question.charge, crystal, anions, file);
  c.charge = anion_charge(crystal, c.source, anions, {file});
  c.anions.cell = crystal.cell;
  for (std::size_t ion : c.geometry.anions) {
    c.anions.species.push_back(crystal.species[ion]);
    c.anions.positions.push_back(crystal.positions[ion]);
  }
  constexpr double noticeable = 0.02;  // e
  if (c.charge.highest - c.charge.lowest > noticeable)
    c.source.remarks.push_back("the anions differ in charge, " + decimals(c.charge.lowest, 3) +
                               " .. " + decimals(c.charge.highest, 3) +
                               " e: the models take the mean");
  return c;
}

void predict(std::span<Compound> compounds, PredictOptions const& options) {
  std::vector<Compound*> readable;
  for (Compound& c : compounds)
    if (c.is_read()) readable.push_back(&c);
  try {
    return predict_together(readable, options);
  } catch (InputError const& error) {
    if (readable.size() == 1) {
      readable[0]->error = error.what();
      return;
    }
  }
  for (Compound* c : readable) try {
      predict_together(std::span(&c, 1), options);
    } catch (InputError const& error) {
      c->error = error.what();
    }
}

// --- what to believe -----------------------------------------------------------------------------

namespace {

/// Why C-V-D is no model of this framework.
std::string outside_domain(FrameworkKind kind) {
  std::string const rule = "C-V-D is a model of fcc frameworks";
  switch (kind) {
    case FrameworkKind::fcc:
      return "the framework has empty space, as in a slab: V says little";
    case FrameworkKind::hcp:
      return "the anions form an hcp lattice; " + rule;
    case FrameworkKind::bcc:
      return "the anions form a bcc lattice; " + rule;
    default:
      break;
  }
  return "the anions form no fcc lattice; " + rule;
}

bool is_sentence(std::string const& note) { return note.find(' ') != note.npos; }

std::string sentences_of(ModelBarrier const& model) {
  std::vector<std::string> sentences;
  std::ranges::copy_if(model.notes, std::back_inserter(sentences), is_sentence);
  return joined(sentences);
}

}  // namespace

Recommendation recommend(CompoundGeometry const& geometry, CompoundHop const& hop,
                         std::optional<Predicted> const& predicted, SiteKind csm_of) {
  auto const none = [](std::string reason) {
    return Recommendation{{}, "none", std::move(reason)};
  };
  if (!hop.blocked_by.empty() || !predicted) return none("blocked by " + hop.blocked_by);
  if (!geometry.in_domain) return none(outside_domain(geometry.framework.kind));
  ModelBarrier const& cvd = csm_of == SiteKind::tet ? predicted->cvd_by_tet : predicted->cvd_by_oct;
  Estimate const e = cvd.from_end_three_point_eV;
  if (std::isnan(e.value)) return none(sentences_of(cvd));
  if (std::ranges::count(cvd.notes, "inside_buckingham_well") > 0)
    return none("an ion is inside a Buckingham well, where energies mean nothing");
  if (std::isnan(e.uncertainty)) return none(sentences_of(cvd));
  if (e.value < 1e-6) return none("the hop's end is the highest point of its path");
  std::string const outside = sentences_of(cvd);
  return {{e.value, std::max(e.uncertainty, compound_rmse_eV)},
          "C-V-D",
          outside.empty() ? "fcc framework; C, V and D inside the calibrated range"
                          : "fcc framework, but " + outside};
}

std::optional<std::size_t> lowest_recommended(Compound const& compound, SiteKind csm_of) {
  std::optional<std::size_t> lowest;
  std::pair best(true, 0.0);  // not between two mobile ions, barrier: compared in this order
  for (std::size_t h = 0; h < compound.predicted.size(); ++h) {
    CompoundHop const& hop = compound.geometry.hops[h];
    auto const r = recommend(compound.geometry, hop, compound.predicted[h], csm_of);
    if (!r.exists()) continue;
    std::pair const rank(hop.mobile_ends < 2, r.barrier_eV.value);
    if (!lowest || rank < best) best = rank, lowest = h;
  }
  return lowest;
}

}  // namespace ionscape
