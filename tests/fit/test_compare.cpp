// Comparison of maps with reference values that are made from the maps themselves, so that the
// right answer is known.
#include <cmath>
#include <cstdlib>
#include <set>
#include <stdexcept>

#include <nlohmann/json.hpp>

#include <ionscape/core/io/csv.hpp>
#include <ionscape/fit/compare.hpp>
#include <ionscape/report/comparison_plots.hpp>
#include <ionscape/sweep/runner.hpp>
#include <ionscape_test/catch.hpp>
#include <ionscape_test/files.hpp>

using namespace ionscape;
using Catch::Matchers::ContainsSubstring;
using ionscape_test::input_error;
using ionscape_test::TemporaryFolder;

namespace {

/// S over 5 volumes, 5 charges and 2 distortions with its built-in potential.
SweepPlan plan_of_S() {
  SweepPlan plan;
  plan.potentials.emplace("S", built_in_potential("S"));
  for (double distortion : {1.0, 1.08})
    for (double charge : {-1.7, -1.4, -1.1, -0.8, -0.5})
      for (double volume : {35.0, 40.0, 45.0, 50.0, 55.0})
        plan.points.push_back({"S", volume, charge, distortion});
  return plan;
}

std::vector<MapRow> const& map_of_S() {
  static std::vector<MapRow> const rows = run_sweep(plan_of_S()).rows;
  return rows;
}

ReferenceValue value(Quantity quantity, double volume, double charge, double eV,
                     double distortion = 1, int image = 0) {
  return {"S", volume, charge, distortion, quantity,       image,
          eV,  0.01,   false,  false,      "[O23] a test", 0};
}

/// What the program gives at points off the grid, as if it were published; `shift` is added.
ReferenceData off_grid(double shift) {
  SweepPlan plan = plan_of_S();
  plan.points = {{"S", 42, -1.2, 1}, {"S", 47, -0.9, 1}, {"S", 51, -0.6, 1.08}};
  ReferenceData reference;
  for (MapRow const& row : run_sweep(plan).rows) {
    SweepPoint const& p = row.point;
    reference.values.push_back(value(Quantity::tet_minus_oct, p.volume_A3, p.charge_e,
                                     row.E_tet_minus_E_oct_eV + shift, p.distortion));
    reference.values.push_back(value(Quantity::barrier_three_point, p.volume_A3, p.charge_e,
                                     row.Ea_three_point_eV + shift, p.distortion));
  }
  return reference;
}

ComparisonGroup const& group(Comparison const& comparison, Quantity quantity,
                             double distortion = 1) {
  for (ComparisonGroup const& g : comparison.groups)
    if (g.quantity == quantity && g.distortion == distortion) return g;
  throw std::runtime_error("no such group");
}

bool remarks(Comparison const& comparison, std::string const& words) {
  for (std::string const& remark : comparison.remarks)
    if (remark.find(words) != std::string::npos) return true;
  return false;
}

/// A row with energies given by hand: D, and a face `above` the higher end.
MapRow row_of(double volume, double charge, double distortion, double D, double above) {
  MapRow row;
  row.point = {"S", volume, charge, distortion};
  row.E_tet_eV = row.E_tet_minus_E_oct_eV = D;
  row.E_face_eV = std::max(D, 0.0) + above;
  row.Ea_three_point_eV = row.E_face_eV - std::min(D, 0.0);
  row.Ea_neb_eV = row.Ea_three_point_eV;
  row.status = BandStatus::converged;
  return row;
}

Claim const& claim(std::vector<Claim> const& claims, std::string const& words) {
  for (Claim const& c : claims)
    if (c.statement.find(words) != std::string::npos) return c;
  throw std::runtime_error("no such claim: " + words);
}

}  // namespace

TEST_CASE(
    "Matched exactly, a reference made by the same model is met to the accuracy, and a shift is "
    "the bias") {
  auto const same = compare(map_of_S(), plan_of_S(), off_grid(0), {});
  CHECK(same.values.size() == 6);
  for (ComparedValue const& v : same.values) CHECK(std::fabs(v.error_eV()) < 1e-7);
  auto const shifted = compare(map_of_S(), plan_of_S(), off_grid(-0.05), {});
  auto const& g = group(shifted, Quantity::tet_minus_oct);
  CHECK(g.errors.count == 2);
  CHECK(g.errors.bias == Approx(0.05).margin(1e-7));
  CHECK(g.errors.mae == Approx(0.05).margin(1e-7));
  CHECK(group(shifted, Quantity::tet_minus_oct, 1.08).errors.count == 1);
}

TEST_CASE(
    "Interpolation between grid points is off by millielectronvolts, the nearest point by much "
    "more") {
  CompareOptions options;
  options.matching = Matching::interpolate;
  double cubic = 0, nearest = 0;
  auto const interpolated = compare(map_of_S(), {}, off_grid(0), options);
  REQUIRE(interpolated.values.size() == 6);
  for (ComparedValue const& v : interpolated.values)
    cubic = std::max(cubic, std::fabs(v.error_eV()));
  CHECK(cubic < 0.005);
  options.matching = Matching::nearest;
  auto const beside = compare(map_of_S(), {}, off_grid(0), options);
  REQUIRE(beside.values.size() == 6);
  for (ComparedValue const& v : beside.values) nearest = std::max(nearest, std::fabs(v.error_eV()));
  CHECK(nearest > 0.02);
  CHECK(beside.values.front().distance ==
        Approx(0.4));  // 42 between 40 and 45; -1.2 between -1.4 and -1.1: a third
}

TEST_CASE("Points outside the grid, and distortions that it lacks, have no counterpart") {
  ReferenceData reference;
  reference.values = {value(Quantity::tet_minus_oct, 35, -0.5, 0.1),
                      value(Quantity::tet_minus_oct, 34, -0.5, 0.1),
                      value(Quantity::tet_minus_oct, 40, -0.5, 0.1, 1.04),
                      value(Quantity::image, 40, -0.5, 0.1, 1, 3)};
  CompareOptions options;
  options.matching = Matching::interpolate;
  auto const comparison = compare(map_of_S(), {}, reference, options);
  CHECK(comparison.values.size() == 1);
  CHECK(remarks(comparison, "left out: 3 values without a counterpart"));
  // At a grid point, interpolation is that point.
  CHECK(comparison.values[0].ours_eV == Approx(map_of_S()[4 * 5].E_tet_minus_E_oct_eV));
}

TEST_CASE("Images are compared with the straight path, and its seventh image is D") {
  MapRow const& row = map_of_S()[2 * 5 + 1];  // -1.1 e, 40 Å^3
  ReferenceData reference;
  for (int image : {4, 6})
    reference.values.push_back(value(Quantity::image, 40, -1.1, 0, 1, image));
  auto const comparison = compare(map_of_S(), plan_of_S(), reference, {});
  REQUIRE(comparison.values.size() == 2);
  CHECK(comparison.values[0].ours_eV ==
        Approx(row.E_face_eV - row.E_oct_eV).margin(1e-7));  // the face is at 4/6
  CHECK(comparison.values[1].ours_eV == Approx(row.E_tet_minus_E_oct_eV).margin(1e-7));
}

TEST_CASE("Bounds are kept or broken, and never enter the errors") {
  double const D = map_of_S()[0].E_tet_minus_E_oct_eV;
  auto const bound = [&](double eV, int sign) {
    ReferenceValue v = value(Quantity::tet_minus_oct, 35, -1.7, eV);
    v.bound = true, v.bound_sign = sign;
    return v;
  };
  ReferenceData reference;
  reference.values = {bound(D - 0.1, 1), bound(D + 0.1, -1), bound(D + 0.1, 1), bound(D - 0.1, -1),
                      bound(D + 0.005, 1)};
  auto const g = compare(map_of_S(), plan_of_S(), reference, {}).groups.at(0);
  CHECK(g.errors.count == 0);
  CHECK(g.bounds == 5);
  CHECK(g.satisfied == 3);  // the last by the uncertainty of its reading
}

TEST_CASE("Doubtful values and excluded charges are left out and counted") {
  ReferenceData reference = off_grid(0);
  reference.values[0].doubtful = true;
  CompareOptions options;
  options.exclude_charges = {-0.6};
  auto const comparison = compare(map_of_S(), plan_of_S(), reference, options);
  CHECK(comparison.values.size() == 3);
  CHECK(remarks(comparison, "left out: 2 values with an excluded charge"));
  CHECK(remarks(comparison, "left out: 1 doubtful"));
  options.keep_doubtful = true;
  CHECK(compare(map_of_S(), plan_of_S(), reference, options).values.size() == 4);
}

TEST_CASE("Absolute insertion energies are not compared, and nothing to compare is an error") {
  ReferenceData reference = off_grid(0);
  reference.values.push_back(value(Quantity::E_tet, 40, -1.1, -3));
  auto const comparison = compare(map_of_S(), plan_of_S(), reference, {});
  CHECK(comparison.values.size() == 6);
  CHECK(remarks(comparison, "left out: 1 insertion energies"));
  CHECK_THAT(input_error([] { compare(map_of_S(), plan_of_S(), {}, {}); }),
             ContainsSubstring("nothing to compare"));
}

TEST_CASE(
    "Hits of the preference count equal signs, and what lies outside the fitted range is counted "
    "apart") {
  ReferenceData reference;
  double const D = map_of_S()[0].E_tet_minus_E_oct_eV;  // 35 Å^3, -1.7 e
  reference.values = {value(Quantity::tet_minus_oct, 35, -1.7, D > 0 ? 0.01 : -0.01),
                      value(Quantity::tet_minus_oct, 55, -0.5, 0.01),    // ours is negative
                      value(Quantity::tet_minus_oct, 75, -0.5, -0.01)};  // outside 30 to 57.5 Å^3
  auto const g = compare(map_of_S(), plan_of_S(), reference, {}).groups.at(0);
  CHECK(g.errors.count == 3);
  CHECK(g.preference_hits == 2);
  CHECK(g.inside.count == 2);
}

TEST_CASE("A map of another potential than the one at hand is refused") {
  CHECK_NOTHROW(require_same_model(map_of_S(), plan_of_S()));
  SweepPlan other = plan_of_S();
  other.potentials.at("S").insertion->z += 0.01;
  CHECK_THAT(input_error([&] { require_same_model(map_of_S(), other); }),
             ContainsSubstring("the map was not computed with the potential"));
}

TEST_CASE("The record of a map brings its potentials back, and a lost file must be named") {
  TemporaryFolder const folder;
  SweepPlan plan = plan_of_S();
  plan.supercell = {3, 2, 2};
  write_map(folder.path(), plan, {map_of_S(), 0, 0, {}});
  auto const recorded = recorded_plan(folder.path(), {});
  REQUIRE(recorded);
  CHECK(recorded->supercell == plan.supercell);
  CHECK(recorded->potentials.at("S").file == plan.potentials.at("S").file);
  CHECK(recorded_plan(folder / "map.csv", {}));
  CHECK_FALSE(recorded_plan(folder / "elsewhere/map.csv", {}));

  plan.potentials.at("S").file = "lost.toml";
  write_map(folder.path(), plan, {map_of_S(), 0, 0, {}});
  CHECK_THAT(input_error([&] { recorded_plan(folder.path(), {}); }),
             ContainsSubstring("lost.toml of S is not there"));
  CHECK(recorded_plan(folder.path(), plan.potentials));
  folder.write("map.json", "{}");
  CHECK_THAT(input_error([&] { recorded_plan(folder.path(), {}); }),
             ContainsSubstring("no record of a sweep"));
}

TEST_CASE("The claims are counted on a map made by hand") {
  // 3 volumes, 2 charges, 2 distortions. D falls with volume, and with charge at all but the
  // largest volume.
  std::vector<MapRow> rows;
  struct Given {
    double volume, charge, D, D_distorted, above, above_distorted;
  };
  for (Given const& g : {Given{20, -1, 0.3, 0.25, 0.2, 0.1},
                         {30, -1, -0.2, 0.1, 0.3, 0.1},
                         {40, -1, -0.5, -0.4, 0.0, 0.0},
                         {20, -0.5, 0.4, 0.45, 0.2, 0.2},
                         {30, -0.5, -0.1, -0.05, 0.1, 0.3},
                         {40, -0.5, -0.6, -0.3, 0.0, 0.0}}) {
    rows.push_back(row_of(g.volume, g.charge, 1, g.D, g.above));
    rows.push_back(row_of(g.volume, g.charge, 1.1, g.D_distorted, g.above_distorted));
  }
  auto const claims = check_claims(rows, {});
  auto const& rises = claim(claims, "dE_tet > dE_oct, all");
  CHECK(rises.of == 6);
  CHECK(rises.measured == Approx(5.0 / 6));
  CHECK(rises.holds == true);
  CHECK(claim(claims, "volumes above the median").measured == 1);
  CHECK(claim(claims, "the smaller volumes").measured == Approx(0.75));
  CHECK(claim(claims, "D grows").measured == Approx(5.0 / 6));
  CHECK(claim(claims, "D falls from one volume").measured == 1);
  auto const& charge = claim(claims, "D falls from one charge");
  CHECK(charge.of == 6);
  CHECK(charge.measured == Approx(4.0 / 6));  // not at 40, not at 30 distorted
  CHECK(charge.holds == false);
  // Tet occupied before and after: both at 40 (E_a falls) and 30, -0.5 (it rises from 0.2 to 0.35).
  auto const& lowers = claim(claims, "lowers E_a (three points)");
  CHECK(lowers.of == 3);
  CHECK(lowers.measured == Approx(2.0 / 3));
  // Oct: 0.5 to 0.35 and 0.6 to 0.65.
  auto const& raises = claim(claims, "raises E_a (three points)");
  CHECK(raises.of == 2);
  CHECK(raises.measured == 0.5);
  CHECK(verdict_of(raises) == "FAIL");
  CHECK(verdict_of(claim(claims, "lowers E_a (NEB)")) == "");
  CHECK(verdict_of(claim(claims, "at d = 1.16")) == "not on this map");
}

TEST_CASE("The same counts are made on published values, over the planes that they have") {
  std::vector<MapRow> rows;
  ReferenceData reference;
  for (double distortion : {1.0, 1.04, 1.1})
    for (double charge : {-1.0, -0.5})
      for (double volume : {20.0, 30.0}) {
        rows.push_back(row_of(volume, charge, distortion, 40 - volume + distortion - charge, 0.1));
        // Published only at 1 and 1.1; grows at three of four points.
        bool const grows = !(volume == 20 && charge == -1);
        if (distortion != 1.04)
          reference.values.push_back(value(Quantity::tet_minus_oct, volume, charge,
                                           distortion == 1 ? 0.1
                                           : grows         ? 0.2
                                                           : 0.0,
                                           distortion));
      }
  auto const claims = check_claims(rows, reference);
  CHECK(claim(claims, "dE_tet > dE_oct, all").published == Approx(0.75));
  CHECK(claim(claims, "D grows").published == Approx(0.75));
  CHECK(claim(claims, "D grows").measured == 1);
  CHECK(claim(claims, "D grows").of == 8);
  CHECK(claim(claims, "D grows").of_there == 4);  // from 1 to 1.1
  CHECK(claim(claims, "D grows").measured_there == 1);
  CHECK_FALSE(claim(claims, "raises E_a (three points)").published.has_value());
}

TEST_CASE("Claims of rows that are no grid are refused") {
  CHECK_THAT(input_error([] { check_claims({row_of(20, -1, 1, 0, 0)}, {}); }),
             ContainsSubstring("no grid"));
}

TEST_CASE("A comparison is written as a table of all values, as JSON and as Markdown") {
  TemporaryFolder const folder;
  auto const reference = off_grid(0.02);
  auto const comparison = compare(map_of_S(), plan_of_S(), reference, {});
  write_comparison(folder.path(), plan_of_S(), reference, comparison,
                   check_claims(map_of_S(), reference));
  auto const table = CsvTable::read(folder / "compare.csv");
  REQUIRE(table.rows() == 6);
  CHECK(table.number(0, "error_eV") == Approx(-0.02).margin(1e-7));
  CHECK(table.text(0, "quantity") == "tet_minus_oct");
  auto const json = nlohmann::json::parse(ionscape_test::text_of(folder / "compare.json"));
  CHECK(json.at("groups").at(0).at("errors").at("mae_eV").get<double>() ==
        Approx(0.02).margin(1e-7));
  CHECK(json.at("claims").size() > 10);
  CHECK(json.at("potentials").contains("S"));
  auto const text = ionscape_test::text_of(folder / "compare.md");
  CHECK_THAT(text, ContainsSubstring("| S | tet_minus_oct | 1 | 2 | 0.0200 |"));
  CHECK_THAT(ionscape_test::text_of(folder / "claims.md"),
             ContainsSubstring("| i | S | dE_tet > dE_oct, all distorted points |"));
}

TEST_CASE("Parity, profiles and maps are drawn where there is enough to draw") {
  ReferenceData reference;
  for (MapRow const& row : map_of_S()) {
    SweepPoint const& p = row.point;
    if (p.distortion != 1) continue;
    reference.values.push_back(
        value(Quantity::tet_minus_oct, p.volume_A3, p.charge_e, row.E_tet_minus_E_oct_eV + 0.01));
    reference.values.push_back(value(Quantity::image, p.volume_A3, p.charge_e, 0.1, 1, 3));
  }
  auto const plan = plan_of_S();
  TemporaryFolder const folder;
  std::set<std::string> names;
  for (auto const& picture :
       plot_comparison(compare(map_of_S(), plan, reference, {}), plan, folder.path())) {
    CHECK(std::filesystem::file_size(picture) > 1000);
    names.insert(picture.filename().string());
  }
  CHECK(names == std::set<std::string>{"map_S_tet_minus_oct_d1.00_O23.png",
                                       "map_S_tet_minus_oct_d1.00_O23.svg", "parity_S.png",
                                       "parity_S.svg", "profiles_S.png", "profiles_S.svg"});
  CHECK_THAT(ionscape_test::text_of(folder / "parity_S.gp"),
             ContainsSubstring("25 values, MAE 0.010 eV"));
}

TEST_CASE("The built-in potentials meet the published values as well as their fits were said to") {
  char const* const directory = std::getenv("IONSCAPE_REFERENCE");
  if (!directory || !std::filesystem::is_directory(directory)) {
    WARN("skipped: IONSCAPE_REFERENCE names no folder with the reference tables");
    return;
  }
  SweepPlan model;
  for (std::string const& anion : built_in_anions())
    model.potentials.emplace(anion, built_in_potential(anion));
  auto const comparison = compare({}, model, read_reference_data(directory), {});
  int groups = 0;
  for (ComparisonGroup const& g : comparison.groups) {
    if (g.distortion != 1 ||
        (g.quantity != Quantity::barrier && g.quantity != Quantity::tet_minus_oct))
      continue;
    INFO(g.anion << " " << name_of(g.quantity));
    ++groups;
    CHECK(g.errors.count > 50);
    CHECK(g.inside.mae < 0.035);
    CHECK(g.errors.rank_correlation > 0.97);
  }
  CHECK(groups >= 10);
}
