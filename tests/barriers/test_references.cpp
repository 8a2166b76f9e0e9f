// Hops of many kinds, certified, beside an independent code: tests/data/barriers/README.md says which.
#include <cmath>
#include <cstdio>
#include <cstdlib>

#include <ionscape/barriers/solve_hops.hpp>
#include <ionscape/core/supercell.hpp>
#include <ionscape_test/catch.hpp>

#include "oracles.hpp"

using namespace ionscape;
using namespace ionscape_test;
using Catch::Matchers::WithinAbs;

namespace {

/// In eV and eV/Å^2: the lowest curvature at the first end, the two lowest at the saddle, and the
/// barriers of what a straight path leads to first and is no saddle.
struct Reference {
  std::string name, set_of;
  int images;
  double forward, reverse;
  double at_first, at_saddle[2];
  std::vector<double> left;
};

Reference const references[] = {
    {"li2o_partial_vLi",
     "li2o_partial_vLi",
     7,
     0.2747842,
     0.2747842,
     1.18224,
     {-1.11184, 0.17319},
     {}},
    {"li2o_mg_away", "li2o_mg_away", 9, 0.5236104, 0.0774961, 0.63066, {-0.97525, 0.65528}, {}},
    {"li2o_mg_line", "li2o_mg_away", 9, 0.1521795, 0.0258892, 0.63066, {-0.50283, 0.61399}, {}},
    {"li2o_iLi", "li2o_vLi", 9, 0.5064958, 0.5064958, 0.64812, {-0.83761, 0.47705}, {}},
    {"mgo_iMg", "mgo_rigid_vMg", 9, 0.5460066, 0.5460066, 1.71907, {-1.55493, 2.55137}, {}},
    {"mgo_iMg_direct",
     "mgo_rigid_vMg",
     9,
     1.0876640,
     1.0876640,
     1.71907,
     {-2.22438, 0.04098},
     {1.088647}},
    {"mgo_iO", "mgo_rigid_vMg", 9, 0.6162072, 0.6162072, 1.86529, {-1.85311, 2.66659}, {}},
    {"mgo_shells_vMg",
     "mgo_shells_vMg",
     7,
     1.9082648,
     1.9082648,
     3.36703,
     {-4.34374, 0.05184},
     {1.908404}},
    {"mgo_shells_vO",
     "mgo_shells_vMg",
     7,
     1.8826843,
     1.8826843,
     3.42275,
     {-3.45134, 1.08870},
     {1.896370}},
    {"lj_v", "lj_v", 7, 0.0568344, 0.0568344, 0.04457, {-0.06194, 0.04197}, {}},
};

void say(SolvedHop const& hop) {
  if (!std::getenv("VERBOSE")) return;
  std::printf("%s: %.7f %.7f eV, %s\n", hop.hop.name.c_str(), hop.forward_barrier(),
              hop.reverse_barrier(), hop.verdict().c_str());
  for (HopPart const& part : hop.parts) {
    std::printf("  band: %d steps;", part.band.band.steps);
    for (double e : part.band.band.energy)
      std::printf(" %.4f", e - hop.parts[0].band.band.energy[0]);
    for (FalseSaddle const& left : part.left)
      std::printf("; left %.7f (%d)", left.barrier, left.falling);
    if (part.certificate)
      std::printf("; saddle %d steps, %.5f %.5f, first %.5f", part.certificate->saddle.steps,
                  part.certificate->saddle.curvature[0], part.certificate->saddle.curvature[1],
                  part.certificate->first.curvature[0]);
    std::printf("\n");
  }
}

}  // namespace

TEST_CASE(
    "Vacancies, interstitials, defects beside defects and shells: the barriers of another code") {
  for (Reference const& known : references) {
    INFO(known.name);
    Oracle const oracle(known.name, known.set_of);
    HopOptions options;
    options.band.images = known.images;
    HopTaskOfCrystal const task{oracle.hop, {}};
    SolvedHop const hop = solve_hops(std::span(&task, 1), oracle.set, options).front();
    say(hop);
    CHECK(hop.certified());
    CHECK_THAT(hop.forward_barrier(), WithinAbs(known.forward, 1e-6));
    CHECK_THAT(hop.reverse_barrier(), WithinAbs(known.reverse, 1e-6));
    if (hop.parts.size() != 1 || !hop.parts[0].certificate) {
      CHECK(hop.parts.size() == 1);
      continue;
    }
    Certificate const& c = *hop.parts[0].certificate;
    CHECK_THAT(c.first.curvature[0], WithinAbs(known.at_first, 1e-4));
    for (int k : {0, 1}) CHECK_THAT(c.saddle.curvature[k], WithinAbs(known.at_saddle[k], 1e-3));
    REQUIRE(hop.parts[0].left.size() == known.left.size());
    for (std::size_t k = 0; k < known.left.size(); ++k)
      CHECK_THAT(hop.parts[0].left[k].barrier, WithinAbs(known.left[k], 1e-6));
  }
}

namespace {

/// Li2O of edge a (Å), n x n x n cells, without one Li, into whose place the nearest one goes; ideal sites.
CrystalHop hop_in_li2o(double a, int n, PotentialSet const& set) {
  Crystal unit = read_crystal(std::filesystem::path(IONSCAPE_SOURCE_DIR) / "examples" /
                              "structures" / "Li2O.cif");
  double const scale = a / norm(unit.cell.a);
  for (Vec3* v : {&unit.cell.a, &unit.cell.b, &unit.cell.c}) *v = scale * *v;
  for (Vec3& r : unit.positions) r = scale * r;
  Crystal const perfect = supercell(unit, {n, n, n});
  std::vector<std::size_t> li;
  for (std::size_t k = 0; k < perfect.size(); ++k)
    if (perfect.species[k] == "Li") li.push_back(k);
  Vec3 const gone = perfect.positions[li[0]];
  auto const way = [&](std::size_t k) {
    return minimum_image(perfect.cell, gone - perfect.positions[k]);
  };
  std::size_t mover = li[1];
  for (std::size_t k : li)
    if (k != li[0] && norm(way(k)) < norm(way(mover)) - 1e-6) mover = k;
  Crystal filled = perfect;
  filled.positions[mover] += way(mover);
  CrystalHop hop{"vacancy", without_ion(perfect, li[0]), without_ion(filled, li[0]), {}};
  for (Crystal* end : {&hop.initial, &hop.final_}) assign_charges(*end, set);
  return hop;
}

}  // namespace

TEST_CASE(
    "A Li vacancy in larger cells of Li2O hops as in another code and LAMMPS, from ideal sites") {
  struct Known {
    char const* set;
    double a;
    int n;
    double barrier, lammps;
  };
  for (Known const& known : {Known{"li2o_vLi", 4.5879, 3, 0.2134796, 0.21353},
                             Known{"li2o_partial_vLi", 4.5066, 3, 0.2540002, 0.25397}}) {
    INFO(known.set);
    PotentialSet const set = Oracle(known.set).set;
    HopOptions options;
    options.band.images = 5;
    options.band.relax_endpoints = true;
    HopTaskOfCrystal const task{hop_in_li2o(known.a, known.n, set), {}};
    REQUIRE(task.hop.size() == 323);
    SolvedHop const hop = solve_hops(std::span(&task, 1), set, options).front();
    say(hop);
    CHECK(hop.certified());
    CHECK_THAT(hop.forward_barrier(), WithinAbs(known.barrier, 1e-6));
    CHECK_THAT(hop.forward_barrier(), WithinAbs(known.lammps, 2e-4));
  }
}
