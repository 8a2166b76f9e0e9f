#include <algorithm>
#include <cmath>
#include <random>
#include <string>
#include <vector>

#include <ionscape/core/error.hpp>
#include <ionscape/lattice/distortion.hpp>
#include <ionscape/lattice/fcc.hpp>
#include <ionscape/lattice/framework.hpp>
#include <ionscape_test/catch.hpp>
#include <ionscape_test/files.hpp>

using namespace ionscape;
using ionscape_test::input_error;

namespace {

constexpr double v = 16;                                          // Å^3 per anion
double const neighbour_distance = std::cbrt(std::sqrt(2.0) * v);  // of fcc, Å
double const close_packed_height = std::sqrt(2.0 / 3);  // of a layer, over the anion distance
constexpr FccSupercell primitive_cell = {{{0, 1, 1}, {1, 0, 1}, {1, 1, 0}}};  // one anion

FccModel paper_model() { return fcc_model(v, conventional_cells(2, 2, 2), "O", -2); }
Crystal small_fcc() { return fcc_model(v, conventional_cells(1, 1, 1), "O", -2).framework; }

Crystal anions_at(Cell const& cell, std::vector<Vec3> positions) {
  std::vector<std::string> species(positions.size(), "O");
  return {cell, std::move(species), std::move(positions), {}, {}};
}

/// Triangular layers at the positions A, B, C, `height` anion distances apart.
Crystal stacking(std::string const& layers, double height = close_packed_height) {
  double const a = 3.2;
  Cell const cell{
      {a, 0, 0}, {-a / 2, a * std::sqrt(3) / 2, 0}, {0, 0, height * a * double(layers.size())}};
  std::vector<Vec3> positions;
  for (std::size_t i = 0; i < layers.size(); ++i) {
    double const third = (layers[i] - 'A') / 3.0;
    positions.push_back(cell.to_cartesian({third, 2 * third, double(i) / double(layers.size())}));
  }
  return anions_at(cell, positions);
}

Crystal random_points(std::size_t number, double closest, unsigned seed) {
  std::mt19937_64 bits(seed);
  auto const uniform = [&] { return double(bits() >> 11) * 0x1p-53; };
  double const side = std::cbrt(v * double(number));
  Cell const cell{{side, 0, 0}, {0, side, 0}, {0, 0, side}};
  std::vector<Vec3> positions;
  while (positions.size() < number) {
    double const x = uniform(), y = uniform(), z = uniform();
    Vec3 const p = cell.to_cartesian({x, y, z});
    if (std::ranges::all_of(positions,
                            [&](Vec3 q) { return norm(minimum_image(cell, p - q)) > closest; }))
      positions.push_back(p);
  }
  return anions_at(cell, positions);
}

double share(FrameworkMatch const& match, FrameworkKind kind) {
  return match.shares[std::size_t(kind)];
}
double deviation(FrameworkMatch const& match, FrameworkKind kind) {
  return match.deviations[std::size_t(kind)];
}

void require_ideal(Crystal const& crystal, FrameworkKind kind) {
  FrameworkMatch const match = match_framework(crystal);
  CAPTURE(crystal.size(), name_of(match.kind), name_of(kind));
  CHECK(match.kind == kind);
  CHECK(match.deviation < 1e-6);
  CHECK(share(match, kind) == Approx(1));
  CHECK(match.volume_per_anion == Approx(crystal.cell.volume() / double(crystal.size())));
  CHECK(match.anions.size() == crystal.size());
}

/// d of a close-packed shell whose layers are pulled apart by the factor `stretch`, by hand: six
/// neighbours stay at distance 1, six have 1/3 of their square distance in the layer and 2/3
/// across; the best rotation is none.
double deviation_of_stretched_layers(double stretch) {
  double const overlap = 6 + 6 * (1 + 2 * stretch) / 3,
               square = 6 + 6 * (1 + 2 * stretch * stretch) / 3;
  return std::sqrt(1 - overlap * overlap / (12 * square));
}

}  // namespace

TEST_CASE("Ideal fcc, hcp and bcc are found without deviation in cells of any size") {
  for (FccSupercell const& supercell :
       {primitive_cell, conventional_cells(1, 1, 1), FccSupercell(xu2020_cell)})
    require_ideal(fcc_model(v, supercell, "O", -2).framework, FrameworkKind::fcc);
  require_ideal(stacking("ABC"), FrameworkKind::fcc);
  require_ideal(stacking("AB"), FrameworkKind::hcp);
  require_ideal(anions_at({{3, 0, 0}, {0, 3, 0}, {0, 0, 3}}, {{0, 0, 0}, {1.5, 1.5, 1.5}}),
                FrameworkKind::bcc);
  require_ideal(anions_at({{-1, 1, 1}, {1, -1, 1}, {1, 1, -1}}, {{0, 0, 0}}), FrameworkKind::bcc);
}

TEST_CASE(
    "The deviation of hcp and fcc with stretched layers is that of the shell worked out by hand") {
  for (double stretch : {0.9, 0.97, 1.05, 1.15}) {
    CAPTURE(stretch);
    double const expected = deviation_of_stretched_layers(stretch);
    FrameworkMatch const hcp = match_framework(stacking("AB", stretch * close_packed_height));
    CHECK(hcp.kind == FrameworkKind::hcp);
    CHECK(hcp.deviation == Approx(expected));
    FrameworkMatch const fcc = match_framework(stacking("ABC", stretch * close_packed_height));
    CHECK(fcc.kind == FrameworkKind::fcc);
    CHECK(fcc.deviation == Approx(expected));
  }
}

TEST_CASE("fcc is as far from hcp as hcp from fcc") {
  FrameworkMatch const fcc = match_framework(stacking("ABC")),
                       hcp = match_framework(stacking("AB"));
  CHECK(deviation(fcc, FrameworkKind::hcp) == Approx(0.271).margin(0.001));
  CHECK(deviation(hcp, FrameworkKind::fcc) == Approx(deviation(fcc, FrameworkKind::hcp)));
}

TEST_CASE("Mixed stackings show the share of each kind, and half and half is none") {
  auto const shares_of = [](std::string const& layers) {
    return match_framework(stacking(layers));
  };
  FrameworkMatch const double_hexagonal = shares_of("ABAC");
  CHECK(double_hexagonal.kind == FrameworkKind::none);
  CHECK(share(double_hexagonal, FrameworkKind::fcc) == Approx(0.5));
  CHECK(share(double_hexagonal, FrameworkKind::hcp) == Approx(0.5));
  FrameworkMatch const samarium = shares_of("ABABCBCAC");  // hhc
  CHECK(samarium.kind == FrameworkKind::hcp);
  CHECK(share(samarium, FrameworkKind::hcp) == Approx(2.0 / 3));
  CHECK(samarium.anions[0].deviations[std::size_t(samarium.anions[0].kind)] < 1e-6);
  FrameworkMatch const twinned = shares_of("ABCABACB");  // two twin planes in eight layers
  CHECK(twinned.kind == FrameworkKind::fcc);
  CHECK(share(twinned, FrameworkKind::fcc) == Approx(0.75));
  CHECK(share(twinned, FrameworkKind::hcp) == Approx(0.25));
  CHECK(twinned.deviation ==
        Approx(0.5 * deviation(shares_of("ABC"), FrameworkKind::hcp)));  // rms of 0.271 on 1/4
}

TEST_CASE(
    "Along the Bain path the kind changes once, near the middle, and both deviations are "
    "monotonic") {
  Crystal const fcc = small_fcc();
  Hop const hop = fcc_model(v, conventional_cells(1, 1, 1), "O", -2).hop;
  FrameworkMatch previous;
  for (double ratio : {0.98, 0.94, 0.90, 0.86, 0.82, 0.78, 0.74}) {
    CAPTURE(ratio);
    FrameworkMatch const match = match_framework(distort(fcc, hop, BainPath{ratio}).framework);
    double const middle = std::pow(2, -0.25);  // geometric mean of fcc's 1 and bcc's 1 / sqrt(2)
    CHECK(match.kind == (ratio > middle ? FrameworkKind::fcc : FrameworkKind::bcc));
    CHECK(match.deviation < 0.1);
    if (!previous.anions.empty()) {
      CHECK(deviation(match, FrameworkKind::fcc) > deviation(previous, FrameworkKind::fcc));
      CHECK(deviation(match, FrameworkKind::bcc) < deviation(previous, FrameworkKind::bcc));
    }
    previous = match;
  }
  require_ideal(distort(fcc, hop, BainPath{1 / std::sqrt(2.0)}).framework, FrameworkKind::bcc);
  for (double ratio : {0.6, 1.25}) {  // beyond both ends
    FrameworkMatch const match = match_framework(distort(fcc, hop, BainPath{ratio}).framework);
    CHECK(match.kind == (ratio > 1 ? FrameworkKind::fcc : FrameworkKind::bcc));
  }
}

TEST_CASE(
    "The distortions of the paper leave fcc, with all but the displaced anion as close to it as "
    "before") {
  auto const [framework, hop] = paper_model();
  for (double factor : {1.08, 1.2}) {
    CAPTURE(factor);
    FrameworkMatch const match =
        match_framework(distort(framework, hop, WindowShear{factor}).framework);
    CHECK(match.kind == FrameworkKind::fcc);
    CHECK(match.deviation < 0.1);
    CHECK(share(match, FrameworkKind::fcc) >= 31.0 / 32 - 1e-12);
  }
}

TEST_CASE("Random displacements give the deviation that counting degrees of freedom predicts") {
  // 13 points displaced by u each, of whose 39 coordinates shift, turn and scale take up 7.
  auto const [framework, hop] = paper_model();
  for (double part : {0.02, 0.1}) {
    CAPTURE(part);
    Crystal const shaken =
        distort(framework, hop, RandomDisplacement{part * neighbour_distance, 7}).framework;
    double square = 0;  // mean of u^2
    for (std::size_t i = 0; i < shaken.size(); ++i) {
      Vec3 const u = shaken.positions[i] - framework.positions[i];
      square += dot(u, u) / double(shaken.size());
    }
    double const expected = std::sqrt(square * 13 * (32.0 / 39) / 12) / neighbour_distance;
    FrameworkMatch const match = match_framework(shaken);
    CHECK(match.kind == FrameworkKind::fcc);
    CHECK(share(match, FrameworkKind::fcc) == Approx(1));
    CHECK(match.deviation == Approx(expected).epsilon(0.03));
  }
}

TEST_CASE(
    "The match does not hang on the choice of the cell, its orientation, the wrapping or the order "
    "of ions") {
  Hop const hop = fcc_model(v, conventional_cells(1, 1, 1), "O", -2).hop;
  Crystal crystal =
      distort(small_fcc(), hop, RandomDisplacement{0.08 * neighbour_distance, 3}).framework;
  FrameworkMatch const expected = match_framework(crystal);

  Cell const cell = crystal.cell;
  crystal.cell = {cell.a, cell.b + cell.a, cell.c - 2 * cell.b};
  for (std::size_t i = 0; i < crystal.size(); ++i)
    crystal.positions[i] +=
        Vec3{0.37, -11.2, 5.1} + cell.to_cartesian({double(i % 3), -double(i % 2), 1});
  std::ranges::reverse(crystal.positions);
  auto const turned = [](Vec3 r) {
    return Vec3{r.y, 0.6 * r.z - 0.8 * r.x, 0.8 * r.z + 0.6 * r.x};
  };
  crystal.cell = {turned(crystal.cell.a), turned(crystal.cell.b), turned(crystal.cell.c)};
  std::ranges::transform(crystal.positions, crystal.positions.begin(), turned);
  std::size_t const ions = crystal.size();
  for (std::size_t i = 0; i < ions; ++i)
    crystal.positions.push_back(crystal.positions[i] + crystal.cell.c);
  crystal.cell.c = 2 * crystal.cell.c;
  crystal.species.resize(2 * ions, "O");
  crystal.charges.clear();

  FrameworkMatch const found = match_framework(crystal);
  CHECK(found.volume_per_anion == Approx(expected.volume_per_anion));
  CHECK(found.kind == expected.kind);
  CHECK(found.deviation == Approx(expected.deviation));
  for (std::size_t k = 1; k < 3; ++k)
    CHECK(found.deviations[k] > 0.2);  // an upper bound, not unique
  for (std::size_t k = 0; k < 4; ++k)
    CHECK(found.shares[k] == Approx(expected.shares[k]).margin(1e-12));
  for (std::size_t i = 0; i < ions; ++i)
    CHECK(found.anions[i].deviations[0] == Approx(expected.anions[ions - 1 - i].deviations[0]));
}

TEST_CASE("Random points, a simple cubic lattice and diamond are none of the three") {
  for (double closest : {0.5, 2.2})
    CHECK(match_framework(random_points(16, closest, 5)).kind == FrameworkKind::none);
  CHECK(match_framework(anions_at({{3, 0, 0}, {0, 3, 0}, {0, 0, 3}}, {{0, 0, 0}})).kind ==
        FrameworkKind::none);
  Crystal diamond = small_fcc();
  for (Vec3 p : small_fcc().positions)
    diamond.positions.push_back(p + diamond.cell.to_cartesian({0.25, 0.25, 0.25}));
  FrameworkMatch const match = match_framework(anions_at(diamond.cell, diamond.positions));
  CHECK(match.kind == FrameworkKind::none);
  CHECK(share(match, FrameworkKind::none) == Approx(1));
  CHECK(match.deviation == Approx(std::ranges::min(match.deviations)));
}

TEST_CASE("A stricter limit turns distorted anions into none") {
  Hop const hop = fcc_model(v, conventional_cells(1, 1, 1), "O", -2).hop;
  Crystal const strained = distort(small_fcc(), hop, BainPath{0.9}).framework;
  CHECK(match_framework(strained).kind == FrameworkKind::fcc);
  CHECK(match_framework(strained, {}, {.largest_deviation = 0.03}).kind == FrameworkKind::none);
}

TEST_CASE("Only the named ions count, under their place in the whole crystal") {
  Crystal crystal = small_fcc();
  crystal.species.insert(crystal.species.begin(), "Li");
  crystal.positions.insert(crystal.positions.begin(), 0.5 * crystal.cell.a);
  crystal.charges.clear();
  FrameworkMatch const match = match_framework(crystal, {"O", "F"});
  CHECK(match.kind == FrameworkKind::fcc);
  CHECK(match.volume_per_anion == Approx(v));
  REQUIRE(match.anions.size() == 4);
  for (std::size_t i = 0; i < 4; ++i) CHECK(match.anions[i].ion == i + 1);
  CHECK(match_framework(crystal).volume_per_anion == Approx(0.8 * v));
}

TEST_CASE("A framework without anions, with overlapping ones or in a flat cell is bad input") {
  CHECK(input_error([] {
          match_framework(small_fcc(), {"S", "Se"});
        }) == "framework: none of the 4 ions is an anion (expected: S Se)");
  Crystal crystal = small_fcc();
  crystal.positions[1] = crystal.positions[0] + crystal.cell.b;
  CHECK_THROWS_AS(match_framework(crystal), InputError);
  crystal = small_fcc();
  crystal.cell.c = crystal.cell.a;
  CHECK_THROWS_AS(match_framework(crystal), InputError);
}
