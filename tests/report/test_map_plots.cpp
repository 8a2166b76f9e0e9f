// Pictures: what is drawn, from which numbers, and what happens when it cannot be.
#include <algorithm>
#include <cmath>
#include <cstdlib>

#include <ionscape/report/map_plots.hpp>
#include <ionscape_test/catch.hpp>
#include <ionscape_test/files.hpp>

using namespace ionscape;
using namespace ionscape_test;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::StartsWith;

namespace {

/// A grid whose values say where they stand.
std::vector<MapRow> grid(std::vector<double> const& distortions) {
  std::vector<MapRow> rows;
  for (double d : distortions)
    for (double q : {-1.5, -1.0, -0.5})
      for (double v : {30.0, 40.0, 55.0, 60.0}) {
        MapRow row;
        row.point = {"S", v, q, d};
        row.csm_tet = 100 * (d - 1) * (d - 1);
        row.E_tet_minus_E_oct_eV = (45 - v) / 20;
        row.Ea_three_point_eV = row.Ea_neb_eV = 0.05 + std::fabs(45 - v) / 30 - 0.1 * q;
        row.dE_tet_eV = d - 1, row.dE_oct_eV = (d - 1) / 2;
        row.status = BandStatus::converged;
        rows.push_back(row);
      }
  return rows;
}

int count(std::string const& text, std::string const& part) {
  int n = 0;
  for (std::size_t at = text.find(part); at != std::string::npos;
       at = text.find(part, at + part.size()))
    ++n;
  return n;
}

class Environment {
 public:
  Environment(char const* name, char const* value)
      : name_(name), old_(std::getenv(name) ? std::getenv(name) : "") {
    setenv(name, value, 1);
  }
  ~Environment() { setenv(name_, old_.c_str(), 1); }

 private:
  char const* name_;
  std::string old_;
};

}  // namespace

TEST_CASE("Every panel of the figure is drawn as PNG and SVG, with script and data beside it") {
  TemporaryFolder folder;
  auto const pictures = plot_map(grid({1, 1.04, 1.16}), folder / "pictures");
  CHECK(pictures.size() == 14);
  for (char const* panel : {"a_dE_tet", "b_dE_oct", "c_E_tet_minus_E_oct", "d_Ea_three_point",
                            "d_Ea_neb", "ef_low_Ea", "_overview"}) {
    INFO(panel);
    std::string const name = std::string("pictures/S_fig3") + panel;
    CHECK_THAT(text_of(folder / (name + ".png")), StartsWith("\x89PNG"));
    CHECK_THAT(text_of(folder / (name + ".svg")), ContainsSubstring("</svg>"));
    CHECK(std::filesystem::exists(folder / (name + ".dat")));
    CHECK_THAT(text_of(folder / (name + ".gp")), ContainsSubstring("load 'style.gp'"));
  }
  // One facet a distortion.
  CHECK(count(text_of(folder / "pictures/S_fig3a_dE_tet.gp"), "set title 'CSM Tet") == 3);
}

TEST_CASE(
    "The data beside a picture are the map's numbers in cells that reach half way to the "
    "neighbours") {
  TemporaryFolder folder;
  plot_map(grid({1}), folder.path());
  CHECK_THAT(text_of(folder / "S_fig3c_E_tet_minus_E_oct.dat"),
             ContainsSubstring("55 -1 47.5 57.5 -1.25 -0.75 -0.5 1\n"));
}

TEST_CASE("The low-barrier panel counts its points and leaves out the others") {
  TemporaryFolder folder;
  auto rows = grid({1, 1.16});
  auto const n = std::ranges::count_if(
      rows, [](MapRow const& r) { return r.point.distortion == 1 && r.Ea_three_point_eV < 0.4; });
  REQUIRE(n > 0);
  plot_map(rows, folder.path());
  CHECK_THAT(text_of(folder / "S_fig3ef_low_Ea.gp"),
             ContainsSubstring(": " + std::to_string(n) + " of 12 points"));
  CHECK_THAT(text_of(folder / "S_fig3ef_low_Ea.dat"),
             ContainsSubstring("60 -0.5 57.5 62.5 -0.75 -0.25 NaN 0\n"));
}

TEST_CASE("A point that did not converge has no value in the NEB map") {
  TemporaryFolder folder;
  auto rows = grid({1});
  rows[5].status = BandStatus::step_limit;  // volume 40, charge -1
  plot_map(rows, folder.path());
  CHECK_THAT(text_of(folder / "S_fig3d_Ea_neb.dat"),
             ContainsSubstring("40 -1 35 47.5 -1.25 -0.75 NaN 0\n"));
  CHECK_THAT(text_of(folder / "S_fig3d_Ea_three_point.dat"), !ContainsSubstring("NaN 0\n"));
}

TEST_CASE("Rows that are no grid are refused") {
  TemporaryFolder folder;
  auto rows = grid({1});
  rows.back() = rows.front();  // as many rows as a grid, but one point twice and one missing
  CHECK_THAT(input_error([&] { plot_map(rows, folder / "pictures"); }),
             ContainsSubstring("no grid"));
  CHECK_THAT(input_error([&] { plot_map({}, folder / "pictures"); }), ContainsSubstring("no rows"));
  rows = grid({1});
  for (MapRow& row : rows) row.point.anion = "S'; exit";
  CHECK_THAT(input_error([&] { plot_map(rows, folder / "pictures"); }),
             ContainsSubstring("letters and digits"));
  CHECK_FALSE(std::filesystem::exists(folder / "pictures"));
}

TEST_CASE("Where gnuplot is missing, or fails, the error says so and scripts and data stay") {
  TemporaryFolder folder;
  Environment const path("PATH", folder.path().c_str());
  CHECK_THAT(input_error([&] { plot_map(grid({1}), folder / "pictures"); }),
             ContainsSubstring("gnuplot-nox"));
  CHECK(std::filesystem::exists(folder / "pictures/S_fig3a_dE_tet.gp"));
  folder.write("gnuplot", "#!/bin/sh\necho 'cannot open terminal'\nexit 3\n");
  std::filesystem::permissions(folder / "gnuplot", std::filesystem::perms::owner_all);
  CHECK_THAT(input_error([&] { plot_map(grid({1}), folder / "pictures"); }),
             ContainsSubstring("cannot open terminal"));
}

TEST_CASE("A profile is drawn with its images, its cubic and its barrier") {
  TemporaryFolder folder;
  BandResult band;
  band.status = BandStatus::converged;
  band.n_images = 3, band.dof = 1;
  band.coordinates = {0, 1, 2};
  band.energy = {-1, -0.5, -1.25};
  std::vector<double> const force{0, 0, 0};
  analyse(band, force, 1);
  auto const pictures = plot_profile(band, "Li's hop", folder.path());
  REQUIRE(pictures.size() == 2);
  CHECK_THAT(text_of(pictures[0]), StartsWith("\x89PNG"));
  CHECK_THAT(text_of(folder / "profile.gp"),
             ContainsSubstring("0.500 eV from the start, 0.750 eV from the end"));
  CHECK_THAT(text_of(folder / "profile.dat"), ContainsSubstring("\n1 0.5\n"));
}
