// The particle mesh against plain sums over wave vectors, and its error estimate against measured
// errors.
#include <algorithm>
#include <array>
#include <cmath>
#include <complex>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <vector>

#include <ionscape/core/error.hpp>
#include <ionscape/potentials/ewald/mesh_sum.hpp>
#include <ionscape_test/catch.hpp>
#include <ionscape_test/files.hpp>

using namespace ionscape;
using detail::ReciprocalKernel;

namespace {

using Exec = Kokkos::DefaultExecutionSpace;
using Memory = Exec::memory_space;

struct Ions {
  Cell cell;
  std::vector<Vec3> positions;
  std::vector<double> charges;
  double sum_q2() const {
    double sum = 0;
    for (double q : charges) sum += q * q;
    return sum;
  }
};

struct Result {
  std::vector<double> potential;
  std::vector<Vec3> gradient;
  std::array<double, 7> sums{};
};

/// The formulas of reciprocal_kernel.hpp, over half of all wave vectors up to the cutoff.
Result plain_sum(Ions const& ions, ReciprocalKernel const& kernel, double cutoff) {
  std::size_t const n = ions.charges.size();
  Result out{std::vector<double>(n, 0.0), std::vector<Vec3>(n), {}};
  Cell const b = ions.cell.reciprocal();
  int const H = int(cutoff * norm(ions.cell.a) / (2 * pi)),
            K = int(cutoff * norm(ions.cell.b) / (2 * pi)),
            L = int(cutoff * norm(ions.cell.c) / (2 * pi));
  using Complex = std::complex<double>;
  std::vector<Vec3> f;
  for (Vec3 r : ions.positions) f.push_back(ions.cell.to_fractional(r));
  std::vector<Complex> row(n), step(n), phase(n);
  for (std::size_t i = 0; i < n; ++i) step[i] = std::polar(1.0, 2 * pi * f[i].z);
  for (int h = 0; h <= H; ++h)
    for (int k = -K; k <= K; ++k) {
      for (std::size_t i = 0; i < n; ++i)
        phase[i] = std::polar(1.0, 2 * pi * (h * f[i].x + k * f[i].y - L * f[i].z));
      for (int l = -L; l <= L; ++l) {
        Vec3 const g = b.to_cartesian({double(h), double(k), double(l)});
        double const g2 = dot(g, g);
        bool const counted = h > 0 || k > 0 || (k == 0 && l > 0);
        if (counted && g2 <= cutoff * cutoff) {
          Complex S = 0;
          for (std::size_t i = 0; i < n; ++i) S += ions.charges[i] * phase[i];
          double const w = 2 * kernel.value(g2), dw = 2 * kernel.derivative(g2),
                       square = std::norm(S);
          double const e = 0.5 * w * square, v = dw * square;
          std::array<double, 7> const terms{e,
                                            -e - v * g.x * g.x,
                                            -e - v * g.y * g.y,
                                            -e - v * g.z * g.z,
                                            -v * g.y * g.z,
                                            -v * g.x * g.z,
                                            -v * g.x * g.y};
          for (int d = 0; d < 7; ++d) out.sums[d] += terms[d];
          for (std::size_t i = 0; i < n; ++i) {
            Complex const t = std::conj(S) * phase[i];
            out.potential[i] += w * t.real();
            out.gradient[i] -= (w * t.imag()) * g;
          }
        }
        for (std::size_t i = 0; i < n; ++i) phase[i] *= step[i];
      }
    }
  return out;
}

Result mesh_sum(Ions const& ions, ReciprocalKernel const& kernel, MeshParameters const& mesh,
                Exec const& exec = {}) {
  std::size_t const n = ions.charges.size();
  MeshSum<Memory> const sum(ions.cell, kernel, mesh, n);
  Kokkos::View<double**, Kokkos::LayoutRight, Memory> positions("positions", n, 3),
      gradient("gradient", n, 3);
  Kokkos::View<double*, Memory> charges("charges", n), potential("potential", n), sums("sums", 7);
  auto const r = Kokkos::create_mirror_view(positions);
  auto const q = Kokkos::create_mirror_view(charges);
  for (std::size_t i = 0; i < n; ++i) {
    r(i, 0) = ions.positions[i].x, r(i, 1) = ions.positions[i].y, r(i, 2) = ions.positions[i].z;
    q(i) = ions.charges[i];
  }
  Kokkos::deep_copy(positions, r);
  Kokkos::deep_copy(charges, q);
  sum.evaluate(exec, positions, charges, potential, gradient, sums);
  exec.fence();
  auto const g = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), gradient);
  auto const phi = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), potential);
  auto const s = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), sums);
  Result out;
  for (std::size_t i = 0; i < n; ++i) {
    out.potential.push_back(phi(i));
    out.gradient.push_back({g(i, 0), g(i, 1), g(i, 2)});
  }
  for (int d = 0; d < 7; ++d) out.sums[d] = s(d);
  return out;
}

double force_difference(Result const& x, Result const& y, Ions const& ions) {
  double sum = 0;
  for (std::size_t i = 0; i < ions.charges.size(); ++i) {
    Vec3 const d = ions.charges[i] * (x.gradient[i] - y.gradient[i]);
    sum += dot(d, d);
  }
  return std::sqrt(sum / double(ions.charges.size()));
}

double largest(std::vector<double> const& x) {
  double most = 0;
  for (double v : x) most = std::max(most, std::fabs(v));
  return most;
}

std::vector<Cell> const cells{{{10, 0, 0}, {0, 10, 0}, {0, 0, 10}},
                              {{9, 0.5, -1}, {3, 11, 1}, {-4, 2, 10}},
                              {{0, 12, 0}, {8, 0, 1}, {0, 2, 9}}};  // the last one is left-handed

/// Places up to one cell outside the home cell. Charges of both signs for the Coulomb sum, of one
/// for dispersion.
Ions random_ions(Cell const& cell, std::size_t n, ReciprocalKernel::Kind kind, unsigned seed) {
  std::mt19937 random(seed);
  std::uniform_real_distribution<double> place(-1, 2), charge(0.5, 1.5);
  Ions ions{cell, {}, {}};
  for (std::size_t i = 0; i < n; ++i) {
    ions.positions.push_back(cell.to_cartesian({place(random), place(random), place(random)}));
    ions.charges.push_back((kind == ReciprocalKernel::coulomb && i % 2 ? -1 : 1) * charge(random));
  }
  return ions;
}

/// Rock salt, 4 x 4 x 4 cells of 5 Å, shaken by `amplitude` Å.
Ions rock_salt(double amplitude) {
  std::mt19937 random(7);
  std::uniform_real_distribution<double> shake(-amplitude, amplitude);
  Ions ions{{{20, 0, 0}, {0, 20, 0}, {0, 0, 20}}, {}, {}};
  for (int x = 0; x < 8; ++x)
    for (int y = 0; y < 8; ++y)
      for (int z = 0; z < 8; ++z) {
        ions.positions.push_back(
            {2.5 * x + shake(random), 2.5 * y + shake(random), 2.5 * z + shake(random)});
        ions.charges.push_back((x + y + z) % 2 == 0 ? 1 : -1);
      }
  return ions;
}

ReciprocalKernel kernel_of(ReciprocalKernel::Kind kind, double alpha, Cell const& cell) {
  return {kind, alpha, cell.volume(), kind == ReciprocalKernel::coulomb ? coulomb_constant : 10.0};
}

/// Beyond it the kernel is 1e-17 of its value at G = 0.
double full_cutoff(double alpha) { return 2 * alpha * 6.3; }

auto const both_kinds = {ReciprocalKernel::coulomb, ReciprocalKernel::dispersion};

}  // namespace

TEST_CASE("Sizes of meshes are even and have small factors only") {
  CHECK(fft_size(1) == 2);
  CHECK(fft_size(11) == 12);
  CHECK(fft_size(13) == 14);
  CHECK(fft_size(97) == 98);
  CHECK(fft_size(121) == 126);
  CHECK(fft_size(160) == 160);
}

TEST_CASE("On a fine mesh potential, gradient, energy and virial are those of the plain sum") {
  for (auto const kind : both_kinds)
    for (Cell const& cell : cells)
      for (int order : {10, 14}) {
        Ions const ions = random_ions(cell, 30, kind, 1);
        ReciprocalKernel const kernel = kernel_of(kind, 0.4, cell);
        Result const exact = plain_sum(ions, kernel, full_cutoff(0.4));
        int const n = order == 10 ? 64 : 48;
        Result const mesh = mesh_sum(ions, kernel, {{n, n + 6, n + 2}, order});
        CAPTURE(kind, order, cell.a.x);
        std::vector<double> difference;
        for (std::size_t i = 0; i < ions.charges.size(); ++i)
          difference.push_back(mesh.potential[i] - exact.potential[i]);
        CHECK(largest(difference) < 1e-11 * largest(exact.potential));
        Result zero = exact;
        for (Vec3& g : zero.gradient) g = {};
        CHECK(force_difference(mesh, exact, ions) < 1e-11 * force_difference(exact, zero, ions));
        CHECK(std::fabs(mesh.sums[0] - exact.sums[0]) < 1e-11 * std::fabs(exact.sums[0]));
        for (int d = 1; d < 7; ++d)
          CHECK(std::fabs(mesh.sums[d] - exact.sums[d]) < 2e-11 * std::fabs(exact.sums[0]));
      }
}

TEST_CASE("Odd sizes, sizes equal to the order and one ion alone are no trouble") {
  Cell const cell{{3, 0, 0}, {0.2, 3.5, 0}, {0, -0.4, 4}};
  ReciprocalKernel const kernel = kernel_of(ReciprocalKernel::coulomb, 0.3, cell);
  for (std::size_t n : {1, 9}) {
    Ions const ions = random_ions(cell, n, ReciprocalKernel::dispersion, 5);
    Result const exact = plain_sum(ions, kernel, full_cutoff(0.3));
    for (MeshParameters const& mesh : {MeshParameters{{8, 8, 8}, 8},
                                       {{9, 15, 21}, 8},
                                       {{14, 15, 14}, 14},
                                       {{16, 5, 7}, 4},
                                       {{7, 35, 10}, 6}}) {
      Result const result = mesh_sum(ions, kernel, mesh);
      CAPTURE(n, mesh.order, mesh.size[0]);
      CHECK(force_difference(result, exact, ions) <
            3 * mesh_force_error(cell, kernel, mesh, ions.sum_q2(), n));
      CHECK(std::fabs(result.sums[0] / exact.sums[0] - 1) < 1e-2);
    }
  }
}

TEST_CASE("The energy is half the sum of charge times potential on any mesh") {
  for (auto const kind : both_kinds) {
    Ions const ions = random_ions(cells[1], 25, kind, 3);
    Result const mesh = mesh_sum(ions, kernel_of(kind, 0.5, cells[1]), {{12, 16, 14}, 4});
    double sum = 0;
    for (std::size_t i = 0; i < ions.charges.size(); ++i)
      sum += 0.5 * ions.charges[i] * mesh.potential[i];
    CHECK(mesh.sums[0] == Approx(sum).epsilon(1e-13));
  }
}

TEST_CASE(
    "The gradient is the charge's share of the energy's derivative as far as the mesh resolves") {
  // The derivative of the mesh energy differs from q grad phi by the interpolation's error only.
  Ions ions = random_ions(cells[1], 12, ReciprocalKernel::coulomb, 4);
  ReciprocalKernel const kernel = kernel_of(ReciprocalKernel::coulomb, 0.4, cells[1]);
  MeshParameters const mesh{{40, 40, 40}, 10};
  Result const result = mesh_sum(ions, kernel, mesh);
  double const h = 1e-3;
  Vec3 const r = ions.positions[3];
  ions.positions[3] = r + Vec3{0, h, 0};
  double const up = mesh_sum(ions, kernel, mesh).sums[0];
  ions.positions[3] = r - Vec3{0, h, 0};
  double const down = mesh_sum(ions, kernel, mesh).sums[0];
  CHECK((up - down) / (2 * h) == Approx(ions.charges[3] * result.gradient[3].y).epsilon(1e-6));
}

TEST_CASE("The virial is the energy's derivative by strain, to rounding even on a coarse mesh") {
  for (auto const kind : both_kinds)
    for (Cell const& cell : cells) {
      Ions const ions = random_ions(cell, 20, kind, 6);
      MeshParameters const mesh{{14, 12, 10}, 6};
      Result const result = mesh_sum(ions, kernel_of(kind, 0.45, cell), mesh);
      int const first[6] = {0, 1, 2, 1, 0, 0}, second[6] = {0, 1, 2, 2, 2, 1};
      for (int d = 0; d < 6; ++d) {
        double const h = 1e-4;
        double energy[2];
        for (int side = 0; side < 2; ++side) {
          double strain[3][3] = {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}};
          double const e = side == 0 ? h : -h;
          strain[first[d]][second[d]] += 0.5 * e;
          strain[second[d]][first[d]] += 0.5 * e;
          auto const strained = [&](Vec3 v) {
            return Vec3{strain[0][0] * v.x + strain[0][1] * v.y + strain[0][2] * v.z,
                        strain[1][0] * v.x + strain[1][1] * v.y + strain[1][2] * v.z,
                        strain[2][0] * v.x + strain[2][1] * v.y + strain[2][2] * v.z};
          };
          Ions moved = ions;
          moved.cell = {strained(cell.a), strained(cell.b), strained(cell.c)};
          for (Vec3& r : moved.positions) r = strained(r);
          energy[side] = mesh_sum(moved, kernel_of(kind, 0.45, moved.cell), mesh).sums[0];
        }
        CAPTURE(kind, cell.a.x, d);
        CHECK(std::fabs((energy[0] - energy[1]) / (2 * h) - result.sums[d + 1]) <
              1e-6 * std::fabs(result.sums[0]));
      }
    }
}

TEST_CASE("Moving all ions together changes the forces by no more than the estimate") {
  Ions const ions = random_ions(cells[1], 40, ReciprocalKernel::coulomb, 8);
  ReciprocalKernel const kernel = kernel_of(ReciprocalKernel::coulomb, 0.4, cells[1]);
  MeshParameters const mesh{{24, 24, 24}, 8};
  Result const at_rest = mesh_sum(ions, kernel, mesh);
  double const estimate =
      mesh_force_error(ions.cell, kernel, mesh, ions.sum_q2(), ions.charges.size());
  for (Vec3 t : {Vec3{0.1, 0.2, -0.3}, Vec3{1e3, -77.7, 3}, Vec3{-0.05, 0, 0}}) {
    Ions moved = ions;
    for (Vec3& r : moved.positions) r += t;
    CHECK(force_difference(mesh_sum(moved, kernel, mesh), at_rest, ions) < 3 * estimate);
  }
}

TEST_CASE("A lone ion feels next to no force from its own image") {
  Cell const& cell = cells[1];
  ReciprocalKernel const kernel = kernel_of(ReciprocalKernel::coulomb, 0.4, cell);
  Ions const ions{cell, {{0.1, 0.23, 0.37}}, {1.0}};
  MeshParameters const mesh{{16, 20, 18}, 6};
  Result const result = mesh_sum(ions, kernel, mesh);
  Result const exact = plain_sum(ions, kernel, full_cutoff(0.4));
  double const estimate = mesh_force_error(cell, kernel, mesh, 1, 1);
  CHECK(norm(result.gradient[0]) < 0.3 * estimate);
  CHECK(std::fabs(result.potential[0] - exact.potential[0]) < estimate);
}

TEST_CASE("The estimated force error is the measured one for random charges") {
  // One sample fluctuates, the more the fewer wave vectors matter: the mean square over a few
  // samples is compared.
  for (auto const kind : both_kinds)
    for (Cell const& cell : cells)
      for (double alpha : {0.35, 0.6})
        for (MeshParameters const& mesh : {MeshParameters{{16, 16, 16}, 4},
                                           {{32, 36, 30}, 4},
                                           {{20, 18, 24}, 6},
                                           {{16, 18, 16}, 8},
                                           {{32, 32, 32}, 8},
                                           {{24, 24, 28}, 10},
                                           {{20, 24, 20}, 12},
                                           {{28, 28, 24}, 14}}) {
          double measured = 0, estimate = 0;
          unsigned const samples = 4;
          ReciprocalKernel const kernel = kernel_of(kind, alpha, cell);
          for (unsigned seed = 0; seed < samples; ++seed) {
            Ions const ions = random_ions(cell, 60, kind, 100 + seed);
            static std::vector<std::pair<double, Result>>
                known;  // the plain sums, by all that they depend on
            double const key =
                seed + 10 * alpha + 100 * cell.a.x + 10000 * (kind == ReciprocalKernel::coulomb);
            auto at = std::find_if(known.begin(), known.end(),
                                   [&](auto const& k) { return k.first == key; });
            if (at == known.end())
              at = known.insert(known.end(), {key, plain_sum(ions, kernel, full_cutoff(alpha))});
            double const error = force_difference(mesh_sum(ions, kernel, mesh), at->second, ions);
            measured += error * error / samples;
            estimate = mesh_force_error(cell, kernel, mesh, ions.sum_q2(), ions.charges.size());
          }
          CAPTURE(kind, cell.a.x, alpha, mesh.order, mesh.size[0]);
          double const ratio = std::sqrt(measured) / estimate;
          if (std::getenv("IONSCAPE_PRINT_ERRORS") != nullptr)
            std::printf("kind %d a.x %g alpha %g order %d size %d: %.2e %.2f\n", int(kind),
                        cell.a.x, alpha, mesh.order, mesh.size[0], estimate, ratio);
          CHECK(ratio > 0.5);
          CHECK(ratio < 1.5);
        }
}

TEST_CASE("The estimated force error is the measured one in skewed and in long cells, too") {
  // In such cells w(G) is a thin ridge across the wave numbers of the mesh.
  std::vector<Cell> const thin{{{7, 0, 0}, {21, 7, 0}, {0, 0, 7}},
                               {{7, 0, 0}, {35, 7, 0}, {-7, 14, 7}},
                               {{6, 1, 0}, {12, 9, 1}, {-18, 3, 7}},
                               {{4, 0, 0}, {0, 5, 0}, {8, -5, 30}},
                               {{20, 0, 0}, {0, 4, 0}, {40, 0, 5}}};
  for (auto const kind : both_kinds)
    for (Cell const& cell : thin)
      for (auto const& [spacing, order] : {std::pair{1.2, 4}, {1.0, 6}, {0.8, 8}}) {
        auto const points = [&](Vec3 edge) {
          return fft_size(std::max(order, int(norm(edge) / spacing)));
        };
        MeshParameters const mesh{{points(cell.a), points(cell.b), points(cell.c)}, order};
        ReciprocalKernel const kernel = kernel_of(kind, 0.4, cell);
        double measured = 0, estimate = 0;
        unsigned const samples = 8;
        for (unsigned seed = 0; seed < samples; ++seed) {
          Ions const ions = random_ions(cell, 20, kind, 200 + seed);
          double const error = force_difference(mesh_sum(ions, kernel, mesh),
                                                plain_sum(ions, kernel, full_cutoff(0.4)), ions);
          measured += error * error / samples;
          estimate = mesh_force_error(cell, kernel, mesh, ions.sum_q2(), ions.charges.size());
        }
        CAPTURE(kind, cell.b.x, cell.c.x, order);
        double const ratio = std::sqrt(measured) / estimate;
        CHECK(ratio > 0.4);
        CHECK(ratio < 1.7);
      }
}

TEST_CASE("The estimated force error bounds that of shaken rock salt") {
  for (double amplitude : {0.02, 0.2}) {
    Ions const ions = rock_salt(amplitude);
    ReciprocalKernel const kernel = kernel_of(ReciprocalKernel::coulomb, 0.4, ions.cell);
    Result const exact = plain_sum(ions, kernel, full_cutoff(0.4));
    for (MeshParameters const& mesh :
         {MeshParameters{{32, 32, 32}, 4}, {{36, 36, 36}, 6}, {{40, 42, 40}, 8}}) {
      double const error = force_difference(mesh_sum(ions, kernel, mesh), exact, ions);
      double const estimate =
          mesh_force_error(ions.cell, kernel, mesh, ions.sum_q2(), ions.charges.size());
      CAPTURE(amplitude, mesh.order, error, estimate);
      if (std::getenv("IONSCAPE_PRINT_ERRORS") != nullptr)
        std::printf("rock salt %g order %d: %.2e %.2f\n", amplitude, mesh.order, estimate,
                    error / estimate);
      CHECK(error < 1.5 * estimate);
      CHECK(error > 0.02 * estimate);
    }
  }
}

TEST_CASE("The mesh gives the same bits on any number of threads and in every run") {
  Ions const ions = random_ions(cells[1], 3000, ReciprocalKernel::coulomb, 9);
  ReciprocalKernel const kernel = kernel_of(ReciprocalKernel::coulomb, 0.6, cells[1]);
  MeshParameters const mesh{{48, 50, 54}, 8};
  Result const first = mesh_sum(ions, kernel, mesh);
  auto const check_same = [&](Result const& other) {
    CHECK(first.sums == other.sums);
    CHECK((first.potential == other.potential));
    CHECK((first.gradient == other.gradient));
  };
  for (int run = 0; run < 5; ++run) check_same(mesh_sum(ions, kernel, mesh));
#if defined(KOKKOS_ENABLE_OPENMP) && !defined(KOKKOS_ENABLE_CUDA)
  for (int threads : {1, 2, 3})
    if (threads <= Exec().concurrency()) check_same(mesh_sum(ions, kernel, mesh, Exec(threads)));
#endif
}

TEST_CASE("A mesh that cannot work is refused") {
  ReciprocalKernel const kernel = kernel_of(ReciprocalKernel::coulomb, 0.4, cells[0]);
  auto const error = [&](MeshParameters const& mesh) {
    return ionscape_test::input_error([&] { MeshSum<Memory>(cells[0], kernel, mesh, 1); });
  };
  CHECK(
      error({{16, 16, 6}, 8}) ==
      "a mesh of 6 points along one axis, expected at least the splines' order 8 and at most 8192");
  CHECK(error({{16, 16, 16}, 7}) == "B-splines of order 7, expected 4, 6, ... 14");
  CHECK(error({{16, 16, 16}, 16}) == "B-splines of order 16, expected 4, 6, ... 14");
}
