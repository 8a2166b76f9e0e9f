// An EnergyModel's crystals get other cells.
#include <ionscape/core/error.hpp>

#include "device/device_memory.hpp"
#include "ions/energy_state.hpp"

namespace ionscape {

using detail::Channel;
using detail::ReciprocalKernel;
using detail::upload;

namespace {

/// The vectors of the reduced cell, as the transformation makes them of the given ones.
Cell transformed(Cell const& given, std::array<std::array<int, 3>, 3> const& transformation) {
  auto const row = [&](std::array<int, 3> const& n) {
    return given.to_cartesian({double(n[0]), double(n[1]), double(n[2])});
  };
  return {row(transformation[0]), row(transformation[1]), row(transformation[2])};
}

/// What a channel's sums and constants are in other cells.
template <class MemorySpace>
void deform_channel(Channel<MemorySpace>& channel, std::vector<Cell> const& cells,
                    std::vector<EwaldSettings> const& ewald,
                    std::vector<double> const& first_volume) {
  auto const kernel = [&](std::size_t s) {
    return ReciprocalKernel{channel.kind, ewald[s].sum.alpha, cells[s].volume(),
                            channel.strengths[s]};
  };
  std::vector<double> mean;
  for (std::size_t s = 0; s < cells.size(); ++s)
    mean.push_back(channel.host_mean[s] * first_volume[s] / cells[s].volume());
  channel.mean = upload<MemorySpace>("ionscape::energy::mean", mean);
  std::vector<Cell> direct_cells;
  std::vector<ReciprocalKernel> kernels;
  for (int const s : channel.direct_systems) {
    direct_cells.push_back(cells[std::size_t(s)]);
    kernels.push_back(kernel(std::size_t(s)));
  }
  channel.direct->deform(direct_cells, kernels);
  for (auto& mesh : channel.meshes)
    mesh.sum.deform(cells[std::size_t(mesh.system)], kernel(std::size_t(mesh.system)));
}

}  // namespace

template <class MemorySpace>
void EnergyModel<MemorySpace>::deform(std::span<Cell const> given) {
  State& state = *state_;
  if (int(given.size()) != state.n_systems)
    fail_input({}, given.size(), " cells, expected one for each of ", state.n_systems, " crystals");
  std::vector<Cell> cells;
  std::vector<double> tail_energy = state.host_tail_energy,
                      constant_strain = state.host_constant_strain;
  for (std::size_t s = 0; s < given.size(); ++s) {
    Cell const cell = transformed(given[s], state.transformation[s]);
    double const volume = cell.volume();
    if (!(volume > 0 && std::isfinite(volume)))
      fail_input({}, "a cell with a volume of ", volume, " Å^3");
    detail::SystemRecord& record = state.host_systems[s];
    record.cell = cell, record.volume = volume;
    // Tails and G = 0 go with 1/volume.
    double const denser = state.first_volume[s] / volume;
    constant_strain[s] *= denser;
    for (int i = record.ion_begin; i < record.ion_end; ++i) tail_energy[std::size_t(i)] *= denser;
    state.particles[s].crystal.cell = given[s];
    cells.push_back(cell);
  }
  state.systems = upload<MemorySpace>("ionscape::energy::systems", state.host_systems);
  state.tail_energy = upload<MemorySpace>("ionscape::energy::tail_energy", tail_energy);
  state.constant_strain = upload<MemorySpace>("ionscape::energy::constant_strain", constant_strain);
  for (Channel<MemorySpace>& channel : state.channels)
    deform_channel(channel, cells, state.ewald, state.first_volume);
  state.neighbours->deform(cells);
}

using Default = Kokkos::DefaultExecutionSpace;
template void EnergyModel<Default::memory_space>::deform(std::span<Cell const>);

}  // namespace ionscape
