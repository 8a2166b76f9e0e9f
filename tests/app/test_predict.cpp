// ionscape predict as a user calls it.
#include <sstream>

#include <ionscape_test/catch.hpp>
#include <nlohmann/json.hpp>

#include <ionscape_test/files.hpp>

#include "program.hpp"

using namespace ionscape_test;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::StartsWith;

namespace {
std::string const compounds = IONSCAPE_SOURCE_DIR "/examples/compounds/";
}

TEST_CASE("Li2S: framework, volume, charge and barriers from its structure") {
  Folder const folder;
  Outcome const o = folder.run({"predict", compounds + "Li2S.cif", "--charge", "S=-1.6", "--out", "out"});
  CAPTURE(o.err);
  CHECK(o.code == 0);
  for (char const* word : {"framework of S, fcc", "46.49", "-1.600 e per anion", "tet-oct-tet", "own framework"})
    CHECK_THAT(o.out, ContainsSubstring(word));
  CHECK(std::filesystem::exists(folder / "out/predict.csv"));
  CHECK(std::filesystem::exists(folder / "out/predict.json"));
}

TEST_CASE("A table of numbers gives the barriers of the model cell at them") {
  Folder const folder;
  folder.write("t.csv", "formula,path,volume_A3,charge_e,csm\nLi2S,TOT,46.5,-1.6,0\n");
  CHECK(folder.run({"predict", "--table", "t.csv", "--out", "out"}).code == 0);
  folder.write("points.csv", "anion,volume_A3,charge_e,distortion\nS,46.5,-1.6,1\n");
  CHECK(folder.run({"sweep", "--points", "points.csv", "--out", "map"}).code == 0);
  auto const last_line_of = [&](std::string const& file) {
    std::istringstream lines(text_of(folder / file));
    std::string line, last;
    while (std::getline(lines, line)) last = line;
    return last;
  };
  auto const field = [](std::string const& line, int index) {
    std::istringstream fields(line);
    std::string text;
    for (int i = 0; i <= index; ++i) std::getline(fields, text, ',');
    return std::stod(text);
  };
  // cv_three_point_eV of predict.csv against Ea_three_point_eV of map.csv
  CHECK(field(last_line_of("out/predict.csv"), 8) == Approx(field(last_line_of("map/map.csv"), 17)).epsilon(1e-9));
}

TEST_CASE("No charge is invented: without a source, or with a wrong one, there is one error") {
  Folder const folder;
  auto const refused = [&](Words words, std::string const& expected) {
    words.insert(words.begin(), {"predict", compounds + "LiCoO2.cif"});
    Outcome const o = folder.run(words);
    CAPTURE(o.err);
    CHECK(o.code == 1);
    CHECK(lines_in(o.err) == 1);
    CHECK_THAT(o.err, StartsWith("ionscape: error: ") && ContainsSubstring(expected));
  };
  refused({}, "--charge");
  refused({"--charge", "S=-1"}, "no such species");
  refused({"--charge", "O=x"}, "O=x");
  refused({"--charges", "nowhere.csv"}, "nowhere.csv");
  refused({"--charge-model", "magic"}, "ionicity");
  CHECK_FALSE(std::filesystem::exists(folder / "results"));
}

TEST_CASE("Formal charges are used when asked for, with the warning that the potentials do not know them") {
  Folder const folder;
  Outcome const o = folder.run({"predict", compounds + "LiCoO2.cif", "--oxidation", "--out", "out"});
  CAPTURE(o.err);
  CHECK(o.code == 0);
  CHECK_THAT(o.out + o.err, ContainsSubstring("outside the calibrated range"));
}
