#include <cmath>
#include <ionscape_test/catch.hpp>
#include <numeric>
#include <sstream>

#include "program.hpp"

using namespace ionscape_test;
using Catch::Matchers::ContainsSubstring;

namespace {

Path const phosphate = Path(IONSCAPE_TEST_DATA) / "lifepo4";

/// The lines of "properties STRUCTURE --potential SET" and what follows.
Words with(Words const& more, Path const& structure = phosphate / "LiFePO4.vasp",
           Path const& set = phosphate / "set.toml") {
  Words words{"properties", structure.string(), "--potential", set.string()};
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

}  // namespace

TEST_CASE("The properties of LiFePO4 come out as other programs find them") {
  Folder const folder;
  auto const expected = nlohmann::json::parse(read_file(phosphate / "result.json"));
  auto const json = folder.run_json(with({"--json"}));
  CHECK(double(json["energy_eV"]) == Approx(4 * double(expected["E_per_formula_eV"])).margin(1e-6));
  for (std::size_t i = 0; i < 6; ++i)
    for (std::size_t j = 0; j < 6; ++j)
      CHECK(double(json["elastic"]["relaxed_GPa"][i][j]) ==
            Approx(double(expected["elastic_GPa"][i][j])).margin(1e-3));
  CHECK(double(json["dielectric"]["static"][0][0]) ==
        Approx(double(expected["eps_static"][0][0])).margin(1e-4));
  CHECK(json["phonons"]["at_rest_THz"].size() == 84);
  CHECK(json["notes"].empty());
  CHECK(json["potential"]["name"] == "LiFePO4, check");
}

TEST_CASE("Tables name the units, results become files") {
  Folder const folder;
  folder.write("mgo.vasp", mgo_poscar);
  folder.write("set.toml", mgo_set);
  folder.write("q.txt", "# a path\n0.5 0 0 X\n0.25 0 0\n");
  Outcome const o = folder.run(
      with({"--q-list", "q.txt", "--mesh", "2", "--temperatures", "0,298.15", "--out", "results"},
           "mgo.vasp", "set.toml"));
  CAPTURE(o.err);
  CHECK(o.code == 0);
  for (std::string const words :
       {"elastic constants/GPa", "Voigt", "dielectric constants", "eps_0", "Born charges/e",
        "cm^-1", "phonons/cm^-1 at q = 0.5 0 0 (X)", "C_V/(meV/K)", "298.15",
        "warning: the crystal is under stress", "written: results/thermal.csv"})
    CHECK_THAT(o.out, ContainsSubstring(words));
  auto const json = nlohmann::json::parse(read_file(folder / "results/properties.json"));
  CHECK(json["notes"].dump() == "[\"under_stress\"]");
  CHECK(json["phonons"]["points"].size() == 2);
  // Rigid ions: nothing answers a field at once, and Born charges are the charges.
  CHECK(double(json["dielectric"]["high_frequency"][1][1]) == Approx(1));
  CHECK(double(json["dielectric"]["born_charges"][0]["charge_e"][2][2]) == Approx(2));
  // Entropy of 8 ions at 298 K, below that of classical oscillators.
  auto const rows = json["harmonic"]["rows"];
  CHECK(double(rows[0]["free_energy_eV"]) == Approx(double(json["harmonic"]["zero_point_eV"])));
  CHECK(double(rows[1]["heat_capacity_eV_per_K"]) < 24 * 8.617333e-5);
  CHECK(double(rows[1]["heat_capacity_eV_per_K"]) > 12 * 8.617333e-5);
  // header, 4 blocks at q = 0 and two points, of 24 modes
  CHECK(lines_in(read_file(folder / "results/phonons.csv")) == 1 + 6 * 24);
  CHECK(lines_in(read_file(folder / "results/thermal.csv")) == 3);
}

TEST_CASE("Given values stand beside the computed ones, and phonons are drawn along the way") {
  Folder const folder;
  folder.write("mgo.vasp", mgo_poscar);
  folder.write("set.toml", mgo_set);
  folder.write("q.txt", "0 0 0 Γ\n0.25 0 0\n0.5 0 0 X\n");
  folder.write("lab.csv", "quantity,value,source\nC11,297.9,somebody\neps_0,9.64,\na,4.211,x\n");
  Outcome const o = folder.run(with(
      {"--q-list", "q.txt", "--beside", "lab.csv", "--out", "results"}, "mgo.vasp", "set.toml"));
  CAPTURE(o.err);
  CHECK(o.code == 0);
  for (std::string const words : {"beside given values", "somebody", "picture: results/phonons.png",
                                  "picture: results/beside.svg", "written: results/beside.csv"})
    CHECK_THAT(o.out, ContainsSubstring(words));
  auto const json = nlohmann::json::parse(read_file(folder / "results/properties.json"));
  CHECK(json["beside"][0]["quantity"] == "C11");
  CHECK(json["beside"][0]["computed"] == json["elastic"]["stress_strain_GPa"][0][0]);
  CHECK(json["beside"][1]["computed"].get<double>() ==
        Approx(json["dielectric"]["static"][0][0].get<double>()));
  // At rest the highest branch is drawn with the field of a wave along the way.
  std::string const drawn = read_file(folder / "results/phonons.dat");
  std::istringstream first(drawn.substr(drawn.find('\n') + 1));
  std::vector<double> numbers;
  for (double x; first >> x && numbers.size() < 25;) numbers.push_back(x);
  REQUIRE(numbers.size() == 25);
  CHECK(numbers[0] == 0);
  CHECK(numbers[24] == Approx(json["phonons"]["field_along_x_THz"].back().get<double>()));
}

TEST_CASE("A structure that is not at rest is warned of") {
  Folder const folder;
  folder.write("mgo.vasp", replaced(mgo_poscar, "0.5 0 0\n", "0.53 0 0\n"));
  folder.write("set.toml", mgo_set);
  auto const json = folder.run_json(with({"--json"}, "mgo.vasp", "set.toml"));
  CHECK_THAT(json["notes"].dump(), ContainsSubstring("not_at_rest"));
  CHECK_THAT(json["warnings"].dump(), ContainsSubstring("ion 6 (O)"));
}

TEST_CASE("An unstable crystal is called so") {
  // Cations in the place of the oxygens' tetrahedra: MgO squeezed far apart rests nowhere.
  Folder const folder;
  folder.write("mgo.vasp", replaced(mgo_poscar, "4.2\n", "5.6\n"));
  folder.write("set.toml", mgo_set);
  auto const json = folder.run_json(with({"--json"}, "mgo.vasp", "set.toml"));
  CHECK_THAT(json["notes"].dump(), ContainsSubstring("imaginary_modes"));
  CHECK(double(json["phonons"]["at_rest_THz"][0]) < -1);
}

TEST_CASE("A vacancy's energy hardly depends on the cell once it is corrected") {
  Folder const folder;
  folder.write("mgo.vasp", replaced(mgo_poscar, "4.2\n", "4.198476343\n"));
  folder.write("set.toml", replaced(mgo_set, "cutoff = 9.0", "cutoff = 10.0"));
  auto const json = folder.run_json(
      with({"--vacancy", "1", "--supercells", "1,2,3", "--json"}, "mgo.vasp", "set.toml"));
  auto const cells = json["defect"]["cells"];
  REQUIRE(cells.size() == 3);
  CHECK(double(json["defect"]["charge_e"]) == Approx(-2));
  CHECK(int(cells[2]["ions"]) == 215);
  // 63 ions relaxed by an independent code: -1298.642370 eV, the perfect pair -41.31073612 eV.
  CHECK(double(cells[1]["energy_eV"]) == Approx(-1298.642370 + 32 * 41.31073612).margin(1e-4));
  double const raw = double(cells[2]["energy_eV"]) - double(cells[1]["energy_eV"]);
  double const corrected = double(cells[2]["corrected_eV"]) - double(cells[1]["corrected_eV"]);
  CHECK(std::fabs(raw) > 0.2);
  CHECK(std::fabs(corrected) < 0.1 * std::fabs(raw));
}

TEST_CASE("The same bits with any number of threads") {
  Folder const folder;
  folder.write("mgo.vasp", mgo_poscar);
  folder.write("set.toml", mgo_set);
  std::string texts[2];
  for (int k = 0; k < 2; ++k) {
    Outcome const o = folder.run(
        with({"--mesh", "2", "--json", "--threads", k == 0 ? "1" : "2"}, "mgo.vasp", "set.toml"));
    CHECK(o.code == 0);
    texts[k] = o.out;
  }
  CHECK(texts[0] == texts[1]);
}

TEST_CASE("A given value that nobody knows is named with its line") {
  Folder const folder;
  folder.write("mgo.vasp", mgo_poscar);
  folder.write("set.toml", mgo_set);
  folder.write("lab.csv", "quantity,value\nC11,300\nbulc,160\n");
  Outcome const o = folder.run(with({"--beside", "lab.csv"}, "mgo.vasp", "set.toml"));
  CHECK(o.code == 1);
  CHECK_THAT(o.err, ContainsSubstring("lab.csv:3"));
  CHECK_THAT(o.err, ContainsSubstring("'bulc'"));
  CHECK_THAT(o.err, ContainsSubstring("did you mean 'bulk'") || ContainsSubstring("bulk"));
  folder.write("zero.csv", "quantity,value\nC12,0\n");
  CHECK_THAT(folder.run(with({"--beside", "zero.csv"}, "mgo.vasp", "set.toml")).err,
             ContainsSubstring("zero.csv:2"));
}

TEST_CASE("No picture overwrites an input") {
  Folder const folder;
  folder.write("mgo.vasp", mgo_poscar);
  folder.write("set.toml", mgo_set);
  std::string const list = "0 0 0\n0.5 0 0\n";
  std::filesystem::create_directory(folder / "out");
  folder.write("out/phonons.dat", list);
  Outcome const o =
      folder.run(with({"--q-list", "out/phonons.dat", "--out", "out"}, "mgo.vasp", "set.toml"));
  CHECK(o.code == 1);
  CHECK_THAT(o.err, ContainsSubstring("would overwrite"));
  CHECK(read_file(folder / "out/phonons.dat") == list);
}

TEST_CASE("Bad input of properties is named") {
  Folder const folder;
  folder.write("mgo.vasp", mgo_poscar);
  folder.write("set.toml", mgo_set);
  folder.write("q.txt", "0.5 0\n");
  folder.write("two.extxyz",
               "1\nLattice=\"4 0 0 0 4 0 0 0 4\" Properties=species:S:1:pos:R:3\nMg 0 0 0\n"
               "1\nLattice=\"4 0 0 0 4 0 0 0 4\" Properties=species:S:1:pos:R:3\nMg 0 0 0\n");
  for (auto const& [words, expected] :
       {std::pair<Words, std::string>({"--q-list", "q.txt"}, "q.txt:1: found '0.5 0'"),
        {{"--mesh", "2,2"}, "found 2 numbers, expected one or three"},
        {{"--mesh", "2,x,2"}, "found 'x', expected whole numbers"},
        {{"--mesh", "1000"}, "at most 100000"},
        {{"--temperatures", "300"}, "--mesh"},
        {{"--mesh", "2", "--temperatures", "-1"}, "from 0 to 100000 K"},
        {{"--vacancy", "9"}, "a vacancy of ion 9, expected one from 1 to 8"},
        {{"--interstitial", "Li,0,0,0"}, "no charge for the interstitial Li"},
        {{"--interstitial", "O,0,0"}, "three fractions"},
        {{"--supercells", "2"}, "--vacancy"},
        {{"--vacancy", "1", "--supercells", "2,1,2"}, "'2' twice"},
        {{"--cutoff", "0"}, "cutoff"}}) {
    Outcome const o = folder.run(with(words, "mgo.vasp", "set.toml"));
    CAPTURE(o.err);
    CHECK(o.code == 1);
    CHECK(lines_in(o.err) == 1);
    CHECK_THAT(o.err, ContainsSubstring(expected));
  }
  CHECK_THAT(folder.run(with({}, "two.extxyz", "set.toml")).err, ContainsSubstring("2 structures"));
  CHECK_THAT(folder.run({"properties", "mgo.vasp"}).err, ContainsSubstring("--potential"));
}
