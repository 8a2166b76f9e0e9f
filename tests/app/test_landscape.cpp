// ionscape landscape, and compare --barriers, as a user runs them.
#include <ionscape/core/io/csv.hpp>
#include <ionscape_test/catch.hpp>

#include "program.hpp"

using namespace ionscape_test;
using namespace ionscape;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::WithinAbs;

namespace {

std::string const examples = IONSCAPE_SOURCE_DIR "/examples/";

nlohmann::json json_of(Folder const& folder, Path const& file) {
  return nlohmann::json::parse(read_file(folder / file));
}

/// Li2O, 12 ions: a Li at its site, which goes to the octahedral hole beside it.
std::string li2o(std::string const& id, std::string const& end, std::string const& place) {
  return "12\nLattice=\"4.6 0 0 0 4.6 0 0 0 4.6\" Properties=species:S:1:pos:R:3 pbc=\"T T T\" "
         "id=" +
         id + " end=" + end + "\nLi " + place +
         "\nLi 1.15 1.15 3.45\nLi 1.15 3.45 1.15\nLi 3.45 1.15 1.15\nLi 1.15 3.45 3.45\n"
         "Li 3.45 1.15 3.45\nLi 3.45 3.45 1.15\nLi 3.45 3.45 3.45\nO 0 0 0\nO 0 2.3 2.3\n"
         "O 2.3 0 2.3\nO 2.3 2.3 0\n";
}

}  // namespace

TEST_CASE(
    "A landscape of LiFePO4 is complete and one-dimensional, with sites as symmetry has them") {
  Folder const folder;
  auto const run =
      folder.run({"landscape", examples + "structures/LiFePO4.cif", "--no-pictures", "--out", "l"});
  REQUIRE(run.code == 0);
  CHECK_THAT(run.out, ContainsSubstring("Morse relation") && ContainsSubstring("Fe +2"));
  auto const json = json_of(folder, "l/landscape.json")["structures"][0];
  CHECK(json["status"] == "complete");
  CHECK(json["mobile"] == "Li");
  CHECK(json["morse_relation"]["holds"] == true);
  CHECK(json["oxidation_states"]["P"] == 5);
  // Li at (1/2, 0, 1/2) of this setting: 4 places of Pnma's 4a or 4b.
  CHECK(json["site_list"][0]["multiplicity"] == 4);
  CHECK(double(json["percolation_1d_eV"]) < 0.6);
  CHECK(double(json["percolation_2d_eV"]) > 3);
  CHECK(json["percolation"][0]["windings"] == nlohmann::json::parse("[[0, 1, 0]]"));
  CHECK(json["diffusion"].size() == 4);
  CsvTable const table = CsvTable::read(folder / "l/landscape.csv");
  CHECK(table.number(0, "percolation_1d_eV") == double(json["percolation_1d_eV"]));
  CHECK(std::filesystem::exists(folder / "l/landscape.cube"));
  CHECK(lines_in(read_file(folder / "l/landscape.cube")) > 28);
  CHECK(std::filesystem::exists(folder / "l/paths.extxyz"));
}

TEST_CASE(
    "A potential set gives the landscape of its frozen host, in a cubic crystal the same along all "
    "axes") {
  Folder const folder;
  std::string const set = examples + "potentials/Li2O-rigid.toml";
  REQUIRE(folder
              .run({"landscape", examples + "structures/Li2O.cif", "--potential", set,
                    "--no-pictures", "--out", "l"})
              .code == 0);
  auto const json = json_of(folder, "l/landscape.json")["structures"][0];
  CHECK(json["space_group_of_host"] == "Fm-3m");
  double const barrier = json["percolation_1d_eV"];
  CHECK(barrier > 0);
  CHECK(double(json["percolation_2d_eV"]) == Approx(barrier).margin(1e-9));
  CHECK(double(json["percolation_3d_eV"]) == Approx(barrier).margin(1e-9));
}

TEST_CASE("In a batch a structure that cannot be computed costs its own row") {
  Folder const folder;
  folder.write("no-mobile.vasp", mgo_poscar);
  auto const run = folder.run({"landscape", examples + "structures/LiFePO4.cif", "no-mobile.vasp",
                               "--mobile", "Li", "--out", "l"});
  CHECK(run.code == 2);
  CsvTable const table = CsvTable::read(folder / "l/landscape.csv");
  REQUIRE(table.rows() == 2);
  CHECK(table.text(0, "status") == "complete");
  CHECK(table.text(1, "status") == "refused");
  CHECK_THAT(table.text(1, "reason"), ContainsSubstring("no Li in the structure"));
}

TEST_CASE("What makes no landscape is refused with a sentence") {
  Folder const folder;
  std::string const structure = examples + "structures/LiFePO4.cif";
  struct Case {
    Words words;
    std::string expected;
  };
  for (Case const& c :
       {Case{{"landscape"}, "structure file"},
        {{"landscape", structure, "--resolution", "0"}, "--resolution"},
        {{"landscape", structure, "--host-mobile", "some"}, "--host-mobile"},
        {{"landscape", structure, "--states", "Fe=0"}, "--states"},
        {{"landscape", structure, "--elastic", "-1"}, "--elastic"},
        {{"landscape", structure, "--potential", examples + "potentials/Li-O.toml"}, "[charges]"},
        {{"landscape", structure, "--mobile", "Zn"}, "no Zn in the structure"}}) {
    auto const run = folder.run(c.words);
    INFO(c.expected);
    CHECK(run.code == 1);
    CHECK_THAT(run.err, ContainsSubstring(c.expected));
  }
}

TEST_CASE("Published barriers are scored, and one without a structure costs its own row") {
  Folder const folder;
  std::string csv = "id,class,composition,mobile,Ea_DFT_eV,Ea_other_eV\n", frames;
  for (int k = 0; k < 4; ++k) {
    std::string const id = "x" + std::to_string(k);
    csv += id + ",OXIDES,Li2O,Li,0." + std::to_string(3 + k) + ",0.5\n";
    frames +=
        li2o(id, "initial", k == 3 ? "0 0 0" : "1.15 1.15 1.15") + li2o(id, "final", "2.3 2.3 2.3");
  }
  folder.write("set/barriers.csv", csv);
  folder.write("set/paths.extxyz", frames);
  auto const json = folder.run_json({"compare", "--barriers", "set", "--json", "--out", "c"});
  CHECK(json["models"].size() == 5);
  CHECK(json["models"][0]["raw"]["n"] == 3);
  CHECK_THAT(double(json["models"][0]["raw"]["coverage"]), WithinAbs(0.75, 1e-12));
  CHECK(CsvTable::read(folder / "c/barriers.csv").rows() == 4);
  CHECK_THAT(CsvTable::read(folder / "c/barriers.csv").text(3, "reason"),
             ContainsSubstring("overlap"));
  CHECK(folder.run({"compare", "--barriers", "set", "--reference", "set"}).code == 1);
}
