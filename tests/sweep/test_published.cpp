// Our maps against a few dozen published numbers and against the claims of the paper.
//   [X20] Xu, Chen, Chen, Li, Zhu, npj Comput. Mater. 6, 47 (2020), doi 10.1038/s41524-020-0324-7
//   [O23] Ouyang, Xu, Zhu, J. Chem. Phys. 158, 174705 (2023), doi 10.1063/5.0140110
#include <cmath>
#include <map>

#include <ionscape/sweep/runner.hpp>
#include <ionscape_test/catch.hpp>

using namespace ionscape;

namespace {

using Key = std::tuple<int, int, int>;  // 10 x volume factor, 10 x |charge|, 100 x distortion

std::map<Key, MapRow> const& published_map(std::string const& anion, double reference_volume) {
  static std::map<std::string, std::map<Key, MapRow>> maps;
  auto& map = maps[anion];
  if (map.empty())
    for (MapRow const& row :
         run_sweep(read_sweep_plan(IONSCAPE_SOURCE_DIR "/examples/published/" + anion + ".toml"))
             .rows)
      map[{int(std::lround(10 * row.point.volume_A3 / reference_volume)),
           int(std::lround(-10 * row.point.charge_e)),
           int(std::lround(100 * row.point.distortion))}] = row;
  return map;
}

std::map<Key, MapRow> const& sulfur() { return published_map("S", 46.81); }
std::map<Key, MapRow> const& oxygen() { return published_map("O", 25.28); }

/// Share of the grid at one distortion with E_a below the limit; volumes from 0.5 to 1.5, as [O23]
/// counted.
double coverage(std::map<Key, MapRow> const& map, int distortion, double limit) {
  int hits = 0, n = 0;
  for (auto const& [key, row] : map)
    if (std::get<2>(key) == distortion && std::get<0>(key) <= 15)
      ++n, hits += row.Ea_three_point_eV < limit;
  CHECK(n == 143);
  return double(hits) / n;
}

}  // namespace

TEST_CASE(
    "Three-point barriers of undistorted S are within 0.03 eV of the published ones on average") {
  struct Point {
    int charge, factor;
    double Ea;
  };
  // [O23], S at d = 1
  Point const points[] = {{5, 9, .2332},  {5, 10, .2011},  {5, 11, .2668},  {6, 9, .2477},
                          {6, 12, .3938}, {7, 10, .2357},  {8, 8, .3739},   {8, 10, .2700},
                          {9, 9, .2751},  {10, 8, .3262},  {10, 10, .3281}, {11, 9, .2890},
                          {12, 8, .3477}, {12, 10, .3850}, {13, 9, .3204},  {14, 8, .3840},
                          {15, 9, .3515}, {17, 9, .3931}};
  double sum = 0;
  for (Point const& p : points) {
    double const error = std::fabs(sulfur().at({p.factor, p.charge, 100}).Ea_three_point_eV - p.Ea);
    INFO("charge -" << 0.1 * p.charge << " factor " << 0.1 * p.factor << " error " << error);
    CHECK(error < 0.06);
    sum += error;
  }
  CHECK(sum / std::size(points) < 0.03);
}

TEST_CASE(
    "CI-NEB barriers and site differences of undistorted O and S are within 0.06 eV of the DFT "
    "profiles") {
  struct Point {
    char const* anion;
    double charge, volume, D, Ea;
  };
  // [X20], raw profiles (48 anions)
  Point const points[] = {{"O", -.6, 16.259, .5852, 1.0263},   {"O", -.6, 18.5784, .2915, .6407},
                          {"O", -.6, 23.8586, -.1217, .2192},  {"O", -1, 16.259, .4004, .8823},
                          {"O", -1, 18.5784, .1156, .4935},    {"O", -1, 23.8586, -.2805, .2805},
                          {"S", -.6, 37.2408, .1618, .4958},   {"S", -.6, 45.4893, -.1584, .2207},
                          {"S", -1, 37.2408, .0147, .3690},    {"S", -1, 45.4893, -.2915, .2915},
                          {"S", -1, 54.874, -.4971, .4971},    {"S", -1.4, 37.2408, -.1261, .3757},
                          {"S", -1.4, 45.4893, -.4118, .4118}, {"S", -1.4, 54.874, -.6044, .6044}};
  SweepPlan plan;
  for (char const* anion : {"O", "S"}) plan.potentials.emplace(anion, built_in_potential(anion));
  for (Point const& p : points) plan.points.push_back({p.anion, p.volume, p.charge, 1});
  auto const rows = run_sweep(plan).rows;
  double sum_D = 0, sum_Ea = 0;
  for (std::size_t i = 0; i < std::size(points); ++i) {
    INFO(points[i].anion << " " << points[i].charge << " " << points[i].volume);
    CHECK(std::fabs(rows[i].E_tet_minus_E_oct_eV - points[i].D) < 0.06);
    CHECK(std::fabs(rows[i].Ea_neb_eV - points[i].Ea) < 0.06);
    sum_D += std::fabs(rows[i].E_tet_minus_E_oct_eV - points[i].D) / std::size(points);
    sum_Ea += std::fabs(rows[i].Ea_neb_eV - points[i].Ea) / std::size(points);
  }
  CHECK(sum_D < 0.025);
  CHECK(sum_Ea < 0.025);
}

TEST_CASE(
    "Claim i: distortion raises the energy of Tet more than that of Oct over most of the grid") {
  for (auto const* map : {&sulfur(), &oxygen()}) {
    int holds = 0, n = 0, fails_outside_smallest_volumes = 0;
    for (auto const& [key, row] : *map)
      if (std::get<2>(key) != 100) {
        ++n;
        if (row.dE_tet_eV > row.dE_oct_eV)
          ++holds;
        else if (std::get<0>(key) > 8)
          ++fails_outside_smallest_volumes;
      }
    CHECK(double(holds) / n > 0.75);
    CHECK(fails_outside_smallest_volumes <=
          0.005 * n);  // it fails in DFT as well, at the smallest volumes
  }
}

TEST_CASE(
    "Claim ii: E_tet - E_oct falls with volume and with more negative charge, and grows with CSM "
    "where Tet is "
    "occupied") {
  for (auto const* map : {&sulfur(), &oxygen()}) {
    int grows = 0, n = 0;
    for (auto const& [key, row] : *map) {
      auto const [volume, charge, distortion] = key;
      if (distortion <= 108) {
        if (volume > 5 && volume < 17)
          CHECK(row.E_tet_minus_E_oct_eV >
                map->at({volume + 1, charge, distortion}).E_tet_minus_E_oct_eV);
        if (charge < 17)
          CHECK(row.E_tet_minus_E_oct_eV >
                map->at({volume, charge + 1, distortion}).E_tet_minus_E_oct_eV);
      }
      if (distortion < 120 && volume >= 9) {
        ++n;
        grows += map->at({volume, charge, distortion + 4}).E_tet_minus_E_oct_eV >
                 row.E_tet_minus_E_oct_eV;
      }
    }
    CHECK(grows >= 0.995 * n);
  }
}

TEST_CASE(
    "Claim iii: a larger CSM lowers the three-point E_a where Tet is occupied at large volume") {
  // Not to the last point: once the distortion has brought Oct down to Tet, the face is the saddle
  // and E_a rises again.
  for (auto const* map : {&sulfur(), &oxygen()}) {
    int falls = 0, n = 0;
    for (auto const& [key, row] : *map) {
      auto const [volume, charge, distortion] = key;
      if (volume < 12 || distortion == 120) continue;
      CHECK(row.E_tet_minus_E_oct_eV < 0);
      ++n;
      falls += map->at({volume, charge, distortion + 4}).Ea_three_point_eV < row.Ea_three_point_eV;
    }
    CHECK(double(falls) / n > 0.95);
  }
}

TEST_CASE(
    "Claim iv: a larger CSM widens the region of E_a below 0.4 eV, close to the published shares") {
  // [O23], S: share of 143 points
  std::pair<int, double> const published[] = {
      {100, 0.238}, {104, 0.252}, {108, 0.266}, {116, 0.357}};
  double last = 0;
  for (auto const& [distortion, share] : published) {
    double const ours = coverage(sulfur(), distortion, 0.4);
    INFO("d = " << 0.01 * distortion << ": " << ours << ", published " << share);
    CHECK(ours >= last);
    // At d = 1.16 the built-in set overshoots (see the README): only the trend is held there.
    if (distortion <= 108) CHECK(std::fabs(ours - share) < 0.05);
    last = ours;
  }
}
