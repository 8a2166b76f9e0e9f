// The real-space kernel, and how the parts of an evaluation are put together.
#include <ionscape/potentials/ions/energy_model.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>

#define EIGEN_NO_CUDA  // host code only
#include <Eigen/Eigenvalues>

#include <ionscape/core/error.hpp>
#include <ionscape/core/memory.hpp>
#include <ionscape/potentials/ewald/direct_sum.hpp>
#include <ionscape/potentials/ewald/mesh_sum.hpp>
#include <ionscape/potentials/ions/neighbour_list.hpp>

#include "device/device_memory.hpp"
#include "device/native.hpp"

namespace ionscape {

namespace {

using detail::choose;
using detail::keep_if;
using detail::Lanes;
using detail::less;
using detail::native_width;
using detail::ReciprocalKernel;
using detail::upload;

// On a CPU a team is one thread with some ions, on a GPU a warp with one ion.
constexpr int tile_ions = native_width == 1 ? 1 : 16;
constexpr int team_size = native_width == 1 ? 32 : 1;
constexpr int vectors_at_once = native_width == 1 ? 1 : 16;

/// No term at all.
struct Nothing {
  template <class T>
  KOKKOS_INLINE_FUNCTION void add(T, T, T&, T&) const {}
};

/// One pair of types on the device.
struct PairRecord {
  enum Form { nothing, born_mayer, buckingham, morse, lennard_jones, table };
  Form form = nothing;
  bool ends = false;  // has a shift or a wall
  double parameter[3] = {0, 0, 0};
  Tabulated tabulated;
  double dispersion = 0;  // C that is summed over the lattice
  double cutoff_square = 0;
  double cutoff = 0, shift = 0, slope = 0;
  double wall_square = 0, wall_B = 0, wall_D = 0;
  double turnover_square = 0;
};

/// Calls visit(functor): the one place where a kernel's form is chosen.
template <class Visit>
KOKKOS_INLINE_FUNCTION void visit_form(PairRecord const& pair, Visit const& visit) {
  double const* p = pair.parameter;
  switch (pair.form) {
    case PairRecord::nothing:
      return visit(Nothing{});
    case PairRecord::born_mayer:
      return visit(BornMayer{p[0], p[1]});
    case PairRecord::buckingham:
      return visit(Buckingham{{p[0], p[1]}, p[2]});
    case PairRecord::morse:
      return visit(Morse{p[0], p[1], p[2]});
    case PairRecord::lennard_jones:
      return visit(LennardJones{p[0], p[1]});
    case PairRecord::table:
      return visit(pair.tabulated);
  }
}

struct SystemRecord {
  int ion_begin, ion_end;
  int tile_begin, tile_end;
  double volume;
  double alpha, coulomb_cutoff_square, lattice_cutoff_square;
};

struct Tile {
  int system, ion_begin, ion_end;
};

/// Sums of one ion over lanes.
struct Sums {
  Lanes potential = Lanes(0.0), pairs = Lanes(0.0),
        dispersion = Lanes(0.0);  // k_e sum q_j erfc/r, sum V, sum of -C/r^6's real part
  Lanes x = Lanes(0.0), y = Lanes(0.0), z = Lanes(0.0);  // force
  Lanes xx = Lanes(0.0), yy = Lanes(0.0), zz = Lanes(0.0), yz = Lanes(0.0), xz = Lanes(0.0),
        xy = Lanes(0.0);
  double approach_square = 1e300;  // min of (distance/turnover)^2
};

template <class MemorySpace>
struct RealSpace {
  using Exec = typename MemorySpace::execution_space;
  using Team = typename Kokkos::TeamPolicy<Exec>::member_type;
  template <class T>
  using View = Kokkos::View<T*, MemorySpace>;
  using Vectors = Kokkos::View<double**, Kokkos::LayoutRight, MemorySpace>;

  View<Tile> tiles;
  View<SystemRecord> systems;
  View<int> types;
  View<PairRecord> pairs;
  int n_types;
  View<double> images, home;
  View<int> entries, group;
  View<std::int64_t> begin;
  Vectors force;
  View<double> potential, pair_energy, dispersion_energy, approach;  // per ion
  View<double> virial;                                               // (n_tiles, 6): dE/d(strain)

  /// One group: near pairs with the Coulomb term, far ones without. Some vectors of pairs at a time
  /// go through three short loops, since one long loop body would wait for its own results: a core
  /// looks ahead by a few hundred instructions only.
  template <bool Near, bool Lattice, class Form>
  KOKKOS_FORCEINLINE_FUNCTION void add_group(Sums& all, SystemRecord const& s,
                                             PairRecord const& pair, Form const& form,
                                             double const* ion, int const* first, int const* last,
                                             int rank, int size) const {
    if (first == last) return;
    Sums sum = all;  // in registers
    Lanes const xi(ion[0]), yi(ion[1]), zi(ion[2]), qi(ion[3]);
    Lanes nearest(1e300);
    int const stride = size * native_width;
    for (int const* index = first + rank * native_width; index < last;
         index += vectors_at_once * stride) {
      int const left = int(last - index + stride - 1) / stride;
      int const count = left < vectors_at_once ? left : vectors_at_once;
      Lanes x[vectors_at_once], y[vectors_at_once], z[vectors_at_once], charge[vectors_at_once];
      Lanes squares[vectors_at_once], inverses[vectors_at_once], forces_over_r[vectors_at_once];
      for (int k = 0; k < count; ++k) {
        detail::load_rows(images.data(), index + k * stride, x[k], y[k], z[k], charge[k]);
        x[k] -= xi, y[k] -= yi, z[k] -= zi;
        squares[k] = x[k] * x[k] + y[k] * y[k] + z[k] * z[k];
        inverses[k] = detail::inverse_sqrt(squares[k]);
        forces_over_r[k] = Lanes(0.0);
        nearest = detail::min(nearest, squares[k]);
      }
      if constexpr (Near)
        for (int k = 0; k < count; ++k) {
          Lanes v(0.0), f(0.0);
          CoulombReal<false>{coulomb_constant, s.alpha, 0}.add(squares[k] * inverses[k],
                                                               inverses[k], v, f);
          Lanes const q = keep_if(less(squares[k], Lanes(s.coulomb_cutoff_square)), charge[k]);
          sum.potential += q * v;
          forces_over_r[k] = qi * q * f;
        }
      if constexpr (Lattice)
        for (int k = 0; k < count; ++k) {
          Lanes v(0.0), f(0.0);
          DispersionReal{pair.dispersion, s.alpha}.add(squares[k] * inverses[k], inverses[k], v, f);
          auto const inside = less(squares[k], Lanes(s.lattice_cutoff_square));
          sum.dispersion += keep_if(inside, v);
          forces_over_r[k] += keep_if(inside, f);
        }
      for (int k = 0; k < count; ++k) {
        Lanes force_over_r = forces_over_r[k];
        if constexpr (!std::is_same_v<Form, Nothing>) {
          Lanes const square = squares[k], inverse = inverses[k], r = square * inverse;
          Lanes v(0.0), f(0.0);
          form.add(r, inverse, v, f);
          if (pair.ends) {
            auto const walled = less(square, Lanes(pair.wall_square));
            Lanes const s2 = inverse * inverse, s6 = s2 * s2 * s2,
                        s12 = Lanes(pair.wall_B) * s6 * s6;
            v = choose(walled, s12 + Lanes(pair.wall_D), v);
            f = choose(walled, Lanes(12.0) * s12 * s2, f);
            v -= Lanes(pair.shift) + (r - Lanes(pair.cutoff)) * Lanes(pair.slope);
            f += Lanes(pair.slope) * inverse;
          }
          auto const inside = less(square, Lanes(pair.cutoff_square));
          sum.pairs += keep_if(inside, v);
          force_over_r += keep_if(inside, f);
        }
        Lanes const fx = force_over_r * x[k], fy = force_over_r * y[k], fz = force_over_r * z[k];
        sum.x -= fx, sum.y -= fy, sum.z -= fz;
        sum.xx += fx * x[k], sum.yy += fy * y[k], sum.zz += fz * z[k];
        sum.yz += fy * z[k], sum.xz += fx * z[k], sum.xy += fx * y[k];
      }
    }
    double const least = detail::horizontal_min(nearest);
    if (least < pair.turnover_square * sum.approach_square)
      sum.approach_square = least / pair.turnover_square;
    all = sum;
  }

  KOKKOS_INLINE_FUNCTION void operator()(Team const& team) const {
    Tile const tile = tiles(team.league_rank());
    SystemRecord const s = systems(tile.system);
    int const rank = team.team_rank(), size = team.team_size();
    double virial_sum[6] = {0, 0, 0, 0, 0, 0};
    for (int i = tile.ion_begin; i < tile.ion_end; ++i) {
      Sums sum;
      double const* const ion = &home(4 * i);
      int const* const list = &entries(begin(i));
      int const* const starts = &group(i * (2 * n_types + 1));
      for (int t = 0; t < n_types; ++t) {
        PairRecord const& pair = pairs(types(i) * n_types + t);
        int const *near = list + starts[2 * t], *far = list + starts[2 * t + 1],
                  *end = list + starts[2 * t + 2];
        if (near == end) continue;
        visit_form(pair, [&](auto const& form) {
          if (pair.dispersion != 0)
            add_group<true, true>(sum, s, pair, form, ion, near, far, rank, size);
          else
            add_group<true, false>(sum, s, pair, form, ion, near, far, rank, size);
          add_group<false, false>(sum, s, pair, form, ion, far, end, rank, size);
        });
      }
      using detail::horizontal_sum;
      double values[12] = {
          horizontal_sum(sum.potential), horizontal_sum(sum.pairs), horizontal_sum(sum.dispersion),
          horizontal_sum(sum.x),         horizontal_sum(sum.y),     horizontal_sum(sum.z),
          horizontal_sum(sum.xx),        horizontal_sum(sum.yy),    horizontal_sum(sum.zz),
          horizontal_sum(sum.yz),        horizontal_sum(sum.xz),    horizontal_sum(sum.xy)};
      double nearest = sum.approach_square;
      if (size > 1) {
        for (double& value : values) team.team_reduce(Kokkos::Sum<double>(value));
        team.team_reduce(Kokkos::Min<double>(nearest));
      }
      if (rank == 0) {
        potential(i) = values[0];
        pair_energy(i) = 0.5 * values[1];
        dispersion_energy(i) = 0.5 * values[2];
        for (int d = 0; d < 3; ++d) force(i, d) = values[3 + d];
        approach(i) = Kokkos::sqrt(nearest);
      }
      // r dV/dr is the strain derivative: minus force_over_r r r, half of each pair.
      for (int d = 0; d < 6; ++d) virial_sum[d] -= 0.5 * values[6 + d];
    }
    if (rank == 0)
      for (int d = 0; d < 6; ++d) virial(6 * team.league_rank() + d) = virial_sum[d];
  }
};

/// One reciprocal sum that all systems need: charges, or the part of the C_ij of one eigenvalue.
template <class MemorySpace>
struct Channel {
  using Vectors = Kokkos::View<double**, Kokkos::LayoutRight, MemorySpace>;
  ReciprocalKernel::Kind kind = ReciprocalKernel::coulomb;
  Kokkos::View<double*, MemorySpace> charges;      // (n_ions)
  std::unique_ptr<DirectSum<MemorySpace>> direct;  // of the systems that are summed directly
  std::vector<int> direct_systems;                 // which these are
  struct Mesh {
    int system;
    MeshSum<MemorySpace> sum;
  };
  std::vector<Mesh> meshes;
  Vectors sums;  // (n_systems, 7): energy and strain derivatives
  Kokkos::View<double*, MemorySpace> mean,
      self;  // (n_systems): potential of G = 0; own potential per unit
};

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

}  // namespace

template <class MemorySpace>
struct EnergyModel<MemorySpace>::State {
  template <class T>
  using View = Kokkos::View<T*, MemorySpace>;
  int n_systems = 0, n_ions = 0, n_types = 0;
  PairSums sums;
  std::vector<EwaldSettings> ewald;
  std::vector<SystemRecord> host_systems;
  std::vector<PairRecord> host_pairs;
  std::vector<int> host_types;
  std::vector<View<double>> tables;  // keeps the splines alive
  View<SystemRecord> systems;
  View<Tile> tiles;
  View<int> types, system_of;
  View<PairRecord> pairs;
  View<double> tail_energy;      // (n_ions)
  View<double> constant_strain;  // (n_systems): dE/d(strain) on the diagonal of tails and of G = 0
  std::unique_ptr<NeighbourList<MemorySpace>> neighbours;
  std::vector<Channel<MemorySpace>> channels;
  Numbers energy, site_potential, ion_energy, approach, pair_energy, dispersion_energy;
  Vectors forces, terms, stress, initial, gradient;
  Numbers channel_potential, virial, tile_terms;
};

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

namespace {

PairRecord record_of(PairFunction const& function) {
  PairRecord record;
  struct {
    PairRecord& r;
    void operator()(std::monostate) const {}
    void operator()(Buckingham const& f) const {
      r.form = f.C == 0 ? PairRecord::born_mayer : PairRecord::buckingham;
      if (f.C == 0 && f.repulsion.A == 0) r.form = PairRecord::nothing;
      r.parameter[0] = f.repulsion.A, r.parameter[1] = f.repulsion.inverse_rho,
      r.parameter[2] = f.C;
    }
    void operator()(Morse const& f) const {
      r.form = PairRecord::morse;
      r.parameter[0] = f.D, r.parameter[1] = f.a, r.parameter[2] = f.r0;
    }
    void operator()(LennardJones const& f) const {
      r.form = PairRecord::lennard_jones;
      r.parameter[0] = f.A, r.parameter[1] = f.C;
    }
    void operator()(PairTable const& f) const {
      r.form = PairRecord::table;
      r.tabulated.first = f.first, r.tabulated.inverse_step = 1 / f.step;
      r.tabulated.intervals = int(f.coefficients->size() / 4);
    }
  } fill{record};
  std::visit(fill, function.form);
  if (record.form == PairRecord::nothing) return record;
  PairEnd const end = pair_end(function);
  record.cutoff = function.cutoff;
  record.cutoff_square = function.cutoff * function.cutoff;
  record.shift = end.shift, record.slope = end.slope;
  record.wall_square = function.wall * function.wall;
  record.wall_B = end.wall_B, record.wall_D = end.wall_D;
  record.ends = end.shift != 0 || end.slope != 0 || function.wall > 0;
  return record;
}

}  // namespace

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

template <class MemorySpace>
EnergyModel<MemorySpace>::EnergyModel(std::span<Crystal const> crystals, PotentialSet const& set,
                                      EnergyOptions const& options)
    : state_(std::make_unique<State>()) {
  State& state = *state_;
  double const limit = options.memory_limit > 0 ? options.memory_limit : 0.9 * available_memory();
  state.sums = options.pairs ? *options.pairs : pair_sums(set, crystals, options.force_error);
  if (!(state.sums.cutoff >= 0 && std::isfinite(state.sums.cutoff)))
    fail_input({}, "a cutoff of ", state.sums.cutoff, " Å, expected a positive number");

  // Species of the batch become types; in alphabetical order, so that a crystal's sums do not
  // depend on its batch.
  std::map<std::string, int> type_of;
  std::vector<Cell> cells;
  std::size_t n_ions = 0;
  for (Crystal const& crystal : crystals) {
    check(crystal);
    for (std::string const& species : crystal.species) type_of[species] = 0;
    n_ions += crystal.size();
    // Lists and sums are short in a cell of short vectors, whatever the lattice is given by. Positions
    // are Cartesian, and any periodic image will do: nothing has to be mapped back.
    cells.push_back(reduced(crystal.cell).cell);
  }
  if (n_ions > 100'000'000) fail_input({}, n_ions, " ions in one batch, at most 1e8 are possible");
  int const n_types = int(type_of.size());
  std::vector<std::string> species;
  for (auto& [name, index] : type_of) {
    index = int(species.size());
    species.push_back(name);
  }
  state.n_types = n_types;
  state.n_systems = int(crystals.size());
  state.n_ions = int(n_ions);

  Eigen::MatrixXd C = Eigen::MatrixXd::Zero(n_types, n_types);
  std::vector<double> far_cutoffs(std::size_t(n_types) * n_types, 0.0);
  std::vector<std::vector<PairFunction>> functions(static_cast<std::size_t>(n_types));
  for (int a = 0; a < n_types; ++a)
    for (int b = 0; b < n_types; ++b) {
      PairTerm const* const term = set.find(species[a], species[b]);
      PairFunction const function = set.function(species[a], species[b], state.sums);
      functions[a].push_back(function);
      PairRecord record = record_of(function);
      if (term) {
        double const turnover = turnover_radius(term->term);
        if (function.wall == 0 && std::isfinite(turnover))
          record.turnover_square = turnover * turnover;
        C(a, b) = record.dispersion = set.lattice_dispersion(species[a], species[b], state.sums);
      }
      if (record.form == PairRecord::table) {
        state.tables.push_back(upload<MemorySpace>(
            "ionscape::energy::table", *std::get<PairTable>(function.form).coefficients));
        record.tabulated.coefficients = state.tables.back().data();
      }
      if (record.form != PairRecord::nothing)
        far_cutoffs[std::size_t(a * n_types + b)] = record.cutoff;
      state.host_pairs.push_back(record);
    }
  // The reciprocal sums of -C/r^6: eigenvalues and eigenvectors of the C of a crystal's own
  // species, whatever its batch.
  struct Eigenvector {
    double value;
    std::vector<double> of_type;  // (n_types)
  };
  std::map<std::vector<int>, std::vector<Eigenvector>> decompositions;
  auto const decomposed = [&](std::vector<int> const& own) -> std::vector<Eigenvector> const* {
    auto const [entry, is_new] = decompositions.try_emplace(own);
    if (!is_new) return &entry->second;
    Eigen::MatrixXd const own_C = C(own, own);
    Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> const eigen(own_C);
    for (int m = 0; m < int(own.size()); ++m) {
      if (!(std::fabs(eigen.eigenvalues()(m)) > 1e-12 * own_C.norm())) continue;
      Eigenvector vector{eigen.eigenvalues()(m), std::vector<double>(std::size_t(n_types), 0.0)};
      for (std::size_t t = 0; t < own.size(); ++t)
        vector.of_type[std::size_t(own[t])] = eigen.eigenvectors()(int(t), m);
      entry->second.push_back(std::move(vector));
    }
    return &entry->second;
  };
  std::vector<std::vector<Eigenvector> const*> eigenvectors;  // of each system

  // Systems: tuning, tiles.
  std::vector<double> charges, positions, tail_energy(n_ions, 0.0), constant_strain;
  std::vector<int> system_of;
  std::vector<Tile> tiles;
  std::vector<ListedSystem> listed;
  for (Crystal const& crystal : crystals) {
    int const begin = int(charges.size()), index = int(listed.size());
    Cell const& cell = cells[std::size_t(index)];
    std::vector<double> count(std::size_t(n_types), 0.0);
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
    double tail_pressure = 0;
    for (int a = 0; a < n_types; ++a)
      for (int b = 0; b < n_types; ++b) {
        if (count[a] == 0 || count[b] == 0) continue;
        task.sum_C2 += count[a] * count[b] * C(a, b) * C(a, b);
        task.pair_cutoff = std::max(task.pair_cutoff, far_cutoffs[std::size_t(a * n_types + b)]);
        if (!state.sums.tail || std::holds_alternative<std::monostate>(functions[a][b].form))
          continue;
        TailCorrection const tail = tail_correction(functions[a][b], count[b] / cell.volume());
        for (std::size_t i = 0; i < crystal.size(); ++i)
          if (state.host_types[std::size_t(begin) + i] == a)
            tail_energy[std::size_t(begin) + i] += tail.energy;
        tail_pressure += count[a] * tail.virial;
      }
    constant_strain.push_back(tail_pressure);
    std::vector<int> own_types;
    for (int t = 0; t < n_types; ++t)
      if (count[std::size_t(t)] > 0) own_types.push_back(t);
    eigenvectors.push_back(decomposed(own_types));
    task.channels = (task.sum_q2 > 0) + int(eigenvectors.back()->size());
    EwaldSettings const ewald =
        options.ewald ? *options.ewald : tune_ewald(task, options.force_error, options.method);
    state.ewald.push_back(ewald);
    double const rc2 = ewald.sum.real_cutoff * ewald.sum.real_cutoff;
    int const end = int(charges.size());
    SystemRecord record{
        begin, end, int(tiles.size()), 0, cell.volume(), ewald.sum.alpha, task.sum_q2 > 0 ? rc2 : 0,
        rc2};
    for (int i = begin; i < end; i += tile_ions)
      tiles.push_back({index, i, std::min(i + tile_ions, end)});
    record.tile_end = int(tiles.size());
    state.host_systems.push_back(record);
    listed.push_back({cell, begin, end, task.channels > 0 ? ewald.sum.real_cutoff : 0});
  }

  // What is left of the limit after the arrays over ions and tiles.
  double left = limit - double(n_ions) * (16 * sizeof(double) + 2 * sizeof(int)) -
                double(tiles.size()) * (10 * sizeof(double) + sizeof(Tile));
  if (left < 0) detail::require_memory("the arrays over all ions", limit - left, limit);

  // Reciprocal sums.
  auto const add_channel = [&](ReciprocalKernel::Kind kind, std::vector<double> const& strengths,
                               std::vector<double> const& weights) {
    Channel<MemorySpace> channel;
    channel.kind = kind;
    channel.charges = upload<MemorySpace>("ionscape::energy::channel_charges", weights);
    std::vector<DirectSystem> direct;
    std::vector<double> mean, self;
    for (std::size_t s = 0; s < crystals.size(); ++s) {
      EwaldSettings const& ewald = state.ewald[s];
      SystemRecord const& record = state.host_systems[s];
      ReciprocalKernel const kernel{kind, ewald.sum.alpha, record.volume, strengths[s]};
      double const total = std::accumulate(weights.begin() + record.ion_begin,
                                           weights.begin() + record.ion_end, 0.0);
      mean.push_back(kernel.mean() * total);
      constant_strain[s] -=
          0.5 * kernel.mean() * total * total;  // the energy of G = 0 goes with 1/V
      self.push_back(kernel.self());
      bool const any =
          std::any_of(weights.begin() + record.ion_begin, weights.begin() + record.ion_end,
                      [](double w) { return w != 0; });
      if (!any) continue;
      if (ewald.method == EwaldMethod::mesh) {
        double const needed = mesh_memory(ewald.mesh, crystals[s].size());
        detail::require_memory("the mesh", needed, left);
        left -= needed;
        channel.meshes.push_back(
            {int(s), MeshSum<MemorySpace>(cells[s], kernel, ewald.mesh, crystals[s].size())});
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
    channel.self = upload<MemorySpace>("ionscape::energy::self", self);
    state.channels.push_back(std::move(channel));
  };
  if (std::any_of(charges.begin(), charges.end(), [](double q) { return q != 0; }))
    add_channel(ReciprocalKernel::coulomb, std::vector<double>(crystals.size(), coulomb_constant),
                charges);
  for (std::size_t m = 0;; ++m) {
    std::vector<double> strengths(crystals.size(), 0.0), weights(n_ions, 0.0);
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

  state.neighbours = std::make_unique<NeighbourList<MemorySpace>>(
      listed, state.host_types, n_types, charges, far_cutoffs, options.skin, left);
  state.systems = upload<MemorySpace>("ionscape::energy::systems", state.host_systems);
  state.tiles = upload<MemorySpace>("ionscape::energy::tiles", tiles);
  state.types = upload<MemorySpace>("ionscape::energy::types", state.host_types);
  state.system_of = upload<MemorySpace>("ionscape::energy::system_of", system_of);
  state.pairs = upload<MemorySpace>("ionscape::energy::pairs", state.host_pairs);
  state.tail_energy = upload<MemorySpace>("ionscape::energy::tail_energy", tail_energy);
  state.constant_strain = upload<MemorySpace>("ionscape::energy::constant_strain", constant_strain);
  auto const per_ion = [&](char const* label) { return Numbers(label, n_ions); };
  state.energy = Numbers("ionscape::energy::energy", crystals.size());
  state.terms = Vectors("ionscape::energy::terms", crystals.size(), 4);
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
  state.tile_terms = Numbers("ionscape::energy::tile_terms", 4 * tiles.size());
  state.initial = Vectors("ionscape::energy::positions", n_ions, 3);
  auto const mirror = Kokkos::create_mirror_view(state.initial);
  std::copy(positions.begin(), positions.end(), mirror.data());
  Kokkos::deep_copy(state.initial, mirror);
}

template <class MemorySpace>
EnergyModel<MemorySpace>::~EnergyModel() = default;
template <class MemorySpace>
EnergyModel<MemorySpace>::EnergyModel(EnergyModel&&) noexcept = default;
template <class MemorySpace>
EnergyModel<MemorySpace>& EnergyModel<MemorySpace>::operator=(EnergyModel&&) noexcept = default;

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
      Kokkos::TeamPolicy<Exec, Kokkos::Schedule<Kokkos::Dynamic>>(exec, n_tiles, team_size),
      RealSpace<MemorySpace>{state.tiles, state.systems, state.types, state.pairs, state.n_types,
                             list.images, list.home, list.entries, list.group, list.begin,
                             state.forces, state.site_potential, state.pair_energy,
                             state.dispersion_energy, state.approach, state.virial});
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

  // Sums over ions in a fixed order: tiles, then systems.
  auto const tiles = state.tiles;
  auto const charge =
      state.channels.empty() || state.channels.front().kind != ReciprocalKernel::coulomb
          ? Numbers()
          : state.channels.front().charges;
  auto const site = state.site_potential, pair_energy = state.pair_energy,
             dispersion = state.dispersion_energy, tail = state.tail_energy,
             ion_energy = state.ion_energy, tile_terms = state.tile_terms, virial = state.virial,
             constant_strain = state.constant_strain, energy = state.energy;
  Kokkos::parallel_for(
      "ionscape::energy::tiles", Kokkos::RangePolicy<Exec>(exec, 0, n_tiles), KOKKOS_LAMBDA(int t) {
        double sum[4] = {0, 0, 0, 0};
        for (int i = tiles(t).ion_begin; i < tiles(t).ion_end; ++i) {
          double const parts[4] = {charge.extent(0) ? 0.5 * charge(i) * site(i) : 0.0,
                                   pair_energy(i), dispersion(i), tail(i)};
          ion_energy(i) = parts[0] + parts[1] + parts[2] + parts[3];
          for (int p = 0; p < 4; ++p) sum[p] += parts[p];
        }
        for (int p = 0; p < 4; ++p) tile_terms(4 * t + p) = sum[p];
      });
  auto const systems = state.systems;
  auto const terms = state.terms, stress = state.stress;
  Kokkos::parallel_for(
      "ionscape::energy::systems", Kokkos::RangePolicy<Exec>(exec, 0, state.n_systems),
      KOKKOS_LAMBDA(int s) {
        double sum[4] = {0, 0, 0, 0},
               strain[6] = {constant_strain(s), constant_strain(s), constant_strain(s), 0, 0, 0};
        for (int t = systems(s).tile_begin; t < systems(s).tile_end; ++t) {
          for (int p = 0; p < 4; ++p) sum[p] += tile_terms(4 * t + p);
          for (int d = 0; d < 6; ++d) strain[d] += virial(6 * t + d);
        }
        energy(s) = sum[0] + (sum[1] + sum[2] + sum[3]);
        for (int p = 0; p < 4; ++p) terms(s, p) = sum[p];
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
int EnergyModel<MemorySpace>::systems() const {
  return state_->n_systems;
}
template <class MemorySpace>
int EnergyModel<MemorySpace>::ions() const {
  return state_->n_ions;
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
  std::vector<EnergyResult> results;
  bool lists_here = false;
  NeighbourList<MemorySpace> const& list = *state.neighbours;
  decltype(host(list.images)) images, home;
  decltype(host(list.entries)) entries, group, image_ion;
  decltype(host(list.begin)) begin;
  for (int s = 0; s < state.n_systems; ++s) {
    SystemRecord const& record = state.host_systems[std::size_t(s)];
    EnergyResult result;
    result.coulomb = terms(s, 0);
    result.dispersion = terms(s, 2);
    result.tail = terms(s, 3);
    result.short_range = terms(s, 1) + terms(s, 2) + terms(s, 3);
    int const voigt[3][3] = {{0, 5, 4}, {5, 1, 3}, {4, 3, 2}};
    for (int a = 0; a < 3; ++a)
      for (int b = 0; b < 3; ++b) result.stress[a][b] = stress(s, voigt[a][b]);
    result.ewald = state.ewald[std::size_t(s)];
    for (int i = record.ion_begin; i < record.ion_end; ++i) {
      result.forces.push_back({forces(i, 0), forces(i, 1), forces(i, 2)});
      result.site_potential.push_back(site(i));
      result.ion_energy.push_back(ion_energy(i));
      if (!(approach(i) < 1)) continue;
      if (!lists_here) {
        images = host(list.images), home = host(list.home), entries = host(list.entries),
        group = host(list.group);
        image_ion = host(list.image_ion), begin = host(list.begin);
        lists_here = true;
      }
      int const n = state.n_types;
      for (int k = 0; k < group(i * (2 * n + 1) + 2 * n); ++k) {
        int const image = entries(begin(i) + k);
        double square = 0, side = 0;
        for (int d = 0; d < 3; ++d) {
          double const x = images(4 * std::size_t(image) + d) - home(4 * std::size_t(i) + d);
          square += x * x;
          if (side == 0 && std::fabs(x) > 1e-9) side = x;
        }
        if (square > 1e9) continue;  // the dummy
        int const j = image_ion(image);
        if (i == j && side < 0) continue;  // an ion's own images come in pairs
        double const turnover2 = state
                                     .host_pairs[std::size_t(state.host_types[std::size_t(i)] * n +
                                                             state.host_types[std::size_t(j)])]
                                     .turnover_square;
        if (square < turnover2 && i <= j)
          result.contacts.push_back({i - record.ion_begin, j - record.ion_begin, std::sqrt(square),
                                     std::sqrt(turnover2)});
      }
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
  std::size_t most_ions =
      200'000;  // per batch: a few GB at the most; fewer where that does not fit
  std::vector<EnergyResult> results;
  for (std::size_t begin = 0; begin < crystals.size();) {
    std::size_t end = begin, ions = 0;
    while (end < crystals.size() && (end == begin || ions + crystals[end].size() <= most_ions))
      ions += crystals[end++].size();
    try {
      EnergyModel<Memory> model(crystals.subspan(begin, end - begin), set, options);
      model.evaluate(exec, model.initial_positions());
      for (EnergyResult& result : model.results()) results.push_back(std::move(result));
    } catch (detail::DoesNotFit const&) {
      if (end - begin == 1) throw;
      most_ions = ions / 2;
      continue;
    }
    begin = end;
    if (progress) progress(begin);
  }
  return results;
}

using Default = Kokkos::DefaultExecutionSpace;
template class EnergyModel<Default::memory_space>;
template void EnergyModel<Default::memory_space>::evaluate(Default const&, Positions const&);
template std::vector<EnergyResult> evaluate_crystals(Default const&, std::span<Crystal const>,
                                                     PotentialSet const&, EnergyOptions const&,
                                                     std::function<void(std::size_t)> const&);

}  // namespace ionscape
