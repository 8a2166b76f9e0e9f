// Shells that follow their ions.
#include <algorithm>
#include <random>

#include <ionscape/crystals/evaluation.hpp>
#include <ionscape/crystals/shell_model.hpp>
#include <ionscape_test/catch.hpp>
#include <ionscape_test/phosphate.hpp>

using namespace ionscape;
using Catch::Matchers::WithinAbs;
using ionscape_test::lithium_phosphate, ionscape_test::phosphate;

namespace {

EnergyOptions smooth(double force_error = 1e-10) {
  EnergyOptions options;
  options.force_error = force_error;
  options.pairs = PairSums{7.0, Truncation::force_shifted, false, false};
  return options;
}

Crystal moved(Crystal c, double by, unsigned seed) {
  std::mt19937 random(seed);
  std::uniform_real_distribution<double> one(-by, by);
  for (Vec3& r : c.positions) r += Vec3{one(random), one(random), one(random)};
  return c;
}

}  // namespace

TEST_CASE("forces on ions are differences of the energy whose shells are at rest") {
  Crystal const c = lithium_phosphate();
  ShellModel model(std::span(&c, 1), phosphate(), smooth(), {.tolerance = 1e-9});
  auto const at = [&](std::vector<Vec3> const& positions) {
    model.evaluate(positions);
    REQUIRE(model.rest().front().at_rest());
    return model.results().front();
  };
  EnergyResult const here = at(c.positions);
  CHECK(here.shell_force < 1e-9);
  double const h = 1e-3;
  for (std::size_t i = 0; i < c.size(); ++i)
    for (double Vec3::*d : {&Vec3::x, &Vec3::y, &Vec3::z}) {
      double energies[4];
      double const steps[4] = {-2 * h, -h, h, 2 * h};
      for (int k = 0; k < 4; ++k) {
        std::vector<Vec3> positions = c.positions;
        positions[i].*d += steps[k];
        energies[k] = at(positions).energy();
      }
      double const slope =
          (energies[0] - 8 * energies[1] + 8 * energies[2] - energies[3]) / (12 * h);
      CHECK_THAT(here.forces[i].*d, WithinAbs(-slope, 1e-6));
    }
}

TEST_CASE("the way the shells came does not count") {
  Crystal const c = lithium_phosphate();
  ShellModel fresh(std::span(&c, 1), phosphate(), smooth()),
      travelled(std::span(&c, 1), phosphate(), smooth());
  fresh.evaluate(c.positions);
  travelled.evaluate(moved(c, 0.2, 3).positions);
  travelled.evaluate(c.positions);
  CHECK_THAT(fresh.results().front().energy(),
             WithinAbs(travelled.results().front().energy(), 1e-10));
  for (std::size_t i = 0; i < c.size(); ++i)
    CHECK(norm(fresh.results().front().forces[i] - travelled.results().front().forces[i]) < 2e-6);
}

TEST_CASE("warm shells are soon at rest") {
  Crystal const c = lithium_phosphate();
  ShellModel model(std::span(&c, 1), phosphate(), smooth());
  model.evaluate(c.positions);
  long const cold = model.evaluations();
  int const calls = 20;
  for (int call = 0; call < calls; ++call) model.evaluate(moved(c, 0.01, unsigned(call)).positions);
  double const warm = double(model.evaluations() - cold) / calls;
  CAPTURE(cold, warm);
  CHECK(warm < 0.7 * double(cold));
}

TEST_CASE("crystals with shells have the same bits in a batch and alone, whatever the others do") {
  std::vector<Crystal> const all{lithium_phosphate(), moved(lithium_phosphate(true), 0.1, 5),
                                 moved(lithium_phosphate(), 0.05, 6)};
  auto const positions = [](std::vector<Crystal> const& crystals) {
    std::vector<Vec3> all_of_them;
    for (Crystal const& c : crystals)
      all_of_them.insert(all_of_them.end(), c.positions.begin(), c.positions.end());
    return all_of_them;
  };
  ShellModel together(all, phosphate(), smooth());
  std::vector<ShellModel> alone;
  for (Crystal const& c : all) alone.emplace_back(std::span(&c, 1), phosphate(), smooth());
  // In the second round the lists of the first crystal do not serve any more, those of others do.
  for (double far : {0.0, 0.5}) {
    std::vector<Crystal> there = all;
    there[0] = moved(there[0], far, 8);
    together.evaluate(positions(there));
    std::vector<EnergyResult> const results = together.results();
    for (std::size_t k = 0; k < all.size(); ++k) {
      alone[k].evaluate(there[k].positions);
      EnergyResult const own = alone[k].results().front();
      CHECK(own.energy() == results[k].energy());
      CHECK(own.forces[3] == results[k].forces[3]);
      CHECK(own.shells[2] == results[k].shells[2]);
    }
  }
}

TEST_CASE("shells on stiff springs are rigid ions") {
  PotentialSet set = phosphate();
  for (ShellTerm& shell : set.shells) shell.k2 = 1e7, shell.k4 = 0;
  PotentialSet rigid = parse_potential_set(R"(
    name = "rigid"
    source = "of this test"
    charges = {Li = 1.0, P = 5.0, O = -2.0}
    coulomb_constant = 14.39)",
                                           "rigid.toml");
  for (PairTerm pair : set.pairs) {
    for (std::string& name : pair.species) name = name.substr(0, name.find(' '));
    // Cores and shells of Li and O have a term each: one is left out in both sets.
    if (rigid.find(pair.species[0], pair.species[1])) continue;
    rigid.pairs.push_back(pair);
  }
  std::erase_if(set.pairs, [](PairTerm const& p) { return p.species[0] == "Li core"; });
  for (AngleTerm angle : set.angles) {
    for (std::string* name : {&angle.centre, &angle.outer[0], &angle.outer[1]})
      *name = name->substr(0, name->find(' '));
    rigid.angles.push_back(angle);
  }
  Crystal const c = lithium_phosphate();
  EnergyResult const stiff =
      energies_of(std::span(&c, 1), set, smooth(), {.tolerance = 1e-5}).front();
  EnergyResult const hard = energies_of(std::span(&c, 1), rigid, smooth()).front();
  CHECK_THAT(stiff.energy(), WithinAbs(hard.energy(), 1e-4));
  for (std::size_t i = 0; i < c.size(); ++i) CHECK(norm(stiff.forces[i] - hard.forces[i]) < 1e-4);
}

TEST_CASE("the plain reference brings shells to the same rest, and certifies") {
  EvaluationPlan plan;
  plan.set = phosphate();
  plan.set.truncation = Truncation::force_shifted;
  plan.options.force_error = 1e-8;
  std::vector<Crystal> const all{lithium_phosphate()};
  std::vector<Evaluation> engine(1), oracle(1);
  evaluate(plan, all, engine);
  certify(plan, all, engine);
  EvaluationPlan plain = plan;
  plain.reference = true;
  evaluate(plain, all, oracle);
  REQUIRE(engine[0].computed());
  REQUIRE(oracle[0].computed());
  CHECK_THAT(engine[0].result.energy(), WithinAbs(oracle[0].result.energy(), 1e-7));
  CHECK(norm(engine[0].result.shells[2] - oracle[0].result.shells[2]) < 1e-6);
  CHECK(engine[0].measured->force_rms < 1e-6);
  double pairs = 0;
  for (PairEnergy const& pair : pair_energies(plan, all[0], engine[0])) pairs += pair.energy;
  CHECK_THAT(pairs, WithinAbs(engine[0].result.short_range, 1e-6));
}

TEST_CASE("a shell that runs away is named with its ion and distance") {
  EvaluationPlan plan;
  plan.set = phosphate();
  // No spring holds a shell of -2.86 e that lies 1.6 Å from P5+ and is hardly repelled.
  for (ShellTerm& shell : plan.set.shells) shell.k2 = 0.5, shell.k4 = 0;
  for (PairTerm& pair : plan.set.pairs)
    if (auto* const term = std::get_if<Buckingham>(&pair.term)) term->repulsion.A *= 0.1;
  std::vector<Crystal> const all{lithium_phosphate()};
  std::vector<Evaluation> evaluations(1);
  evaluate(plan, all, evaluations);
  REQUIRE(evaluations[0].computed());
  auto const& warnings = evaluations[0].warnings;
  auto const at = std::ranges::find(warnings, "shell_ran_away", &Warning::note);
  REQUIRE(at != warnings.end());
  CHECK_THAT(at->text, Catch::Matchers::ContainsSubstring("(O)") ||
                           Catch::Matchers::ContainsSubstring("(Li)"));
  CHECK_THAT(at->text, Catch::Matchers::ContainsSubstring("Å from its core"));
}
