#include <cmath>
#include <random>

#include <ionscape_test/catch.hpp>
#include <ionscape_test/files.hpp>

#include <ionscape/barriers/idpp.hpp>
#include <ionscape/barriers/overlaps.hpp>
#include <ionscape/barriers/start_path.hpp>
#include <ionscape/core/error.hpp>

using namespace ionscape;

namespace {

/// Rock salt of 8 m^3 ions with neighbours 2.1 Å apart; ion 0 (Mg) at the origin.
Crystal rock_salt(int m) {
  double const d = 2.1, length = 2 * m * d;
  Crystal crystal{{{length, 0, 0}, {0, length, 0}, {0, 0, length}}, {}, {}, {}, ""};
  for (int i = 0; i < 2 * m; ++i)
    for (int j = 0; j < 2 * m; ++j)
      for (int k = 0; k < 2 * m; ++k) {
        crystal.species.push_back((i + j + k) % 2 == 0 ? "Mg" : "O");
        crystal.positions.push_back({i * d, j * d, k * d});
      }
  return crystal;
}

CrystalHop with_ends(Crystal const& initial, std::vector<Vec3> const& final_positions) {
  CrystalHop hop{"hop", initial, initial, {}};
  hop.final_.positions = final_positions;
  return hop;
}

/// Li among the ions of rock salt goes from the middle of a cube of eight to that of another.
CrystalHop interstitial_hop(Vec3 to) {
  Crystal crystal = rock_salt(2);
  crystal.species.push_back("Li");
  crystal.positions.push_back({1.05, 1.05, 1.05});
  auto final_positions = crystal.positions;
  final_positions.back() = to;
  return with_ends(crystal, final_positions);
}

/// A skewed crystal of random ions, each of which moves a little and the first far.
CrystalHop random_hop(unsigned seed) {
  std::mt19937 random(seed);
  std::uniform_real_distribution<double> uniform(-1, 1);
  auto const any = [&] { return Vec3{uniform(random), uniform(random), uniform(random)}; };
  Crystal crystal{{{5.1, 0, 0}, {2.0, 4.8, 0}, {-1.5, 1.9, 5.3}}, {}, {}, {}, ""};
  for (int i = 0; i < 5; ++i) {
    crystal.species.push_back("X");
    crystal.positions.push_back(6 * any());
  }
  auto final_positions = crystal.positions;
  for (Vec3& r : final_positions) r += 0.3 * any();
  final_positions[0] += 3 * any();
  return with_ends(crystal, final_positions);
}

double distance(std::vector<Vec3> const& u, std::vector<Vec3> const& v) {
  double square = 0;
  for (std::size_t i = 0; i < u.size(); ++i) square += dot(u[i] - v[i], u[i] - v[i]);
  return std::sqrt(square);
}

double largest_difference(CrystalPath const& u, CrystalPath const& v) {
  double largest = 0;
  for (std::size_t k = 0; k < u.size(); ++k)
    for (std::size_t i = 0; i < u[k].size(); ++i)
      largest = std::max(largest, norm(u[k][i] - v[k][i]));
  return largest;
}

Vec3 mean(std::vector<Vec3> const& v) {
  Vec3 sum{};
  for (Vec3 r : v) sum += r;
  return (1 / double(v.size())) * sum;
}

}  // namespace

TEST_CASE("a straight start has the ends themselves and equal steps between") {
  CrystalHop const hop = random_hop(1);
  CrystalPath const path = linear_start(hop, 5);
  REQUIRE(path.size() == 5);
  CHECK(path.front() == hop.initial.positions);
  CHECK(path.back() == hop.final_.positions);
  for (std::size_t k = 1; k < 5; ++k)
    CHECK(distance(path[k], path[k - 1]) == Approx(distance(path[0], path[4]) / 4));
  CHECK_THROWS_AS(linear_start(hop, 2), InputError);
}

TEST_CASE("the surface of an image is the plain sum over all pairs that come near each other") {
  double const cutoff = 4.5, share = 0.3;
  for (unsigned seed : {2u, 3u, 4u}) {
    CrystalHop const hop = random_hop(seed);
    auto const &a = hop.initial.positions, &b = hop.final_.positions;
    std::vector<Vec3> r = linear_start(hop, 8)[3];
    r[2] += Vec3{0.2, -0.1, 0.3};
    double sum = 0;
    std::size_t pairs = 0;
    int const far = 7;  // cells: ions are strewn over several
    for (std::size_t i = 0; i < hop.size(); ++i)
      for (std::size_t j = i + 1; j < hop.size(); ++j)
        for (int n = 0; n < (2 * far + 1) * (2 * far + 1) * (2 * far + 1); ++n) {
          Vec3 const shift = hop.initial.cell.to_cartesian(
              {double(n % 15 - far), double(n / 15 % 15 - far), double(n / 225 - far)});
          double nearest = 1e9;
          for (int t = 0; t <= 500; ++t)
            nearest = std::min(nearest, norm(shift + (1 - t / 500.0) * (a[j] - a[i]) +
                                             (t / 500.0) * (b[j] - b[i])));
          if (nearest >= cutoff) continue;
          ++pairs;
          double const d = norm(r[j] + shift - r[i]);
          double const wanted = 0.7 * norm(a[j] + shift - a[i]) + 0.3 * norm(b[j] + shift - b[i]);
          sum += std::pow(wanted - d, 2) / std::pow(d, 4);
        }
    IdppSurface const surface(hop, cutoff);
    CHECK(surface.pairs().size() == pairs);
    std::vector<Vec3> gradient(hop.size());
    CHECK(surface(share, r, gradient) == Approx(sum).epsilon(1e-12));
  }
}

TEST_CASE("the gradient of an image's surface is that of differences, and zero at the ends") {
  CrystalHop const hop = random_hop(5);
  IdppSurface const surface(hop, 5);
  std::vector<Vec3> gradient(hop.size()), ignored(hop.size());
  std::vector<Vec3> r = linear_start(hop, 5)[1];
  r[1] += Vec3{0.1, 0.2, -0.3};
  surface(0.4, r, gradient);
  for (std::size_t i = 0; i < hop.size(); ++i) {
    double const h = 1e-5, g[3] = {gradient[i].x, gradient[i].y, gradient[i].z};
    for (int c = 0; c < 3; ++c) {
      Vec3 const step{c == 0 ? h : 0, c == 1 ? h : 0, c == 2 ? h : 0}, here = r[i];
      r[i] = here + step;
      double const up = surface(0.4, r, ignored);
      r[i] = here - step;
      double const down = surface(0.4, r, ignored);
      r[i] = here;
      CHECK(g[c] == Approx((up - down) / (2 * h)).epsilon(1e-6).margin(1e-8));
    }
  }
  CHECK(surface(0, hop.initial.positions, gradient) < 1e-25);
  CHECK(surface(1, hop.final_.positions, gradient) < 1e-25);
  for (Vec3 g : gradient) CHECK(norm(g) < 1e-12);
}

TEST_CASE("a pair turned round goes on a half circle, in equal steps about its centre") {
  Crystal crystal{{{14, 0, 0}, {0, 14, 0}, {0, 0, 14}}, {"O", "O"}, {}, {}, ""};
  crystal.positions = {{5, 5, 5}, {6, 5.6, 5}};
  CrystalHop const hop = with_ends(crystal, {crystal.positions[1], crystal.positions[0]});
  double const d = norm(crystal.positions[1] - crystal.positions[0]);
  CHECK_THROWS_AS(refuse_overlaps(hop, linear_start(hop, 7)), InputError);
  CrystalPath const path = idpp_start(hop, 7, 5);
  CHECK_NOTHROW(refuse_overlaps(hop, path));
  for (std::size_t k = 0; k < 7; ++k) {
    Vec3 const bond = path[k][1] - path[k][0], first = path[0][1] - path[0][0];
    CHECK(norm(bond) == Approx(d).margin(0.02));
    // The angle, by the law of cosines from chords: k/6 of half a turn.
    double const angle = std::acos(std::clamp(dot(bond, first) / norm(bond) / d, -1.0, 1.0));
    CHECK(angle == Approx(double(k) / 6 * pi).margin(0.03));
    CHECK(norm(mean(path[k]) - Vec3{5.5, 5.3, 5}) < 1e-12);
  }
}

TEST_CASE("an ion that would run through a fixed one goes round it") {
  Crystal crystal{{{14, 0, 0}, {0, 14, 0}, {0, 0, 14}}, {"Li", "O"}, {}, {}, ""};
  crystal.positions = {{3, 5, 5}, {5, 5, 5}};
  crystal.fixed = {{false, false, false}, {true, true, true}};
  CrystalHop const hop = with_ends(crystal, {{7, 5, 5}, {5, 5, 5}});
  CrystalPath const path = idpp_start(hop, 9);
  for (std::size_t k = 0; k < 9; ++k) {
    CHECK(path[k][1] == Vec3{5, 5, 5});
    CHECK(norm(path[k][0] - path[k][1]) == Approx(2).margin(0.03));
    // On half a circle of 2 Å.
    CHECK(path[k][0].x == Approx(5 - 2 * std::cos(pi * double(k) / 8)).margin(0.05));
  }
}

TEST_CASE("in a crystal no ions overlap, whatever the number of images, and steps are alike") {
  std::vector<CrystalHop> hops;
  Crystal const crystal = rock_salt(2);
  for (std::size_t other : {1u, 5u}) {  // the next O, the next Mg: both exchange their places
    hops.push_back(with_ends(crystal, crystal.positions));
    std::swap(hops.back().final_.positions[0], hops.back().final_.positions[other]);
  }
  hops.push_back(interstitial_hop({-1.05, -1.05, -1.05}));  // through the Mg at the origin
  for (CrystalHop const& hop : hops) {
    // Symmetric in the middle, where the straight path has ions on top of each other.
    CHECK(closest_ions(crystal.cell, linear_start(hop, 7)).distance < 1e-9);
    for (int n : {3, 5, 7, 8, 13}) {
      CAPTURE(n);
      CrystalPath const path = idpp_start(hop, n);
      CHECK_NOTHROW(refuse_overlaps(hop, path));
      CHECK(closest_ions(crystal.cell, path).distance > 1.35);
      double shortest = 1e9, longest = 0;
      for (std::size_t k = 1; k < path.size(); ++k) {
        shortest = std::min(shortest, distance(path[k], path[k - 1]));
        longest = std::max(longest, distance(path[k], path[k - 1]));
      }
      CHECK(longest < 1.2 * shortest);
      CHECK(path.front() == hop.initial.positions);
      CHECK(path.back() == hop.final_.positions);
    }
  }
}

TEST_CASE("what is free to stay straight stays straight, and its neighbours open the window") {
  CrystalHop const hop = interstitial_hop({3.15, 1.05, 1.05});
  CrystalPath const path = idpp_start(hop, 7);
  std::size_t const li = hop.size() - 1;
  for (std::size_t k = 0; k < 7; ++k) {
    CHECK(path[k][li].x == Approx(1.05 + 2.1 * double(k) / 6).margin(0.1));
    CHECK(std::fabs(path[k][li].y - 1.05) < 1e-12);
    CHECK(std::fabs(path[k][li].z - 1.05) < 1e-12);
  }
  double const straight = closest_ions(hop.initial.cell, linear_start(hop, 7)).distance;
  CHECK(straight == Approx(1.05 * std::sqrt(2.0)));
  CHECK(closest_ions(hop.initial.cell, path).distance > straight + 0.05);
}

TEST_CASE("the way back is the same path, whichever order ions are listed in") {
  for (Vec3 const to : {Vec3{3.15, 1.05, 1.05}, Vec3{-1.05, -1.05, -1.05}, Vec3{3.3, 3.0, 1.2}}) {
    CrystalHop const hop = interstitial_hop(to);
    CrystalHop reversed{"back", hop.final_, hop.initial, {}};
    for (Crystal* crystal : {&reversed.initial, &reversed.final_}) {
      std::reverse(crystal->species.begin(), crystal->species.end());
      std::reverse(crystal->positions.begin(), crystal->positions.end());
    }
    CrystalPath back = idpp_start(reversed, 7);
    std::reverse(back.begin(), back.end());
    for (auto& image : back) std::reverse(image.begin(), image.end());
    CHECK(largest_difference(idpp_start(hop, 7), back) < 1e-7);
  }
}

TEST_CASE("free crystals do not drift; what is fixed stays, also along one axis") {
  CrystalHop hop = interstitial_hop({-1.05, -1.05, -1.05});
  CrystalPath const straight = linear_start(hop, 7);
  CrystalPath const path = idpp_start(hop, 7);
  for (std::size_t k = 0; k < 7; ++k) CHECK(norm(mean(path[k]) - mean(straight[k])) < 1e-12);

  hop.initial.fixed.assign(hop.size(), {false, false, false});
  hop.initial.fixed[0] = {true, true, true};
  hop.initial.fixed[1] = {false, true, false};
  CrystalPath const held = idpp_start(hop, 7);
  for (std::size_t k = 0; k < 7; ++k) {
    CHECK(held[k][0] == hop.initial.positions[0]);
    CHECK(std::fabs(held[k][1].y - hop.initial.positions[1].y) < 1e-12);
  }
  CHECK(std::fabs(held[3][1].x - hop.initial.positions[1].x) > 1e-3);
}

TEST_CASE("a cutoff that is no length is refused") {
  CHECK_THROWS_AS(idpp_start(random_hop(1), 5, 0), InputError);
  CHECK_THROWS_AS(idpp_start(random_hop(1), 5, NAN), InputError);
}
