// Sweeps: relations that every row must obey, and independence of batching.
#include <algorithm>
#include <cmath>

#include <ionscape/sweep/runner.hpp>
#include <ionscape_test/catch.hpp>
#include <ionscape_test/files.hpp>

using namespace ionscape;
using namespace ionscape_test;
using Catch::Matchers::ContainsSubstring;

namespace {

SweepPlan small_plan() {
  SweepPlan plan;
  plan.potentials.emplace("S", built_in_potential("S"));
  plan.potentials.emplace("O", built_in_potential("O"));
  for (double distortion : {1.0, 1.08, 1.2})
    for (double charge : {-1.6, -0.7})
      for (double factor : {0.6, 0.9, 1.3}) {
        plan.points.push_back({"S", 46.81 * factor, charge, distortion});
        plan.points.push_back({"O", 25.28 * factor, charge, distortion});
      }
  return plan;
}

/// The set of S with anions that grow with their charge, and a core beside the valence shell.
PotentialSet growing_sulphur() {
  PotentialSet set = built_in_potential("S");
  set.insertion->gaussian_growth = 0.25;
  set.pairs[0].growth = 0.2;
  set.pairs.push_back(set.pairs[0]);
  set.pairs[1].term = Buckingham{{9000, 1 / 0.15}, 0};
  set.pairs[1].growth = -0.1;
  return set;
}

void check_same(MapRow const& a, MapRow const& b, double tolerance) {
  for (auto const& column : map_columns()) {
    INFO(column.name);
    if (column.number &&
        std::isnan(column.number(a)))  // a potential that says nothing of its errors
      CHECK(std::isnan(column.number(b)));
    else if (column.number)
      CHECK(std::fabs(column.number(a) - column.number(b)) <= tolerance);
    else
      CHECK(column.text(a) == column.text(b));
  }
}

}  // namespace

TEST_CASE("Rows come in the order of the plan and agree with themselves") {
  SweepPlan const plan = small_plan();
  SweepResult const result = run_sweep(plan);
  REQUIRE(result.rows.size() == plan.points.size());
  CHECK(result.measured_accuracy < plan.accuracy);
  CHECK(result.verified_points > 0);
  for (std::size_t i = 0; i < result.rows.size(); ++i) {
    MapRow const& row = result.rows[i];
    INFO(row.point.anion << " " << row.point.volume_A3 << " " << row.point.charge_e << " "
                         << row.point.distortion);
    CHECK(row.point == plan.points[i]);
    CHECK(row.status == BandStatus::converged);
    CHECK(row.max_force_eV_per_A <= plan.neb.force_tolerance);
    CHECK(row.E_tet_minus_E_oct_eV == row.E_tet_eV - row.E_oct_eV);
    auto const [low, high] = std::minmax({row.E_oct_eV, row.E_face_eV, row.E_tet_eV});
    CHECK(row.Ea_three_point_eV == high - low);
    CHECK(row.Ea_neb_eV >= std::fabs(row.E_tet_minus_E_oct_eV) - 1e-12);
    CHECK(row.barrier_oct_tet_eV - row.barrier_tet_oct_eV ==
          Approx(row.E_tet_minus_E_oct_eV).margin(1e-10));
    CHECK(row.tet_volume_A3 == Approx(row.point.volume_A3 / 6));
    CHECK(row.oct_volume_A3 == Approx(row.point.volume_A3 * 2 / 3));
    if (row.point.distortion == 1) {
      CHECK(row.dE_oct_eV == 0);
      CHECK(row.dE_tet_eV == 0);
      CHECK(row.csm_tet < 1e-10);
      // By symmetry the path is straight: the saddle lies at least as high as the three points.
      CHECK(row.Ea_neb_eV > row.Ea_three_point_eV - 1e-9);
      CHECK(row.depth_below_ends_eV < 1e-6);
      CHECK_FALSE(row.notes.has(Note::tet_not_minimum));
    } else {
      CHECK(row.notes.has(Note::oct_not_minimum));
    }
  }
}

TEST_CASE("Batches, and sharing of frameworks, change rows by no more than the asked accuracy") {
  SweepPlan plan = small_plan();
  if (GENERATE(false, true)) plan.potentials.at("S") = growing_sulphur();
  plan.accuracy = 1e-11;
  plan.neb.force_tolerance = 1e-6;
  auto const together = run_sweep(plan);
  RunOptions options;
  options.batch = 5;
  auto const batched = run_sweep(plan, options);
  options = {};
  options.share_frameworks = false;
  auto const alone = run_sweep(plan, options);
  for (std::size_t i = 0; i < plan.points.size(); ++i) {
    INFO(i);
    for (MapRow const* other : {&batched.rows[i], &alone.rows[i]}) {
      CHECK(std::fabs(other->E_face_eV - together.rows[i].E_face_eV) < 1e-10);
      CHECK(std::fabs(other->Ea_three_point_eV - together.rows[i].Ea_three_point_eV) < 1e-10);
      if (plan.points[i].distortion < 1.2)
        CHECK(std::fabs(other->Ea_neb_eV - together.rows[i].Ea_neb_eV) < 1e-8);
    }
  }
}

TEST_CASE(
    "Growth changes no row at a charge of -1 e and those at others, whose energies are as exact") {
  SweepPlan plan;
  plan.potentials.emplace("S", growing_sulphur());
  for (double charge : {-1.0, -0.6, -1.6}) plan.points.push_back({"S", 45, charge, 1.08});
  auto const grown = run_sweep(plan);
  CHECK(grown.verified_points == 3);
  CHECK(grown.measured_accuracy < plan.accuracy);
  auto& set = plan.potentials.at("S");
  set.insertion->gaussian_growth = 0;
  for (PairTerm& pair : set.pairs) pair.growth = 0;
  auto const still = run_sweep(plan);
  for (int i : {0, 1, 2}) {
    double const change =
        std::fabs(grown.rows[i].E_tet_minus_E_oct_eV - still.rows[i].E_tet_minus_E_oct_eV);
    CHECK((i == 0 ? change < 2 * plan.accuracy : change > 1e-3));
  }
}

TEST_CASE("The same sweep gives the same bits") {
  SweepPlan const plan = small_plan();
  auto const a = run_sweep(plan), b = run_sweep(plan);
  for (std::size_t i = 0; i < a.rows.size(); ++i) check_same(a.rows[i], b.rows[i], 0);
}

TEST_CASE(
    "A sweep that was cut off goes on from its checkpoint to the same rows, and another plan "
    "starts afresh") {
  TemporaryFolder folder;
  SweepPlan plan = small_plan();
  RunOptions options;
  options.batch = 7;
  auto const whole = run_sweep(plan, options);

  struct Killed {};
  options.checkpoint = folder / "checkpoint";
  options.progress = [&](std::size_t finished) {
    if (finished > 20) throw Killed{};
  };
  CHECK_THROWS_AS(run_sweep(plan, options), Killed);
  auto const kept = [&] {
    return std::distance(std::filesystem::directory_iterator(folder / "checkpoint"), {});
  };
  CHECK(kept() == 2);

  SweepPlan other = plan;
  other.neb.images = 5;
  RunOptions keep = options;
  keep.checkpoint = folder / "copy";
  std::filesystem::copy(folder / "checkpoint", folder / "copy");

  options.progress = {};
  auto const resumed = run_sweep(plan, options);
  REQUIRE(resumed.rows.size() == whole.rows.size());
  for (std::size_t i = 0; i < whole.rows.size(); ++i) check_same(whole.rows[i], resumed.rows[i], 0);
  CHECK(resumed.timings.evaluations <
        whole.timings.evaluations);  // the first batches were not computed again
  // They stay until the caller has written the rows.
  CHECK(kept() == 6);
  RunOptions none;
  none.batch = 7;
  none.checkpoint = folder / "checkpoint";
  remove_checkpoint(other, none);
  CHECK(kept() == 6);  // those of another plan stay
  for (auto const& entry : std::filesystem::directory_iterator(folder / "checkpoint")) {
    auto half = entry.path();
    std::filesystem::copy(entry.path(),
                          half.replace_filename("." + half.filename().string() + ".part-1"));
    break;
  }
  remove_checkpoint(plan, none);
  CHECK_FALSE(std::filesystem::exists(folder / "checkpoint"));

  keep.progress = {};
  auto const fresh = run_sweep(other, keep);
  auto const expected = run_sweep(other, {{}, 7, {}, true});
  for (std::size_t i = 0; i < fresh.rows.size(); ++i)
    check_same(expected.rows[i], fresh.rows[i], 0);
}

TEST_CASE("A damaged checkpoint is computed again, and the run says so") {
  TemporaryFolder folder;
  SweepPlan plan = small_plan();
  plan.points.resize(9);
  RunOptions options;
  options.batch = 3;
  options.checkpoint = folder / "checkpoint";
  auto const whole = run_sweep(plan, options);
  CHECK(whole.remarks.empty());
  std::vector<std::filesystem::path> files;
  for (auto const& entry : std::filesystem::directory_iterator(folder / "checkpoint"))
    files.push_back(entry.path());
  REQUIRE(files.size() == 3);

  auto const damages = std::vector<std::function<std::string(std::string)>>{
      [](std::string text) {  // another digit of a number
        auto const at = text.rfind("0.");
        text[at + 2] = text[at + 2] == '1' ? '2' : '1';
        return text;
      },
      [](std::string text) { return text.substr(0, text.size() - 1); },
      [](std::string text) {  // the last row
        return text.substr(0, text.rfind('\n', text.size() - 2) + 1);
      },
      [](std::string text) { return text.substr(text.find('\n') + 1); },  // no checksum
      [](std::string text) { return std::string(text.size(), '\0'); },
      [](std::string) { return std::string(); },
  };
  for (auto const& damage : damages) {
    std::string const sound = text_of(files[0]);
    REQUIRE(damage(sound) != sound);
    folder.write("checkpoint/" + files[0].filename().string(), damage(sound));
    auto const resumed = run_sweep(plan, options);
    REQUIRE(resumed.remarks.size() == 1);
    CHECK_THAT(resumed.remarks[0],
               ContainsSubstring(files[0].string()) && ContainsSubstring("damaged, its 3 points"));
    for (std::size_t i = 0; i < whole.rows.size(); ++i)
      check_same(whole.rows[i], resumed.rows[i], 0);
    CHECK(text_of(files[0]) == sound);
  }
  CHECK(run_sweep(plan, options).remarks.empty());
}

TEST_CASE("Progress counts up to the number of points") {
  SweepPlan const plan = small_plan();
  RunOptions options;
  options.batch = 10;
  std::vector<std::size_t> seen;
  options.progress = [&](std::size_t finished) { seen.push_back(finished); };
  run_sweep(plan, options);
  REQUIRE_FALSE(seen.empty());
  CHECK(std::is_sorted(seen.begin(), seen.end()));
  CHECK(seen.back() == plan.points.size());
}

TEST_CASE("A point outside the fitted range says so, and so does an ion inside a Buckingham well") {
  SweepPlan plan;
  plan.potentials.emplace(
      "O", read_potential_set(IONSCAPE_SOURCE_DIR "/examples/potentials/Li-O_point.toml"));
  plan.points = {{"O", 20, -1, 1}, {"O", 40, -1, 1}};
  auto const good = run_sweep(plan);
  CHECK_FALSE(good.rows[0].notes.has(Note::extrapolated));
  CHECK_FALSE(good.rows[0].notes.has(Note::inside_buckingham_well));
  CHECK(good.rows[1].notes.has(Note::extrapolated));
  plan.potentials.at("O").fitted->distortion = {{1, 1.1}};
  plan.points = {{"O", 20, -1, 1.1}, {"O", 20, -1, 1.12}};
  auto const bent = run_sweep(plan);
  CHECK_FALSE(bent.rows[0].notes.has(Note::extrapolated));
  CHECK(bent.rows[1].notes.has(Note::extrapolated));
  // Turns over at more than the distance in the Tet site.
  std::get<Buckingham>(plan.potentials.at("O").pairs[0].term).C = 2000;
  plan.points = {{"O", 12, -1, 1}};
  CHECK(run_sweep(plan).rows[0].notes.has(Note::inside_buckingham_well));
}

TEST_CASE("A band that L-BFGS leads astray is brought home by FIRE") {
  SweepPlan plan;
  plan.potentials.emplace("S", built_in_potential("S"));
  plan.points = {{"S", 45, -0.5, 1}};
  auto const row = run_sweep(plan).rows[0];
  CHECK(row.status == BandStatus::converged);
  CHECK(row.Ea_neb_eV > 0.2);
  CHECK(row.Ea_neb_eV < 0.35);
  plan.neb.optimizer = Optimizer::fire;
  CHECK(run_sweep(plan).rows[0].Ea_neb_eV == Approx(row.Ea_neb_eV).margin(1e-3));
}

TEST_CASE("A band that gets too few steps stays in the table with its status") {
  SweepPlan plan = small_plan();
  plan.neb.max_steps = 1;
  auto const result = run_sweep(plan);
  CHECK(std::ranges::count_if(result.rows, [](MapRow const& row) {
          return row.status == BandStatus::step_limit;
        }) > 0);
  for (MapRow const& row : result.rows) CHECK(std::isfinite(row.Ea_neb_eV));
}
