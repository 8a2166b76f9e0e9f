#include <ionscape/lattice/csm.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <set>

#include <Eigen/Dense>

#include <ionscape/core/error.hpp>

namespace ionscape {

namespace {

using Points = Eigen::Matrix3Xd;  // one column a point
using Assignment = std::vector<std::size_t>;

/// Vertices in order, then the centre; the centroid of all is the origin.
Points about_centroid(Vec3 centre, std::span<Vec3 const> vertices) {
  Points points(3, vertices.size() + 1);
  for (std::size_t k = 0; k < vertices.size(); ++k)
    points.col(k) << vertices[k].x, vertices[k].y, vertices[k].z;
  points.col(vertices.size()) << centre.x, centre.y, centre.z;
  points.colwise() -= points.rowwise().mean().eval();
  return points;
}

void require_distinct(Points const& points, std::string const& what) {
  double const size = points.norm();
  if (!std::isfinite(size)) fail_input({}, what, ": a position is not a finite number");
  for (Eigen::Index i = 0; i < points.cols(); ++i)
    for (Eigen::Index j = 0; j < i; ++j)
      if (!((points.col(i) - points.col(j)).norm() > 1e-6 * size))
        fail_input({}, what, ": points ", j + 1, " and ", i + 1,
                   " coincide (the centre counts last)");
}

/// sum_k p_k q_pi(k)^T
Eigen::Matrix3d correlation(Points const& p, Points const& q, Assignment const& match) {
  Eigen::Index const n = p.cols() - 1;
  Eigen::Matrix3d m = p.col(n) * q.col(n).transpose();
  for (Eigen::Index k = 0; k < n; ++k) m += p.col(k) * q.col(Eigen::Index(match[k])).transpose();
  return m;
}

/// max_R sum_k p_k . R q_pi(k) over proper rotations: Kabsch, Acta Cryst. A 32, 922 (1976).
double best_overlap(Eigen::Matrix3d const& m) {
  Eigen::Vector3d const s = Eigen::JacobiSVD<Eigen::Matrix3d>(m).singularValues();
  return s[0] + s[1] + std::copysign(s[2], m.determinant());
}

Eigen::Matrix3d best_rotation(Eigen::Matrix3d const& m) {
  Eigen::JacobiSVD<Eigen::Matrix3d> const svd(m, Eigen::ComputeFullU | Eigen::ComputeFullV);
  double const hand = (svd.matrixU() * svd.matrixV().transpose()).determinant();
  return svd.matrixU() * Eigen::Vector3d(1, 1, hand).asDiagonal() * svd.matrixV().transpose();
}

/// The assignment of largest total gain(row, match[row]), by the Hungarian method with potentials
/// (Kuhn 1955, Munkres 1957) in n^3 steps.
Assignment best_assignment(Eigen::MatrixXd const& gain) {
  int const n = int(gain.rows());
  std::vector<double> row_potential(n + 1), column_potential(n + 1);
  std::vector<int> row_of(n + 1, 0),
      previous(n + 1, 0);  // column 0 is the root of the search, rows count from 1
  for (int row = 1; row <= n; ++row) {
    row_of[0] = row;
    std::vector<double> slack(n + 1, std::numeric_limits<double>::infinity());
    std::vector<bool> used(n + 1, false);
    int column = 0;
    do {
      used[column] = true;
      double delta = std::numeric_limits<double>::infinity();
      int next = 0;
      for (int j = 1; j <= n; ++j) {
        if (used[j]) continue;
        double const reduced =
            -gain(row_of[column] - 1, j - 1) - row_potential[row_of[column]] - column_potential[j];
        if (reduced < slack[j]) slack[j] = reduced, previous[j] = column;
        if (slack[j] < delta) delta = slack[j], next = j;
      }
      for (int j = 0; j <= n; ++j) {
        if (used[j])
          row_potential[row_of[j]] += delta, column_potential[j] -= delta;
        else
          slack[j] -= delta;
      }
      column = next;
    } while (row_of[column] != 0);
    for (; column != 0; column = previous[column]) row_of[column] = row_of[previous[column]];
  }
  Assignment match(n);
  for (int j = 1; j <= n; ++j) match[row_of[j] - 1] = j - 1;
  return match;
}

/// A lower bound of the best overlap: assignment and rotation improved in turn, from the rotations
/// that bring two ideal vertices onto each ordered pair of vertices.
double overlap_by_alternation(Points const& p, Points const& q) {
  Eigen::Index const n = p.cols() - 1;
  Eigen::Index partner = 1;  // an ideal vertex that is not opposite to vertex 0
  for (Eigen::Index k = 1; k < n; ++k)
    if (q.col(0).cross(q.col(k)).norm() > q.col(0).cross(q.col(partner)).norm()) partner = k;
  double best = 0;
  for (Eigen::Index i = 0; i < n; ++i)
    for (Eigen::Index j = 0; j < n; ++j) {
      if (i == j) continue;
      Eigen::Matrix3d rotation =
          best_rotation(p.col(i) * q.col(0).transpose() + p.col(j) * q.col(partner).transpose());
      for (double overlap = -1;;) {
        Assignment const match =
            best_assignment(p.leftCols(n).transpose() * rotation * q.leftCols(n));
        Eigen::Matrix3d const m = correlation(p, q, match);
        double const improved = best_overlap(m);
        if (!(improved > overlap + 1e-12 * std::fabs(improved))) break;
        best = std::max(best, overlap = improved);
        rotation = best_rotation(m);
      }
    }
  return best;
}

/// The permutations of the vertices that a proper rotation performs.
std::vector<Assignment> rotation_group(Points const& q) {
  Eigen::Index const n = q.cols() - 1;
  double const square = q.squaredNorm();
  std::vector<Assignment> group;
  Assignment match(n);
  std::iota(match.begin(), match.end(), 0);
  do
    if (best_overlap(correlation(q, q, match)) > square * (1 - 1e-10)) group.push_back(match);
  while (std::ranges::next_permutation(match).found);
  return group;
}

}  // namespace

IdealPolyhedron::IdealPolyhedron(std::string name, std::vector<Vec3> vertices)
    : name_(std::move(name)), vertices_(std::move(vertices)) {
  std::size_t const n = vertices_.size();
  if (n < 2) fail_input({}, "ideal polyhedron ", name_, ": ", n, " vertices, expected at least 2");
  Points const q = about_centroid({}, vertices_);
  require_distinct(q, "ideal polyhedron " + name_);
  if (n > most_exact_vertices) return;

  auto const group = rotation_group(q);
  std::set<Assignment> covered;
  Assignment match(n), turned(n);
  std::iota(match.begin(), match.end(), 0);
  do {
    if (covered.contains(match)) continue;
    assignments_.push_back(match);
    for (Assignment const& g : group) {
      for (std::size_t k = 0; k < n; ++k) turned[k] = g[match[k]];
      covered.insert(turned);
    }
  } while (std::ranges::next_permutation(match).found);
}

IdealPolyhedron const& IdealPolyhedron::tetrahedron() {
  static IdealPolyhedron const ideal("T:4", {{1, 1, 1}, {1, -1, -1}, {-1, 1, -1}, {-1, -1, 1}});
  return ideal;
}

IdealPolyhedron const& IdealPolyhedron::octahedron() {
  static IdealPolyhedron const ideal(
      "O:6", {{1, 0, 0}, {-1, 0, 0}, {0, 1, 0}, {0, -1, 0}, {0, 0, 1}, {0, 0, -1}});
  return ideal;
}

IdealPolyhedron const& IdealPolyhedron::prism() {
  double const r = 2 / std::sqrt(3.0), x = r / 2;  // of triangles with edges of 2
  static IdealPolyhedron const ideal(
      "T:6", {{r, 0, 1}, {-x, 1, 1}, {-x, -1, 1}, {r, 0, -1}, {-x, 1, -1}, {-x, -1, -1}});
  return ideal;
}

double symmetry_measure(Vec3 centre, std::span<Vec3 const> vertices, IdealPolyhedron const& ideal) {
  std::string const what = "symmetry measure against " + ideal.name();
  if (vertices.size() != ideal.vertices().size())
    fail_input({}, what, ": ", vertices.size(), " vertices, expected ", ideal.vertices().size());
  Points const p = about_centroid(centre, vertices);
  require_distinct(p, what);
  Points const q = about_centroid({}, ideal.vertices());

  double overlap = 0;
  for (Assignment const& match : ideal.assignments())
    overlap = std::max(overlap, best_overlap(correlation(p, q, match)));
  if (ideal.assignments().empty()) overlap = overlap_by_alternation(p, q);
  return std::max(0.0, 100 * (1 - overlap * overlap / (p.squaredNorm() * q.squaredNorm())));
}

}  // namespace ionscape
