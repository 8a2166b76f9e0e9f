#include <ionscape/crystals/shell_model.hpp>

#include <algorithm>
#include <optional>

#include <ionscape/core/error.hpp>
#include <ionscape/core/memory.hpp>
#include <ionscape/potentials/ions/batches.hpp>

#include "shell_descent.hpp"

namespace ionscape {

namespace {

/// Å: shells may move so far without new lists.
constexpr double skin_of_shells = 0.6;

EnergyOptions with_skin(EnergyOptions options, PotentialSet const& set) {
  if (!set.shells.empty()) options.skin = std::max(options.skin, skin_of_shells);
  return options;
}

}  // namespace

struct ShellModel::State {
  Model model;
  Model::Vectors positions;
  decltype(Kokkos::create_mirror_view(positions)) on_host;
  std::vector<int> first;                                   // particle of each crystal
  std::vector<std::optional<detail::ShellDescent>> shells;  // of the crystals that have some
  std::vector<ShellRest> rest;
  int ions = 0;
  bool started = false;
  long evaluations = 0;

  State(std::span<Crystal const> crystals, PotentialSet const& set, EnergyOptions const& energy,
        ShellOptions const& options)
      : model(crystals, set, with_skin(energy, set)),
        positions(model.initial_positions()),
        on_host(Kokkos::create_mirror_view(positions)) {
    int particle = 0;
    for (int s = 0; s < model.systems(); ++s) {
      Particles const& particles = model.particles(s);
      first.push_back(particle);
      shells.emplace_back();
      if (!particles.springs.empty()) shells.back().emplace(particles, set, options);
      particle += particles.size();
      ions += particles.ions;
    }
  }

  /// Ions at their places, and each shell where it is wanted.
  void put(std::span<Vec3 const> ions_at) const {
    std::size_t ion = 0;
    for (std::size_t s = 0; s < first.size(); ++s) {
      Vec3 const* const own = ions_at.data() + ion;
      int const n = model.particles(int(s)).ions;
      for (int i = 0; i < n; ++i) put(first[s] + i, own[i]);
      if (shells[s])
        shells[s]->for_each([&](Spring const& spring, Vec3 x) {
          put(first[s] + spring.shell, own[spring.core] + x);
        });
      ion += std::size_t(n);
    }
  }
  void put(int particle, Vec3 r) const {
    auto const row = std::size_t(particle);
    on_host(row, 0) = r.x, on_host(row, 1) = r.y, on_host(row, 2) = r.z;
  }

  void evaluate(std::span<Vec3 const> ions_at) {
    put(ions_at);
    Kokkos::deep_copy(positions, on_host);
    model.evaluate(Exec(), positions);
    ++evaluations;
  }

  /// Hands energies and forces to the shells that are not at rest; whether any are left.
  bool take() {
    auto const energy = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), model.energy());
    auto const forces = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), model.forces());
    bool any_running = false;
    for (std::size_t s = 0; s < shells.size(); ++s)
      if (shells[s] && shells[s]->running())
        any_running |= shells[s]->take(energy(s), [&](int particle) {
          auto const row = std::size_t(first[s] + particle);
          return Vec3{forces(row, 0), forces(row, 1), forces(row, 2)};
        });
    return any_running;
  }
};

ShellModel::ShellModel(std::span<Crystal const> crystals, PotentialSet const& set,
                       EnergyOptions const& options, ShellOptions const& shells)
    : state_(std::make_unique<State>(crystals, set, options, shells)) {}
ShellModel::~ShellModel() = default;
ShellModel::ShellModel(ShellModel&&) noexcept = default;
ShellModel& ShellModel::operator=(ShellModel&&) noexcept = default;

int ShellModel::ions() const { return state_->ions; }
std::vector<ShellRest> const& ShellModel::rest() const { return state_->rest; }
ShellModel::Model const& ShellModel::model() const { return state_->model; }
long ShellModel::evaluations() const { return state_->evaluations; }

void ShellModel::evaluate(std::span<Vec3 const> ions_at) {
  State& state = *state_;
  if (int(ions_at.size()) != state.ions)
    fail_input({}, ions_at.size(), " positions, expected ", state.ions);
  if (state.started)
    for (auto& shells : state.shells)
      if (shells) shells->restart();
  state.started = true;
  do state.evaluate(ions_at);
  while (state.take());
  state.rest.assign(state.shells.size(), {});
  bool all_at_rest = true;
  for (std::size_t s = 0; s < state.shells.size(); ++s)
    if (state.shells[s]) {
      state.rest[s] = state.shells[s]->rest();
      all_at_rest = all_at_rest && state.rest[s].at_rest();
    }
  // Shells that gave up have tried points behind their last good one.
  if (!all_at_rest) state.evaluate(ions_at);
}

std::vector<EnergyResult> energies_of(std::span<Crystal const> crystals, PotentialSet const& set,
                                      EnergyOptions const& asked, ShellOptions const& shells,
                                      std::vector<ShellRest>* rest,
                                      std::function<void(std::size_t)> const& progress) {
  if (rest) rest->assign(crystals.size(), {});
  if (set.shells.empty())
    return evaluate_crystals(ShellModel::Exec(), crystals, set, asked, progress);
  EnergyOptions options = asked;
  if (options.memory_limit <= 0) options.memory_limit = 0.9 * available_memory();
  if (!options.pairs) options.pairs = pair_sums(set, crystals, options.force_error);
  std::vector<EnergyResult> results;
  in_batches(
      crystals,
      [&](std::size_t begin, std::size_t end) {
        std::span const batch = crystals.subspan(begin, end - begin);
        ShellModel model(batch, set, options, shells);
        std::vector<Vec3> positions;
        for (Crystal const& crystal : batch)
          positions.insert(positions.end(), crystal.positions.begin(), crystal.positions.end());
        model.evaluate(positions);
        for (EnergyResult& result : model.results()) results.push_back(std::move(result));
        if (rest) std::ranges::copy(model.rest(), rest->begin() + std::ptrdiff_t(begin));
      },
      progress);
  return results;
}

}  // namespace ionscape
