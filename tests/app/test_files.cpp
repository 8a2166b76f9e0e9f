// The files of a run are checked before anything is computed.
#include <nlohmann/json.hpp>

#include <ionscape_test/catch.hpp>

#include "program.hpp"

using namespace ionscape_test;
using Catch::Matchers::ContainsSubstring;

namespace {

void check_refused(Outcome const& o, std::string const& expected) {
  CAPTURE(o.out, o.err);
  CHECK(o.code == 1);
  CHECK(lines_in(o.err) == 1);
  CHECK_THAT(o.err,
             Catch::Matchers::StartsWith("ionscape: error: ") && ContainsSubstring(expected));
  CHECK(o.out.empty());
}

Words const hop{"neb", "--anion", "S", "--volume", "46.81", "--charge", "-1", "--no-pictures"};

Words with(Words words, Words const& more) {
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

}  // namespace

TEST_CASE("No result is written over an input or over another result") {
  Folder const folder;
  folder.write("POSCAR", mgo_poscar);
  folder.write("set.json", mgo_set);
  folder.write("a.extxyz",
               "2\nLattice=\"0 2.1 2.1 2.1 0 2.1 2.1 2.1 0\"\nMg 0 0 0\nO 2.1 2.1 2.1\n");
  std::filesystem::create_symlink("a.extxyz", folder / "link.extxyz");
  std::string const frames = read_file(folder / "a.extxyz");
  Words const energy{"energy", "POSCAR", "--potential", "set.json"};
  check_refused(folder.run(with(energy, {"--out", "m.csv", "--matrix", "./m.csv"})),
                "m.csv: two results of this run");
  check_refused(folder.run(with(energy, {"--out", "set.json"})), "set.json: is an input");
  for (std::string const out : {"a.extxyz", "./a.extxyz", "link.extxyz"})
    check_refused(folder.run({"energy", "a.extxyz", "--potential", "set.json", "--out", out}),
                  out + ": is an input");
  CHECK(read_file(folder / "a.extxyz") == frames);
  CHECK(read_file(folder / "set.json") == mgo_set);
  CHECK_FALSE(std::filesystem::exists(folder / "m.csv"));

  folder.write("map.csv", "x,y\n1,2\n");
  folder.write("o/regress.json", "a,b\n1,2\n");
  check_refused(
      folder.run({"regress", "o/regress.json", "--target", "a", "--features", "b", "--out", "o"}),
      "regress.json: is an input");
  folder.write("o/band.extxyz", mgo_poscar);
}

TEST_CASE(
    "Every result is tried before the work: a folder in its place is an error, nothing is left") {
  Folder const folder;
  folder.write("POSCAR", mgo_poscar);
  folder.write("set.toml", mgo_set);
  folder.write("S.toml", lis_set);
  folder.write("grid.toml", replaced(small_grid, "set.toml", "S.toml"));
  folder.write("t.csv", "formula,path,volume_A3,charge_e,csm\nLi2S,TOT,46.5,-1.6,0\n");
  std::string table = "a,b,c\n";
  for (int i = 0; i < 12; ++i)
    table +=
        std::to_string(i) + "," + std::to_string(i * i % 7) + "," + std::to_string(i % 3) + "\n";
  folder.write("rows.csv", table);
  for (std::string const taken : {"neb.json", "map.json", "predict.json", "regress.json", "x.csv"})
    std::filesystem::create_directories(folder / ("o/" + taken));
  check_refused(folder.run(with(hop, {"--out", "o"})), "neb.json: is a folder");
  check_refused(folder.run({"sweep", "grid.toml", "--out", "o"}), "map.json: is a folder");
  check_refused(folder.run({"predict", "--table", "t.csv", "--out", "o"}),
                "predict.json: is a folder");
  check_refused(
      folder.run({"regress", "rows.csv", "--target", "a", "--features", "b,c", "--out", "o"}),
      "regress.json: is a folder");
  check_refused(folder.run({"energy", "POSCAR", "--potential", "set.toml", "--out", "o/x.csv"}),
                "x.csv: is a folder");
  for (auto const& entry : std::filesystem::recursive_directory_iterator(folder / "o"))
    CHECK(entry.is_directory());
}

TEST_CASE("An option that is given twice is refused, lists are put together") {
  Folder const folder;
  check_refused(folder.run(with(hop, {"--images", "5", "--images", "9"})),
                "--images is given twice, as '5' and '9'");
  check_refused(folder.run(with(hop, {"--volume=50"})), "--volume is given twice");
  folder.write("POSCAR", mgo_poscar);
  check_refused(folder.run({"sites", "POSCAR", "--anions", "O", "--anions", "S"}), "species S");
}

TEST_CASE(
    "More threads than Kokkos has room for are refused, from the command line and from the "
    "environment") {
  Folder const folder;
  check_refused(folder.run(with(hop, {"--threads", "1024"})),
                "--threads 1024: expected >= 1 and <= 512");
  check_refused(folder.run(hop, {"OMP_NUM_THREADS=2000"}),
                "OMP_NUM_THREADS=2000: expected at most 512");
}

TEST_CASE("A byte that is no UTF-8, in a file or in its name, costs no other structure") {
  Folder const folder;
  folder.write("set.toml", mgo_set);
  folder.write("many/a.vasp", mgo_poscar);
  folder.write("many/b.vasp", "x\n1\n4 0 0\n0 4 0\n0 0 4\n\xc5\n1\nDirect\n0 0 0\n");
  folder.write("many/\xff.vasp", mgo_poscar);
  Outcome const o =
      folder.run({"energy", "many", "--potential", "set.toml", "--quiet", "--out", "out.json"});
  CAPTURE(o.out, o.err);
  CHECK(o.code == 2);
  auto const rows = nlohmann::json::parse(read_file(folder / "out.json")).at("structures");
  REQUIRE(rows.size() == 3);
  CHECK(rows.at(0).at("energy_eV").is_number());
  CHECK_THAT(std::string(rows.at(1).at("error")), ContainsSubstring("expected an element"));
  CHECK(rows.at(2).at("energy_eV").is_number());
}

TEST_CASE("Charges by the numbers of ions are not given to several structures") {
  Folder const folder;
  std::string charges = "ion,charge_e\n";  // both structures have 12 ions
  for (int ion = 1; ion <= 12; ++ion) charges += std::to_string(ion) + ",-1\n";
  folder.write("q.csv", charges);
  std::string const compounds = IONSCAPE_SOURCE_DIR "/examples/compounds/";
  check_refused(folder.run({"predict", compounds + "Li2S.cif", compounds + "LiCoO2.cif",
                            "--charges", "q.csv", "--out", "out"}),
                "q.csv: gives charges by the numbers of ions");
}
