// ionscape calibrate as a user calls it: a small fit from a table, and what it refuses.
#include <cmath>
#include <sstream>

#include <ionscape_test/catch.hpp>

#include "program.hpp"

using namespace ionscape_test;
using Catch::Matchers::ContainsSubstring;

namespace {

char const fit[] = R"(
name = "small"
anions = ["S"]
[observables]
tet_minus_oct = {undistorted_eV = 0.01}
[search]
starts = 2
folds = 2
[[form]]
name = "Gaussian charge, Born-Mayer"
[form.charge]
z = {start = 0.7, min = 0.1, max = 3}
z0 = 1.6
gaussian_width = 0.2
[[form.repulsion]]
A = {start = 700, min = 10, max = 5000}
rho = 0.31
)";

/// Published values as a table of the reference folder: a smooth made-up surface.
std::string sites_table() {
  std::ostringstream csv;
  csv << "anion,charge_e,lattice_scale,volume_per_anion_A3,n_anions,profile_id,E_oct_eV,E_tet_eV,E_"
         "max_eV,"
         "E_tet_minus_E_oct_eV,barrier_eV,barrier_from_endpoint_eV,barrier_excl_image3_eV,saddle_"
         "image,stable_site,"
         "saddle_kind,flag_interior_below_ends,flag_image3_offtrend,n_other_images_offtrend,"
         "table_charges_e_that_print_this\n";
  for (double q : {-1.6, -1.2, -0.8})
    for (double scale : {1.1, 1.2, 1.3}) {
      double const v = 23.858583 * scale * scale * scale,
                   d = 0.4 - 0.012 * (v - 30) + 0.3 * (q + 1.2);
      csv << "S," << q << ',' << scale << ',' << v << ",48,S_" << q << '_' << scale << ",-1,"
          << -1 + d << ",0," << d << ",0.5,0.5,0.5,4,oct,interior,0,0,0,\n";
    }
  return csv.str();
}

}  // namespace

TEST_CASE("A calibration writes a potential that a sweep takes, with its errors") {
  Folder const folder;
  folder.write("fit.toml", fit);
  folder.write("reference/dft_sites.csv", sites_table());
  Outcome const o = folder.run(
      {"calibrate", "fit.toml", "--reference", "reference", "--out", "out", "--no-pictures"});
  CAPTURE(o.err);
  CHECK(o.code == 0);
  for (char const* word :
       {"parameters of", "standard error", "least determined", "errors in meV", "9 values fitted"})
    CHECK_THAT(o.out, ContainsSubstring(word));
  folder.write("points.csv", "anion,volume_A3,charge_e,distortion\nS,40,-1,1\n");
  Outcome const map = folder.run(
      {"sweep", "--points", "points.csv", "--potential", "out/Li-S.toml", "--out", "map"});
  CAPTURE(map.err);
  CHECK(map.code == 0);
  CHECK_THAT(map.out, ContainsSubstring("Li-S, small"));
}

TEST_CASE("A calibration without data, or with a wrong file, is refused and writes nothing") {
  Folder const folder;
  folder.write("fit.toml", fit);
  folder.write("reference/dft_sites.csv", sites_table());
  auto const refused = [&](Words const& words, std::string const& expected) {
    Outcome const o = folder.run(words);
    CAPTURE(o.err);
    CHECK(o.code == 1);
    CHECK(lines_in(o.err) == 1);
    CHECK_THAT(o.err, ContainsSubstring(expected));
  };
  refused({"calibrate", "fit.toml", "--out", "out"}, "--reference");
  refused({"calibrate", "fit.toml", "--reference", "nowhere", "--out", "out"}, "nowhere");
  folder.write("O.toml", std::string(fit).replace(std::string(fit).find("[\"S\"]"), 5, "[\"O\"]"));
  refused({"calibrate", "O.toml", "--reference", "reference", "--out", "out"},
          "nothing to fit for anion O");
  CHECK_FALSE(std::filesystem::exists(folder / "out"));
}
