// The error estimate of the mesh sum.
//
// With sigma_m = s_m / sum s of each axis (SplineAliases), an ion at r_j makes at r_i, instead of
// sum over G of w i G exp(iG.(r_i - r_j)), the gradient
//     sum over G of the mesh, m, m' of  w(G) sigma_m sigma_m' i K_m exp(iK_m.r_i - iK_m'.r_j),
//       K_m = G + n m.
// Averaged over both places the terms are independent, and the mean square of the difference is
//     X = sum over G of  w^2 { [sum_m |K_m|^2 sigma_m^2] [sum_m sigma_m^2] - 2 G^2 sigma_0^2 + G^2 }
//         + sum beyond the mesh of w^2 G^2
// (sigma: products over the axes). For uncorrelated charges the forces' mean square error is (sum
// q^2)^2 / N times X: Kolafa and Perram, Mol. Simul. 9, 351 (1992); Ballenegger, Cerda, Holm, J.
// Chem. Theory Comput. 8, 936 (2012). Sums over G are integrals over the mesh's cell by Gauss's
// rule, or sums where few wave numbers matter. In a skewed cell w(G) is a thin ridge across the
// wave numbers: the rule is then repeated on as many parts of an axis as the ridge is thinner than
// the range.
#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include <ionscape/core/error.hpp>
#include <ionscape/potentials/ewald/mesh_sum.hpp>

#include "ewald/bspline.hpp"

namespace ionscape {

namespace {

using detail::ReciprocalKernel;
using detail::SplineAliases;

constexpr double rounding = 4e-15;  // of splines and transforms, relative to the force; measured
constexpr int gauss_points = 8;

struct Rule {
  std::array<double, gauss_points> x, weight;  // on [0, 1]
};

/// Gauss-Legendre, by Newton's method on the Legendre polynomial.
Rule gauss_rule() {
  Rule rule{};
  for (int i = 0; i < gauss_points; ++i) {
    double x = std::cos(pi * (i + 0.75) / (gauss_points + 0.5)), slope = 1;
    for (int step = 0; step < 50; ++step) {
      double p = 1, before = 0;
      for (int k = 1; k <= gauss_points; ++k) {
        double const next = ((2 * k - 1) * x * p - (k - 1) * before) / k;
        before = p;
        p = next;
      }
      slope = gauss_points * (x * p - before) / (x * x - 1);
      x -= p / slope;
    }
    rule.x[std::size_t(i)] = (1 - x) / 2;
    rule.weight[std::size_t(i)] = 1 / ((1 - x * x) * slope * slope);
  }
  return rule;
}

/// A wave number x >= 0 of one axis and what its aliases do, all relative to sigma_0: nothing is
/// lost in differences of nearly equal terms.
struct Node {
  double x;        // in units of the mesh's size
  double weight;   // number of wave numbers of one sign
  double rest;     // 1 - sigma_0
  double q, h, r;  // sums over m != 0 of (sigma_m / sigma_0)^2 times 1, x + m, (x + m)^2
  double self[3];  // sum of sigma_m sigma_(m + 0, 1, 2), over (sum s)^2
};

Node node_of(int order, double x, double weight) {
  SplineAliases const a(order, x);
  Node node{x, weight, 0, 0, 0, 0, {}};
  double const sum = a.sum();
  for (int m = -SplineAliases::reach; m <= SplineAliases::reach; ++m) {
    if (m == 0) continue;
    double const ratio = a[m] / a[0], square = ratio * ratio;
    node.rest += a[m] / sum;
    node.q += square;
    node.h += square * (x + m);
    node.r += square * (x + m) * (x + m);
  }
  for (int shift = 0; shift < 3; ++shift) node.self[shift] = a.product(shift) / (sum * sum);
  return node;
}

/// `highest`: where w has vanished, in units of the mesh's size. `parts`: how often Gauss's rule
/// is repeated.
std::vector<Node> nodes_of(int n, int order, double highest, int parts) {
  static Rule const rule = gauss_rule();
  std::vector<Node> nodes;
  double const end = std::min(0.5, highest);
  if (end * n <= gauss_points * parts) {
    for (int k = 0; 2 * k < n && k <= end * n + 1; ++k)
      nodes.push_back(node_of(order, double(k) / n, k == 0 ? 0.5 : 1));
  } else {
    double const width = end / parts;
    for (int part = 0; part < parts; ++part)
      for (int i = 0; i < gauss_points; ++i)
        nodes.push_back(node_of(order, width * (part + rule.x[std::size_t(i)]),
                                width * n * rule.weight[std::size_t(i)]));
  }
  return nodes;
}

}  // namespace

double mesh_force_error(Cell const& cell, ReciprocalKernel const& kernel,
                        MeshParameters const& mesh, double sum_q2, std::size_t ions) {
  std::vector<Node> axes[3];
  Vec3 b[3];  // of the mesh: n b
  Cell const reciprocal = cell.reciprocal();
  Vec3 const rows[3] = {reciprocal.a, reciprocal.b, reciprocal.c};
  double const lengths[3] = {norm(cell.a), norm(cell.b), norm(cell.c)};
  for (int d = 0; d < 3; ++d) {
    int const n = mesh.size[std::size_t(d)];
    // |k| <= |G| |a| / 2 pi in all, and the height in place of |a| for given k of the other axes.
    // A reduced cell's edges are at most sqrt(2) times its heights.
    double const thinner = lengths[d] * norm(rows[d]) / (2 * pi);
    axes[d] = nodes_of(n, mesh.order, 5.5 * 2 * kernel.alpha * lengths[d] / (2 * pi) / n,
                       std::max(1, int(std::ceil(std::min(thinner / 1.5, double(n))))));
    b[d] = double(n) * rows[d];
  }
  double const nodes = double(axes[0].size()) * double(axes[1].size()) * double(axes[2].size());
  if (nodes > 1e8)
    fail_input({}, "the cell with edges of ", lengths[0], ", ", lengths[1], " and ", lengths[2],
               " Å is too skewed for a mesh: give the same lattice with shorter vectors");
  double g[3][3];
  for (int i = 0; i < 3; ++i)
    for (int j = 0; j < 3; ++j) g[i][j] = dot(b[i], b[j]);
  double const skew = std::fabs(g[0][1]) + std::fabs(g[0][2]) + std::fabs(g[1][2]);
  int const combinations =
      skew > 1e-9 * (g[0][0] + g[1][1] + g[2][2]) ? 4 : 1;  // of signs; the other four have -G
  double const each = 8.0 / combinations;

  double square = 0;    // X
  double self[6] = {};  // the ion's own image: harmonics (2, 0, 0), ..., (0, 1, +-1), ...
  for (Node const& x : axes[0])
    for (Node const& y : axes[1])
      for (Node const& z : axes[2]) {
        double const qx = 1 + x.q, qy = 1 + y.q, qz = 1 + z.q;
        double const q_yz = y.q + z.q + y.q * z.q, q_xz = x.q + z.q + x.q * z.q,
                     q_xy = x.q + y.q + x.q * y.q;
        double const q_all = x.q + qx * q_yz;
        double const s0 = (1 - x.rest) * (1 - y.rest) * (1 - z.rest), a = s0 * s0;
        double const one_minus_a =
            (1 + s0) * (x.rest + (1 - x.rest) * (y.rest + (1 - y.rest) * z.rest));
        double const diagonal = g[0][0] * (x.r * (1 + q_yz) + x.x * x.x * q_yz) +
                                g[1][1] * (y.r * (1 + q_xz) + y.x * y.x * q_xz) +
                                g[2][2] * (z.r * (1 + q_xy) + z.x * z.x * q_xy);
        double const g2_diagonal = g[0][0] * x.x * x.x + g[1][1] * y.x * y.x + g[2][2] * z.x * z.x;
        auto const pair = [](Node const& u, Node const& v, double q_other) {
          return (u.x * v.h + u.h * v.x + u.h * v.h) * q_other + u.x * v.x * (q_other - 1);
        };
        double const xy = pair(x, y, qz), xz = pair(x, z, qy), yz = pair(y, z, qx);
        double const number = each * x.weight * y.weight * z.weight;
        for (int c = 0; c < combinations; ++c) {
          double const sy = c & 1 ? -1 : 1, sz = c & 2 ? -1 : 1;
          double const g_xy = 2 * sy * g[0][1], g_xz = 2 * sz * g[0][2],
                       g_yz = 2 * sy * sz * g[1][2];
          double const g2 = g2_diagonal + g_xy * x.x * y.x + g_xz * x.x * z.x + g_yz * y.x * z.x;
          if (!(g2 > 0)) continue;
          double const more = diagonal + g_xy * xy + g_xz * xz + g_yz * yz;
          double const w = kernel.value(g2);
          square += number * w * w *
                    (g2 * (one_minus_a * one_minus_a + rounding * rounding) +
                     a * a * (more * (1 + q_all) + g2 * q_all));
          double const nw = number * w;
          self[0] += nw * x.self[2] * y.self[0] * z.self[0];
          self[1] += nw * x.self[0] * y.self[2] * z.self[0];
          self[2] += nw * x.self[0] * y.self[0] * z.self[2];
          self[3] += nw * x.self[0] * y.self[1] * z.self[1];
          self[4] += nw * x.self[1] * y.self[0] * z.self[1];
          self[5] += nw * x.self[1] * y.self[1] * z.self[0];
        }
      }

  // Beyond each face of the mesh's cell, where w^2 G^2 falls exponentially: its value there times
  // the length of its decay.
  for (int d = 0; d < 3; ++d) {
    int const e = (d + 1) % 3, f = (d + 2) % 3;
    double const n = mesh.size[std::size_t(d)];
    for (Node const& u : axes[e])
      for (Node const& v : axes[f])
        for (int c = 0; c < combinations; ++c) {
          double const x = 0.5, y = c & 1 ? -u.x : u.x, z = c & 2 ? -v.x : v.x;
          double const g2 = g[d][d] * x * x + g[e][e] * y * y + g[f][f] * z * z +
                            2 * (g[d][e] * x * y + g[d][f] * x * z + g[e][f] * y * z);
          double const outwards = 2 * (g[d][d] * x + g[d][e] * y + g[d][f] * z);  // d(G^2)/dx
          double const w = kernel.value(g2), value = w * w * g2;
          double const slope = (2 * w * kernel.derivative(g2) * g2 + w * w) * outwards;
          // The wave numbers +-n/2 themselves are not on the mesh: half of their number lies on the
          // near side.
          double const length = (slope < 0 ? std::min(-value / slope, 0.5) : 0.5) * n + 0.5;
          square += each * u.weight * v.weight * value * length;
        }
  }

  double self_square = 0;
  for (int m = 0; m < 6; ++m) {
    int const i = m % 3, j = (i + 1) % 3, k = (i + 2) % 3;
    if (m < 3)
      self_square += 0.5 * self[m] * self[m] * 4 * g[i][i];
    else  // +1, +1 and +1, -1
      self_square += self[m] * self[m] * (g[j][j] + g[k][k]);
  }
  double const q2 = sum_q2 / double(std::max<std::size_t>(ions, 1));
  return std::sqrt(sum_q2 * q2 * square + q2 * q2 * self_square);
}

}  // namespace ionscape
