// The kernel of FrozenHost: energy and force at one point for each team (host_tables.hpp has the
// formulas).
#pragma once

#include <array>
#include <type_traits>

#include "host/dual.hpp"
#include "host/host_tables.hpp"

namespace ionscape::detail::host {

/// Energy and force, in reduced lengths, as sums over lanes.
struct LaneSum {
  Lanes energy = Lanes(0.0), x = Lanes(0.0), y = Lanes(0.0), z = Lanes(0.0);
};

/// Second derivatives of the energy, too.
struct LaneCurvature : LaneSum {
  Lanes xx = Lanes(0.0), yy = Lanes(0.0), zz = Lanes(0.0), yz = Lanes(0.0), xz = Lanes(0.0),
        xy = Lanes(0.0);
};

/// Adds the sums of `terms` over the list entries [begin, begin + count) to `sum`; thread `rank` of
/// `size` takes its share.
template <class... Terms>
KOKKOS_INLINE_FUNCTION void add_pairs(LaneSum& sum, double const* x, double const* y,
                                      double const* z, int count, int rank, int size, Vec3 r,
                                      Terms const&... terms) {
  for (int i = rank * native_width; i < count; i += size * native_width) {
    Lanes const dx = load(x + i) - Lanes(r.x), dy = load(y + i) - Lanes(r.y),
                dz = load(z + i) - Lanes(r.z);
    Lanes const square = dx * dx + dy * dy + dz * dz;
    Lanes const inverse = inverse_sqrt(square);
    Lanes const d = square * inverse;
    Lanes force_over_r(0.0);
    (terms.add(d, inverse, sum.energy, force_over_r), ...);
    sum.x -= force_over_r * dx;
    sum.y -= force_over_r * dy;
    sum.z -= force_over_r * dz;
  }
}

/// The same with second derivatives: those of the terms are what their forces have along r.
template <class... Terms>
KOKKOS_INLINE_FUNCTION void add_pairs(LaneCurvature& sum, double const* x, double const* y,
                                      double const* z, int count, int rank, int size, Vec3 r,
                                      Terms const&... terms) {
  for (int i = rank * native_width; i < count; i += size * native_width) {
    Lanes const dx = load(x + i) - Lanes(r.x), dy = load(y + i) - Lanes(r.y),
                dz = load(z + i) - Lanes(r.z);
    Lanes const square = dx * dx + dy * dy + dz * dz;
    Lanes const inverse = inverse_sqrt(square);
    Dual const d{square * inverse, Lanes(1.0)}, one_over{inverse, -(inverse * inverse)};
    Dual energy(0.0), force_over_r(0.0);
    (terms.add(d, one_over, energy, force_over_r), ...);
    Lanes const f = force_over_r.value, g = force_over_r.slope * inverse;
    sum.energy += energy.value;
    sum.x -= f * dx, sum.y -= f * dy, sum.z -= f * dz;
    sum.xx -= f + g * dx * dx, sum.yy -= f + g * dy * dy, sum.zz -= f + g * dz * dz;
    sum.yz -= g * dy * dz, sum.xz -= g * dx * dz, sum.xy -= g * dx * dy;
  }
}

/// exp(2 pi i n f) for n = 0 ... n_max, by recurrence; re and im have a stride of 1.
KOKKOS_INLINE_FUNCTION void fill_phases(double f, int n_max, double* re, double* im) {
  double const c = Kokkos::cos(2 * pi * f), s = Kokkos::sin(2 * pi * f);
  re[0] = 1, im[0] = 0;
  for (int n = 1; n <= n_max; ++n) {
    re[n] = re[n - 1] * c - im[n - 1] * s;
    im[n] = re[n - 1] * s + im[n - 1] * c;
  }
}

template <class Exec>
struct EvaluatePoints {
  using MemorySpace = typename Exec::memory_space;
  using Tables = typename FrozenHost<MemorySpace>::Tables;
  using Policy = Kokkos::TeamPolicy<Exec, Kokkos::Schedule<Kokkos::Dynamic>>;
  using Member = typename Policy::member_type;

  // copied by value to the device; Tables itself has host members
  Kokkos::View<FrameworkRecord*, MemorySpace> frameworks;
  Kokkos::View<SurfaceRecord*, MemorySpace> surfaces;
  Kokkos::View<TypeRecord*, MemorySpace> types;
  Kokkos::View<RepulsionRecord*, MemorySpace> repulsions;
  Kokkos::View<Block*, MemorySpace> blocks;
  Kokkos::View<double*, MemorySpace> coulomb, dispersion;
  Kokkos::View<ShellList*, MemorySpace> lists;
  Kokkos::View<int*, MemorySpace> shells;
  Kokkos::View<double*, MemorySpace> x, y, z;
  int h_size, k_size, l_size;  // of the phase tables; k and l hold negative indices too
  Points<MemorySpace> points;

  EvaluatePoints(Tables const& t, Points<MemorySpace> const& i)
      : frameworks(t.frameworks),
        surfaces(t.surfaces),
        types(t.types),
        repulsions(t.repulsions),
        blocks(t.blocks),
        coulomb(t.coulomb),
        dispersion(t.dispersion),
        lists(t.lists),
        shells(t.shells),
        x(t.x),
        y(t.y),
        z(t.z),
        h_size(t.h_max + 1),
        k_size(2 * t.k_max + 1),
        l_size(2 * t.l_max + 1),
        points(i) {}

  KOKKOS_FUNCTION std::size_t scratch_doubles() const {
    return std::size_t(2 * h_size + 3 * k_size + 4 * l_size + 2 * native_width);
  }

  /// Where a point lies: wrapped fractional coordinates, Cartesian (reduced), and the lists of its
  /// bin.
  struct Place {
    Vec3 f, r;
    int list;
    double off_centre;
  };
  KOKKOS_INLINE_FUNCTION static Place place(FrameworkRecord const& host, Vec3 reduced) {
    Place p;
    p.f = host.cell.to_fractional(reduced);
    p.f = {p.f.x - Kokkos::floor(p.f.x), p.f.y - Kokkos::floor(p.f.y),
           p.f.z - Kokkos::floor(p.f.z)};
    p.r = host.cell.to_cartesian(p.f);
    int const* const n = host.bins.count;
    int const bx = bin_of(p.f.x, n[0]), by = bin_of(p.f.y, n[1]), bz = bin_of(p.f.z, n[2]);
    Vec3 const centre =
        host.cell.to_cartesian({(bx + 0.5) / n[0], (by + 0.5) / n[1], (bz + 0.5) / n[2]});
    p.off_centre = norm(p.r - centre);
    p.list = host.bins.list_begin + ((bx * n[1] + by) * n[2] + bz) * host.n_types;
    return p;
  }
  /// NaN goes to bin 0: the sums then carry it to the result.
  KOKKOS_INLINE_FUNCTION static int bin_of(double f, int n) {
    double const b = f * n;
    return b > 0 && b < n ? int(b) : (b >= n ? n - 1 : 0);
  }

  /// Number of entries of a list closer than `radius` to the bin's centre, and some more: whole
  /// shells and whole vectors.
  KOKKOS_INLINE_FUNCTION int entries_within(BinGrid const& bins, ShellList const& list,
                                            double radius) const {
    double const shell = radius * radius * bins.inverse_shell;
    int const last = shell < bins.n_shells ? int(shell) : bins.n_shells - 1;
    return whole_vectors(shells(list.shells + last));
  }

  template <class Sum>
  KOKKOS_INLINE_FUNCTION void add_real_space(Sum& sum, FrameworkRecord const& host,
                                             TypeRecord const* type, Place const& p, int rank,
                                             int size) const {
    for (int t = 0; t < host.n_types; ++t, ++type) {
      ShellList const list = lists(p.list + t);
      auto const add = [&](double cutoff, auto const&... terms) {
        add_pairs(sum, &x(list.begin), &y(list.begin), &z(list.begin),
                  entries_within(host.bins, list, cutoff + p.off_centre), rank, size, p.r,
                  terms...);
      };
      CoulombReal<false> const point{type->charge_product, host.alpha},
          gaussian{-type->charge_product, type->beta};
      DispersionReal const r6{type->C, host.alpha};
      if (type->real_coulomb && type->C != 0)
        add(type->cutoff, point, r6);
      else if (type->real_coulomb)
        add(type->cutoff, point);
      else if (type->C != 0)
        add(type->cutoff, r6);
      if (type->real_coulomb && type->beta > 0) add(type->gaussian_cutoff, gaussian);
      for (int k = type->repulsion_begin; k < type->repulsion_end; ++k)
        add(repulsions(k).cutoff, repulsions(k).term);
    }
  }

  /// Adds the Fourier sum; x, y, z of `sum` are the components along the reciprocal rows.
  template <bool Dispersion, class Sum>
  KOKKOS_INLINE_FUNCTION void add_reciprocal_space(Sum& sum, FrameworkRecord const& host,
                                                   SurfaceRecord const& surface,
                                                   double const* scratch, int rank,
                                                   int size) const {
    constexpr bool curved = std::is_same_v<Sum, LaneCurvature>;
    constexpr int per_block =
        block_width / native_width;  // threads that share one block: 1 on a CPU
    double const *xr = scratch, *xi = xr + h_size, *yr = xi + h_size, *yi = yr + k_size,
                 *yk = yi + k_size, *zs = yk + k_size;
    Lanes const wq(surface.coulomb_weight), wd(surface.dispersion_weight);
    int const n = (host.block_end - host.block_begin) * per_block;
    for (int i = rank; i < n; i += size) {
      Block const& block = blocks(host.block_begin + i / per_block);
      int const lane = i % per_block * native_width;
      double const* c = &coulomb(block.coefficients + lane);
      double const* d = Dispersion ? &dispersion(block.coefficients + lane) : nullptr;
      double const* zl = zs + 4 * (block.l_begin + l_size / 2);
      // a = sum c Z, b = sum l c Z; the four products of each complex product have their own sums,
      // for short chains
      Lanes a_rr(0.0), a_ii(0.0), a_ri(0.0), a_ir(0.0), b_rr(0.0), b_ii(0.0), b_ri(0.0), b_ir(0.0);
      Lanes c_re(0.0), c_im(0.0);  // sum l^2 c Z
      for (int l = 0; l < block.l_count; ++l, c += 2 * block_width, zl += 4) {
        Lanes cr = load(c), ci = load(c + block_width);
        if constexpr (Dispersion) {
          cr = wq * cr + wd * load(d), ci = wq * ci + wd * load(d + block_width);
          d += 2 * block_width;
        }
        Lanes const zr(zl[0]), zi(zl[1]), lzr(zl[2]), lzi(zl[3]);
        a_rr += cr * zr, a_ii += ci * zi, a_ri += cr * zi, a_ir += ci * zr;
        b_rr += cr * lzr, b_ii += ci * lzi, b_ri += cr * lzi, b_ir += ci * lzr;
        if constexpr (curved) {
          Lanes const number(double(block.l_begin + l));
          c_re += number * (cr * lzr - ci * lzi), c_im += number * (cr * lzi + ci * lzr);
        }
      }
      int const k = block.k_begin + k_size / 2 + lane;
      Lanes const y_re = load(yr + k), y_im = load(yi + k);
      Lanes const p_re = y_re * Lanes(xr[block.h]) - y_im * Lanes(xi[block.h]);
      Lanes const p_im = y_re * Lanes(xi[block.h]) + y_im * Lanes(xr[block.h]);
      Lanes const a_re = a_rr - a_ii, a_im = a_ri + a_ir;
      Lanes const im = p_re * a_im + p_im * a_re;
      sum.energy += p_re * a_re - p_im * a_im;
      sum.x += Lanes(double(block.h)) * im;
      sum.y += load(yk + k) * im;
      sum.z += p_re * (b_ri + b_ir) + p_im * (b_rr - b_ii);
      if constexpr (curved) {
        Lanes const re = p_re * a_re - p_im * a_im,
                    l_re = p_re * (b_rr - b_ii) - p_im * (b_ri + b_ir), g = load(yk + k),
                    h(double(block.h));
        sum.xx -= h * h * re, sum.yy -= g * g * re, sum.zz -= p_re * c_re - p_im * c_im;
        sum.yz -= g * l_re, sum.xz -= h * l_re, sum.xy -= h * g * re;
      }
    }
    if constexpr (!Dispersion) {
      sum.energy = sum.energy * wq;
      sum.x = sum.x * wq, sum.y = sum.y * wq, sum.z = sum.z * wq;
      if constexpr (curved)
        for (Lanes* v : {&sum.xx, &sum.yy, &sum.zz, &sum.yz, &sum.xz, &sum.xy}) *v = *v * wq;
    }
  }

  KOKKOS_INLINE_FUNCTION void operator()(Member const& team) const {
    int const point = points.active(team.league_rank());
    Vec3 const r{points.coordinates(point, 0), points.coordinates(point, 1),
                 points.coordinates(point, 2)};
    EnergyAndForce const result = at(team, points.surface(point), r);
    if (team.team_rank() > 0) return;
    points.energy(point) = result.energy;
    points.force(point, 0) = result.force.x;
    points.force(point, 1) = result.force.y;
    points.force(point, 2) = result.force.z;
  }

  struct EnergyAndForce {
    double energy;  // eV
    Vec3 force;     // eV/Å
  };

  /// Phase tables of a point: X (h >= 0), Y with k as a number beside it, Z with l Z beside it.
  template <class Team>
  KOKKOS_INLINE_FUNCTION double* fill_tables(Team const& team, Vec3 f) const {
    int const rank = team.team_rank(), size = team.team_size();
    double* const scratch =
        static_cast<double*>(team.team_shmem().get_shmem(scratch_doubles() * sizeof(double)));
    double *xr = scratch, *xi = xr + h_size, *yr = xi + h_size, *yi = yr + k_size,
           *yk = yi + k_size, *zs = yk + k_size;
    for (int axis = rank; axis < 3; axis += size) {
      if (axis == 0) {
        fill_phases(f.x, h_size - 1, xr, xi);
      } else if (axis == 1) {
        int const K = k_size / 2;
        fill_phases(f.y, K, yr + K, yi + K);
        for (int k = 0; k <= K; ++k)
          yr[K - k] = yr[K + k], yi[K - k] = -yi[K + k], yk[K + k] = k, yk[K - k] = -k;
      } else {
        int const L = l_size / 2;
        double const c = Kokkos::cos(2 * pi * f.z), sn = Kokkos::sin(2 * pi * f.z);
        double re = 1, im = 0;
        for (int l = 0; l <= L; ++l) {
          double *up = zs + 4 * (L + l), *down = zs + 4 * (L - l);
          up[0] = re, up[1] = im, up[2] = l * re, up[3] = l * im;
          down[0] = re, down[1] = -im, down[2] = -l * re, down[3] = l * im;
          double const next = re * c - im * sn;
          im = re * sn + im * c;
          re = next;
        }
      }
    }
    team.team_barrier();
    return scratch;
  }

  /// At one point (Å), the result in all threads of the team.
  template <class Team>
  KOKKOS_INLINE_FUNCTION EnergyAndForce at(Team const& team, int surface_index, Vec3 point) const {
    SurfaceRecord const surface = surfaces(surface_index);
    FrameworkRecord const& host = frameworks(surface.framework);
    double const s = surface.inverse_length;
    Place const p = place(host, s * point);
    int const rank = team.team_rank(), size = team.team_size();

    double* const scratch = fill_tables(team, p.f);
    LaneSum reciprocal;
    if (host.dispersion)
      add_reciprocal_space<true>(reciprocal, host, surface, scratch, rank, size);
    else
      add_reciprocal_space<false>(reciprocal, host, surface, scratch, rank, size);
    LaneSum real;
    add_real_space(real, host, &types(surface.type_begin), p, rank, size);

    double const gx = horizontal_sum(reciprocal.x), gy = horizontal_sum(reciprocal.y),
                 gz = horizontal_sum(reciprocal.z);
    Vec3 const g = host.reciprocal.to_cartesian({gx, gy, gz});
    double energy = horizontal_sum(real.energy) + horizontal_sum(reciprocal.energy);
    double fx = horizontal_sum(real.x) + g.x, fy = horizontal_sum(real.y) + g.y,
           fz = horizontal_sum(real.z) + g.z;
    if (size > 1) {
      team.team_reduce(Kokkos::Sum<double>(energy));
      team.team_reduce(Kokkos::Sum<double>(fx));
      team.team_reduce(Kokkos::Sum<double>(fy));
      team.team_reduce(Kokkos::Sum<double>(fz));
    }
    return {energy + surface.mean, s * Vec3{fx, fy, fz}};
  }

  /// Energy, force and second derivatives at one point (Å), by the thread that calls.
  template <class Team>
  EnergyAndForce curvature_at(Team const& team, int surface_index, Vec3 point,
                              std::array<std::array<double, 3>, 3>& hessian) const {
    SurfaceRecord const surface = surfaces(surface_index);
    FrameworkRecord const& host = frameworks(surface.framework);
    double const s = surface.inverse_length;
    Place const p = place(host, s * point);
    double const* const scratch = fill_tables(team, p.f);
    LaneCurvature waves, pairs;
    if (host.dispersion)
      add_reciprocal_space<true>(waves, host, surface, scratch, 0, 1);
    else
      add_reciprocal_space<false>(waves, host, surface, scratch, 0, 1);
    add_real_space(pairs, host, &types(surface.type_begin), p, 0, 1);

    auto const matrix = [](LaneCurvature const& c) {
      double const xx = horizontal_sum(c.xx), yy = horizontal_sum(c.yy), zz = horizontal_sum(c.zz),
                   yz = horizontal_sum(c.yz), xz = horizontal_sum(c.xz), xy = horizontal_sum(c.xy);
      return std::array<Vec3, 3>{Vec3{xx, xy, xz}, {xy, yy, yz}, {xz, yz, zz}};
    };
    auto const vector = [](LaneCurvature const& c) {
      return Vec3{horizontal_sum(c.x), horizontal_sum(c.y), horizontal_sum(c.z)};
    };
    // Those of the waves stand along the reciprocal rows.
    auto const of_waves = matrix(waves), of_pairs = matrix(pairs);
    Cell const& b = host.reciprocal;
    Vec3 const rows[] = {b.to_cartesian(of_waves[0]), b.to_cartesian(of_waves[1]),
                         b.to_cartesian(of_waves[2])};
    auto const column = [](Vec3 v, int k) { return k == 0 ? v.x : k == 1 ? v.y : v.z; };
    for (int j = 0; j < 3; ++j) {
      Vec3 const h = b.to_cartesian({column(rows[0], j), column(rows[1], j), column(rows[2], j)});
      for (int i = 0; i < 3; ++i)
        hessian[std::size_t(i)][std::size_t(j)] =
            s * s * (column(h, i) + column(of_pairs[std::size_t(i)], j));
    }
    double const energy = horizontal_sum(waves.energy) + horizontal_sum(pairs.energy);
    return {energy + surface.mean, s * (b.to_cartesian(vector(waves)) + vector(pairs))};
  }
};

/// A team of the thread that calls.
struct ThisThread {
  double* scratch;

  int team_rank() const { return 0; }
  int team_size() const { return 1; }
  ThisThread const& team_shmem() const { return *this; }
  void* get_shmem(std::size_t) const { return scratch; }
  void team_barrier() const {}
  template <class Reducer>
  void team_reduce(Reducer const&) const {}
};

}  // namespace ionscape::detail::host
