// From crystals to the arrays of an EnergyModel, step by step.
#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#define EIGEN_NO_CUDA  // host code only
#include <Eigen/Eigenvalues>

#include <ionscape/core/error.hpp>
#include <ionscape/core/memory.hpp>

#include "device/device_memory.hpp"
#include "ions/energy_state.hpp"

namespace ionscape {

namespace {

using detail::Nothing;
using detail::PairRecord;
using detail::ReciprocalKernel;
using detail::SystemRecord;
using detail::Tile;
using detail::tile_ions;
using detail::upload;

/// Refuses what no sum can be made of.
void check(Crystal const& crystal) {
  if (crystal.size() == 0) fail_input({}, "a crystal without ions");
  if (crystal.charges.size() != crystal.size()) fail_input({}, "the crystal has no charges");
  double const volume = crystal.cell.volume();
  if (!(volume > 0 && std::isfinite(volume)))
    fail_input({}, "a cell with a volume of ", volume, " Å^3");
  for (std::size_t i = 0; i < crystal.size(); ++i) {
    Vec3 const r = crystal.positions[i];
    if (!std::isfinite(r.x + r.y + r.z) || !std::isfinite(crystal.charges[i]))
      fail_input({}, "ion ", i + 1, " (", crystal.species[i], ") at ", r.x, " ", r.y, " ", r.z,
                 " Å with a charge of ", crystal.charges[i], " e: expected finite numbers");
  }
}

/// One eigenvalue of the C_ij and its eigenvector.
struct Eigenvector {
  double value;
  std::vector<double> of_type;  // (n_types)
};

template <class MemorySpace>
class Assembly {
 public:
  using State = typename EnergyModel<MemorySpace>::State;
  using Numbers = typename EnergyModel<MemorySpace>::Numbers;
  using Vectors = typename EnergyModel<MemorySpace>::Vectors;

  Assembly(State& s, PotentialSet const& p, EnergyOptions const& o)
      : state(s), set(p), options(o) {}

  void run(std::span<Crystal const> given) {
    double const limit = options.memory_limit > 0 ? options.memory_limit : 0.9 * available_memory();
    state.sums = options.pairs ? *options.pairs : pair_sums(set, given, options.force_error);
    for (Crystal const& crystal : given) {
      check(crystal);
      state.particles.push_back(particles_of(crystal, set));
    }
    for (Particles const& particles : state.particles) crystals.push_back(&particles.crystal);
    if (!(state.sums.cutoff >= 0 && std::isfinite(state.sums.cutoff)))
      fail_input({}, "a cutoff of ", state.sums.cutoff, " Å, expected a positive number");
    name_types();
    make_pairs();
    for (std::size_t s = 0; s < crystals.size(); ++s) add_system(int(s));

    // What is left of the limit after the arrays over ions and tiles.
    left = limit - double(state.n_ions) * (16 * sizeof(double) + 2 * sizeof(int)) -
           double(tiles.size()) * (10 * sizeof(double) + sizeof(Tile));
    if (left < 0) detail::require_memory("the arrays over all ions", limit - left, limit);
    add_coulomb_channel();
    add_dispersion_channels();
    add_bonds();
    state.neighbours = std::make_unique<NeighbourList<MemorySpace>>(
        listed, state.host_types, state.n_types, charges, far_cutoffs, options.skin, left,
        partners);
    upload_all();
  }

 private:
  /// Species of the batch become types; in alphabetical order, so that a crystal's sums do not
  /// depend on its batch.
  void name_types() {
    std::size_t n_ions = 0;
    for (Crystal const* const crystal : crystals) {
      for (std::string const& name : crystal->species) type_of[name] = 0;
      n_ions += crystal->size();
      // Lists and sums are short in a cell of short vectors, whatever the lattice is given by.
      // Positions are Cartesian, and any periodic image will do: nothing has to be mapped back.
      ReducedCell const shortest = reduced(crystal->cell);
      cells.push_back(shortest.cell);
      state.transformation.push_back(shortest.transformation);
      state.first_volume.push_back(shortest.cell.volume());
    }
    if (n_ions > 100'000'000)
      fail_input({}, n_ions, " ions in one batch, at most 1e8 are possible");
    for (auto& [name, index] : type_of) {
      index = int(species.size());
      species.push_back(name);
    }
    state.n_types = int(species.size());
    state.n_systems = int(crystals.size());
    state.n_ions = int(n_ions);
  }

  std::size_t pair_index(int a, int b) const { return std::size_t(a * state.n_types + b); }

  void make_pairs() {
    auto const on_device = [&](std::vector<double> const& values) {
      state.tables.push_back(upload<MemorySpace>("ionscape::energy::table", values));
      return state.tables.back().data();
    };
    int const n_types = state.n_types;
    C = Eigen::MatrixXd::Zero(n_types, n_types);
    far_cutoffs.assign(std::size_t(n_types) * n_types, 0.0);
    for (int a = 0; a < n_types; ++a)
      for (int b = 0; b < n_types; ++b) {
        PairTerm const* const term = set.find(species[a], species[b]);
        functions.push_back(set.function(species[a], species[b], state.sums));
        PairFunction const& function = functions.back();
        PairRecord record = detail::record_of(function, on_device);
        if (term) {
          double const turnover = turnover_radius(term->term);
          if (function.wall == 0 && std::isfinite(turnover))
            record.turnover_square = turnover * turnover;
          C(a, b) = record.dispersion = set.lattice_dispersion(species[a], species[b], state.sums);
        }
        if (!record.form.is<Nothing>()) far_cutoffs[pair_index(a, b)] = record.cutoff;
        state.host_pairs.push_back(record);
      }
  }

  /// The reciprocal sums of -C/r^6: eigenvalues and eigenvectors of the C of a crystal's own
  /// types, whatever its batch.
  std::vector<Eigenvector> const* decomposed(std::vector<int> const& own) {
    auto const [entry, is_new] = decompositions.try_emplace(own);
    if (!is_new) return &entry->second;
    Eigen::MatrixXd const own_C = C(own, own);
    Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> const eigen(own_C);
    for (int m = 0; m < int(own.size()); ++m) {
      if (!(std::fabs(eigen.eigenvalues()(m)) > 1e-12 * own_C.norm())) continue;
      Eigenvector vector{eigen.eigenvalues()(m),
                         std::vector<double>(std::size_t(state.n_types), 0.0)};
      for (std::size_t t = 0; t < own.size(); ++t)
        vector.of_type[std::size_t(own[t])] = eigen.eigenvectors()(int(t), m);
      entry->second.push_back(std::move(vector));
    }
    return &entry->second;
  }

  /// Ions, tuning, tiles, tails.
  void add_system(int index) {
    Crystal const& crystal = *crystals[std::size_t(index)];
    Cell const& cell = cells[std::size_t(index)];
    int const begin = int(charges.size());
    std::vector<double> count(std::size_t(state.n_types), 0.0);
    EwaldTask task{cell, crystal.size(), 0, 0, 1, 0};
    for (std::size_t i = 0; i < crystal.size(); ++i) {
      int const type = type_of.at(crystal.species[i]);
      state.host_types.push_back(type);
      count[std::size_t(type)] += 1;
      charges.push_back(crystal.charges[i]);
      task.sum_q2 += crystal.charges[i] * crystal.charges[i];
      Vec3 const r = crystal.positions[i];
      positions.insert(positions.end(), {r.x, r.y, r.z});
      system_of.push_back(index);
    }
    int const end = int(charges.size());
    constant_strain.push_back(add_pairs_of(cell, count, begin, end, task));
    std::vector<int> own_types;
    for (int t = 0; t < state.n_types; ++t)
      if (count[std::size_t(t)] > 0) own_types.push_back(t);
    eigenvectors.push_back(decomposed(own_types));
    task.channels = (task.sum_q2 > 0) + int(eigenvectors.back()->size());
    EwaldSettings const ewald = options.ewald ? *options.ewald
                                : options.system_ewald.empty()
                                    ? tune_ewald(task, options.force_error, options.method)
                                    : options.system_ewald.at(std::size_t(index));
    state.ewald.push_back(ewald);
    double const rc2 = ewald.sum.real_cutoff * ewald.sum.real_cutoff;
    SystemRecord record{
        begin, end, int(tiles.size()), 0, cell.volume(), ewald.sum.alpha, task.sum_q2 > 0 ? rc2 : 0,
        rc2,   cell};
    for (int i = begin; i < end; i += tile_ions)
      tiles.push_back({index, i, std::min(i + tile_ions, end)});
    record.tile_end = int(tiles.size());
    state.host_systems.push_back(record);
    bool const bound = !state.particles[std::size_t(index)].springs.empty();
    listed.push_back({cell, begin, end, task.channels > 0 ? ewald.sum.real_cutoff : 0,
                      bound ? shells_within(cell) : 0});
  }

  /// What the pairs of one system add to its task and to the tails of its ions; returns the tails'
  /// dE/d(strain).
  double add_pairs_of(Cell const& cell, std::vector<double> const& count, int begin, int end,
                      EwaldTask& task) {
    tail_energy.resize(std::size_t(end), 0.0);
    double tail_pressure = 0;
    for (int a = 0; a < state.n_types; ++a)
      for (int b = 0; b < state.n_types; ++b) {
        if (count[a] == 0 || count[b] == 0) continue;
        task.sum_C2 += count[a] * count[b] * C(a, b) * C(a, b);
        task.pair_cutoff = std::max(task.pair_cutoff, far_cutoffs[pair_index(a, b)]);
        PairFunction const& function = functions[pair_index(a, b)];
        if (!state.sums.tail || std::holds_alternative<std::monostate>(function.form)) continue;
        TailCorrection const tail = tail_correction(function, count[b] / cell.volume());
        for (int i = begin; i < end; ++i)
          if (state.host_types[std::size_t(i)] == a) tail_energy[std::size_t(i)] += tail.energy;
        tail_pressure += count[a] * tail.virial;
      }
    return tail_pressure;
  }

  void add_coulomb_channel() {
    if (std::any_of(charges.begin(), charges.end(), [](double q) { return q != 0; }))
      add_channel(ReciprocalKernel::coulomb, std::vector<double>(crystals.size(), coulomb_constant),
                  charges);
  }

  void add_dispersion_channels() {
    for (std::size_t m = 0;; ++m) {
      std::vector<double> strengths(crystals.size(), 0.0), weights(charges.size(), 0.0);
      bool any = false;
      for (std::size_t s = 0; s < crystals.size(); ++s) {
        if (m >= eigenvectors[s]->size()) continue;
        any = true;
        Eigenvector const& vector = (*eigenvectors[s])[m];
        strengths[s] = vector.value;
        for (int i = state.host_systems[s].ion_begin; i < state.host_systems[s].ion_end; ++i)
          weights[std::size_t(i)] = vector.of_type[std::size_t(state.host_types[std::size_t(i)])];
      }
      if (!any) break;
      add_channel(ReciprocalKernel::dispersion, strengths, weights);
    }
  }

  /// One reciprocal sum of all systems.
  void add_channel(ReciprocalKernel::Kind kind, std::vector<double> const& strengths,
                   std::vector<double> const& weights) {
    detail::Channel<MemorySpace> channel;
    channel.kind = kind;
    channel.charges = upload<MemorySpace>("ionscape::energy::channel_charges", weights);
    std::vector<DirectSystem> direct;
    std::vector<double> mean, self;
    for (std::size_t s = 0; s < crystals.size(); ++s) {
      EwaldSettings const& ewald = state.ewald[s];
      SystemRecord const& record = state.host_systems[s];
      std::span const own(weights.begin() + record.ion_begin, weights.begin() + record.ion_end);
      ReciprocalKernel const kernel{kind, ewald.sum.alpha, record.volume, strengths[s]};
      double const total = std::accumulate(own.begin(), own.end(), 0.0);
      mean.push_back(kernel.mean() * total);
      constant_strain[s] -=
          0.5 * kernel.mean() * total * total;  // the energy of G = 0 goes with 1/V
      self.push_back(kernel.self());
      if (std::none_of(own.begin(), own.end(), [](double w) { return w != 0; })) continue;
      if (ewald.method == EwaldMethod::mesh) {
        double const needed = mesh_memory(ewald.mesh, own.size());
        detail::require_memory("the mesh", needed, left);
        left -= needed;
        channel.meshes.push_back(
            {int(s), MeshSum<MemorySpace>(cells[s], kernel, ewald.mesh, own.size())});
      } else {
        direct.push_back({cells[s], record.ion_begin, record.ion_end, int(s), kernel,
                          ewald.sum.reciprocal_cutoff});
        channel.direct_systems.push_back(int(s));
      }
    }
    channel.direct = std::make_unique<DirectSum<MemorySpace>>(direct, left);
    left -= channel.direct->memory();
    channel.sums = Vectors("ionscape::energy::channel_sums", crystals.size(), 7);
    channel.mean = upload<MemorySpace>("ionscape::energy::mean", mean);
    channel.host_mean = std::move(mean);
    channel.strengths = strengths;
    channel.self = upload<MemorySpace>("ionscape::energy::self", self);
    state.channels.push_back(std::move(channel));
  }

  /// Springs and angles, each where its particles find it. Nothing where there are none.
  void add_bonds() {
    bool any = false;
    for (Particles const& p : state.particles) any |= !p.springs.empty() || !p.angles.empty();
    if (!any) return;
    std::vector<detail::SpringRecord> springs(charges.size());
    std::vector<detail::AngleRecord> angles;
    std::vector<std::vector<int>> entries(charges.size());
    partners.assign(charges.size(), -1);
    for (std::size_t s = 0; s < state.particles.size(); ++s) {
      Particles const& particles = state.particles[s];
      int const first = state.host_systems[s].ion_begin;
      for (Spring const& spring : particles.springs) {
        int const core = first + spring.core, shell = first + spring.shell;
        if (C(state.host_types[std::size_t(core)], state.host_types[std::size_t(shell)]) != 0)
          fail_input({set.file}, "a lattice sum of -C/r^6 between ",
                     particles.crystal.species[std::size_t(spring.core)],
                     " and its shell, expected none: they do not see each other");
        springs[std::size_t(core)] = {shell, spring.k2, spring.k4};
        springs[std::size_t(shell)] = {core, spring.k2, spring.k4};
        partners[std::size_t(core)] = shell, partners[std::size_t(shell)] = core;
      }
      Cell const& given = particles.crystal.cell;
      for (Angle const& angle : particles.angles) {
        detail::AngleRecord record{
            {first + angle.centre, first + angle.outer[0], first + angle.outer[1]},
            {cells[s].to_fractional(given.to_cartesian(angle.legs[0])),
             cells[s].to_fractional(given.to_cartesian(angle.legs[1]))},
            angle.k,
            angle.theta0};
        for (int role = 0; role < 3; ++role)
          entries[std::size_t(record.particle[role])].push_back(3 * int(angles.size()) + role);
        angles.push_back(record);
      }
    }
    std::vector<int> begin{0}, all;
    for (std::vector<int> const& own : entries) {
      all.insert(all.end(), own.begin(), own.end());
      begin.push_back(int(all.size()));
    }
    state.springs = upload<MemorySpace>("ionscape::energy::springs", springs);
    state.angles = upload<MemorySpace>("ionscape::energy::angles", angles);
    state.angle_begin = upload<MemorySpace>("ionscape::energy::angle_begin", begin);
    state.angle_entries = upload<MemorySpace>("ionscape::energy::angle_entries", all);
    state.bonded_energy = Numbers("ionscape::energy::bonded_energy", charges.size());
  }

  void upload_all() {
    std::size_t const n_ions = charges.size();
    state.systems = upload<MemorySpace>("ionscape::energy::systems", state.host_systems);
    state.tiles = upload<MemorySpace>("ionscape::energy::tiles", tiles);
    state.types = upload<MemorySpace>("ionscape::energy::types", state.host_types);
    state.system_of = upload<MemorySpace>("ionscape::energy::system_of", system_of);
    state.pairs = upload<MemorySpace>("ionscape::energy::pairs", state.host_pairs);
    state.tail_energy = upload<MemorySpace>("ionscape::energy::tail_energy", tail_energy);
    state.constant_strain =
        upload<MemorySpace>("ionscape::energy::constant_strain", constant_strain);
    state.host_tail_energy = tail_energy, state.host_constant_strain = constant_strain;
    auto const per_ion = [&](char const* label) { return Numbers(label, n_ions); };
    state.energy = Numbers("ionscape::energy::energy", crystals.size());
    constexpr int n_terms = EnergyModel<MemorySpace>::n_terms;
    state.terms = Vectors("ionscape::energy::terms", crystals.size(), n_terms);
    state.stress = Vectors("ionscape::energy::stress", crystals.size(), 6);
    state.forces = Vectors("ionscape::energy::forces", n_ions, 3);
    state.gradient = Vectors("ionscape::energy::gradient", n_ions, 3);
    state.site_potential = per_ion("ionscape::energy::site_potential");
    state.ion_energy = per_ion("ionscape::energy::ion_energy");
    state.pair_energy = per_ion("ionscape::energy::pair_energy");
    state.dispersion_energy = per_ion("ionscape::energy::dispersion_energy");
    state.approach = per_ion("ionscape::energy::approach");
    state.channel_potential = per_ion("ionscape::energy::channel_potential");
    state.virial = Numbers("ionscape::energy::virial", 6 * tiles.size());
    state.tile_terms = Numbers("ionscape::energy::tile_terms", n_terms * tiles.size());
    state.initial = Vectors("ionscape::energy::positions", n_ions, 3);
    auto const mirror = Kokkos::create_mirror_view(state.initial);
    std::copy(positions.begin(), positions.end(), mirror.data());
    Kokkos::deep_copy(state.initial, mirror);
  }

  State& state;
  std::vector<Crystal const*> crystals;  // of particles
  PotentialSet const& set;
  EnergyOptions const& options;
  double left = 0;  // bytes

  std::map<std::string, int> type_of;
  std::vector<std::string> species;     // of each type
  std::vector<Cell> cells;              // reduced
  std::vector<PairFunction> functions;  // (n_types, n_types), as those that follow
  Eigen::MatrixXd C;
  std::vector<double> far_cutoffs;
  std::map<std::vector<int>, std::vector<Eigenvector>> decompositions;  // by the types
  std::vector<std::vector<Eigenvector> const*> eigenvectors;            // of each system
  std::vector<ListedSystem> listed;
  std::vector<double> constant_strain;                  // of each system
  std::vector<double> charges, positions, tail_energy;  // of each ion
  std::vector<int> system_of;
  std::vector<int> partners;  // of each particle, -1: none; empty: nobody has one
  std::vector<Tile> tiles;
};

}  // namespace

template <class MemorySpace>
EnergyModel<MemorySpace>::EnergyModel(std::span<Crystal const> crystals, PotentialSet const& set,
                                      EnergyOptions const& options)
    : state_(std::make_unique<State>()) {
  Assembly<MemorySpace>(*state_, set, options).run(crystals);
}

using Memory = Kokkos::DefaultExecutionSpace::memory_space;
template EnergyModel<Memory>::EnergyModel(std::span<Crystal const>, PotentialSet const&,
                                          EnergyOptions const&);

}  // namespace ionscape
