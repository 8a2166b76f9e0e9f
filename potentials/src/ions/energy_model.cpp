// How the parts of an evaluation are put together.
#include <ionscape/core/error.hpp>

#include "device/device_memory.hpp"
#include "ions/energy_state.hpp"

namespace ionscape {

using detail::Channel;
using detail::ReciprocalKernel;
using detail::SystemRecord;

namespace {

/// Adds a reciprocal sum to what the ions have: force -s grad phi, energy s (phi + mean S - s
/// self)/2.
template <class MemorySpace, class Exec>
void add_channel_to_ions(Exec const& exec, typename EnergyModel<MemorySpace>::State const& state,
                         Channel<MemorySpace> const& channel) {
  bool const coulomb = channel.kind == ReciprocalKernel::coulomb;
  auto const charges = channel.charges, mean = channel.mean, self = channel.self;
  auto const phi = state.channel_potential, site = state.site_potential,
             dispersion = state.dispersion_energy;
  auto const gradient = state.gradient, force = state.forces;
  auto const system_of = state.system_of;
  Kokkos::parallel_for(
      "ionscape::energy::add_channel", Kokkos::RangePolicy<Exec>(exec, 0, state.n_ions),
      KOKKOS_LAMBDA(int i) {
        int const system = system_of(i);
        double const s = charges(i);
        double const potential = phi(i) + mean(system) - s * self(system);
        if (coulomb)
          site(i) += potential;
        else
          dispersion(i) += 0.5 * s * potential;
        for (int d = 0; d < 3; ++d) force(i, d) -= s * gradient(i, d);
      });
}

}  // namespace

template <class MemorySpace>
template <class Exec>
void EnergyModel<MemorySpace>::evaluate(Exec const& exec, Positions const& positions) {
  State& state = *state_;
  if (int(positions.extent(0)) != state.n_ions || positions.extent(1) != 3)
    fail_input({}, positions.extent(0), " positions, expected ", state.n_ions);
  NeighbourList<MemorySpace>& list = *state.neighbours;
  list.update(exec, positions);
  int const n_tiles = int(state.tiles.extent(0));
  Kokkos::parallel_for(
      "ionscape::energy::real_space",
      Kokkos::TeamPolicy<Exec, Kokkos::Schedule<Kokkos::Dynamic>>(exec, n_tiles, detail::team_size),
      detail::RealSpace<MemorySpace>{
          state.tiles, state.systems, state.types, state.pairs, state.n_types, list.images,
          list.home, list.entries, list.group, list.begin, state.forces, state.site_potential,
          state.pair_energy, state.dispersion_energy, state.approach, state.virial});
  for (Channel<MemorySpace> const& channel : state.channels) {
    Numbers const phi = state.channel_potential;
    if (int(channel.direct_systems.size()) < state.n_systems) {
      Kokkos::deep_copy(exec, phi, 0.0);
      Kokkos::deep_copy(exec, state.gradient, 0.0);
      Kokkos::deep_copy(exec, channel.sums, 0.0);
    }
    channel.direct->evaluate(exec, positions, channel.charges, phi, state.gradient, channel.sums);
    for (auto const& mesh : channel.meshes) {
      SystemRecord const& s = state.host_systems[std::size_t(mesh.system)];
      auto const range = Kokkos::make_pair(s.ion_begin, s.ion_end);
      mesh.sum.evaluate(
          exec, Positions(Kokkos::subview(positions, range, Kokkos::ALL)),
          Kokkos::View<double const*, MemorySpace>(Kokkos::subview(channel.charges, range)),
          Numbers(Kokkos::subview(phi, range)),
          Vectors(Kokkos::subview(state.gradient, range, Kokkos::ALL)),
          Numbers(channel.sums.data() + 7 * mesh.system, 7));
    }
    add_channel_to_ions(exec, state, channel);
  }

  auto const tiles = state.tiles;
  auto const charge =
      state.channels.empty() || state.channels.front().kind != ReciprocalKernel::coulomb
          ? Numbers()
          : state.channels.front().charges;
  if (state.springs.extent(0) > 0)
    Kokkos::parallel_for("ionscape::energy::bonded", Kokkos::RangePolicy<Exec>(exec, 0, n_tiles),
                         detail::Bonded<MemorySpace>{
                             tiles, state.systems, state.springs, state.angles, state.angle_begin,
                             state.angle_entries, charge, positions, state.forces,
                             state.site_potential, state.bonded_energy, state.virial});

  // Sums over ions in a fixed order: tiles, then systems.
  auto const site = state.site_potential, pair_energy = state.pair_energy,
             dispersion = state.dispersion_energy, tail = state.tail_energy,
             ion_energy = state.ion_energy, tile_terms = state.tile_terms, virial = state.virial,
             constant_strain = state.constant_strain, energy = state.energy,
             bonded_energy = state.bonded_energy;
  Kokkos::parallel_for(
      "ionscape::energy::tiles", Kokkos::RangePolicy<Exec>(exec, 0, n_tiles), KOKKOS_LAMBDA(int t) {
        double sum[n_terms] = {};
        for (int i = tiles(t).ion_begin; i < tiles(t).ion_end; ++i) {
          double const parts[n_terms] = {charge.extent(0) ? 0.5 * charge(i) * site(i) : 0.0,
                                         pair_energy(i), dispersion(i), tail(i),
                                         bonded_energy.extent(0) ? bonded_energy(i) : 0.0};
          ion_energy(i) = parts[coulomb_term] + parts[pair_term] + parts[dispersion_term] +
                          parts[tail_term] + parts[bonded_term];
          for (int p = 0; p < n_terms; ++p) sum[p] += parts[p];
        }
        for (int p = 0; p < n_terms; ++p) tile_terms(n_terms * t + p) = sum[p];
      });
  auto const systems = state.systems;
  auto const terms = state.terms, stress = state.stress;
  Kokkos::parallel_for(
      "ionscape::energy::systems", Kokkos::RangePolicy<Exec>(exec, 0, state.n_systems),
      KOKKOS_LAMBDA(int s) {
        double sum[n_terms] = {},
               strain[6] = {constant_strain(s), constant_strain(s), constant_strain(s), 0, 0, 0};
        for (int t = systems(s).tile_begin; t < systems(s).tile_end; ++t) {
          for (int p = 0; p < n_terms; ++p) sum[p] += tile_terms(n_terms * t + p);
          for (int d = 0; d < 6; ++d) strain[d] += virial(6 * t + d);
        }
        energy(s) = sum[coulomb_term] + (sum[pair_term] + sum[dispersion_term] + sum[tail_term]) +
                    sum[bonded_term];
        for (int p = 0; p < n_terms; ++p) terms(s, p) = sum[p];
        for (int d = 0; d < 6; ++d) stress(s, d) = strain[d] / systems(s).volume;
      });
  for (Channel<MemorySpace> const& channel : state.channels) {
    auto const sums = channel.sums;
    Kokkos::parallel_for(
        "ionscape::energy::stress", Kokkos::RangePolicy<Exec>(exec, 0, state.n_systems),
        KOKKOS_LAMBDA(int s) {
          for (int d = 0; d < 6; ++d) stress(s, d) += sums(s, 1 + d) / systems(s).volume;
        });
  }
  exec.fence("ionscape::energy::evaluate");
}

template <class MemorySpace>
EnergyModel<MemorySpace>::~EnergyModel() = default;
template <class MemorySpace>
EnergyModel<MemorySpace>::EnergyModel(EnergyModel&&) noexcept = default;
template <class MemorySpace>
EnergyModel<MemorySpace>& EnergyModel<MemorySpace>::operator=(EnergyModel&&) noexcept = default;

template <class MemorySpace>
int EnergyModel<MemorySpace>::systems() const {
  return state_->n_systems;
}
template <class MemorySpace>
int EnergyModel<MemorySpace>::size() const {
  return state_->n_ions;
}
template <class MemorySpace>
Particles const& EnergyModel<MemorySpace>::particles(int system) const {
  return state_->particles[std::size_t(system)];
}
template <class MemorySpace>
EwaldSettings const& EnergyModel<MemorySpace>::ewald(int system) const {
  return state_->ewald[std::size_t(system)];
}
template <class MemorySpace>
PairSums const& EnergyModel<MemorySpace>::pairs() const {
  return state_->sums;
}
template <class MemorySpace>
auto EnergyModel<MemorySpace>::energy() const -> Numbers {
  return state_->energy;
}
template <class MemorySpace>
auto EnergyModel<MemorySpace>::forces() const -> Vectors {
  return state_->forces;
}
template <class MemorySpace>
auto EnergyModel<MemorySpace>::terms() const -> Vectors {
  return state_->terms;
}
template <class MemorySpace>
auto EnergyModel<MemorySpace>::stress() const -> Vectors {
  return state_->stress;
}
template <class MemorySpace>
auto EnergyModel<MemorySpace>::site_potential() const -> Numbers {
  return state_->site_potential;
}
template <class MemorySpace>
auto EnergyModel<MemorySpace>::ion_energy() const -> Numbers {
  return state_->ion_energy;
}
template <class MemorySpace>
auto EnergyModel<MemorySpace>::approach() const -> Numbers {
  return state_->approach;
}
template <class MemorySpace>
auto EnergyModel<MemorySpace>::initial_positions() const -> Vectors {
  return state_->initial;
}

template <class MemorySpace>
double EnergyModel<MemorySpace>::memory() const {
  State const& s = *state_;
  double bytes =
      s.neighbours->memory() +
      double(detail::bytes(s.forces, s.gradient, s.initial, s.site_potential, s.ion_energy,
                           s.pair_energy, s.dispersion_energy, s.approach, s.channel_potential,
                           s.virial, s.tile_terms, s.tiles, s.types, s.system_of, s.tail_energy));
  for (Channel<MemorySpace> const& channel : s.channels) {
    bytes += channel.direct->memory();
    for (auto const& mesh : channel.meshes) {
      SystemRecord const& record = s.host_systems[std::size_t(mesh.system)];
      bytes += mesh_memory(s.ewald[std::size_t(mesh.system)].mesh,
                           std::size_t(record.ion_end - record.ion_begin));
    }
  }
  return bytes;
}

template <class MemorySpace>
auto EnergyModel<MemorySpace>::work() const -> Work {
  State const& s = *state_;
  Work work{double(s.neighbours->pairs()), 0};
  for (Channel<MemorySpace> const& channel : s.channels)
    for (std::size_t d = 0; d < channel.direct_systems.size(); ++d) {
      SystemRecord const& record = s.host_systems[std::size_t(channel.direct_systems[d])];
      work.wave_vector_ions +=
          channel.direct->wave_vectors(int(d)) * (record.ion_end - record.ion_begin);
    }
  return work;
}

using Default = Kokkos::DefaultExecutionSpace;
template class EnergyModel<Default::memory_space>;
template void EnergyModel<Default::memory_space>::evaluate(Default const&, Positions const&);

}  // namespace ionscape
