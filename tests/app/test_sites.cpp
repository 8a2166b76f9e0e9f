#include <cmath>
#include <ionscape/core/io/write_crystal.hpp>
#include <ionscape/lattice/fcc.hpp>
#include <ionscape_test/catch.hpp>

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

TEST_CASE("A structure without known anions needs --anions") {
  Folder const folder;
  write_poscar(folder / "Au.vasp", fcc_model(17, conventional_cells(1, 1, 1), "Au", 0).framework);
  Outcome const o = folder.run({"sites", "Au.vasp"});
  CHECK(o.code == 1);
  CHECK_THAT(o.err, ContainsSubstring("--anions"));
  CHECK(folder.run({"sites", "Au.vasp", "--anions", "Au"}).code == 0);
}
