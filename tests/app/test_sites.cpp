#include <cmath>
#include <ionscape/core/io/write_crystal.hpp>
#include <ionscape/lattice/fcc.hpp>
#include <ionscape_test/catch.hpp>
#include <map>
#include <string>

#include "program.hpp"

using namespace ionscape_test;
using namespace ionscape;
using Catch::Matchers::ContainsSubstring;

TEST_CASE(
    "An ideal fcc framework has two Tet and one Oct for each anion, with the volumes of geometry") {
  Folder const folder;
  double const v = 46.81, a = std::cbrt(4 * v);
  write_poscar(folder / "S.vasp", fcc_model(v, conventional_cells(2, 2, 2), "S", -1).framework);
  auto const json = folder.run_json({"sites", "S.vasp", "--json"});
  CHECK(json["anions"] == nlohmann::json::array({"S"}));
  int tet = 0, oct = 0;
  for (auto const& site : json["sites"]) {
    bool const is_tet = site["kind"] == "tet";
    (is_tet ? tet : oct) += 1;
    CHECK(double(site["volume_A3"]) == Approx(a * a * a / (is_tet ? 24 : 6)).epsilon(1e-9));
    CHECK(double(site["csm"]) == Approx(0).margin(1e-8));
    CHECK(site["shared_faces"] == (is_tet ? 4 : 8));
  }
  CHECK(tet == 64);
  CHECK(oct == 32);
  CHECK(json["windows"].size() == 256);
  for (auto const& window : json["windows"])
    CHECK(double(window["area_A2"]) == Approx(std::sqrt(3.0) / 4 * a * a / 2).epsilon(1e-9));
}

TEST_CASE("Known anions are chosen and named, and mobile ions are put into their sites") {
  Folder const folder;
  auto model = fcc_model(46.81, conventional_cells(2, 2, 2), "S", -1);
  Crystal crystal = model.framework;
  crystal.charges.clear();
  for (Site const& site : model.hop.sites) {
    crystal.species.push_back("Li");
    crystal.positions.push_back(site.position + Vec3{0.1, 0, 0});
  }
  write_poscar(folder / "LiS.vasp", crystal);
  Outcome const o = folder.run({"sites", "LiS.vasp"});
  CHECK(o.code == 0);
  for (std::string const word :
       {"anions S (chosen", "1 Li in oct sites", "1 Li in tet sites", "Li33", "Å^2", "oct-tet"})
    CHECK_THAT(o.out, ContainsSubstring(word));
}

TEST_CASE("Trigonal prisms are named in the table and in the JSON") {
  Folder const folder;
  folder.write(
      "LiNbO2.vasp",
      "LiNbO2\n1\n2.904 0 0\n-1.452 2.5149 0\n0 0 10.46\nO\n4\nDirect\n"
      "0.3333333333333333 0.6666666666666666 0.1263\n0.6666666666666666 0.3333333333333333 "
      "0.6263\n0.6666666666666666 0.3333333333333333 0.8737\n0.3333333333333333 "
      "0.6666666666666666 0.3737\n");
  std::map<std::string, int> number;
  auto const json = folder.run_json({"sites", "LiNbO2.vasp", "--json"});
  for (auto const& site : json["sites"]) {
    ++number[site["kind"]];
    CHECK(double(site["csm"]) < 5);
  }
  CHECK(number == std::map<std::string, int>{{"oct", 2}, {"prism", 4}, {"tet", 4}});
  Outcome const o = folder.run({"sites", "LiNbO2.vasp"});
  CHECK(o.code == 0);
  CHECK_THAT(o.out, ContainsSubstring("prism-prism") && ContainsSubstring("prism-tet"));
}

TEST_CASE("Of several structures a bad one costs its own place only") {
  Folder const folder;
  write_poscar(folder / "S.vasp", fcc_model(46.81, conventional_cells(1, 1, 1), "S", -1).framework);
  folder.write("bad.vasp", "not a structure\n");
  write_poscar(folder / "O.vasp", fcc_model(20, conventional_cells(1, 1, 1), "O", -2).framework);
  Words words{"sites", "S.vasp", "bad.vasp", "O.vasp"};
  Outcome const o = folder.run(words);
  CHECK(o.code == 2);
  CHECK_THAT(o.out, ContainsSubstring("S.vasp: 12 sites") &&
                        ContainsSubstring("O.vasp: 12 sites") &&
                        ContainsSubstring("failed: bad.vasp:"));
  CHECK_THAT(o.err, ContainsSubstring("1 of 3 structures"));
  words.push_back("--json");
  auto const json = nlohmann::json::parse(folder.run(words).out);
  REQUIRE(json["structures"].size() == 3);
  CHECK(json["structures"][0]["sites"].size() == 12);
  CHECK(json["structures"][1].contains("error"));
  CHECK(json["structures"][2]["anions"][0] == "O");
  CHECK(folder.run({"sites", "S.vasp", "O.vasp"}).code == 0);
  CHECK(folder.run({"sites", "bad.vasp", "bad.vasp"}).code == 1);
}

TEST_CASE("A cell with a typing error ends in a message that names file and vector") {
  Folder const folder;
  folder.write("long.vasp",
               "LiF\n1\n4.0263 0 0\n0 4263 0\n0 0 4.0263\nF\n4\nDirect\n0 0 0\n0 0.5 "
               "0.5\n0.5 0 0.5\n0.5 0.5 0\n");
  Outcome const o = folder.run({"sites", "long.vasp"});
  CHECK(o.code == 1);
  CHECK_THAT(o.err, ContainsSubstring("long.vasp: ") && ContainsSubstring("4263"));
}

TEST_CASE("A structure without known anions needs --anions") {
  Folder const folder;
  write_poscar(folder / "Au.vasp", fcc_model(17, conventional_cells(1, 1, 1), "Au", 0).framework);
  Outcome const o = folder.run({"sites", "Au.vasp"});
  CHECK(o.code == 1);
  CHECK_THAT(o.err, ContainsSubstring("--anions"));
  CHECK(folder.run({"sites", "Au.vasp", "--anions", "Au"}).code == 0);
}
