#include <ionscape_test/catch.hpp>

#include "program.hpp"

using namespace ionscape_test;
using Catch::Matchers::ContainsSubstring;

namespace {

struct Fault {
  std::string what, name, contents, place;  // file with the fault, and how its place must be named
};

/// One line on stderr that names the place, exit code 1, nothing on stdout.
void check_refused(Outcome const& o, std::string const& place) {
  CAPTURE(o.err);
  CHECK(o.code == 1);
  CHECK(lines_in(o.err) == 1);
  CHECK_THAT(o.err, Catch::Matchers::StartsWith("ionscape: error: ") && ContainsSubstring(place));
  CHECK(o.out.empty());
}

}  // namespace

TEST_CASE("A faulty structure is refused by energy, sites and neb with file and line") {
  std::string const good = mgo_poscar;
  for (Fault const& fault : std::vector<Fault>{
           {"missing", "", "", "POSCAR"},
           {"empty", "POSCAR", "", "POSCAR"},
           {"cut short", "POSCAR", good.substr(0, good.size() - 20), "POSCAR:1"},
           {"word for a number", "POSCAR", replaced(good, "0.5 0 0.5", "0.5 x 0.5"), "POSCAR:11: "},
           {"NaN", "POSCAR", replaced(good, "0.5 0 0.5", "0.5 nan 0.5"), "POSCAR:11: "},
           {"singular cell", "POSCAR", replaced(good, "0 1 0", "1 0 0"), "singular"},
           {"overlapping ions", "POSCAR", replaced(good, "0.5 0.5 0.5", "0 0 0.001"), "overlap"},
           {"unknown species", "POSCAR", replaced(good, "Mg O", "Mg Qx"), "POSCAR:6: "},
           {"negative count", "POSCAR", replaced(good, "4 4", "4 -4"), "POSCAR:7: "}}) {
    Folder const folder;
    CAPTURE(fault.what);
    folder.write("set.toml", mgo_set);
    if (!fault.name.empty()) folder.write(fault.name, fault.contents);
    check_refused(folder.run({"energy", "POSCAR", "--potential", "set.toml"}), fault.place);
    check_refused(folder.run({"sites", "POSCAR"}), fault.place);
    check_refused(
        folder.run({"neb", "--initial", "POSCAR", "--final", "POSCAR", "--potential", "set.toml"}),
        fault.place);
  }
}

TEST_CASE("A faulty potential set is refused with file and line") {
  std::string const good = mgo_set;
  for (Fault const& fault : std::vector<Fault>{
           {"missing", "", "", "set.toml"},
           {"malformed", "set.toml", replaced(good, "rho = 0.2945", "rho = = 1"), "set.toml:11: "},
           {"unknown key", "set.toml", replaced(good, "cutoff", "cutof"), "set.toml:3: "},
           {"NaN", "set.toml", replaced(good, "1428.5", "nan"), "set.toml:10: "},
           {"negative rho", "set.toml", replaced(good, "0.2945", "-0.2945"), "set.toml:11: "},
           {"unknown form", "set.toml", replaced(good, "\"buckingham\"", "\"buckinham\""),
            "set.toml:9: "},
           {"species without charge", "set.toml", replaced(good, "Mg = 2.0", "Ca = 2.0"), "Mg"},
           {"insertion set", "set.toml", lis_set, "[charges]"}}) {
    Folder const folder;
    CAPTURE(fault.what);
    folder.write("POSCAR", mgo_poscar);
    if (!fault.name.empty()) folder.write(fault.name, fault.contents);
    check_refused(folder.run({"energy", "POSCAR", "--potential", "set.toml"}), fault.place);
  }
}

TEST_CASE("A faulty sweep is refused, and earlier results stay as they were") {
  std::string const good = small_grid;
  for (Fault const& fault : std::vector<Fault>{
           {"missing", "", "", "grid.toml"},
           {"malformed", "grid.toml", good + "[neb\n", "grid.toml:7: "},
           {"unknown key", "grid.toml", replaced(good, "charge_e", "charges_e"), "grid.toml"},
           {"negative volume", "grid.toml", replaced(good, "[40, 50", "[40, -50"), "grid.toml:3: "},
           {"NaN", "grid.toml", replaced(good, "[40, 50", "[40, nan"), "grid.toml:3: "},
           {"unknown anion", "grid.toml", replaced(good, "\"S\"", "\"Xx\""), "grid.toml:"},
           {"missing set", "grid.toml", replaced(good, "set.toml", "sat.toml"), "sat.toml"}}) {
    Folder const folder;
    CAPTURE(fault.what);
    folder.write("set.toml", lis_set);
    folder.write("results/grid/map.csv", "earlier");
    folder.write("results/grid/map.json", "earlier");
    if (!fault.name.empty()) folder.write(fault.name, fault.contents);
    check_refused(folder.run({"sweep", "grid.toml"}), fault.place);
    CHECK(read_file(folder / "results/grid/map.csv") == "earlier");
    CHECK(read_file(folder / "results/grid/map.json") == "earlier");
  }
}

TEST_CASE("A faulty list of points is refused with file and line") {
  std::string const header = "anion,volume_A3,charge_e,distortion\nS,46.81,-1,1\n";
  for (auto const& [row, place] :
       {std::pair<std::string, std::string>("S,-46.81,-1,1\n", "points.csv:3: "),
        {"S,46.81,1,1\n", "points.csv:3: "},
        {"S,nan,-1,1\n", "points.csv:3: "},
        {"S,46.81,-1\n", "points.csv:3: "},
        {"Xx,46.81,-1,1\n", "points.csv:3: "}}) {
    Folder const folder;
    CAPTURE(row);
    folder.write("points.csv", header + row);
    check_refused(folder.run({"sweep", "--points", "points.csv"}), place);
    CHECK_FALSE(std::filesystem::exists(folder / "results"));
  }
}

TEST_CASE("Values on the command line are checked") {
  Folder const folder;
  folder.write("POSCAR", mgo_poscar);
  folder.write("set.toml", mgo_set);
  for (auto const& [words, place] :
       {std::pair<Words, std::string>(
            {"neb", "--anion", "S", "--volume", "-46.81", "--charge", "-1"}, "--volume -46.81"),
        {{"neb", "--anion", "S", "--volume", "46.81", "--charge", "1"}, "--charge 1"},
        {{"neb", "--anion", "S", "--volume", "nan", "--charge", "-1"}, "--volume nan"},
        {{"neb", "--anion", "S", "--volume", "46.81abc", "--charge", "-1"}, "--volume 46.81abc"},
        {{"neb", "--anion", "S", "--volume", "46.81", "--charge", "-1", "--distortion", "9"},
         "distortion"},
        {{"neb", "--anion", "S", "--volume", "46.81", "--charge", "-1", "--hop", "up"}, "--hop up"},
        {{"neb", "--anion", "S", "--volume", "46.81", "--charge", "-1", "--initial", "POSCAR"},
         "does not go with"},
        {{"neb", "--anion", "Xx", "--volume", "46.81", "--charge", "-1"}, "Xx"},
        {{"energy", "POSCAR", "--potential", "set.toml", "--cutoff", "-3"}, "--cutoff -3"},
        {{"energy", "POSCAR"}, "--potential"},
        {{"energy", "POSCAR", "--potential", "--json"},
         "its value is missing, found the option --json"},
        {{"sites", "POSCAR", "--anions", "S"}, "S"},
        {{"plot", "nowhere"}, "nowhere"}}) {
    CAPTURE(words);
    check_refused(folder.run(words), place);
    CHECK_FALSE(std::filesystem::exists(folder / "results"));
  }
}
