// What an evaluation gives, on the host; and crystals in batches.
#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include <ionscape/core/memory.hpp>
#include <ionscape/potentials/ions/batches.hpp>

#include "device/device_memory.hpp"
#include "ions/energy_state.hpp"

namespace ionscape {

PairSums pair_sums(PotentialSet const& set, std::span<Crystal const> systems, double force_error) {
  PairSums sums{0, set.truncation, set.tail, set.dispersion_lattice_sum};
  if (set.cutoff) {
    sums.cutoff = *set.cutoff;
    return sums;
  }
  if (set.pairs.empty()) return sums;
  sums.dispersion_lattice_sum = true;
  sums.truncation = Truncation::plain;
  sums.tail = false;
  double density = 0;
  for (Crystal const& crystal : systems)
    density = std::max(density, double(crystal.size()) / crystal.cell.volume());
  for (PairTerm const& pair : set.pairs) {
    PairForm const form = without_dispersion(pair.term);
    if (std::holds_alternative<std::monostate>(form)) continue;
    // rms force of what lies beyond r, ions at random: F^2 4 pi r^2 density over one decay length
    // of at most 1 Å
    auto const rest = [&](double r) {
      return std::fabs(evaluate(form, r).slope) * std::sqrt(4 * pi * density) * r;
    };
    double r = 1;
    while (r < 60 && !(rest(r) < 0.3 * force_error && rest(r + 0.5) < 0.3 * force_error)) r += 0.25;
    sums.cutoff = std::max(sums.cutoff, r);
  }
  return sums;
}

bool EnergyResult::finite() const {
  auto const all_finite = [](std::vector<double> const& values) {
    return std::ranges::all_of(values, [](double v) { return std::isfinite(v); });
  };
  double sum = energy();
  for (auto const& row : stress)
    for (double s : row) sum += s;
  return std::isfinite(sum) && all_finite(site_potential) && all_finite(ion_energy) &&
         std::ranges::all_of(forces, [](Vec3 f) { return std::isfinite(f.x + f.y + f.z); });
}

namespace {

/// The lists on the host, to look up who is near whom.
template <class MemorySpace>
struct ListsOnHost {
  template <class View>
  static auto host(View const& view) {
    return Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), view);
  }
  using List = NeighbourList<MemorySpace>;

  explicit ListsOnHost(List const& list)
      : images(host(list.images)),
        home(host(list.home)),
        entries(host(list.entries)),
        group(host(list.group)),
        image_ion(host(list.image_ion)),
        begin(host(list.begin)),
        groups(2 * list.n_types) {}

  /// Calls visit(j, distance) for each listed image of j near i; an ion's own images come in pairs,
  /// of which one is visited.
  template <class Visit>
  void for_each(int i, Visit const& visit) const {
    for (int k = 0; k < group(i * (groups + 1) + groups); ++k) {
      int const image = entries(begin(i) + k);
      double square = 0, side = 0;
      for (int d = 0; d < 3; ++d) {
        double const x = images(4 * std::size_t(image) + d) - home(4 * std::size_t(i) + d);
        square += x * x;
        if (side == 0 && std::fabs(x) > 1e-9) side = x;
      }
      if (square > 1e9) continue;  // the dummy
      int const j = image_ion(image);
      if (i == j && side < 0) continue;
      visit(j, square);
    }
  }

  template <class View>
  using OnHost = decltype(host(std::declval<View const&>()));
  OnHost<decltype(List::images)> images, home;
  OnHost<decltype(List::entries)> entries, group, image_ion;
  OnHost<decltype(List::begin)> begin;
  int groups;
};

}  // namespace

void add_shells_to_ions(EnergyResult& result, Particles const& particles,
                        std::span<Vec3 const> positions) {
  auto const ions = std::size_t(particles.ions);
  if (!particles.springs.empty()) result.shells.assign(ions, Vec3{});
  for (Spring const& spring : particles.springs) {
    auto const core = std::size_t(spring.core), shell = std::size_t(spring.shell);
    result.shell_force = std::max(result.shell_force, norm(result.forces[shell]));
    result.forces[core] += result.forces[shell];
    result.ion_energy[core] += result.ion_energy[shell];
    result.shells[core] = minimum_image(particles.crystal.cell, positions[shell] - positions[core]);
  }
  result.forces.resize(ions);
  result.ion_energy.resize(ions);
  result.site_potential.resize(ions);
}

template <class MemorySpace>
std::vector<EnergyResult> EnergyModel<MemorySpace>::results() const {
  State const& state = *state_;
  auto const host = [](auto const& view) {
    return Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), view);
  };
  auto const terms = host(state.terms);
  auto const stress = host(state.stress);
  auto const forces = host(state.forces);
  auto const site = host(state.site_potential);
  auto const ion_energy = host(state.ion_energy);
  auto const approach = host(state.approach);
  auto const home = host(state.neighbours->home);
  std::vector<EnergyResult> results;
  std::optional<ListsOnHost<MemorySpace>> lists;
  for (int s = 0; s < state.n_systems; ++s) {
    detail::SystemRecord const& record = state.host_systems[std::size_t(s)];
    Particles const& particles = state.particles[std::size_t(s)];
    EnergyResult result;
    result.coulomb = terms(s, coulomb_term);
    result.dispersion = terms(s, dispersion_term);
    result.tail = terms(s, tail_term);
    result.short_range = terms(s, pair_term) + terms(s, dispersion_term) + terms(s, tail_term);
    result.bonded = terms(s, bonded_term);
    result.stress = tensor_of(stress, std::size_t(s));
    result.ewald = state.ewald[std::size_t(s)];
    std::vector<Vec3> positions;
    for (int i = record.ion_begin; i < record.ion_end; ++i) {
      result.forces.push_back({forces(i, 0), forces(i, 1), forces(i, 2)});
      result.site_potential.push_back(site(i) * std::sqrt(particles.coulomb_scale));
      result.ion_energy.push_back(ion_energy(i));
      positions.push_back({home(4 * i), home(4 * i + 1), home(4 * i + 2)});
    }
    add_shells_to_ions(result, particles, positions);
    std::vector<int> const ion_of = ions_of(particles);
    for (int i = record.ion_begin; i < record.ion_end; ++i) {
      if (!(approach(i) < 1)) continue;
      if (!lists) lists.emplace(*state.neighbours);
      lists->for_each(i, [&](int j, double square) {
        double const turnover2 =
            state
                .host_pairs[std::size_t(state.host_types[std::size_t(i)] * state.n_types +
                                        state.host_types[std::size_t(j)])]
                .turnover_square;
        if (square < turnover2 && i <= j)
          result.contacts.push_back({ion_of[std::size_t(i - record.ion_begin)],
                                     ion_of[std::size_t(j - record.ion_begin)], std::sqrt(square),
                                     std::sqrt(turnover2)});
      });
    }
    std::stable_sort(result.contacts.begin(), result.contacts.end(),
                     [](CloseContact const& a, CloseContact const& b) {
                       return a.distance * b.turnover < b.distance * a.turnover;
                     });
    results.push_back(std::move(result));
  }
  return results;
}

template <class Exec>
std::vector<EnergyResult> evaluate_crystals(Exec const& exec, std::span<Crystal const> crystals,
                                            PotentialSet const& set, EnergyOptions const& asked,
                                            std::function<void(std::size_t)> const& progress) {
  using Memory = typename Exec::memory_space;
  EnergyOptions options = asked;
  if (options.memory_limit <= 0) options.memory_limit = 0.9 * available_memory();
  // The pair sums belong to all crystals: chosen once, so that a result does not depend on its
  // batch.
  if (!options.pairs) options.pairs = pair_sums(set, crystals, options.force_error);
  std::vector<EnergyResult> results;
  in_batches(
      crystals,
      [&](std::size_t begin, std::size_t end) {
        EnergyModel<Memory> model(crystals.subspan(begin, end - begin), set, options);
        model.evaluate(exec, model.initial_positions());
        for (EnergyResult& result : model.results()) results.push_back(std::move(result));
      },
      progress);
  return results;
}

using Default = Kokkos::DefaultExecutionSpace;
template std::vector<EnergyResult> EnergyModel<Default::memory_space>::results() const;
template std::vector<EnergyResult> evaluate_crystals(Default const&, std::span<Crystal const>,
                                                     PotentialSet const&, EnergyOptions const&,
                                                     std::function<void(std::size_t)> const&);

}  // namespace ionscape
