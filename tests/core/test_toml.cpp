#include <ionscape_test/catch.hpp>
#include <ionscape_test/files.hpp>

#include <ionscape/core/io/toml.hpp>

using namespace ionscape;
using ionscape_test::input_error;

namespace {

TomlReader parse(std::string_view text) { return TomlReader::from_text(text, "S.toml"); }

template <class T>
std::string error_of(std::string_view text, std::string_view key, Limits limits = {}) {
  return input_error([&] { parse(text).required<T>(key, limits); });
}

std::string const example = R"(name = "S"
cutoff = 12
[neb]
images = 7
climb = true
[charges]
S = -2
Li = 1.0
[[pair]]
species = ["Li", "S"]
rho = 0.3
[[pair]]
species = ["S", "S"]
)";

}  // namespace

TEST_CASE("Values of every type are read, and every key was asked for") {
  TomlReader file = parse(example);
  CHECK(file.required<std::string>("name") == "S");
  CHECK(file.required<double>("cutoff", above(0)) == 12);
  TomlReader neb = file.table("neb");
  CHECK(neb.required<int>("images", at_least(1)) == 7);
  CHECK(neb.required<bool>("climb"));
  CHECK_FALSE(neb.optional<double>("spring"));
  TomlReader charges = *file.optional_table("charges");
  CHECK(charges.keys() == std::vector<std::string>{"S", "Li"});
  for (std::string const& species : charges.keys()) charges.required<double>(species);
  CHECK_FALSE(file.optional_table("grid"));
  CHECK(file.tables("triple").empty());
  auto pairs = file.tables("pair");
  REQUIRE(pairs.size() == 2);
  CHECK(pairs[0].required<std::vector<std::string>>("species") ==
        std::vector<std::string>{"Li", "S"});
  CHECK(pairs[0].required<double>("rho", between(0, 1)) == 0.3);
  pairs[1].required<std::vector<std::string>>("species");
  CHECK_NOTHROW(file.reject_unknown_keys());
}

TEST_CASE("A key nobody asked for is refused, with the known ones and the closest") {
  TomlReader file = parse(example + "[grid]\ncutof = 3\n");
  TomlReader grid = file.table("grid");
  grid.optional<double>("cutoff");
  grid.optional<int>("points");
  CHECK(input_error([&] { grid.reject_unknown_keys(); }) ==
        "S.toml:15: unknown key 'cutof' in [grid]; known keys: cutoff, points, did you mean "
        "'cutoff'?");
  CHECK(input_error([&] { file.reject_unknown_keys(); }) ==
        "S.toml:1: unknown key 'name'; known keys: grid");
}

TEST_CASE("Unknown keys are found in tables of tables") {
  TomlReader file = parse("[a.b]\nx = 1\n[[a.c]]\ny = 2\n");
  TomlReader a = file.table("a");
  a.table("b").required<int>("x");
  a.tables("c");
  CHECK(input_error([&] { file.reject_unknown_keys(); }) ==
        "S.toml:4: unknown key 'y' in [[a.c]]; known keys: ");
}

TEST_CASE("A value of the wrong type or outside its limits is refused at its line") {
  CHECK(error_of<double>("\nx = 'a'\n", "x") == "S.toml:2: x is 'a', expected a number");
  CHECK(error_of<double>("x = nan\n", "x") == "S.toml:1: x = nan, expected a finite number");
  CHECK(error_of<double>("x = -1\n", "x", above(0)) == "S.toml:1: x = -1, expected > 0");
  CHECK(error_of<double>("x = 0\n", "x", above(0)) == "S.toml:1: x = 0, expected > 0");
  CHECK(error_of<double>("x = 2.5\n", "x", between(0, 1)) ==
        "S.toml:1: x = 2.5, expected >= 0 and <= 1");
  CHECK(error_of<double>("x = 2.5\n", "x", at_most(1)) == "S.toml:1: x = 2.5, expected <= 1");
  CHECK(error_of<int>("x = 2.5\n", "x") == "S.toml:1: x is 2.5, expected a whole number");
  CHECK(error_of<int>("x = 9999999999\n", "x") ==
        "S.toml:1: x is 9999999999, expected a whole number");
  CHECK(error_of<bool>("x = 1\n", "x") == "S.toml:1: x is 1, expected true or false");
  CHECK(error_of<std::string>("x = [1]\n", "x") == "S.toml:1: x is a list, expected a string");
  CHECK(error_of<std::vector<double>>("x = [\n1,\n'b']\n", "x") ==
        "S.toml:3: x is 'b', expected a number");
  CHECK(error_of<std::vector<double>>("x = 1\n", "x") ==
        "S.toml:1: x is 1, expected a list of numbers");
  CHECK(error_of<double>("[x]\n", "x") == "S.toml:1: x is a table, expected a number");
}

TEST_CASE("What is missing is named, with what is there instead") {
  CHECK(error_of<int>("image = 3\n", "images") == "S.toml:1: no key 'images', found image");
  CHECK(input_error([&] { parse("[neb]\n").table("neb").required<int>("images"); }) ==
        "S.toml:1: no key 'images' in [neb]");
  CHECK(input_error([&] { parse("").table("neb"); }).ends_with("no table 'neb'"));
  CHECK(input_error([&] { parse("pair = 1\n").tables("pair"); }) ==
        "S.toml:1: pair is 1, expected tables [[pair]]");
  CHECK(input_error([&] { parse("neb = 1\n").table("neb"); }) ==
        "S.toml:1: neb is 1, expected a table [neb]");
}

TEST_CASE("A semantic error stands at the line of its key") {
  TomlReader file = parse(example);
  CHECK(input_error([&] { file.tables("pair")[0].fail("rho", "rho is odd"); }) ==
        "S.toml:11: rho is odd");
  CHECK(file.table("neb").where().line == 3);
}

TEST_CASE("An axis is a number, a list or a range with both ends") {
  CHECK(parse("v = 3").axis("v") == std::vector<double>{3});
  CHECK(parse("v = [3, 1, 2]").axis("v") == std::vector<double>{3, 1, 2});
  CHECK(parse("v = {from = 30, to = 60, points = 4}").axis("v") ==
        std::vector<double>{30, 40, 50, 60});
  CHECK(parse("v = {from = -1, to = -2, step = -0.25}").axis("v") ==
        std::vector<double>{-1, -1.25, -1.5, -1.75, -2});
  CHECK(parse("v = {from = 0.1, to = 0.7, step = 0.1}").axis("v").back() == 0.7);
  CHECK(parse("v = {from = 2, to = 2, points = 1}").axis("v") == std::vector<double>{2});
  auto const error = [](std::string_view text) {
    return input_error([&] { parse(text).axis("v", above(0)); });
  };
  CHECK(error("v = []") == "S.toml:1: v is an empty list, expected at least one number");
  CHECK(error("v = [1, -1]") == "S.toml:1: v = -1, expected > 0");
  CHECK(error("v = {from = 1, to = 2}") == "S.toml:1: v needs either 'points' or 'step'");
  CHECK(error("v = {from = 1, to = 2, step = 0.3}") ==
        "S.toml:1: step = 0.3 does not lead from 1 to 2");
  CHECK(error("v = {from = 1, to = 2, step = 0}") ==
        "S.toml:1: step = 0 does not lead from 1 to 2");
  CHECK(error("v = {from = 1, to = 2, step = -1}") ==
        "S.toml:1: step = -1 does not lead from 1 to 2");
  CHECK(error("v = {from = 1, to = 2, points = 1}") ==
        "S.toml:1: points = 1, expected at least 2 from 1 to 2");
  CHECK(error("v = {from = 1, to = 2, step = 1e-12}") ==
        "S.toml:1: step = 1e-12 gives 1e+12 points, expected at most 1000000");
  CHECK(error("v = 'x'") ==
        "S.toml:1: v is 'x', expected a number, a list, or {from, to, points | step}");
  TomlReader file = parse("v = {from = 1, to = 2, points = 2, stop = 3}");
  file.axis("v");
  CHECK(input_error([&] {
          file.reject_unknown_keys();
        }).starts_with("S.toml:1: unknown key 'stop' in [v]"));
}

TEST_CASE("What is not TOML, or not there, is refused") {
  CHECK(input_error([] { parse("a = 1\nb = \n"); }).starts_with("S.toml:2: not valid TOML: "));
  CHECK(input_error([] { parse("a = 1\na = 2\n"); }).starts_with("S.toml:2: not valid TOML: "));
  CHECK(input_error([] { TomlReader::from_file("gone/S.toml"); }) == "S.toml: no such file");
}

TEST_CASE("A key of thousands of parts is refused, whatever stands around it") {
  auto const error = [](std::string const& text) {
    return ionscape_test::input_error([&] { TomlReader::from_text(text, "x.toml"); });
  };
  auto const parts = [](std::string const& part, int count) {
    std::string key = part;
    for (int i = 1; i < count; ++i) key += "." + part;
    return key;
  };
  std::string const refusal = "x.toml:2: a key of more than 64 parts";
  CHECK(error("x = 1\n" + parts("a", 60000) + " = 1\n") == refusal);
  CHECK(error("x = 1\n[" + parts("a", 60000) + "]\n") == refusal);
  CHECK(error("x = '#\"'\n" + parts("\"a.b\"", 60000) + " = 1\n") == refusal);
  CHECK(error("x = \"\\\"\"\n" + parts("'a' ", 60000) + " = 1\n") == refusal);
  CHECK(error("x = \"\"\"a#\"\n\"\"\"\n" + parts("a", 60000) + " = 1\n") ==
        "x.toml:3: a key of more than 64 parts");
  CHECK(error("x = 1\ny = {s = \"#\", " + parts("a", 60000) + " = 1}\n") == refusal);
  CHECK(error(parts("a", 64) + " = 1\n").empty());
  CHECK(error("# " + std::string(1000, '.') + "\nx = '" + std::string(1000, '.') + "'\n").empty());
  std::string list = "x = [0.5";
  for (int i = 0; i < 1000; ++i) list += ", 1.5";
  CHECK(error(list + "]\n").empty());
  CHECK_THAT(error("x = " + std::string(60000, '[')),
             Catch::Matchers::ContainsSubstring("x.toml:1"));
  CHECK_THAT(error("x = '" + std::string(100000, 'a') + "\n"),
             Catch::Matchers::ContainsSubstring("x.toml:1: not valid TOML"));
}

TEST_CASE("A whole number of more digits than double has is rounded") {
  TomlReader toml = TomlReader::from_text("x = 455555554444444443", "x.toml");
  CHECK(toml.required<double>("x") == 455555554444444443.0);
}

TEST_CASE("Numbers beyond double are refused") {
  auto const error = [](std::string const& text) {
    return ionscape_test::input_error([&] {
      TomlReader toml = TomlReader::from_text(text, "x.toml");
      toml.required<double>("x");
    });
  };
  for (std::string const text : {"x = 1e999", "x = -1e400", "x = 99999999999999999999999"})
    CHECK_THAT(error(text), Catch::Matchers::ContainsSubstring("x.toml:1: "));
  CHECK(TomlReader::from_text("\xEF\xBB\xBFx = 2", "x.toml").required<double>("x") == 2);
}
