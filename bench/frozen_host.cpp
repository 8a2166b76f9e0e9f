// How long does the energy and force of one Li in a cached 32-anion host take?
//
// Prints the time per evaluation for Gaussian and for point anions at several accuracies, on one
// thread and on all, with the number of wave vectors and neighbours in the sums; last for a form
// like those of the fitted sets: screened Gaussians that grow with the charge, a soft repulsion,
// and one by r^-6. Positions are spread along an Oct-Tet path; hosts are a scale sweep over one
// distorted framework, as in the published maps.
#include <benchmark/benchmark.h>

#include <cmath>

#include <ionscape/potentials/host/frozen_host.hpp>

namespace {

using namespace ionscape;
using Exec = Kokkos::DefaultExecutionSpace;
using Memory = Exec::memory_space;

HostFramework framework(double dispersion) {
  HostFramework host;
  host.cell = {{2, 0, 0}, {0, 2, 0}, {0, 0, 2}};
  for (int i = 0; i < 2; ++i)
    for (int j = 0; j < 2; ++j)
      for (int k = 0; k < 2; ++k)
        for (Vec3 f : {Vec3{0, 0, 0}, {0, .5, .5}, {.5, 0, .5}, {.5, .5, 0}})
          host.positions.push_back(Vec3{double(i), double(j), double(k)} + f);
  host.positions[1] += Vec3{0, .08, -.08};
  host.type_of.assign(host.positions.size(), 0);
  host.types = {{1, dispersion}};
  return host;
}

/// Arguments: 1000 * width / a, C in eV Å^6, -log10(accuracy), whether as fitted.
void evaluate(benchmark::State& state) {
  double const width = 1e-3 * double(state.range(0)), C = double(state.range(1));
  double const accuracy = std::pow(10.0, -double(state.range(2)));
  bool const fitted = state.range(3) != 0;
  int const n = 7000, n_surfaces = 169;
  HostFramework host = framework(C != 0 ? 1 : 0);
  if (fitted) host.screening_width = 2 * width;
  BornMayer const repulsion = fitted ? BornMayer{55, 1 / 0.706} : BornMayer{804, 1 / 0.311};
  std::vector<HostSurface> surfaces;
  for (int i = 0; i < n_surfaces; ++i)
    surfaces.push_back({0,
                        std::cbrt(4 * (23.4 + 56.2 * i / n_surfaces)),
                        -2.5,
                        C,
                        {{fitted ? width * (1 + 1e-3 * (i % 13)) : width, {repulsion}}}});
  FrozenHost<Memory> const model(std::span(&host, 1), surfaces, {accuracy});

  Kokkos::View<double**, Kokkos::LayoutRight, Memory> coordinates("coordinates", n, 3),
      force("force", n, 3);
  Kokkos::View<int*, Memory> surface("surface", n), active("active", n);
  Kokkos::View<double*, Memory> energy("energy", n);
  auto r = Kokkos::create_mirror_view(coordinates);
  auto s = Kokkos::create_mirror_view(surface), a = Kokkos::create_mirror_view(active);
  for (int i = 0; i < n; ++i) {
    s(i) = i / 7 % n_surfaces, a(i) = i;
    double const t = (0.5 - 0.25 * (i % 7) / 6.0) * surfaces[s(i)].length;
    r(i, 0) = t, r(i, 1) = t + 0.01, r(i, 2) = t - 0.02;
  }
  Kokkos::deep_copy(coordinates, r), Kokkos::deep_copy(surface, s), Kokkos::deep_copy(active, a);
  Points<Memory> const points{coordinates, surface, active, energy, force, {}};
  Exec const exec;
  model.evaluate(exec, points);
  exec.fence();
  for (auto _ : state) {
    model.evaluate(exec, points);
    exec.fence();
  }
  double waves = 0, neighbours = 0;
  for (int i = 0; i < n_surfaces; ++i) {
    waves += model.work(i).wave_vectors / n_surfaces;
    neighbours += model.work(i).neighbours / n_surfaces;
  }
  state.counters["wave_vectors"] = waves;
  state.counters["neighbours"] = neighbours;
  state.counters["evaluations/s"] =
      benchmark::Counter(double(n), benchmark::Counter::kIsIterationInvariantRate);
  state.counters["us*threads/evaluation"] = benchmark::Counter(
      double(n) / Exec().concurrency() * 1e-6,
      benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
}
BENCHMARK(evaluate)
    ->ArgNames({"width", "C", "digits", "fitted"})
    ->ArgsProduct({{0, 197}, {0, 287}, {4, 8, 12}, {0}})
    ->ArgsProduct({{167}, {-88}, {4, 8, 12}, {1}})
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();

}  // namespace

int main(int argc, char** argv) {
  Kokkos::ScopeGuard const kokkos(argc, argv);
  benchmark::Initialize(&argc, argv);
  benchmark::AddCustomContext("Kokkos execution space", Exec::name());
  benchmark::AddCustomContext("threads", std::to_string(Exec().concurrency()));
  benchmark::RunSpecifiedBenchmarks();
}
