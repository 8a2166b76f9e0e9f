// Calibration: it finds the potential that made the data, its model is the engine's, and held-out
// data stay out.
#include <cmath>
#include <fstream>

#include <ionscape/fit/calibrate.hpp>
#include <ionscape/sweep/ensemble.hpp>
#include <ionscape/sweep/runner.hpp>
#include <ionscape_test/catch.hpp>
#include <ionscape_test/files.hpp>

using namespace ionscape;
using namespace ionscape_test;
using Catch::Matchers::ContainsSubstring;

namespace {

char const made_with[] = R"(
name = "made up"
source = "a test"
[insertion]
mobile = "Li"
framework = "O"
z = 0.9
z0 = 1.2
gaussian_width = 0.19
gaussian_growth = 0.06
z2 = 0.15
screening_length = 1.6
screening_exponent = 0.2
[[pair]]
species = ["Li", "O"]
form = "buckingham"
A = 300.0
rho = 0.28
C = -10.0
)";

char const fit_file[] = R"(
name = "test"
anions = ["O"]
[observables]
tet_minus_oct = {undistorted_eV = 0.01, distorted_eV = 0.01}
barrier_three_point = {undistorted_eV = 0.01, distorted_eV = 0.01}
dE_oct = {distorted_eV = 0.01}
[hold_out]
charge_e = [-0.8]
[search]
starts = 4
folds = 2
bootstrap = 2
[[form]]
name = "that of the data"
[form.charge]
z = {start = 0.5, min = 0.1, max = 3}
z0 = {start = 1, min = 0.1, max = 3}
gaussian_width = {start = 0.17, min = 0.1, max = 0.25}
gaussian_growth = {start = 0, min = -1, max = 1}
z2 = {start = 0, min = -1, max = 1}
screening_length = {start = 1.5, min = 1, max = 2.5}
screening_exponent = {start = 0, min = -1, max = 1}
[[form.repulsion]]
A = {start = 0.4, min = 0.01, max = 20}
at = 2.0
rho = {start = 0.25, min = 0.2, max = 0.4}
[form.dispersion]
C = {start = -20, min = -100, max = -1}
)";

FitPlan plan_from(TemporaryFolder const& folder, std::string const& text) {
  std::ofstream(folder / "fit.toml") << text;
  return read_fit_plan(folder / "fit.toml");
}

/// What the engine says of the points of a plan, as if it were published.
ReferenceData data_of(SweepPlan const& plan) {
  ReferenceData data;
  for (MapRow const& row : run_sweep(plan).rows) {
    auto const add = [&](Quantity quantity, double value) {
      ReferenceValue v;
      v.anion = row.point.anion, v.volume_A3 = row.point.volume_A3, v.charge_e = row.point.charge_e;
      v.distortion = row.point.distortion, v.quantity = quantity, v.value_eV = value,
      v.source = "[X20] made up";
      data.values.push_back(v);
    };
    add(Quantity::tet_minus_oct, row.E_tet_minus_E_oct_eV);
    add(Quantity::barrier_three_point, row.Ea_three_point_eV);
    if (row.point.distortion != 1)
      add(Quantity::dE_oct, row.dE_oct_eV), add(Quantity::dE_tet, row.dE_tet_eV);
  }
  return data;
}

/// A small grid of one anion.
ReferenceData engine_data() {
  SweepPlan plan;
  plan.potentials.emplace("O", parse_potential_set(made_with, "made.toml"));
  for (double distortion : {1.0, 1.12, 1.2})
    for (double charge : {-1.6, -1.2, -0.8, -0.5})
      for (double volume : {14.0, 18.0, 23.0, 30.0})
        plan.points.push_back({"O", volume, charge, distortion});
  return data_of(plan);
}

}  // namespace

TEST_CASE("A fit to energies of the engine finds the parameters that they were made with") {
  TemporaryFolder const folder;
  auto const result = calibrate(plan_from(folder, fit_file), engine_data());
  FormFit const& fit = result.best();
  CHECK(fit.converged);
  // Its own model of the cell is the engine's: nothing is left but rounding and the accuracy of the
  // sweep.
  for (FitRow const& row : fit.rows) {
    INFO(name_of(row.reference.quantity)
         << " V " << row.reference.volume_A3 << " q " << row.reference.charge_e << " d "
         << row.reference.distortion);
    CHECK(std::fabs(row.fitted_eV - row.reference.value_eV) < 1e-4);
  }
  REQUIRE(fit.values.size() == 1);
  double const expected[] = {0.9,  1.2, 0.15, 0.19, 0.06, 1.6, 0.2, 300 * std::exp(-2.0 / 0.28),
                             0.28, 0,   2,    -10};
  REQUIRE(fit.values[0].size() == std::size(expected));
  for (std::size_t i = 0; i < std::size(expected); ++i) {
    INFO(fit.form.parameters[i].name);
    CHECK(std::fabs(fit.values[0][i] - expected[i]) <= 0.02 * std::fabs(expected[i]) + 1e-9);
  }
}

TEST_CASE(
    "A fitted potential is written as a set that the engine reads, and gives the fitted energies") {
  TemporaryFolder const folder;
  auto const result = calibrate(plan_from(folder, fit_file), engine_data());
  auto const files = write_calibration(result, folder / "out");
  CHECK(files.size() ==
        1 + 2 + 4);  // the set, two of the ensemble, JSON, CSV, two pages of Markdown
  SweepPlan plan;
  plan.potentials.emplace("O", read_potential_set(folder / "out/Li-O.toml"));
  std::vector<double> expected;
  for (FitRow const& row : result.best().rows)
    if (row.reference.quantity == Quantity::tet_minus_oct) {
      plan.points.push_back(
          {"O", row.reference.volume_A3, row.reference.charge_e, row.reference.distortion});
      expected.push_back(row.fitted_eV);
    }
  auto const rows = run_sweep(plan).rows;
  for (std::size_t i = 0; i < rows.size(); ++i)
    CHECK(std::fabs(rows[i].E_tet_minus_E_oct_eV - expected[i]) < 1e-5);
}

TEST_CASE("Members of an earlier, larger ensemble do not stay beside a new one") {
  TemporaryFolder const folder;
  auto const data = engine_data();
  auto plan = plan_from(folder, fit_file);
  write_calibration(calibrate(plan, data), folder / "out");
  CHECK(std::filesystem::exists(folder / "out/ensemble/02/Li-O.toml"));
  folder.write("out/ensemble/mine/Li-O.toml", made_with);
  plan.bootstrap = 1;
  write_calibration(calibrate(plan, data), folder / "out");
  CHECK(std::filesystem::exists(folder / "out/ensemble/01/Li-O.toml"));
  CHECK_FALSE(std::filesystem::exists(folder / "out/ensemble/02"));
  CHECK(std::filesystem::exists(folder / "out/ensemble/mine/Li-O.toml"));
}

TEST_CASE("A row is judged by every fold that left it out, not by their mean") {
  TemporaryFolder const folder;
  ReferenceData data = engine_data();
  for (ReferenceValue& v : data.values)
    v.value_eV *= 1 + 0.1 * std::sin(37 * v.volume_A3 + 11 * v.charge_e);
  FormFit const fit = calibrate(plan_from(folder, fit_file), data).best();
  std::map<std::tuple<Quantity, double>, std::pair<double, std::size_t>> sums;
  for (FitRow const& row : fit.rows) {
    CHECK(row.left_out_eV.size() ==
          (row.sigma_eV > 0 && !row.held_out ? 2u : 0u));  // a block of charges, one of volumes
    auto& [sum, n] = sums[{row.reference.quantity, row.reference.distortion}];
    for (double predicted : row.left_out_eV)
      sum += std::fabs(predicted - row.reference.value_eV), ++n;
  }
  for (FitErrors const& e : errors_of(fit)) {
    auto const [sum, n] = sums.at({e.quantity, e.distortion});
    CHECK(e.left_out.count == n);
    if (n > 0) CHECK(e.left_out.mae == Approx(sum / double(n)));
  }
}

TEST_CASE("The trade-off begins at the chosen minimum") {
  TemporaryFolder const folder;
  auto const plan =
      plan_from(folder, std::string(fit_file) +
                            "[trade_off]\nquantity = \"dE_oct\"\ndistorted_eV = [0.01]\n");
  auto const result = calibrate(plan, engine_data());
  REQUIRE(result.trade_off.size() == 1);
  CHECK(result.trade_off[0].fit.cost <= result.best().cost * 1.001);
}

TEST_CASE("Held-out values do not touch the fit") {
  TemporaryFolder const folder;
  auto const plan = plan_from(folder, fit_file);
  ReferenceData data = engine_data();
  auto const before = calibrate(plan, data);
  int changed = 0;
  for (ReferenceValue& v : data.values)
    if (v.charge_e == -0.8) v.value_eV += 1, ++changed;
  REQUIRE(changed > 0);
  auto const after = calibrate(plan, data);
  CHECK(before.best().free_values == after.best().free_values);  // bit by bit
  CHECK(before.best().cross_validated_error == after.best().cross_validated_error);
  CHECK(before.best().values == after.best().values);
}

TEST_CASE("Parameters that the data cannot determine are said to be so") {
  TemporaryFolder const folder;
  std::string text = fit_file;
  // One volume and one charge: strengths and widths cannot be told apart.
  ReferenceData data = engine_data();
  std::erase_if(data.values,
                [](ReferenceValue const& v) { return v.volume_A3 != 18 || v.distortion == 1.12; });
  auto const result = calibrate(plan_from(folder, text), data);
  int unknown = 0;
  for (FittedParameter const& p : result.best().parameters) unknown += p.free && !p.identified;
  CHECK(unknown > 0);
  CHECK_FALSE(result.best().weakest.empty());
}

TEST_CASE(
    "A parameter that is drawn beyond its bound ends there, and the others as if it were fixed") {
  TemporaryFolder const folder;
  auto const with_rho = [&](std::string const& rho) {
    std::string text = fit_file;
    std::string const free = "rho = {start = 0.25, min = 0.2, max = 0.4}";
    text.replace(text.find(free), free.size(), "rho = " + rho);
    return calibrate(plan_from(folder, text), engine_data()).best();
  };
  FormFit const bounded = with_rho("{start = 0.22, min = 0.2, max = 0.25}"),
                fixed = with_rho("0.25");
  CHECK(bounded.converged);
  CHECK(bounded.cost == Approx(fixed.cost).epsilon(1e-4));
  CHECK(bounded.cost > 10 * with_rho("{start = 0.25, min = 0.2, max = 0.4}").cost);
  for (FittedParameter const& p : bounded.parameters)
    if (p.name == "rho") CHECK(p.at_bound);
}

TEST_CASE(
    "An anion is predicted from the trend of the others, and its set states the error of doing "
    "so") {
  TemporaryFolder const folder;
  // Three anions made with z = 0.9 exp(0.3 (R - 1.6)), the rest alike; the fourth has no data.
  SweepPlan plan;
  std::map<std::string, double> const radius{{"F", 1.4}, {"Cl", 1.6}, {"I", 2.0}, {"Br", 1.8}};
  auto const z_of = [&](std::string const& anion) {
    return 0.9 * std::exp(0.3 * (radius.at(anion) - 1.6));
  };
  for (auto const& [anion, r] : radius) {
    std::string text = made_with;
    text.replace(text.find("framework = \"O\""), 15, "framework = \"" + anion + "\"");
    text.replace(text.find("\"Li\", \"O\""), 9, "\"Li\", \"" + anion + "\"");
    text.replace(text.find("z = 0.9"), 7, "z = " + std::to_string(z_of(anion)));
    plan.potentials.emplace(anion, parse_potential_set(text, "made.toml"));
    if (anion == "Br") continue;
    for (double charge : {-1.2, -0.8, -0.5})
      for (double volume : {18.0, 23.0, 30.0}) plan.points.push_back({anion, volume, charge, 1});
  }
  std::string const trend = R"(
name = "trend"
anions = ["F", "Cl", "I"]
predict = ["Br"]
[radius_A]
F = 1.4
Cl = 1.6
Br = 1.8
I = 2.0
[observables]
tet_minus_oct = {undistorted_eV = 0.01}
[search]
starts = 2
folds = 2
[[form]]
name = "z follows the radius"
[form.charge]
z = {start = 1, min = 0.1, max = 3, across = "trend"}
z0 = 1.2
gaussian_width = 0.19
gaussian_growth = 0.06
z2 = 0.15
screening_length = 1.6
screening_exponent = 0.2
[[form.repulsion]]
A = {start = 0.3, min = 0.01, max = 3, across = "shared"}
at = 2.0
rho = 0.28
[form.dispersion]
C = -10
)";
  auto const data = data_of(plan);
  auto const result = calibrate(plan_from(folder, trend), data);
  FormFit const& fit = result.best();
  for (FitRow const& row : fit.rows)
    if (row.sigma_eV > 0)
      CHECK(std::fabs(row.other_anions_eV.at(0) - row.reference.value_eV) < 1e-4);
    else
      CHECK(row.other_anions_eV.empty());
  CHECK(fit.other_anions_error < 0.01);
  CHECK(fit.values.at(3)[0] == Approx(z_of("Br")).epsilon(1e-4));

  // Cl off the trend: the others, on it, miss it by that much. Br lies inside the trend as Cl does,
  // and its set says so.
  ReferenceData shifted = data;
  for (ReferenceValue& v : shifted.values)
    if (v.anion == "Cl") v.value_eV += 0.1;
  auto const off = calibrate(plan_from(folder, trend), shifted);
  for (FitErrors const& e : errors_of(off.best()))
    if (e.anion == "Cl" && e.quantity == Quantity::tet_minus_oct) {
      CHECK(e.other_anions.count == 9);
      CHECK(e.other_anions.bias == Approx(-0.1).margin(1e-4));
    }
  write_calibration(off, folder / "out");
  PotentialSet const predicted = read_potential_set(folder / "out/Li-Br.toml");
  CHECK(predicted.fitted.value().error_eV.at("tet_minus_oct") == 0.1);
  CHECK_THAT(predicted.source,
             ContainsSubstring("npj Comput. Mater.") && !ContainsSubstring("Ouyang"));

  // A parameter of each anion's own cannot be had from the others.
  std::string own = trend;
  own.replace(own.find("predict"), 16, "");
  own.replace(own.find("across = \"shared\""), 17, "across = \"own\"");
  CHECK(std::isnan(calibrate(plan_from(folder, own), data).best().other_anions_error));
}

TEST_CASE("Bad fit files are refused with file and line") {
  TemporaryFolder const folder;
  auto const replaced = [](std::string const& from, std::string const& to) {
    std::string text = fit_file;
    text.replace(text.find(from), from.size(), to);
    return text;
  };
  auto const error = [&](std::string const& text) {
    return input_error([&] { plan_from(folder, text); });
  };
  CHECK_THAT(error(replaced("dE_oct =", "dE_occ =")),
             ContainsSubstring("dE_occ") && ContainsSubstring("expected one of"));
  CHECK_THAT(error(replaced("start = 0.5, min = 0.1", "start = 0.05, min = 0.1")),
             ContainsSubstring("min <= start"));
  CHECK_THAT(error(replaced("anions = [\"O\"]", "anions = [\"O\"]\npredict = [\"S\"]")),
             ContainsSubstring("predict"));
  CHECK_THAT(error(replaced("rho = {", "rho = {across = \"trend\", ")),
             ContainsSubstring("radius_A"));
  CHECK_THAT(error(replaced("at = 2.0", "at = {S = 2.0}")), ContainsSubstring("found none for O"));
  CHECK_THAT(error(replaced("starts = 4", "starts = 0")), ContainsSubstring("starts"));
  CHECK_THAT(error(replaced("[form.dispersion]", "[form.dispersal]")),
             ContainsSubstring("dispersal"));
  std::string const text = fit_file;
  auto const repulsion = text.find("[[form.repulsion]]"),
             dispersion = text.find("[form.dispersion]");
  CHECK_THAT(error(text.substr(0, repulsion) + text.substr(dispersion)),
             ContainsSubstring("[[form.repulsion]]"));
  CHECK_THAT(input_error([&] { calibrate(plan_from(folder, fit_file), ReferenceData{}); }),
             ContainsSubstring("nothing to fit"));
}

TEST_CASE("An ensemble gives barriers an error bar: model error and spread as squares") {
  TemporaryFolder const folder;
  SweepPlan plan;
  plan.points = {{"O", 18, -1, 1}, {"O", 18, -1, 1.12}};
  std::string text = made_with;
  plan.potentials.emplace(
      "O", parse_potential_set(text + "[fitted]\ncharge_e = [-2, -0.5]\nvolume_A3 = [10, 40]\n"
                                      "error_eV = {barrier = 0.03}\n",
                               "made.toml"));
  auto rows = run_sweep(plan).rows;
  assign_errors(plan, {}, rows);
  double const model = 0.03 * std::sqrt(std::acos(-1.0) / 2);  // stated as a mean absolute error
  CHECK(rows[0].Ea_neb_error_eV == Approx(model));
  std::vector<double> barriers;
  for (std::string const z : {"0.9", "1.0", "1.1"}) {
    std::string member = text;
    member.replace(member.find("z = 0.9"), 7, "z = " + z);
    folder.write("ensemble/" + z + "/Li-O.toml", member);
    SweepPlan other = plan;
    other.potentials.at("O") = parse_potential_set(member, "member.toml");
    barriers.push_back(run_sweep(other).rows[0].Ea_neb_eV);
  }
  assign_errors(plan, read_ensemble(folder / "ensemble", plan), rows);
  double const mean = (barriers[0] + barriers[1] + barriers[2]) / 3;
  double variance = 0;
  for (double b : barriers) variance += (b - mean) * (b - mean) / 2;
  CHECK(variance > 0);
  CHECK(rows[0].Ea_neb_error_eV == Approx(std::sqrt(model * model + variance)).epsilon(1e-9));

  // A member whose band does not converge stays out of the spread; with fewer than two there is
  // none.
  SweepPlan hasty = plan;
  hasty.neb.max_steps = 1;
  assign_errors(hasty, read_ensemble(folder / "ensemble", plan), rows);
  CHECK(std::isnan(rows[1].Ea_neb_error_eV));

  std::filesystem::copy_file(folder / "ensemble/1.0/Li-O.toml", folder / "ensemble/1.0/other.toml");
  auto const refusal = [&] {
    return input_error([&] { read_ensemble(folder / "ensemble", plan); });
  };
  CHECK_THAT(refusal(), ContainsSubstring("a second potential for anion O"));
  std::filesystem::remove(folder / "ensemble/1.0/other.toml");
  std::filesystem::remove(folder / "ensemble/1.0/Li-O.toml");
  CHECK_THAT(refusal(), ContainsSubstring("anion O"));
}
