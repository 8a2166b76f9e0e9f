#include <ionscape/potentials/ewald/tune_ewald.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

#include <ionscape/core/error.hpp>
#include <ionscape/potentials/ewald/reciprocal_kernel.hpp>

#include "device/native.hpp"

namespace ionscape {

namespace {

using detail::native_width;
using detail::ReciprocalKernel;

constexpr double ke = coulomb_constant;

/// The estimates hold for uncorrelated charges; ions in a crystal are not. Each part may use this
/// share of the asked error: where the wave vectors left out begin with a strong reflection of a
/// little disordered crystal, errors of four times the estimate were measured.
constexpr double share = 0.125;

/// -C/r^6 all of one sign does not even cancel where it is cut off: a factor on its estimates.
constexpr double one_sign = 2;

/// What things cost, in ns of one thread: measured with bench_engine on a 2.5 GHz Xeon with AVX-512
/// (docs/performance.md). Only their ratios matter.
struct Costs {
  double near_pair = 8.5, far_pair = 3.5;
  double row_vector =
      14;               // eight neighbouring l of one (h, +-k) row for one ion: 32 wave vectors +-G
  double spread = 1.0;  // one spline point of one ion, there and back
  double mesh_point = 20;  // one mesh point, transforms and all
};

/// int_a^b f, composite Gauss-Legendre of two points.
template <class F>
double integral(double a, double b, F const& f) {
  constexpr int n = 60;
  double const h = (b - a) / n, d = 0.5 / std::sqrt(3.0);
  double sum = 0;
  for (int i = 0; i < n; ++i) sum += f(a + (i + 0.5 - d) * h) + f(a + (i + 0.5 + d) * h);
  return 0.5 * h * sum;
}

/// Smallest x in [low, high] with error(x) <= limit, error falling; to 1e-4.
template <class Error>
double solve(Error const& error, double limit, double low, double high) {
  if (error(low) <= limit) return low;
  while (high - low > 1e-4 * high) {
    double const middle = 0.5 * (low + high);
    (error(middle) > limit ? low : high) = middle;
  }
  return high;
}

}  // namespace

double force_scale(Crystal const& crystal) {
  double sum = 0;
  for (double q : crystal.charges) sum += q * q;
  double const n = double(crystal.size()), d = std::cbrt(crystal.cell.volume() / n);
  return ke * sum / n / (d * d);
}

double real_space_error(EwaldTask const& task, double alpha, double rc) {
  double const n = double(task.ions), volume = task.cell.volume();
  // Kolafa and Perram 1992, eq. 18, per ion.
  double const coulomb =
      2 * ke * task.sum_q2 / std::sqrt(n * rc * volume) * std::exp(-alpha * alpha * rc * rc);
  double dispersion2 = 0;
  if (task.sum_C2 > 0)
    dispersion2 = one_sign * one_sign * task.sum_C2 / (n * volume) *
                  integral(rc, rc + 3 / alpha, [&](double r) {
                    double const b2 = alpha * alpha * r * r;
                    double const f =
                        std::exp(-b2) * (6 + b2 * (6 + b2 * (3 + b2))) / std::pow(r, 7);
                    return 4 * pi * r * r * f * f;
                  });
  return std::sqrt(coulomb * coulomb + dispersion2);
}

double reciprocal_space_error(EwaldTask const& task, double alpha, double gc) {
  double const n = double(task.ions), volume = task.cell.volume();
  // Sum over the waves left out of (w G)^2: k_e^2 (8/V) int_gc exp(-G^2 / 2 alpha^2) dG, times
  // q_i^2 sum q_j^2.
  double const rest = alpha * std::sqrt(pi / 2) * std::erfc(gc / (std::sqrt(2.0) * alpha));
  double const coulomb2 = ke * ke * task.sum_q2 * task.sum_q2 / n * 8 / volume * rest;
  double dispersion2 = 0;
  if (task.sum_C2 > 0) {
    ReciprocalKernel const kernel{ReciprocalKernel::dispersion, alpha, volume, 1};
    dispersion2 = one_sign * one_sign * task.sum_C2 / n * volume / (2 * pi * pi) *
                  integral(gc, gc + 6 * alpha, [&](double g) {
                    double const w = kernel.value(g * g);
                    return w * w * g * g * g * g;
                  });
  }
  return std::sqrt(coulomb2 + dispersion2);
}

EwaldSettings tune_ewald(EwaldTask const& task, double force_error, EwaldMethod method) {
  double const n = double(task.ions), volume = task.cell.volume();
  double const spacing = std::cbrt(volume / n);
  double const scale = ke * std::max(task.sum_q2 / n, 1e-6) / (spacing * spacing);
  if (!(force_error > 0))
    fail_input({}, "a force error of ", force_error, " eV/Å, expected a positive number");
  if (force_error < 1e-13 * scale && task.sum_q2 > 0)
    fail_input({}, "a force error of ", force_error,
               " eV/Å is less than double precision can keep here: at least ", 1e-13 * scale);
  EwaldSettings best;
  best.method = EwaldMethod::direct;
  if (task.sum_q2 == 0 && task.sum_C2 == 0) {
    best.sum = {1 / spacing, 0, 0};
    return best;
  }
  Costs const cost;
  double const limit = share * force_error, density = n / volume;
  double least = std::numeric_limits<double>::infinity();
  auto const consider = [&](double ns, EwaldSettings const& settings) {
    if (ns >= least) return;
    least = ns;
    best = settings;
  };
  auto const pairs_within = [&](double r) { return n * 4 * pi / 3 * density * r * r * r; };

  // Meshes: the width that an order needs, in units of 1/alpha, hardly depends on alpha.
  constexpr int least_order = 4;
  double width[15] = {};
  auto const mesh_of = [&](double h, int order) {
    MeshParameters mesh{{}, order};
    // The mesh holds all |G| <= g if n >= g |a| / pi: lengths of the edges, not the distances of
    // faces.
    double const lengths[3] = {norm(task.cell.a), norm(task.cell.b), norm(task.cell.c)};
    for (int d = 0; d < 3; ++d)
      mesh.size[d] = fft_size(std::max(2 * order, int(std::ceil(lengths[d] / h))));
    return mesh;
  };
  auto const mesh_error = [&](double alpha, MeshParameters const& mesh) {
    double const coulomb = mesh_force_error(
        task.cell, {ReciprocalKernel::coulomb, alpha, volume, ke}, mesh, task.sum_q2, task.ions);
    if (task.sum_C2 == 0) return coulomb;
    ReciprocalKernel const dispersion{ReciprocalKernel::dispersion, alpha, volume, 1};
    return std::hypot(
        coulomb, mesh_force_error(task.cell, dispersion, mesh, std::sqrt(task.sum_C2), task.ions));
  };
  if (method != EwaldMethod::direct && (method == EwaldMethod::mesh || n > 500)) {
    double const rc = 3 * spacing;
    double const alpha =
        solve([&](double a) { return real_space_error(task, a, rc); }, limit, 0.3 / rc, 12 / rc);
    for (int order = least_order; order <= 14; order += 2) {
      double low = 0.05, high = 4;
      for (int step = 0; step < 8; ++step) {
        double const middle = std::sqrt(low * high);
        (mesh_error(alpha, mesh_of(middle / alpha, order)) > limit ? high : low) = middle;
      }
      if (mesh_error(alpha, mesh_of(low / alpha, order)) <= limit)
        width[order] = low;  // else: not with this order
    }
  }

  for (double rc = 1.2 * spacing; rc < 12 * spacing; rc *= 1.04) {
    double const alpha =
        solve([&](double a) { return real_space_error(task, a, rc); }, limit, 0.3 / rc, 12 / rc);
    double const far = std::max(0.0, pairs_within(task.pair_cutoff) - pairs_within(rc));
    // Lists cost as much again when they are built: small systems are seldom moved.
    double const real =
        cost.near_pair * (pairs_within(rc) + n * native_width) + cost.far_pair * far;

    if (method != EwaldMethod::mesh) {
      double const gc = solve([&](double g) { return reciprocal_space_error(task, alpha, g); },
                              limit, 0.1 * alpha, 14 * alpha);
      double const reach = gc / (2 * pi), h = reach * norm(task.cell.a),
                   k = reach * norm(task.cell.b), l = reach * norm(task.cell.c);
      // Rows of an ellipse, each with the mean length of a sphere's chord, in whole vectors.
      double const rows = pi / 4 * (h + 1) * (k + 1),
                   vectors = std::ceil((2.0 / 3 * l + 1) / 8 + 0.3);
      consider(real + task.channels * n * (cost.row_vector * rows * (vectors + 0.8)),
               {EwaldMethod::direct, {alpha, rc, gc}, {}, 0});
    }
    if (method != EwaldMethod::direct && (method == EwaldMethod::mesh || n > 500))
      for (int order = least_order; order <= 14; order += 2) {
        if (width[order] == 0) continue;
        MeshParameters const mesh = mesh_of(width[order] / alpha, order);
        double const points = double(mesh.size[0]) * mesh.size[1] * mesh.size[2];
        consider(real + task.channels *
                            (cost.spread * n * order * order * order + cost.mesh_point * points),
                 {EwaldMethod::mesh, {alpha, rc, 0}, mesh, 0});
      }
    if (real > least) break;
  }
  // The width was found for one alpha: see to it that the mesh chosen keeps the promise.
  while (best.method == EwaldMethod::mesh && mesh_error(best.sum.alpha, best.mesh) > limit) {
    if (*std::max_element(best.mesh.size.begin(), best.mesh.size.end()) > 4000)
      fail_input({}, "no mesh keeps a force error of ", force_error,
                 " eV/Å here: use the direct sum");
    for (int& points : best.mesh.size) points = fft_size(points + std::max(1, points / 30));
  }
  if (!std::isfinite(least))
    fail_input({}, "no mesh keeps a force error of ", force_error,
               " eV/Å here: use the direct sum");
  double const real = real_space_error(task, best.sum.alpha, best.sum.real_cutoff);
  double const reciprocal =
      best.method == EwaldMethod::direct
          ? reciprocal_space_error(task, best.sum.alpha, best.sum.reciprocal_cutoff)
          : mesh_error(best.sum.alpha, best.mesh);
  best.estimated_force_error = std::hypot(real, reciprocal);
  return best;
}

}  // namespace ionscape
