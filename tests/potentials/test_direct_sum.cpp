// The reciprocal part wave vector by wave vector, against the same sum written plainly.
#include <array>
#include <complex>

#include <ionscape/core/error.hpp>
#include <ionscape/potentials/ewald/direct_sum.hpp>
#include <ionscape_test/catch.hpp>
#include <ionscape_test/files.hpp>

#include "oracles.hpp"

using namespace ionscape_test;
using detail::ReciprocalKernel;

namespace {

using Exec = Kokkos::DefaultExecutionSpace;
using Memory = Exec::memory_space;
using Numbers = Kokkos::View<double*, Memory>;
using Vectors = Kokkos::View<double**, Kokkos::LayoutRight, Memory>;

struct Ions {
  Cell cell;
  std::vector<Vec3> positions;
  std::vector<double> charges;
};

struct Result {
  std::vector<double> potential;
  std::vector<Vec3> gradient;
  std::array<double, 7> sums{};
  double wave_vectors = 0;
};

Ions random_ions(Cell const& cell, int n, unsigned seed) {
  std::mt19937 random(seed);
  std::uniform_real_distribution<double> one(-1, 2), charge(-2, 2);
  Ions ions{cell, {}, {}};
  for (int i = 0; i < n; ++i) {
    ions.positions.push_back(cell.to_cartesian({one(random), one(random), one(random)}));
    ions.charges.push_back(charge(random));
  }
  return ions;
}

/// The formulas of reciprocal_kernel.hpp over half of all wave vectors.
Result plain_sum(Ions const& ions, ReciprocalKernel const& kernel, double cutoff) {
  std::size_t const n = ions.charges.size();
  Result out{std::vector<double>(n, 0.0), std::vector<Vec3>(n), {}, 0};
  Cell const b = ions.cell.reciprocal();
  int const H = int(cutoff * norm(ions.cell.a) / (2 * pi)),
            K = int(cutoff * norm(ions.cell.b) / (2 * pi)),
            L = int(cutoff * norm(ions.cell.c) / (2 * pi));
  for (int h = 0; h <= H; ++h)
    for (int k = -K; k <= K; ++k)
      for (int l = -L; l <= L; ++l) {
        if (!(h > 0 || k > 0 || (k == 0 && l > 0))) continue;
        Vec3 const g = b.to_cartesian({double(h), double(k), double(l)});
        double const g2 = dot(g, g);
        if (g2 > cutoff * cutoff) continue;
        out.wave_vectors += 1;
        std::complex<double> S = 0;
        for (std::size_t i = 0; i < n; ++i)
          S += ions.charges[i] * std::polar(1.0, dot(g, ions.positions[i]));
        double const w = 2 * kernel.value(g2), dw = 2 * kernel.derivative(g2),
                     square = std::norm(S);
        double const e = 0.5 * w * square, v = dw * square;
        double const terms[7] = {e,
                                 -e - v * g.x * g.x,
                                 -e - v * g.y * g.y,
                                 -e - v * g.z * g.z,
                                 -v * g.y * g.z,
                                 -v * g.x * g.z,
                                 -v * g.x * g.y};
        for (int d = 0; d < 7; ++d) out.sums[d] += terms[d];
        for (std::size_t i = 0; i < n; ++i) {
          std::complex<double> const t = std::conj(S) * std::polar(1.0, dot(g, ions.positions[i]));
          out.potential[i] += w * t.real();
          out.gradient[i] -= (w * t.imag()) * g;
        }
      }
  return out;
}

struct Task {
  Ions ions;
  ReciprocalKernel kernel;
  double cutoff;
};

std::vector<Result> direct_sums(std::vector<Task> const& tasks, Exec const& exec = Exec()) {
  std::vector<DirectSystem> systems;
  std::vector<Vec3> positions;
  std::vector<double> charges;
  for (Task const& task : tasks) {
    int const begin = int(charges.size());
    positions.insert(positions.end(), task.ions.positions.begin(), task.ions.positions.end());
    charges.insert(charges.end(), task.ions.charges.begin(), task.ions.charges.end());
    systems.push_back({task.ions.cell, begin, int(charges.size()), int(systems.size()), task.kernel,
                       task.cutoff});
  }
  std::size_t const n = charges.size();
  Numbers charge("charges", n), potential("potential", n);
  Vectors gradient("gradient", n, 3), sums("sums", tasks.size(), 7);
  Kokkos::deep_copy(charge, Kokkos::View<double const*, Kokkos::HostSpace>(charges.data(), n));
  Kokkos::deep_copy(potential, 1e30);  // assigned, not added to
  Kokkos::deep_copy(gradient, 1e30);
  Kokkos::deep_copy(sums, 1e30);
  DirectSum<Memory> const sum(systems, 1e9);
  CHECK(sum.memory() > 0);
  sum.evaluate(exec, on_device(positions), charge, potential, gradient, sums);
  exec.fence();
  auto const host = [](auto const& view) {
    return Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), view);
  };
  auto const p = host(potential);
  auto const g = host(gradient), s = host(sums);
  std::vector<Result> results;
  for (std::size_t t = 0; t < tasks.size(); ++t) {
    Result r;
    r.wave_vectors = sum.wave_vectors(int(t));
    for (int d = 0; d < 7; ++d) r.sums[std::size_t(d)] = s(t, d);
    for (int i = systems[t].ion_begin; i < systems[t].ion_end; ++i) {
      r.potential.push_back(p(i));
      r.gradient.push_back({g(i, 0), g(i, 1), g(i, 2)});
    }
    results.push_back(std::move(r));
  }
  return results;
}

/// Numbers of ions around whole vectors and blocks, cells of all shapes, both kernels.
std::vector<Task> all_kinds() {
  std::vector<Task> tasks;
  unsigned seed = 1;
  Cell const triclinic{{6.1, 0, 0}, {1.7, 5.2, 0}, {-0.9, 1.6, 7.3}};
  auto const add = [&](Cell const& cell, int n, double alpha, double cutoff) {
    for (auto kind : {ReciprocalKernel::coulomb, ReciprocalKernel::dispersion})
      tasks.push_back({random_ions(cell, n, seed++), {kind, alpha, cell.volume(), 1.7}, cutoff});
  };
  for (int n : {1, 2, 7, 8, 9, 63, 64, 65, 130}) add(triclinic, n, 0.5, 4.1);
  add(cubic(5), 10, 0.6, 2 * pi / 5 + 1e-9);                           // the first shell alone
  add(cubic(5), 10, 0.6, 2 * pi / 5 - 1e-9);                           // nothing at all
  add({{3, 0, 0}, {0, 0, 4}, {0, 17, 0}}, 20, 0.5, 5);                 // left-handed, long
  add({{2.9, 0, 0}, {-8.5, 3.1, 0}, {14.8, 12.7, 2.7}}, 3, 0.7, 6.3);  // strongly skewed
  add({{2.9, 0, 0}, {0.2, 3.1, 0}, {0.4, 0.3, 2.7}}, 2, 1.1, 14);
  add({{40, 0, 0}, {0, 2.5, 0}, {0, 0, 2.5}}, 12, 0.8, 6);  // h up to 38
  return tasks;
}

}  // namespace

TEST_CASE(
    "The direct sum is the plain sum over wave vectors, whatever the cell and the number of ions") {
  std::vector<Task> const tasks = all_kinds();
  auto const together = direct_sums(tasks);
  for (std::size_t t = 0; t < tasks.size(); ++t) {
    CAPTURE(t);
    Result const plain = plain_sum(tasks[t].ions, tasks[t].kernel, tasks[t].cutoff);
    Result const& r = together[t];
    CHECK(r.wave_vectors == plain.wave_vectors);
    double scale = 1e-300, slope = 1e-300, sums = 1e-300, worst[3] = {};
    for (double s : plain.sums) sums = std::max(sums, std::fabs(s));
    for (std::size_t i = 0; i < plain.potential.size(); ++i) {
      scale = std::max(scale, std::fabs(plain.potential[i]));
      slope = std::max(slope, norm(plain.gradient[i]));
      worst[0] = std::max(worst[0], std::fabs(r.potential[i] - plain.potential[i]));
      worst[1] = std::max(worst[1], norm(r.gradient[i] - plain.gradient[i]));
    }
    for (std::size_t d = 0; d < 7; ++d)
      worst[2] = std::max(worst[2], std::fabs(r.sums[d] - plain.sums[d]));
    CHECK(worst[0] <= 1e-13 * scale);
    CHECK(worst[1] <= 1e-12 * (slope + scale));  // one ion alone has no gradient
    CHECK(worst[2] <= 1e-13 * sums);
  }
}

TEST_CASE("Direct sums have the same bits alone and in a batch, on one thread and on all") {
  std::vector<Task> const tasks = all_kinds();
  auto const together = direct_sums(tasks);
  auto const same = [](Result const& a, Result const& b) {
    return a.potential == b.potential && a.gradient == b.gradient && a.sums == b.sums;
  };
  for (std::size_t t = 0; t < tasks.size(); ++t) {
    CAPTURE(t);
    CHECK(same(direct_sums({tasks[t]})[0], together[t]));
  }
  Exec const all;
  if (all.concurrency() < 2) return;
  auto const parts = Kokkos::Experimental::partition_space(all, 1, 1);
  auto const one = direct_sums(tasks, parts[0]);
  for (std::size_t t = 0; t < tasks.size(); ++t) CHECK(same(one[t], together[t]));
}

TEST_CASE("Gradients and virials of the direct sum are the derivatives of its energy") {
  Ions const ions = random_ions({{6.1, 0, 0}, {1.7, 5.2, 0}, {-0.9, 1.6, 7.3}}, 9, 4);
  for (auto kind : {ReciprocalKernel::coulomb, ReciprocalKernel::dispersion}) {
    CAPTURE(int(kind));
    double const alpha = 0.5;
    // Converged: what strain carries across the cutoff is nothing.
    auto const task = [&](Ions const& i) {
      return Task{i, {kind, alpha, i.cell.volume(), 1.7}, 7};
    };
    auto const energy = [&](Ions const& i) { return direct_sums({task(i)})[0].sums[0]; };
    Result const exact = direct_sums({task(ions)})[0];
    double const h = 1e-5;
    for (double Vec3::*x : {&Vec3::x, &Vec3::y, &Vec3::z}) {
      Ions plus = ions, minus = ions;
      plus.positions[3].*x += h, minus.positions[3].*x -= h;
      double const slope = (energy(plus) - energy(minus)) / (2 * h);
      CHECK(slope == Approx(ions.charges[3] * exact.gradient[3].*x).epsilon(1e-7).margin(1e-8));
    }
    int const voigt[3][3] = {{1, 6, 5}, {6, 2, 4}, {5, 4, 3}};
    for (int a = 0; a < 3; ++a)
      for (int b = 0; b < 3; ++b) {
        auto const at = [&](double e) {
          Crystal c{ions.cell, {}, ions.positions, ions.charges, ""};
          c = strained(c, a, b, e);
          return energy({c.cell, c.positions, c.charges});
        };
        CHECK((at(h) - at(-h)) / (2 * h) ==
              Approx(exact.sums[std::size_t(voigt[a][b])]).epsilon(1e-6).margin(1e-7));
      }
  }
}

TEST_CASE("A direct sum that does not fit into the memory limit is refused with the size needed") {
  Ions const ions = random_ions(cubic(30), 50, 5);
  DirectSystem const system{
      ions.cell, 0, 50, 0, {ReciprocalKernel::coulomb, 0.5, ions.cell.volume(), 1}, 6};
  auto const make = [&](double limit) {
    return ionscape_test::input_error([&] {
      DirectSum<Memory> const sum(std::span(&system, 1), limit);
      CHECK(sum.memory() <= limit);
    });
  };
  double const held = DirectSum<Memory>(std::span(&system, 1), 1e9).memory();
  CHECK(make(4 * held).empty());
  for (double part : {0.9, 0.5, 0.1, 0.001}) {
    CAPTURE(part, held);
    CHECK_THAT(make(part * held), Catch::Matchers::ContainsSubstring("would take"));
  }
}
