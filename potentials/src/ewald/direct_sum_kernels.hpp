// Kernels of DirectSum, and the tables that they read.
//
// Four kernels: powers (for each pack of ions), structure factors (for each chunk of rows; a row is
// one (h, k) with k >= 0 and all its l >= 0), sums, potentials (for each pack of ions). A pack is
// as many ions as the machine has vector lanes.
//
// Conjugation makes half of all wave vectors enough. Of the four signs (+-k, +-l) of a row the
// weights keep each G once: for h = 0 only k > 0, or k = 0 and l > 0.
#pragma once

#include <ionscape/potentials/ewald/direct_sum.hpp>

#include "device/native.hpp"

namespace ionscape::detail::direct {

constexpr int rows_per_chunk = 8;
constexpr int block_ions = 64;  // ions whose powers of Z stay in the first-level cache

struct SystemRecord {
  Cell cell, reciprocal;
  ReciprocalKernel kernel;
  int ion_begin, ion_end;
  int index;
  int pack_begin;
  int h_max, k_max, l_max;
  int z_stride;  // l_max + 1 in whole vectors
  /// First of its packs' tables of X, Y, Z: (h_max + k_max + l_max + 3) x {cos, sin} x lanes.
  long powers;
  long transposed;  // first of its ions' tables of Z: {cos, sin} x z_stride
  int row_begin, row_end;
  int chunk_begin, chunk_end;
};

struct Row {
  int system, h, k;
  int l_count;  // l = 0 ... l_count - 1, in whole vectors
  long first;   // in the arrays over (row, l)
};

struct Chunk {
  int system, row_begin, row_end;
};

/// What the kernels read.
template <class MemorySpace>
struct DeviceTables {
  template <class T>
  using View = Kokkos::View<T*, MemorySpace>;
  View<SystemRecord> systems;
  View<Row> rows;
  View<Chunk> chunks;
  View<int> system_of_pack;
  View<double> weight, slope;       // (row, {++, +-, -+, --}, l): 2 w and 2 w'
  View<double> coefficients;        // (row, 8, l): sums over ions, then what potentials are made of
  View<double> powers, transposed;  // see SystemRecord
  View<double> chunk_sums;          // (n_chunks, 7)
};

template <class MemorySpace>
struct Kernels {
  using Exec = typename MemorySpace::execution_space;
  DeviceTables<MemorySpace> t;
  typename DirectSum<MemorySpace>::Positions positions;
  Kokkos::View<double const*, MemorySpace> charges;
  Kokkos::View<double*, MemorySpace> potential;
  typename DirectSum<MemorySpace>::Vectors gradient, sums;

  struct Powers {};
  struct StructureFactors {};
  struct Sums {};
  struct Potentials {};
  using Team = typename Kokkos::TeamPolicy<Exec, StructureFactors>::member_type;

  KOKKOS_INLINE_FUNCTION double* powers_of(SystemRecord const& s, int pack) const {
    return &t.powers(s.powers + long(pack - s.pack_begin) * 2 * (s.h_max + s.k_max + s.l_max + 3) *
                                    native_width);
  }

  /// to[2 n W] = cos, to[(2 n + 1) W] = sin of 2 pi n x.
  KOKKOS_INLINE_FUNCTION void fill_powers(Lanes x, int n_max, double* to) const {
    Lanes c, s;
    detail::sincos_2pi(x, s, c);
    Lanes re(1.0), im(0.0);
    for (int n = 0; n <= n_max; ++n, to += 2 * native_width) {
      store(to, re);
      store(to + native_width, im);
      Lanes const next = re * c - im * s;
      im = re * s + im * c;
      re = next;
    }
  }

  KOKKOS_INLINE_FUNCTION void operator()(Powers, int pack) const {
    SystemRecord const& s = t.systems(t.system_of_pack(pack));
    int const first = s.ion_begin + (pack - s.pack_begin) * native_width;
    Lanes fx(0.0), fy(0.0), fz(0.0);
    for (int lane = 0; lane < native_width && first + lane < s.ion_end; ++lane) {
      int const i = first + lane;
      Vec3 const f = s.cell.to_fractional({positions(i, 0), positions(i, 1), positions(i, 2)});
      detail::add_to_lane(fx, lane, f.x);
      detail::add_to_lane(fy, lane, f.y);
      detail::add_to_lane(fz, lane, f.z);
    }
    double* const x = powers_of(s, pack);
    double* const y = x + 2 * (s.h_max + 1) * native_width;
    double* const z = y + 2 * (s.k_max + 1) * native_width;
    fill_powers(fx, s.h_max, x);
    fill_powers(fy, s.k_max, y);
    fill_powers(fz, s.l_max, z);
    for (int lane = 0; lane < native_width && first + lane < s.ion_end; ++lane) {
      double* const to =
          &t.transposed(s.transposed + long(first + lane - s.ion_begin) * 2 * s.z_stride);
      for (int l = 0; l < s.z_stride; ++l) {
        to[l] = l <= s.l_max ? z[2 * l * native_width + lane] : 0;
        to[s.z_stride + l] = l <= s.l_max ? z[(2 * l + 1) * native_width + lane] : 0;
      }
    }
  }

  KOKKOS_INLINE_FUNCTION void operator()(StructureFactors, Team const& team) const {
    Chunk const chunk = t.chunks(team.league_rank());
    SystemRecord const& s = t.systems(chunk.system);
    int const rank = team.team_rank(), size = team.team_size();
    double* const p =
        static_cast<double*>(team.team_shmem().get_shmem(4 * block_ions * sizeof(double)));
    int const n = s.ion_end - s.ion_begin;
    for (int block = 0; block < n; block += block_ions) {
      int const count = n - block < block_ions ? n - block : block_ions;
      for (int r = chunk.row_begin; r < chunk.row_end; ++r) {
        Row const& row = t.rows(r);
        // p = q Re P+, q Im P+, q Re P-, q Im P- of the block's ions, P+- = X^h Y^(+-k)
        for (int i = rank * native_width; i < count; i += size * native_width) {
          double const* const x = powers_of(s, s.pack_begin + (block + i) / native_width);
          double const* const y = x + 2 * (s.h_max + 1 + row.k) * native_width;
          Lanes const xr = load(x + 2 * row.h * native_width),
                      xi = load(x + (2 * row.h + 1) * native_width);
          Lanes const yr = load(y), yi = load(y + native_width);
          Lanes q(0.0);
          for (int lane = 0; lane < native_width && i + lane < count; ++lane)
            detail::add_to_lane(q, lane, charges(s.ion_begin + block + i + lane));
          Lanes const rr = q * xr * yr, ii = q * xi * yi, ri = q * xr * yi, ir = q * xi * yr;
          store(p + i, rr - ii);
          store(p + block_ions + i, ri + ir);
          store(p + 2 * block_ions + i, rr + ii);
          store(p + 3 * block_ions + i, ir - ri);
        }
        team.team_barrier();
        for (int l = rank * native_width; l < row.l_count; l += size * native_width) {
          double const* z = &t.transposed(s.transposed + long(block) * 2 * s.z_stride) + l;
          Lanes c0(0.0), c1(0.0), c2(0.0), c3(0.0), s0(0.0), s1(0.0), s2(0.0), s3(0.0);
          for (int i = 0; i < count; ++i, z += 2 * s.z_stride) {
            Lanes const zc = load(z), zs = load(z + s.z_stride);
            Lanes const p0(p[i]), p1(p[block_ions + i]), p2(p[2 * block_ions + i]),
                p3(p[3 * block_ions + i]);
            c0 += p0 * zc, c1 += p1 * zc, c2 += p2 * zc, c3 += p3 * zc;
            s0 += p0 * zs, s1 += p1 * zs, s2 += p2 * zs, s3 += p3 * zs;
          }
          double* const to = &t.coefficients(8 * row.first) + l;
          Lanes const all[8] = {c0, c1, c2, c3, s0, s1, s2, s3};
          for (int m = 0; m < 8; ++m)
            store(to + m * row.l_count, block == 0 ? all[m] : load(to + m * row.l_count) + all[m]);
        }
        team.team_barrier();
      }
    }
    finish(team, s, chunk);
  }

  /// From the sums of a chunk's rows to its energy and virial, and to the coefficients of the
  /// potentials.
  KOKKOS_INLINE_FUNCTION void finish(Team const& team, SystemRecord const& s,
                                     Chunk const& chunk) const {
    Lanes sum[7];
    for (Lanes& x : sum) x = Lanes(0.0);
    for (int r = chunk.row_begin; r < chunk.row_end; ++r) {
      Row const& row = t.rows(r);
      double const* const w = &t.weight(4 * row.first);
      double const* const dw = &t.slope(4 * row.first);
      double* const c = &t.coefficients(8 * row.first);
      int const m = row.l_count;
      for (int l = team.team_rank() * native_width; l < m; l += team.team_size() * native_width) {
        Lanes const cpr = load(c + l), cpi = load(c + m + l), cmr = load(c + 2 * m + l),
                    cmi = load(c + 3 * m + l), spr = load(c + 4 * m + l), spi = load(c + 5 * m + l),
                    smr = load(c + 6 * m + l), smi = load(c + 7 * m + l);
        // S(+-k, +-l) = sum q P+- exp(+-i 2 pi l z)
        Lanes const re[4] = {cpr - spi, cpr + spi, cmr - smi, cmr + smi};
        Lanes const im[4] = {spr + cpi, cpi - spr, smr + cmi, cmi - smr};
        Lanes const number = Lanes(double(l)) + detail::lane_numbers();
        Lanes wr[4], wi[4];
        for (int sign = 0; sign < 4; ++sign) {
          double const k = sign < 2 ? row.k : -row.k, flip = sign % 2 == 0 ? 1 : -1;
          Vec3 const hk = s.reciprocal.to_cartesian({double(row.h), k, 0});
          Lanes const weight = load(w + sign * m + l), slope = load(dw + sign * m + l);
          Lanes const square = re[sign] * re[sign] + im[sign] * im[sign];
          Lanes const energy = Lanes(0.5) * weight * square, virial = slope * square;
          Lanes const gx = Lanes(hk.x) + Lanes(flip * s.reciprocal.c.x) * number,
                      gy = Lanes(hk.y) + Lanes(flip * s.reciprocal.c.y) * number,
                      gz = Lanes(hk.z) + Lanes(flip * s.reciprocal.c.z) * number;
          sum[0] += energy;
          sum[1] -= energy + virial * gx * gx;
          sum[2] -= energy + virial * gy * gy;
          sum[3] -= energy + virial * gz * gz;
          sum[4] -= virial * gy * gz;
          sum[5] -= virial * gx * gz;
          sum[6] -= virial * gx * gy;
          wr[sign] = weight * re[sign];
          wi[sign] = -(weight * im[sign]);  // conj S
        }
        // T = sum over l of a cos + b sin, a = c(+l) + c(-l), b = i (c(+l) - c(-l))
        Lanes const plus[4] = {wr[0] + wr[1], wi[0] + wi[1], wi[1] - wi[0], wr[0] - wr[1]};
        Lanes const minus[4] = {wr[2] + wr[3], wi[2] + wi[3], wi[3] - wi[2], wr[2] - wr[3]};
        for (int part = 0; part < 4; ++part) {
          store(c + part * m + l, plus[part]);
          store(c + (4 + part) * m + l, minus[part]);
        }
      }
    }
    double total[7];
    for (int d = 0; d < 7; ++d) total[d] = detail::horizontal_sum(sum[d]);
    for (int d = 0; d < 7; ++d) {
      if (team.team_size() > 1) team.team_reduce(Kokkos::Sum<double>(total[d]));
      if (team.team_rank() == 0) t.chunk_sums(7 * team.league_rank() + d) = total[d];
    }
  }

  KOKKOS_INLINE_FUNCTION void operator()(Sums, int system) const {
    SystemRecord const& s = t.systems(system);
    for (int d = 0; d < 7; ++d) {
      double sum = 0;
      for (int c = s.chunk_begin; c < s.chunk_end; ++c) sum += t.chunk_sums(7 * c + d);
      sums(s.index, d) = sum;
    }
  }

  KOKKOS_INLINE_FUNCTION void operator()(Potentials, int pack) const {
    SystemRecord const& s = t.systems(t.system_of_pack(pack));
    double const* const x = powers_of(s, pack);
    double const* const y = x + 2 * (s.h_max + 1) * native_width;
    double const* const z = y + 2 * (s.k_max + 1) * native_width;
    Lanes phi(0.0), gx(0.0), gy(0.0), gz(0.0);
    for (int r = s.row_begin; r < s.row_end; ++r) {
      Row const& row = t.rows(r);
      double const* const c = &t.coefficients(8 * row.first);
      int const m = row.l_count, l_end = Kokkos::min(m, s.l_max + 1);
      // T+- and their derivatives by 2 pi z
      Lanes tpr(0.0), tpi(0.0), tmr(0.0), tmi(0.0), dpr(0.0), dpi(0.0), dmr(0.0), dmi(0.0);
      for (int l = 0; l < l_end; ++l) {
        Lanes const zc = load(z + 2 * l * native_width), zs = load(z + (2 * l + 1) * native_width);
        Lanes const lc = Lanes(double(l)) * zc, ls = Lanes(double(l)) * zs;
        Lanes const ar(c[l]), ai(c[m + l]), br(c[2 * m + l]), bi(c[3 * m + l]);
        tpr += ar * zc, tpi += ai * zc, dpr += br * lc, dpi += bi * lc;
        tpr += br * zs, tpi += bi * zs, dpr -= ar * ls, dpi -= ai * ls;
        Lanes const er(c[4 * m + l]), ei(c[5 * m + l]), fr(c[6 * m + l]), fi(c[7 * m + l]);
        tmr += er * zc, tmi += ei * zc, dmr += fr * lc, dmi += fi * lc;
        tmr += fr * zs, tmi += fi * zs, dmr -= er * ls, dmi -= ei * ls;
      }
      Lanes const xr = load(x + 2 * row.h * native_width),
                  xi = load(x + (2 * row.h + 1) * native_width),
                  yr = load(y + 2 * row.k * native_width),
                  yi = load(y + (2 * row.k + 1) * native_width);
      Lanes const rr = xr * yr, ii = xi * yi, ri = xr * yi, ir = xi * yr;
      Lanes const pr = rr - ii, pi = ri + ir, qr = rr + ii, qi = ir - ri;
      phi += pr * tpr - pi * tpi + (qr * tmr - qi * tmi);
      Lanes const up = pr * tpi + pi * tpr, um = qr * tmi + qi * tmr;
      gx -= Lanes(double(row.h)) * (up + um);
      gy -= Lanes(double(row.k)) * (up - um);
      gz += pr * dpr - pi * dpi + (qr * dmr - qi * dmi);
    }
    Cell const b = s.reciprocal;
    double out[4][native_width];
    store(out[0], phi);
    store(out[1], Lanes(b.a.x) * gx + Lanes(b.b.x) * gy + Lanes(b.c.x) * gz);
    store(out[2], Lanes(b.a.y) * gx + Lanes(b.b.y) * gy + Lanes(b.c.y) * gz);
    store(out[3], Lanes(b.a.z) * gx + Lanes(b.b.z) * gy + Lanes(b.c.z) * gz);
    int const first = s.ion_begin + (pack - s.pack_begin) * native_width;
    for (int lane = 0; lane < native_width && first + lane < s.ion_end; ++lane) {
      potential(first + lane) = out[0][lane];
      for (int d = 0; d < 3; ++d) gradient(first + lane, d) = out[1 + d][lane];
    }
  }
};

}  // namespace ionscape::detail::direct
