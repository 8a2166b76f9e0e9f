// How fast are the kernels of the energy engine, each by itself, and what share of the machine's
// peak do they reach?
//
// Rock salt with random displacements; arguments are cells along an edge (8 n^3 ions). Counters:
// pairs/s, wave-vector-ions/s (G and -G counted once), ions/s, systems/s, and `peak`:
// floating-point operations, counted in the source, over what the threads could do with fused
// multiply-adds in registers (measured in this program at its start; all threads together).
//   real_space     near pairs: Coulomb and one exponential, about 190 operations a pair
//   reciprocal     12 operations for each pair of wave vectors and ion, padding not counted
//   mesh           spread, transforms, gather
//   neighbours     lists built anew
//   batch          1000 cells of 33 ions, everything
#include <benchmark/benchmark.h>

#include <random>

#include <ionscape/potentials/ewald/direct_sum.hpp>
#include <ionscape/potentials/ewald/mesh_sum.hpp>
#include <ionscape/potentials/ions/energy_model.hpp>
#include <ionscape/potentials/ions/neighbour_list.hpp>

#include "peak.hpp"

namespace {

using namespace ionscape;
using Exec = Kokkos::DefaultExecutionSpace;
using Memory = Exec::memory_space;
using Model = EnergyModel<Memory>;

double peak_of_all_threads = 0;  // Flop/s

Crystal rock_salt(int cells) {
  double const a = 4.212;
  double const edge = cells * a;
  Crystal crystal{{{edge, 0, 0}, {0, edge, 0}, {0, 0, edge}}, {}, {}, {}, ""};
  std::mt19937 random(1);
  std::normal_distribution<double> displacement(0, 0.1);
  for (int i = 0; i < 2 * cells; ++i)
    for (int j = 0; j < 2 * cells; ++j)
      for (int k = 0; k < 2 * cells; ++k) {
        bool const anion = (i + j + k) % 2;
        crystal.species.push_back(anion ? "O" : "Mg");
        crystal.charges.push_back(anion ? -2 : 2);
        double const dx = displacement(random), dy = displacement(random),
                     dz = displacement(random);
        crystal.positions.push_back({i * a / 2 + dx, j * a / 2 + dy, k * a / 2 + dz});
      }
  return crystal;
}

/// 32 anions and one Li.
Crystal framework() {
  double const edge = 9.3;
  Crystal crystal{{{edge, 0, 0}, {0, edge, 0}, {0, 0, edge}}, {}, {}, {}, ""};
  for (int i = 0; i < 2; ++i)
    for (int j = 0; j < 2; ++j)
      for (int k = 0; k < 2; ++k)
        for (Vec3 f : {Vec3{0, 0, 0}, {0, .5, .5}, {.5, 0, .5}, {.5, .5, 0}})
          crystal.positions.push_back(0.5 * edge * (Vec3{double(i), double(j), double(k)} + f));
  crystal.species.assign(32, "O");
  crystal.charges.assign(32, -1);
  crystal.positions.push_back({0.13 * edge, 0.12 * edge, 0.125 * edge});
  crystal.species.push_back("Li");
  crystal.charges.push_back(1);
  return crystal;
}

PotentialSet potential() {
  PotentialSet set;
  set.pairs.push_back({{"Mg", "O"}, "born-mayer", Buckingham{{1428.5, 1 / 0.2945}, 0}, {}, 0});
  set.pairs.push_back({{"O", "O"}, "buckingham", Buckingham{{22764.3, 1 / 0.149}, 27.88}, {}, 0});
  set.pairs.push_back({{"Li", "O"}, "born-mayer", Buckingham{{834, 1 / 0.247}, 0}, {}, 0});
  set.cutoff = 8;
  return set;
}

void share_of_peak(benchmark::State& state, double flops) {
  state.counters["peak"] = benchmark::Counter(flops / peak_of_all_threads,
                                              benchmark::Counter::kIsIterationInvariantRate);
}
void rate(benchmark::State& state, char const* name, double count) {
  state.counters[name] = benchmark::Counter(count, benchmark::Counter::kIsIterationInvariantRate);
}

void real_space(benchmark::State& state) {
  Crystal const crystal = rock_salt(int(state.range(0)));
  EnergyOptions options;
  options.ewald =
      EwaldSettings{EwaldMethod::direct, {0.45, 8, 1e-3}, {}, 0};  // no wave vector at all
  Model model(std::span(&crystal, 1), potential(), options);
  for (auto _ : state) model.evaluate(Exec(), model.initial_positions());
  rate(state, "pairs", model.work().pairs);
  share_of_peak(state, 190 * model.work().pairs);
}
BENCHMARK(real_space)->Arg(5)->Arg(10)->Unit(benchmark::kMillisecond)->UseRealTime();

void reciprocal(benchmark::State& state) {
  Crystal const crystal = rock_salt(int(state.range(0)));
  int const n = int(crystal.size());
  double const alpha = 0.45, volume = crystal.cell.volume();
  DirectSystem const system{
      crystal.cell, 0, n, 0, {detail::ReciprocalKernel::coulomb, alpha, volume, coulomb_constant},
      7.4 * alpha};
  DirectSum<Memory> const sum(std::span(&system, 1), 1e10);
  Model const upload(std::span(&crystal, 1), potential(), {});
  Kokkos::View<double*, Memory> charges("charges", n), potentials("potentials", n);
  Kokkos::View<double**, Kokkos::LayoutRight, Memory> gradient("gradient", n, 3),
      sums("sums", 1, 7);
  Kokkos::deep_copy(charges, 1.0);
  for (auto _ : state) {
    sum.evaluate(Exec(), upload.initial_positions(), charges, potentials, gradient, sums);
    Exec().fence("bench");
  }
  rate(state, "wave_vector_ions", sum.wave_vectors(0) * n);
  share_of_peak(state, 12 * sum.wave_vectors(0) * n);
}
BENCHMARK(reciprocal)->Arg(2)->Arg(5)->Arg(10)->Unit(benchmark::kMillisecond)->UseRealTime();

/// Arguments: cells along an edge, order of the splines; mesh width about 0.7 Å.
void mesh(benchmark::State& state) {
  Crystal const crystal = rock_salt(int(state.range(0)));
  std::size_t const n = crystal.size();
  int const size = fft_size(int(6 * state.range(0)));
  MeshSum<Memory> const sum(
      crystal.cell,
      {detail::ReciprocalKernel::coulomb, 0.45, crystal.cell.volume(), coulomb_constant},
      {{size, size, size}, int(state.range(1))}, n);
  Model const upload(std::span(&crystal, 1), potential(), {});
  Kokkos::View<double*, Memory> charges("charges", n), potentials("potentials", n), sums("sums", 7);
  Kokkos::View<double**, Kokkos::LayoutRight, Memory> gradient("gradient", n, 3);
  Kokkos::deep_copy(charges, 1.0);
  for (auto _ : state) {
    sum.evaluate(Exec(), upload.initial_positions(), charges, potentials, gradient, sums);
    Exec().fence("bench");
  }
  rate(state, "ions", double(n));
  rate(state, "mesh_points", std::pow(size, 3));
}
BENCHMARK(mesh)
    ->Args({10, 6})
    ->Args({10, 8})
    ->Args({20, 8})
    ->Args({20, 12})
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();

void neighbours(benchmark::State& state) {
  Crystal const crystal = rock_salt(int(state.range(0)));
  int const n = int(crystal.size());
  std::vector<int> types;
  for (std::string const& species : crystal.species) types.push_back(species == "O");
  std::vector<double> const far(4, 8.0);
  ListedSystem const system{crystal.cell, 0, n, 6};
  Model const upload(std::span(&crystal, 1), potential(), {});
  double pairs = 0;
  for (auto _ : state) {
    NeighbourList<Memory> list(std::span(&system, 1), types, 2, crystal.charges, far, 0.5, 1e11);
    list.update(Exec(), upload.initial_positions());
    pairs = double(list.pairs());
  }
  rate(state, "pairs", pairs);
}
BENCHMARK(neighbours)->Arg(5)->Arg(10)->Arg(20)->Unit(benchmark::kMillisecond)->UseRealTime();

/// Argument: -log10 of the relative force error.
void batch(benchmark::State& state) {
  std::vector<Crystal> const crystals(1000, framework());
  EnergyOptions options;
  options.force_error = std::pow(10.0, -double(state.range(0))) * force_scale(crystals.front());
  Model model(crystals, potential(), options);
  for (auto _ : state) model.evaluate(Exec(), model.initial_positions());
  rate(state, "systems", 1000);
}
BENCHMARK(batch)->Arg(4)->Arg(6)->Arg(10)->Unit(benchmark::kMillisecond)->UseRealTime();

}  // namespace

int main(int argc, char** argv) {
  Kokkos::ScopeGuard const kokkos(argc, argv);
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  double const one = ionscape::bench::peak_gflops();
  peak_of_all_threads = 1e9 * one * Exec().concurrency();
  benchmark::AddCustomContext("threads", std::to_string(Exec().concurrency()));
  benchmark::AddCustomContext("peak of one thread, GFlop/s", std::to_string(one));
  benchmark::RunSpecifiedBenchmarks();
}
