// ionscape compare: maps and potentials against published values.
#include <ionscape_test/catch.hpp>

#include "program.hpp"

using namespace ionscape_test;
using Catch::Matchers::ContainsSubstring;

namespace {

/// A file as Xu et al. (2020) laid theirs out; the numbers are made up.
std::string const barrier_file = [] {
  std::string text;
  for (std::string const label : {"1.0-v-1.2", "1.5-v-1.2", "1.0-v-1.3"}) {
    text += label + "\r\n";
    double const energy[] = {0, 0.02, 0.07, 0.12, 0.10, -0.02, -0.10};
    for (int k = 0; k < 7; ++k)
      text += std::to_string(k) + " 0.0 " + std::to_string(energy[k] - 200) + " " +
              std::to_string(energy[k]) + "\r";
  }
  return text;
}();

/// A folder with a finished sweep in `map` and a reference in `reference`.
void prepare(Folder const& folder) {
  folder.write("set.toml", lis_set);
  folder.write("grid.toml", small_grid);
  folder.write("reference/Figure 3/Li-S/Li-S-barrier.txt", barrier_file);
  REQUIRE(folder.run({"sweep", "grid.toml", "--out", "map", "--quiet"}).code == 0);
}

}  // namespace

TEST_CASE(
    "compare prints and writes statistics and claims of a map, at the published points "
    "themselves") {
  Folder const folder;
  prepare(folder);
  auto const o = folder.run({"compare", "map", "--reference", "reference", "--out", "c"});
  INFO(o.err);
  REQUIRE(o.code == 0);
  CHECK(o.err.empty());
  CHECK_THAT(o.out, ContainsSubstring("3 profiles"));
  CHECK_THAT(o.out,
             ContainsSubstring("matched exactly: the potentials were evaluated at the 3 points"));
  CHECK_THAT(o.out, ContainsSubstring("dE_tet > dE_oct, all distorted points"));
  auto const json = nlohmann::json::parse(read_file(folder / "c/compare.json"));
  CHECK(json.at("groups").at(0).at("quantity") == "image");
  CHECK(json.at("groups").at(0).at("errors").at("count") == 18);
  CHECK(json.at("matching") == "exact");
  CHECK(lines_in(read_file(folder / "c/compare.csv")) == 1 + 3 * 8);
  CHECK_THAT(read_file(folder / "c/compare.md"), ContainsSubstring("| S | barrier | 1 | 3 |"));
}

TEST_CASE("A list of points is compared without the claims, which need a grid") {
  Folder const folder;
  prepare(folder);
  folder.write("points.csv", "anion,volume_A3,charge_e,distortion\nS,46.81,-1,1\n");
  REQUIRE(folder
              .run({"sweep", "--points", "points.csv", "--potential", "set.toml", "--out", "few",
                    "--quiet"})
              .code == 0);
  auto const o = folder.run({"compare", "few", "--reference", "reference", "--out", "c"});
  CAPTURE(o.err);
  CHECK(o.code == 0);
  CHECK_THAT(o.out, ContainsSubstring("the claims of the paper are not counted") &&
                        ContainsSubstring("no grid"));
}

TEST_CASE("compare matches with the grid where asked, and needs no potential for that") {
  Folder const folder;
  prepare(folder);
  std::filesystem::remove(folder / "set.toml");
  std::filesystem::remove(folder / "map/map.json");
  for (std::string const how : {"interpolate", "nearest"}) {
    auto const o = folder.run(
        {"compare", "map/map.csv", "--reference", "reference", "--match", how, "--out", how});
    INFO(o.err);
    CHECK(o.code == 0);
    CHECK_THAT(o.out, ContainsSubstring("images of paths are no part of a map"));
    CHECK(lines_in(read_file(folder / how / "compare.csv")) > 1);
  }
}

TEST_CASE("compare takes potentials alone, and excluded charges") {
  Folder const folder;
  folder.write("set.toml", lis_set);
  folder.write("reference/Li-S-barrier.txt", barrier_file);
  auto const o = folder.run({"compare", "--reference", "reference", "--potential", "set.toml",
                             "--exclude-charge", "-1.5,-1.8", "--out", "c"});
  INFO(o.err);
  REQUIRE(o.code == 0);
  CHECK_THAT(o.out, ContainsSubstring("potential of S: Li in S (set.toml)"));
  CHECK_THAT(o.out, ContainsSubstring("left out: 8 values with an excluded charge"));
  CHECK_THAT(o.out, !ContainsSubstring("the claims of the paper"));
}

TEST_CASE("compare refuses what it cannot use with one line, and writes nothing") {
  Folder const folder;
  prepare(folder);
  folder.write("empty/notes.txt", "nothing here\n");
  folder.write("other.toml", replaced(lis_set, "804.0", "904.0"));
  auto const refused = [&](Words const& words, std::string const& message) {
    auto const o = folder.run(words);
    CHECK(o.code == 1);
    CHECK(lines_in(o.err) == 1);
    CHECK_THAT(o.err, ContainsSubstring(message));
    CHECK_FALSE(std::filesystem::exists(folder / "c"));
  };
  refused({"compare", "map", "--out", "c"}, "--reference");
  refused({"compare", "map", "--reference", "empty", "--out", "c"}, "no reference data found");
  refused({"compare", "none", "--reference", "reference", "--out", "c"}, "none");
  refused({"compare", "map", "--reference", "reference", "--match", "best", "--out", "c"},
          "exact, interpolate, nearest");
  refused({"compare", "--reference", "reference", "--match", "nearest", "--out", "c"},
          "needs a MAP");
  refused({"compare", "map", "--reference", "reference", "--exclude-charge", "1.8", "--out", "c"},
          "expected an anion's");
  refused({"compare", "map", "--reference", "reference", "--potential", "other.toml", "--out", "c"},
          "was not computed with the potential other.toml");
  refused({"compare", "map", "map", "--reference", "reference", "--match", "nearest", "--out", "c"},
          "no grid");
  std::filesystem::remove(folder / "set.toml");
  refused({"compare", "map", "--reference", "reference", "--out", "c"},
          "set.toml of S is not there");
}
