// ionscape neb in whole crystals, as a user runs it.
#include <ionscape/core/io/csv.hpp>
#include <ionscape/core/io/read_band.hpp>
#include <ionscape/core/io/read_crystal.hpp>
#include <ionscape/core/io/write_crystal.hpp>
#include <ionscape_test/catch.hpp>

#include "program.hpp"

using namespace ionscape_test;
using namespace ionscape;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::WithinAbs;

namespace {

std::string const data = IONSCAPE_TEST_DATA "/barriers/";

Words hop(std::string const& name, Words const& more = {}) {
  Words words{"neb",
              "--initial",
              data + name + "/initial.vasp",
              "--final",
              data + name + "/final.vasp",
              "--potential",
              data + name + "/set.toml",
              "--no-pictures"};
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

Words made(Words const& more) {
  Words words{"neb", IONSCAPE_SOURCE_DIR "/examples/structures/Li2O.cif", "--potential",
              IONSCAPE_SOURCE_DIR "/examples/potentials/Li2O-rigid.toml", "--no-pictures"};
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

nlohmann::json json_of(Folder const& folder, Path const& file) {
  return nlohmann::json::parse(read_file(folder / file));
}

}  // namespace

TEST_CASE("Two structures become a certified barrier with one command") {
  Folder const folder;
  auto const run = folder.run(hop("mgo_rigid_vMg", {"--out", "hop"}));
  REQUIRE(run.code == 0);
  CHECK_THAT(run.out, ContainsSubstring("certified: one direction falls") &&
                          ContainsSubstring("left: a stationary point 2.378381 eV"));
  auto const json = json_of(folder, "hop/neb.json");
  CHECK_THAT(double(json["forward_barrier_eV"]), WithinAbs(2.374351, 1e-6));
  CHECK_THAT(double(json["reverse_barrier_eV"]), WithinAbs(2.374351, 1e-6));
  CHECK(json["status"] == "converged");
  CHECK(json["certificate"]["certified"] == true);
  CHECK(json["parts"][0]["false_saddles"].size() == 1);
  CHECK(json["images"].size() == 7);
  CHECK(json["moves"][0]["ion"] == "Mg35");
  // The saddle's file is the saddle: forces of what POSCAR keeps.
  auto const saddle = folder.run({"energy", "hop/saddle.vasp", "--potential",
                                  data + "mgo_rigid_vMg/set.toml", "--force-error", "1e-8"});
  CHECK_THAT(saddle.out, ContainsSubstring("-1296.268019"));
  CHECK(read_band(folder / "hop").images.size() == 7);
  CHECK(read_band(folder / "hop/band.extxyz").images.size() == 7);
  CHECK(CsvTable::read(folder / "hop/profile.csv").rows() == 7);
  CHECK(CsvTable::read(folder / "hop/rates.csv").rows() == 13);
}

TEST_CASE("A band on disk is where the next one begins") {
  Folder const folder;
  REQUIRE(folder.run(hop("li2o_vLi", {"--out", "hop", "--no-certify"})).code == 0);
  auto const first = json_of(folder, "hop/neb.json");
  CHECK(first["certificate"]["certified"] == false);
  for (std::string const& path : {std::string("hop/band.extxyz"), std::string("hop")}) {
    REQUIRE(folder.run(hop("li2o_vLi", {"--path", path, "--out", "again"})).code == 0);
    auto const again = json_of(folder, "again/neb.json");
    CHECK(again["parts"][0]["steps"] <= 1);
    CHECK_THAT(double(again["forward_barrier_eV"]), WithinAbs(0.241783, 1e-6));
  }
  REQUIRE(folder.run(hop("li2o_vLi", {"--path", "hop", "--images", "5", "--out", "hop"})).code ==
          0);
  CHECK(json_of(folder, "hop/neb.json")["images"].size() == 5);
  CHECK(read_band(folder / "hop").images.size() == 5);  // none of the seven are left

  // Ends of a band are not replaced by those of a shorter one.
  Words words = hop("li2o_vLi", {"--images", "3", "--out", "hop"});
  words[2] = "hop/00/CONTCAR", words[4] = "hop/04/CONTCAR";
  auto const refused = folder.run(words);
  CHECK(refused.code == 1);
  CHECK_THAT(refused.err, ContainsSubstring("hop/00/CONTCAR: is an input of this run"));
  CHECK(read_band(folder / "hop").images.size() == 5);
}

TEST_CASE("A vacancy, an interstitial and all hops are made from a perfect crystal") {
  Folder const folder;
  REQUIRE(folder.run(made({"--vacancy", "Li1", "--hop", "3", "--out", "vacancy"})).code == 0);
  auto const vacancy = json_of(folder, "vacancy/neb.json");
  // Another cutoff than the oracle's 10 Å, another lattice constant in its last digits.
  CHECK_THAT(double(vacancy["forward_barrier_eV"]), WithinAbs(0.241783, 1e-4));
  CHECK(vacancy["certificate"]["certified"] == true);
  CHECK(vacancy["input"]["supercell"] == nlohmann::json({2, 2, 2}));
  CHECK(vacancy["ends"].size() == 2);

  REQUIRE(folder.run(made({"--all-hops", "Li", "--within", "2.5", "--out", "all"})).code == 0);
  CsvTable const hops = CsvTable::read(folder / "all/hops.csv");
  REQUIRE(hops.rows() == 1);
  CHECK(hops.number(0, "multiplicity") == 24);
  CHECK(hops.number(0, "forward_barrier_eV") ==
        Approx(double(vacancy["forward_barrier_eV"])).margin(1e-6));
  CHECK(hops.text(0, "certified") == "yes");

  REQUIRE(folder
              .run(made({"--interstitial", "Li,0.5,0.5,0.5", "--to", "0.5,0,1", "--no-certify",
                         "--out", "interstitial"}))
              .code != 1);
}

TEST_CASE("Without proof a barrier says what is missing, and --certify ends with 2") {
  Folder const folder;
  // The saddle is no end for a hop.
  Words words = hop("li2o_vLi", {"--certify", "--out", "hop"});
  words[4] = data + "li2o_vLi/saddle.vasp";
  auto const run = folder.run(words);
  CHECK(run.code == 2);
  CHECK_THAT(run.out, ContainsSubstring("not certified: "));
  CHECK_THAT(run.err, ContainsSubstring("not certified: 1 of 1 hop"));

  // An end that was moved by hand.
  Crystal final_ = read_crystal(data + "li2o_vLi/final.vasp");
  final_.positions[70].x += 0.05;
  write_poscar(folder / "final.vasp", final_);
  words[4] = (folder / "final.vasp").string();
  auto const held = folder.run(words);
  CHECK(held.code == 2);
  CHECK_THAT(held.out, ContainsSubstring("the last end is not at rest") &&
                           ContainsSubstring("--relax-endpoints relaxes both ends first"));
  words.push_back("--relax-endpoints");
  auto const relaxed = folder.run(words);
  CHECK(relaxed.code == 0);
  CHECK_THAT(relaxed.out, ContainsSubstring("certified: one direction falls") &&
                              !ContainsSubstring("along the path"));
}

TEST_CASE("In a table of pairs one that cannot be used costs its own row") {
  Folder const folder;
  folder.write("pairs.csv", "initial,final,name\n" + data + "li2o_vLi/initial.vasp," + data +
                                "li2o_vLi/final.vasp,good\n" + data + "li2o_vLi/initial.vasp," +
                                data + "mgo_rigid_vMg/final.vasp,bad\n" + data +
                                "mgo_rigid_vMg/initial.vasp," + data +
                                "mgo_rigid_vMg/final.vasp,unknown\n");
  auto const run = folder.run({"neb", "--pairs", "pairs.csv", "--potential",
                               data + "li2o_vLi/set.toml", "--no-pictures", "--out", "pairs"});
  CHECK(run.code == 2);
  CsvTable const hops = CsvTable::read(folder / "pairs/hops.csv");
  REQUIRE(hops.rows() == 3);
  CHECK_THAT(hops.number(0, "forward_barrier_eV"), WithinAbs(0.241783, 1e-6));
  CHECK(hops.text(1, "status") == "refused");
  CHECK_THAT(hops.text(1, "verdict"), ContainsSubstring("mgo_rigid_vMg/final.vasp"));
  CHECK_THAT(hops.text(2, "verdict"), ContainsSubstring("no charge for species Mg"));
  CHECK(json_of(folder, "pairs/good/neb.json")["certified"] == true);
}

TEST_CASE("What is not a hop is refused with a sentence") {
  Folder const folder;
  struct Case {
    Words words;
    std::string expected;
  };
  for (Case const& c : {
           Case{{"neb"}, "which hop?"},
           {made({}), "STRUCTURE needs --vacancy and --hop"},
           {made({"--vacancy", "Li1"}), "--vacancy needs --hop"},
           {made({"--vacancy", "Li1", "--hop", "O9"}), "species"},
           {made({"--vacancy", "O1", "--hop", "Li2"}), "O1"},
           {made({"--vacancy", "Li1", "--hop", "Li2", "--supercell", "2,2"}), "--supercell"},
           {made({"--interstitial", "Li,0.5,0.5", "--to", "0,0,0"}), "SPECIES,X,Y,Z"},
           {made({"--interstitial", "Li,0.5,0.5,0.5"}), "needs --to"},
           {made({"--all-hops", "Na"}), "Na"},
           {made({"--all-hops", "Li", "--freeze-host"}), "does not go with --freeze-host"},
           {hop("li2o_vLi", {"--charge", "-1"}), "--freeze-host holds the others"},
           {hop("li2o_vLi", {"--certify", "--no-certify"}), "exclude each other"},
           {{"neb", "--initial", data + "li2o_vLi/initial.vasp", "--final",
             data + "li2o_vLi/final.vasp", "--potential",
             IONSCAPE_SOURCE_DIR "/examples/potentials/Li-O.toml"},
            "ionscape neb --freeze-host"},
       }) {
    auto const run = folder.run(c.words);
    INFO(c.expected);
    CHECK(run.code == 1);
    CHECK_THAT(run.err, ContainsSubstring(c.expected));
  }
}

TEST_CASE("A killed run goes on from its bands, and leaves nothing of them behind") {
  Folder const folder;
  Words const words =
      made({"--vacancy", "1", "--hop", "3", "--supercell", "3,3,3", "--certify", "--out", "hop"});
  Path const records = folder / "hop/.unfinished";
  pid_t const child = folder.start(words);
  for (int tries = 0; tries < 60000 && !std::filesystem::exists(records) && kill(child, 0) == 0;
       ++tries)
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  // The record itself is written a moment after its folder.
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  kill(child, SIGKILL);
  CHECK(folder.finish(child).code == -SIGKILL);
  REQUIRE(std::filesystem::exists(records));
  REQUIRE_FALSE(std::filesystem::exists(folder / "hop/neb.json"));

  REQUIRE(folder.run(words).code == 0);
  auto const json = json_of(folder, "hop/neb.json");
  // LAMMPS' neb: 0.2134 eV with 323 ions.
  CHECK_THAT(double(json["forward_barrier_eV"]), WithinAbs(0.2134, 5e-4));
  CHECK(json["ends"][0]["steps"] == 0);  // relaxed before the kill
  CHECK_FALSE(std::filesystem::exists(records));
}
