// What a sweep is asked to do: grids, lists of points, built-in potentials, and how bad input is
// refused.
#include <set>

#include <ionscape/sweep/plan.hpp>
#include <ionscape_test/catch.hpp>
#include <ionscape_test/files.hpp>
#include <ionscape_test/mutations.hpp>

using namespace ionscape;
using namespace ionscape_test;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::StartsWith;

namespace {

std::string const good = R"(accuracy_eV = 1e-7
[neb]
images = 5
[[grid]]
anion = "S"
volume_A3 = [40, 50]
charge_e = [-1.5, -1]
distortion = 1.04
)";

std::string with(std::string const& from, std::string const& to) {
  std::string text = good;
  return text.replace(text.find(from), from.size(), to);
}

std::string error_of(std::string const& text) {
  TemporaryFolder folder;
  return input_error([&] { read_sweep_plan(folder.write("plan.toml", text)); });
}

std::string error_of_points(std::string const& text) {
  TemporaryFolder folder;
  return input_error([&] { read_sweep_points(folder.write("points.csv", text), {}); });
}

}  // namespace

TEST_CASE("The published grids have 1014 different points over the published ranges") {
  for (auto const& [anion, reference] : {std::pair("S", 46.81), std::pair("O", 25.28)}) {
    SweepPlan const plan =
        read_sweep_plan(std::string(IONSCAPE_SOURCE_DIR "/examples/published/") + anion + ".toml");
    CHECK(plan.points.size() == 1014);
    std::set<double> volumes, charges, distortions;
    for (SweepPoint const& p : plan.points)
      volumes.insert(p.volume_A3), charges.insert(p.charge_e), distortions.insert(p.distortion);
    CHECK(volumes.size() == 13);
    CHECK(charges.size() == 13);
    CHECK(distortions.size() == 6);
    CHECK(*volumes.begin() == Approx(0.5 * reference));
    CHECK(*volumes.rbegin() == Approx(1.7 * reference));
    CHECK(*charges.begin() == Approx(-1.7));
    CHECK(*charges.rbegin() == Approx(-0.5));
    CHECK(plan.neb.images == 7);
  }
}

TEST_CASE("A grid runs over distortion, then charge, then volume") {
  TemporaryFolder folder;
  SweepPlan const plan = read_sweep_plan(folder.write("plan.toml", good));
  REQUIRE(plan.points.size() == 4);
  CHECK(plan.points[0] == SweepPoint{"S", 40, -1.5, 1.04});
  CHECK(plan.points[1] == SweepPoint{"S", 50, -1.5, 1.04});
  CHECK(plan.points[2] == SweepPoint{"S", 40, -1, 1.04});
  CHECK(plan.neb.images == 5);
  CHECK(plan.accuracy == 1e-7);
  CHECK(plan.potentials.at("S").insertion->framework == "S");
}

TEST_CASE("Every shipped potential can be read, and is built in if it is the default") {
  for (std::string const anion : {"O", "S", "F", "Cl", "Br", "I"}) {
    INFO(anion);
    for (char const* form : {".toml", "_point.toml"}) {
      if (anion == "Br" && std::string(form) == "_point.toml") continue;
      auto const set = read_potential_set(
          std::string(IONSCAPE_SOURCE_DIR "/examples/potentials/Li-") + anion + form);
      CHECK(set.insertion->framework == anion);
      CHECK(set.buckingham("Li", anion).repulsion.A > 0);
      CHECK(set.fitted.has_value());
      CHECK_THAT(set.source, ContainsSubstring("npj Comput. Mater. 6, 47 (2020)"));
    }
    CHECK(built_in_potential(anion).insertion->gaussian_width > 0);
  }
  CHECK_THAT(input_error([] { built_in_potential("Se"); }),
             ContainsSubstring("Se") && ContainsSubstring("O, S, F, Cl, Br, I"));
}

TEST_CASE("A bad plan is refused with its line") {
  CHECK(error_of(good).empty());
  CHECK_THAT(error_of(with("\"S\"", "\"Xx\"")),
             StartsWith("plan.toml:5: ") && ContainsSubstring("Xx"));
  CHECK_THAT(error_of(with("[40, 50]", "[40, -50]")),
             StartsWith("plan.toml:6: ") && ContainsSubstring("-50"));
  CHECK_THAT(error_of(with("-1.5", "1.5")),
             StartsWith("plan.toml:7: ") && ContainsSubstring("1.5"));
  CHECK_THAT(error_of(with("1.04", "7")), StartsWith("plan.toml:8: ") && ContainsSubstring("7"));
  CHECK_THAT(error_of(with("1.04", "nan")), StartsWith("plan.toml:8: "));
  CHECK_THAT(error_of(with("images = 5", "images = 2")), StartsWith("plan.toml:3: "));
  CHECK_THAT(error_of(with("images = 5", "image = 5")),
             StartsWith("plan.toml:3: ") && ContainsSubstring("did you mean 'images'"));
  CHECK_THAT(error_of(with("images = 5", "optimizer = \"bfgs\"")),
             StartsWith("plan.toml:3: ") && ContainsSubstring("lbfgs"));
  CHECK_THAT(error_of(with("distortion", "potential = \"no.toml\"\ndistortion")),
             ContainsSubstring("no.toml"));
  CHECK_THAT(error_of(with("volume_A3", "volume_factor")),
             ContainsSubstring("reference_volume_A3"));
  CHECK_THAT(error_of("accuracy_eV = 1e-8\n"), ContainsSubstring("[[grid]]"));
  CHECK_THAT(error_of(with("1e-7", "1e-7 x")), StartsWith("plan.toml:1"));
}

TEST_CASE("A potential for another framework, or for rigid ions, is refused") {
  TemporaryFolder folder;
  folder.write("rigid.toml", "name = 'a'\nsource = 'b'\n[charges]\nLi = 1\nS = -2\n");
  auto const error = [&](std::string const& potential) {
    return input_error([&] {
      read_sweep_plan(folder.write(
          "plan.toml", with("distortion", "potential = \"" + potential + "\"\ndistortion")));
    });
  };
  CHECK_THAT(error("rigid.toml"), ContainsSubstring("[insertion]"));
  CHECK_THAT(error(IONSCAPE_SOURCE_DIR "/examples/potentials/Li-O.toml"),
             ContainsSubstring("framework of O"));
}

TEST_CASE("Points come from a CSV file in its order, bad ones are refused with their line") {
  TemporaryFolder folder;
  auto const file = folder.write(
      "points.csv", "distortion,anion,charge_e,volume_A3\n1.0,S,-1,45\n1.1,O,-1.2,20\n");
  SweepPlan const plan = read_sweep_points(file, {});
  REQUIRE(plan.points.size() == 2);
  CHECK(plan.points[1] == SweepPoint{"O", 20, -1.2, 1.1});
  CHECK(plan.potentials.size() == 2);
  std::string const header = "anion,volume_A3,charge_e,distortion\n";
  CHECK_THAT(error_of_points(header + "S,45,-1,1\nS,-45,-1,1\n"),
             StartsWith("points.csv:3: ") && ContainsSubstring("-45"));
  CHECK_THAT(error_of_points(header + "S,45,nan,1\n"), StartsWith("points.csv:2: "));
  CHECK_THAT(error_of_points(header + "S,45,0.5,1\n"),
             StartsWith("points.csv:2: ") && ContainsSubstring("charge_e"));
  CHECK_THAT(error_of_points(header + "Se,45,-1,1\n"),
             StartsWith("points.csv:2: ") && ContainsSubstring("Se"));
  CHECK_THAT(error_of_points("anion,charge_e,distortion\nS,-1,1\n"),
             ContainsSubstring("volume_A3"));
  CHECK_THAT(error_of_points(header), ContainsSubstring("no points"));
}

TEST_CASE("Points that no sum can be done for are refused when the plan is read, with their line") {
  CHECK_THAT(error_of(with("[40, 50]", "[40, 1e308]")),
             StartsWith("plan.toml:6: volume_A3 = 1e+308, expected >= 1 and <= 1000"));
  for (std::string const volume : {"1e308", "1e-5", "1e4"})
    CHECK_THAT(error_of(with("[40, 50]", volume)), StartsWith("plan.toml:6: volume_A3 = "));
  CHECK_THAT(
      error_of(with("volume_A3 = [40, 50]", "reference_volume_A3 = 40\nvolume_factor = [1, 30]")),
      StartsWith("plan.toml:7: ") && ContainsSubstring("= 1200, expected 1 to 1000 Å^3"));
  CHECK_THAT(error_of(with("-1.5", "-50")), StartsWith("plan.toml:7: charge_e = -50, expected"));
  std::string const header = "anion,volume_A3,charge_e,distortion\nS,45,-1,1\n";
  for (std::string const point : {"S,1e308,-1,1", "S,1e-5,-1,1", "S,1e4,-1,1"})
    CHECK_THAT(error_of_points(header + point),
               StartsWith("points.csv:3: volume_A3 = ") && ContainsSubstring("1 to 1000 Å^3"));
  CHECK_THAT(error_of_points(header + "S,45,-50,1"),
             StartsWith("points.csv:3: charge_e = -50, expected -6 to -1e-06 e"));
  CHECK_THAT(error_of_points(header + "S,45,-1,1.5"),
             StartsWith("points.csv:3: distortion = 1.5, expected 0.6 to 1.4"));
}

TEST_CASE("A volume that the potential's screening does not allow is refused with its line") {
  TemporaryFolder folder;
  std::string set = text_of(IONSCAPE_SOURCE_DIR "/examples/potentials/Li-S.toml");
  std::string const key = "screening_length";
  set.replace(set.find(key), set.find('\n', set.find(key)) - set.find(key), key + " = 0.3");
  folder.write("S.toml", set);
  auto const file =
      folder.write("plan.toml", with("distortion", "potential = \"S.toml\"\ndistortion"));
  CHECK_THAT(input_error([&] { read_sweep_plan(file); }),
             StartsWith("plan.toml:6: ") && ContainsSubstring("screening cloud"));
}

TEST_CASE("A grid that no memory holds is refused with the number of its points") {
  auto const error = error_of(
      "[[grid]]\nanion = \"S\"\nvolume_A3 = {from = 1, to = 60, points = 1000000}\n"
      "charge_e = {from = -2, to = -1, points = 1000000}\n"
      "distortion = {from = 1, to = 1.1, points = 1000000}\n");
  CHECK_THAT(error,
             StartsWith("plan.toml:1: 1e+18 points need ") && ContainsSubstring("GB of memory"));
}

TEST_CASE("A mutated plan or list of points is read or refused with its name, never more") {
  std::string const points = "anion,volume_A3,charge_e,distortion\nS,45,-1,1\nO,20,-1.2,1.1\n";
  int refused = 0;
  auto const try_out = [&](std::string const& error, std::string const& text) {
    INFO(text);
    if (error.empty()) return;
    ++refused;
    CHECK_THAT(error, StartsWith("plan.toml") || StartsWith("points.csv"));
  };
  for (std::string const& text : mutations(good, 300)) try_out(error_of(text), text);
  for (std::string const& text : mutations(points, 300)) try_out(error_of_points(text), text);
  CHECK(refused > 300);
}
