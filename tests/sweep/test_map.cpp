// The map's files.
#include <cmath>
#include <limits>

#include <ionscape/sweep/map.hpp>
#include <ionscape_test/catch.hpp>
#include <ionscape_test/files.hpp>

using namespace ionscape;
using namespace ionscape_test;
using Catch::Matchers::ContainsSubstring;

namespace {

SweepPlan const plan{
    {{"S", 45, -1, 1}, {"S", 50, -1, 1.04}}, {{"S", built_in_potential("S")}}, {2, 2, 2}, 1e-8, {}};

SweepResult result() {
  SweepResult r;
  for (SweepPoint const& p : plan.points) {
    MapRow row;
    row.point = p;
    row.status = BandStatus::converged;
    r.rows.push_back(row);
  }
  r.rows[0].E_tet_eV = -1.0 / 3;
  r.rows[0].steps = 17;
  r.rows[1].Ea_neb_eV = std::nan("");
  r.rows[1].status = BandStatus::not_finite;
  r.rows[1].notes = {Note::oct_not_minimum, Note::extrapolated};
  r.measured_accuracy = 2e-9;
  r.verified_points = 2;
  return r;
}

}  // namespace

TEST_CASE("A map written and read again is the same to the last bit") {
  TemporaryFolder folder;
  write_map(folder / "out", plan, result());
  auto const rows = read_map(folder / "out");
  REQUIRE(rows.size() == 2);
  CHECK(rows[0].E_tet_eV == -1.0 / 3);
  CHECK(rows[0].steps == 17);
  CHECK(rows[0].point == plan.points[0]);
  CHECK(std::isnan(rows[1].Ea_neb_eV));
  CHECK(rows[1].status == BandStatus::not_finite);
  CHECK(rows[1].notes == Notes{Note::extrapolated, Note::oct_not_minimum});
}

TEST_CASE("The columns that users rely on are there, in the file's header") {
  TemporaryFolder folder;
  write_map(folder.path(), plan, result());
  std::string const text = text_of(folder / "map.csv");
  std::string const header = "," + text.substr(0, text.find('\n')) + ",";
  for (char const* column :
       {"anion", "volume_A3", "charge_e", "distortion", "csm_tet", "csm_oct", "E_tet_eV",
        "E_oct_eV", "E_face_eV", "dE_tet_eV", "dE_oct_eV", "E_tet_minus_E_oct_eV",
        "Ea_three_point_eV", "Ea_neb_eV", "steps", "status"})
    CHECK_THAT(header, ContainsSubstring("," + std::string(column) + ","));
}

TEST_CASE("The record names version, commit, potential, settings, asked and measured accuracy") {
  TemporaryFolder folder;
  write_map(folder.path(), plan, result());
  std::string const json = text_of(folder / "map.json");
  for (char const* key :
       {"\"version\"", "\"commit\"", "\"potentials\"", "\"source\"", "\"supercell\"",
        "\"force_tolerance_eV_per_A\"", "\"asked_eV\": 1e-08", "\"measured_eV\": 2e-09"})
    CHECK_THAT(json, ContainsSubstring(key));
}

TEST_CASE("A damaged map is refused with its line") {
  TemporaryFolder folder;
  write_map(folder.path(), plan, result());
  std::string text = text_of(folder / "map.csv");
  text.replace(text.find("17"), 2, "xy");
  CHECK_THAT(input_error([&] { read_map(folder.write("map.csv", text)); }),
             ContainsSubstring("map.csv:2: ") && ContainsSubstring("xy"));
  CHECK_THAT(input_error([&] { read_map(folder / "nowhere"); }), ContainsSubstring("nowhere"));
}
