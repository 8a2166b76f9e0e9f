#include <cmath>

#include <ionscape/core/error.hpp>
#include <ionscape/lattice/distortion.hpp>
#include <ionscape/lattice/fcc.hpp>
#include <ionscape_test/catch.hpp>

using namespace ionscape;

namespace {

double const v = 25.28, a = std::cbrt(4 * v), neighbour_distance = a / std::sqrt(2.0);

FccModel paper_model() { return fcc_model(v, conventional_cells(2, 2, 2), "O", -2); }

}  // namespace

TEST_CASE(
    "The paper's distortion has the twelve published symmetry measures and keeps area and "
    "volumes") {
  struct Row {
    double factor, csm_tet, csm_oct, shortest;
  };
  // Ouyang, Xu, Zhu (2023), the numbers of their repository's notebooks.
  for (Row const row : {Row{1.00, 0, 0, 1.00}, Row{1.04, 0.1807483, 0.1292910, 0.92},
                        Row{1.08, 0.7160662, 0.5143897, 0.84}, Row{1.12, 1.585847, 1.147123, 0.76},
                        Row{1.16, 2.758709, 2.014352, 0.68}, Row{1.20, 4.194799, 3.098644, 0.60}})
    for (FccSupercell const& supercell : {conventional_cells(2, 2, 2), xu2020_cell}) {
      CAPTURE(row.factor);
      auto const [framework, hop] = fcc_model(v, supercell, "O", -2);
      auto const distorted = distort(framework, hop, WindowShear{row.factor});
      DistortionReport const& report = distorted.report;
      CHECK(std::fabs(report.csm_tet - row.csm_tet) < 1e-6);
      CHECK(std::fabs(report.csm_oct - row.csm_oct) < 1e-6);
      CHECK(report.tet_volume == Approx(a * a * a / 24).epsilon(1e-12));
      CHECK(report.oct_volume == Approx(a * a * a / 6).epsilon(1e-12));
      CHECK(report.bottleneck_area ==
            Approx(std::sqrt(3.0) / 4 * neighbour_distance * neighbour_distance).epsilon(1e-12));
      CHECK(report.shortest_distance == Approx(row.shortest * neighbour_distance).epsilon(1e-12));
      for (std::size_t k = 0; k < hop.sites.size(); ++k)
        CHECK(distorted.hop.sites[k].position == hop.sites[k].position);
    }
}

TEST_CASE("A distortion factor moves one anion only, by 2 (d - 1) L along the window's far edge") {
  auto const [framework, hop] = paper_model();
  auto const moved = distort(framework, hop, WindowShear{1.2}).framework;
  std::size_t const anion = hop.windows[0].vertices[0].ion;
  for (std::size_t i = 0; i < framework.size(); ++i) {
    double const distance = norm(moved.positions[i] - framework.positions[i]);
    CHECK(distance == Approx(i == anion ? 0.4 * neighbour_distance : 0).margin(1e-12));
  }
}

TEST_CASE("Uniaxial strain stretches the framework and its sites along the axis only") {
  auto const [framework, hop] = paper_model();
  auto const strained = distort(framework, hop, UniaxialStrain{{0, 0, 5}, 0.1});
  CHECK(strained.framework.cell.volume() == Approx(1.1 * framework.cell.volume()));
  CHECK(strained.framework.cell.a.x == Approx(framework.cell.a.x));
  CHECK(strained.framework.cell.c.z == Approx(1.1 * framework.cell.c.z));
  CHECK(strained.hop.sites[0].position.z == Approx(1.1 * hop.sites[0].position.z));
  CHECK(strained.hop.windows[0].position.z == Approx(1.1 * hop.windows[0].position.z));
  CHECK(strained.report.tet_volume == Approx(1.1 * a * a * a / 24));
  CHECK(strained.report.shortest_distance == Approx(neighbour_distance));
  CHECK(strained.report.csm_tet > 0.1);
  CHECK(strained.report.csm_oct > 0.1);
}

TEST_CASE("Strain along <111> stretches one diagonal and leaves lengths across it") {
  auto const [framework, hop] = paper_model();
  Crystal const strained = distort(framework, hop, UniaxialStrain{{1, 1, 1}, 0.05}).framework;
  auto const along = [](Crystal const& c) { return norm(c.cell.a + c.cell.b + c.cell.c); };
  auto const across = [](Crystal const& c) { return norm(c.cell.a - c.cell.b); };
  CHECK(along(strained) == Approx(1.05 * along(framework)));
  CHECK(across(strained) == Approx(across(framework)));
}

TEST_CASE("Biaxial strain stretches the plane and leaves its normal") {
  auto const [framework, hop] = paper_model();
  Crystal const strained = distort(framework, hop, BiaxialStrain{{0, 0, 1}, -0.04}).framework;
  CHECK(strained.cell.a.x == Approx(0.96 * framework.cell.a.x));
  CHECK(strained.cell.b.y == Approx(0.96 * framework.cell.b.y));
  CHECK(strained.cell.c.z == Approx(framework.cell.c.z));
}

TEST_CASE(
    "The Bain path keeps the volume and ends in bcc, with eight neighbours at sqrt(3)/2 of the "
    "cubic side") {
  auto const [framework, hop] = paper_model();
  auto const bcc = distort(framework, hop, BainPath{1 / std::sqrt(2.0)});
  CHECK(bcc.framework.cell.volume() == Approx(framework.cell.volume()));
  CHECK(bcc.report.shortest_distance == Approx(std::sqrt(3.0) / 2 * std::cbrt(2 * v)));
  CHECK(distort(framework, hop, BainPath{1}).report.csm_oct < 1e-11);
}

TEST_CASE("One ion moves by the wanted vector") {
  auto const [framework, hop] = paper_model();
  Crystal const moved = distort(framework, hop, MoveIon{5, {0.1, -0.2, 0.3}}).framework;
  CHECK(norm(moved.positions[5] - framework.positions[5] - Vec3{0.1, -0.2, 0.3}) < 1e-14);
  CHECK(moved.positions[4] == framework.positions[4]);
}

TEST_CASE(
    "Random displacements stay in their ball, fill it, and are the same for the same seed on every "
    "platform") {
  auto const [framework, hop] = fcc_model(v, conventional_cells(5, 5, 5), "O", -2);
  auto const moved = [&, &framework = framework, &hop = hop](std::uint64_t seed) {
    return distort(framework, hop, RandomDisplacement{0.2, seed}).framework;
  };
  Crystal const one = moved(1);
  CHECK(one.positions == moved(1).positions);
  CHECK_FALSE(one.positions == moved(2).positions);
  // mt19937_64 with its default seed begins with these numbers; as numbers in [-1, 1), times 0.2:
  Vec3 const first = moved(5489).positions[0] - framework.positions[0];
  CHECK(first.x == Approx(0.2 * (14514284786278117030.0 * 0x1p-63 - 1)).epsilon(1e-12));
  CHECK(first.y == Approx(0.2 * (4620546740167642908.0 * 0x1p-63 - 1)).epsilon(1e-12));
  CHECK(first.z == Approx(0.2 * (13109570281517897720.0 * 0x1p-63 - 1)).epsilon(1e-12));
  double largest = 0, mean_cube = 0;
  for (std::size_t i = 0; i < framework.size(); ++i) {
    double const length = norm(one.positions[i] - framework.positions[i]) / 0.2;
    largest = std::max(largest, length);
    mean_cube += length * length * length / double(framework.size());
  }
  CHECK(largest <= 1);
  CHECK(mean_cube == Approx(0.5).margin(0.06));  // uniform in a ball: r^3 is uniform in [0, 1]
}

TEST_CASE("The shortest distance counts an ion's own images") {
  auto const [framework, hop] = fcc_model(v, {{{0, 1, 1}, {1, 0, 1}, {1, 1, 0}}}, "O", -2);
  CHECK(measure(framework, hop).shortest_distance == Approx(neighbour_distance));
}

TEST_CASE("Distortions that make no sense are refused") {
  auto const [framework, hop] = paper_model();
  auto const refused = [&, &framework = framework, &hop = hop](Distortion const& distortion) {
    CHECK_THROWS_AS(distort(framework, hop, distortion), InputError);
  };
  refused(WindowShear{std::nan("")});
  refused(WindowShear{0});
  refused(UniaxialStrain{{0, 0, 1}, -1});
  refused(UniaxialStrain{{0, 0, 0}, 0.1});
  refused(BiaxialStrain{{0, 0, 1}, -1.5});
  refused(BainPath{0});
  refused(MoveIon{32, {0, 0, 1}});
  refused(MoveIon{0, {0, 0, std::nan("")}});
  refused(RandomDisplacement{-0.1, 0});
}
