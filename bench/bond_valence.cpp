// How long does a grid of bond-valence site energies take, on one thread?
//
// Crystals of examples/ on grids of 0.2 Å, handed over in blocks of 8 x 8 x 8 places or row by row
// (256 places a call), with rigid and with elastic anions, and with all terms to 10 Å as BVlain has
// them. `states` finds the oxidation states. Arguments: crystal (0: LiFePO4, 28 ions; 1: LiMn2O4,
// 56), way.
#include <benchmark/benchmark.h>

#include <cmath>

#include <ionscape/core/io/read_crystal.hpp>
#include <ionscape/landscape/bond_valence_energy.hpp>
#include <ionscape/landscape/oxidation_states.hpp>

namespace {

using namespace ionscape;

Crystal const& crystal(std::int64_t which) {
  static Crystal const crystals[] = {
      read_crystal(IONSCAPE_SOURCE_DIR "/examples/structures/LiFePO4.cif"),
      read_crystal(IONSCAPE_SOURCE_DIR "/examples/compounds/LiMn2O4.cif")};
  return crystals[which];
}

std::vector<Vec3> grid(Cell const& cell, int block) {
  int const n[3] = {int(std::ceil(norm(cell.a) / 0.2)), int(std::ceil(norm(cell.b) / 0.2)),
                    int(std::ceil(norm(cell.c) / 0.2))};
  std::vector<Vec3> places;
  int const step[3] = {std::min(block, n[0]), std::min(block, n[1]), std::min(block, n[2])};
  for (int a = 0; a < n[0]; a += step[0])
    for (int b = 0; b < n[1]; b += step[1])
      for (int c = 0; c < n[2]; c += step[2])
        for (int i = a; i < std::min(a + step[0], n[0]); ++i)
          for (int j = b; j < std::min(b + step[1], n[1]); ++j)
            for (int k = c; k < std::min(c + step[2], n[2]); ++k)
              places.push_back(
                  cell.to_cartesian({double(i) / n[0], double(j) / n[1], double(k) / n[2]}));
  return places;
}

enum Way { blocks, rows, elastic, as_bvlain };

void energies(benchmark::State& state) {
  Crystal const& host = crystal(state.range(0));
  auto const way = Way(state.range(1));
  BondValenceOptions options;
  options.mobile = "Li";
  if (way == elastic) options.spring = 2.5;
  if (way == as_bvlain)
    options.radii = CovalentRadii::cordero, options.coulomb_cutoff = 10, options.taper = 0;
  BondValenceEnergy const model(host, ion_states(host).states, options);
  auto const places = grid(host.cell, way == rows ? 1000 : 8);
  std::vector<double> energies(places.size());
  std::size_t const chunk = way == rows ? 256 : 512;
  for (auto _ : state) {
    for (std::size_t begin = 0; begin < places.size(); begin += chunk) {
      std::size_t const count = std::min(chunk, places.size() - begin);
      model.energies(std::span(places).subspan(begin, count),
                     std::span(energies).subspan(begin, count));
    }
    benchmark::DoNotOptimize(energies.data());
  }
  state.counters["places"] = double(places.size());
  state.counters["per place"] =
      benchmark::Counter(double(places.size()), benchmark::Counter::kIsIterationInvariantRate |
                                                    benchmark::Counter::kInvert);
}

void states(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(ion_states(crystal(state.range(0))));
}

BENCHMARK(energies)
    ->ArgNames({"crystal", "way"})
    ->ArgsProduct({{0, 1}, {blocks, rows, elastic, as_bvlain}})
    ->Unit(benchmark::kMillisecond);
BENCHMARK(states)->Arg(0)->Arg(1)->Unit(benchmark::kMicrosecond);

}  // namespace

BENCHMARK_MAIN();
