// ionscape regress as a user calls it.
#include <ionscape_test/catch.hpp>
#include <ionscape_test/files.hpp>

#include "program.hpp"

using namespace ionscape_test;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::StartsWith;

namespace {

/// 24 barriers: E = 1 - 0.01 V + 0.2 q for OTO, + 0.1 for TOT.
std::string table() {
  std::string text = "formula,path_type,charge_e,volume_A3,csm_tet,Ea_NEB_eV\n";
  for (int i = 0; i < 24; ++i) {
    double const q = -1 - 0.1 * (i % 5), v = 20 + 7 * (i % 4), csm = 0.1 * (i % 7);
    text += "X" + std::to_string(i) + (i % 3 == 0 ? ",TOT," : ",OTO,") + std::to_string(q) + "," +
            std::to_string(v) + "," + std::to_string(csm) + "," +
            std::to_string(1 - 0.01 * v + 0.2 * q + (i % 3 == 0 ? 0.1 : 0)) + "\n";
  }
  return text;
}

}  // namespace

TEST_CASE(
    "Regression of few compounds: groups of paths, leave-one-out said, held-out predictions "
    "drawn") {
  Folder const folder;
  folder.write("t.csv", table());
  Outcome const o = folder.run({"regress", "t.csv", "--target", "Ea_NEB_eV", "--out", "out"});
  CAPTURE(o.err);
  CHECK(o.code == 0);
  for (char const* words :
       {"all: 24 rows, 10-fold", "TOT: 8 rows, leave-one-out", "OTO: 16 rows, leave-one-out",
        "random forest, 200 trees of 66 % of the rows", "charge_e + volume_A3 - csm_tet 0"})
    CHECK_THAT(o.out, ContainsSubstring(words));
  for (char const* picture : {"lasso.png", "parity.png", "lasso-TOT.png", "parity-OTO.png"})
    CHECK((o.err.find("no picture") != o.err.npos ||
           std::filesystem::exists(folder / "out" / picture)));
  auto const json = nlohmann::json::parse(read_file(folder / "out/regress.json"));
  CHECK(json.at("grouped_by") == "path_type");
  CHECK(json.at("analyses").at(0).at("held_out").at("forest").size() == 24);
}

TEST_CASE("Rows are picked with --where and grouped with --groups") {
  Folder const folder;
  folder.write("t.csv", table());
  Outcome const o = folder.run({"regress", "t.csv", "--target", "Ea_NEB_eV", "--features",
                                "charge_e,csm_tet", "--where", "path_type=OTO", "--groups",
                                "volume_A3", "--out", "out", "--no-pictures"});
  CAPTURE(o.err);
  CHECK(o.code == 0);
  CHECK_THAT(o.out, ContainsSubstring("all: 16 rows, leave-one-out"));
  CHECK_THAT(o.out, ContainsSubstring("left out: 4 rows, expected at least 6 for 2 features"));
}

TEST_CASE("Of the usual features a constant one is left out, one that was asked for is not") {
  Folder const folder;
  folder.write("t.csv", table());
  Words words{"regress",      "t.csv", "--target", "Ea_NEB_eV",    "--where",
              "volume_A3=27", "--out", "out",      "--no-pictures"};
  Outcome const o = folder.run(words);
  CAPTURE(o.err);
  CHECK(o.code == 0);
  CHECK_THAT(o.out,
             ContainsSubstring("volume_A3 is the same in all rows of 'all' and was left out"));
  words.insert(words.end(), {"--features", "charge_e,volume_A3"});
  CHECK_THAT(folder.run(words).err, ContainsSubstring("volume_A3 is the same in all"));
}

TEST_CASE("A regression that cannot be done is one error, and nothing is written") {
  Folder const folder;
  folder.write("t.csv", table());
  auto const refused = [&](Words words, std::string const& expected) {
    words.insert(words.begin(), {"regress", "t.csv", "--target", "Ea_NEB_eV", "--out", "out"});
    Outcome const o = folder.run(words);
    CAPTURE(o.err);
    CHECK(o.code == 1);
    CHECK(lines_in(o.err) == 1);
    CHECK_THAT(o.err, StartsWith("ionscape: error: ") && ContainsSubstring(expected));
  };
  refused({"--where", "path_type"}, "expected COLUMN=VALUE");
  refused({"--where", "path_type=XYZ"}, "path_type = XYZ");
  refused({"--where", "path_type=OTO,path_type=TOT"}, "second value of path_type");
  refused({"--groups", "nothing"}, "no column 'nothing'");
  refused({"--folds", "25"}, "expected 2 to 24");
  refused({"--features", "formula"}, "t.csv:2: found 'X0', expected a number");
  CHECK_FALSE(std::filesystem::exists(folder / "out"));
}
