#include <ionscape/lattice/fcc.hpp>

#include <cmath>
#include <map>
#include <utility>

#include <ionscape/core/error.hpp>

namespace ionscape {

namespace {

using Point = std::array<int, 3>;  // units of a / 2 along the cubic axes

int dot(Point const& u, Point const& v) { return u[0] * v[0] + u[1] * v[1] + u[2] * v[2]; }
Point cross(Point const& u, Point const& v) {
  return {u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0]};
}
int floor_divide(int n, int d) { return n / d - (n % d < 0); }  // d > 0

/// Integer geometry of the supercell: fractional coordinates are exact multiples of 1 /
/// determinant.
struct Supercell {
  Point ab, bc, ca;
  int determinant;

  explicit Supercell(FccSupercell const& rows)
      : ab(cross(rows[0], rows[1])),
        bc(cross(rows[1], rows[2])),
        ca(cross(rows[2], rows[0])),
        determinant(dot(rows[0], bc)) {}

  /// Fractional coordinates of a point, times the determinant.
  Point fractional(Point const& p) const { return {dot(p, bc), dot(p, ca), dot(p, ab)}; }
};

/// Cell of the supercell's shape and size, a along x and b in the xy plane.
Cell upright_cell(FccSupercell const& rows, double half_a) {
  double const a = half_a * std::sqrt(dot(rows[0], rows[0]));
  double const bx = half_a * half_a * dot(rows[0], rows[1]) / a;
  double const by = std::sqrt(half_a * half_a * dot(rows[1], rows[1]) - bx * bx);
  double const cx = half_a * half_a * dot(rows[0], rows[2]) / a;
  double const cy = (half_a * half_a * dot(rows[1], rows[2]) - bx * cx) / by;
  double const cz = std::sqrt(half_a * half_a * dot(rows[2], rows[2]) - cx * cx - cy * cy);
  return {{a, 0, 0}, {bx, by, 0}, {cx, cy, cz}};
}

constexpr std::array<Point, 3> shared_face = {{{0, 1, 1}, {1, 0, 1}, {1, 1, 0}}};

void check(double volume_per_anion, FccSupercell const& rows, double charge) {
  if (!(volume_per_anion > 0) || !std::isfinite(volume_per_anion))
    fail_input({}, "fcc framework: volume per anion ", volume_per_anion, " Å^3, expected > 0");
  if (!std::isfinite(charge))
    fail_input({}, "fcc framework: the charge ", charge, " e is not finite");
  for (Point const& row : rows)
    if ((row[0] + row[1] + row[2]) % 2 != 0)
      fail_input({}, "fcc framework: supercell row ", row[0], " ", row[1], " ", row[2],
                 " (units of a/2) is no lattice vector, expected an even sum");
  if (int const det = Supercell(rows).determinant; det <= 0)
    fail_input({}, "fcc framework: supercell determinant ", det, ", expected > 0 (right-handed)");
}

/// The anions of one supercell, and sites between them at lattice points in units of a/2.
class Framework {
 public:
  Framework(FccSupercell const& rows, double half_a)
      : supercell_(rows), cell_(upright_cell(rows, half_a)) {
    int const det = supercell_.determinant;
    // Every lattice point of the home cell lies in the box around it.
    Point low{}, high{};
    for (int axis = 0; axis < 3; ++axis)
      for (Point const& row : rows) (row[axis] < 0 ? low : high)[axis] += row[axis];
    for (int x = low[0]; x <= high[0]; ++x)
      for (int y = low[1]; y <= high[1]; ++y)
        for (int z = low[2]; z <= high[2]; ++z) {
          Point const f = supercell_.fractional({x, y, z});
          bool const inside =
              f[0] >= 0 && f[0] < det && f[1] >= 0 && f[1] < det && f[2] >= 0 && f[2] < det;
          if (inside && (x + y + z) % 2 == 0) ion_at_.emplace(f, 0);
        }
    std::size_t ions = 0;
    for (auto& [f, ion] : ion_at_) ion = ions++;
  }

  Crystal crystal(std::string const& species, double charge) const {
    Crystal crystal;
    crystal.cell = cell_;
    for (auto const& [f, ion] : ion_at_) crystal.positions.push_back(cartesian(f, 1));
    crystal.species.assign(crystal.positions.size(), species);
    crystal.charges.assign(crystal.positions.size(), charge);
    return crystal;
  }

  /// At p / parts.
  Site site(SiteKind kind, Point const& p, int parts, std::initializer_list<Point> vertices) const {
    Site s{kind, cartesian(supercell_.fractional(p), 1.0 / parts), {}};
    for (Point const& v : vertices) s.vertices.push_back(vertex(v));
    return s;
  }

  Window window(std::array<Point, 3> const& t) const {
    Point const sum = {t[0][0] + t[1][0] + t[2][0], t[0][1] + t[1][1] + t[2][1],
                       t[0][2] + t[1][2] + t[2][2]};
    return Window{{vertex(t[0]), vertex(t[1]), vertex(t[2])},
                  cartesian(supercell_.fractional(sum), 1.0 / 3)};
  }

 private:
  Vec3 cartesian(Point const& f, double scale) const {
    int const det = supercell_.determinant;
    return cell_.to_cartesian({scale * f[0] / det, scale * f[1] / det, scale * f[2] / det});
  }

  Vertex vertex(Point const& p) const {
    int const det = supercell_.determinant;
    Point f = supercell_.fractional(p);
    Shift const shift{floor_divide(f[0], det), floor_divide(f[1], det), floor_divide(f[2], det)};
    f = {f[0] - shift.a * det, f[1] - shift.b * det, f[2] - shift.c * det};
    return Vertex{ion_at_.at(f), shift};
  }

  Supercell supercell_;
  Cell cell_;
  std::map<Point, std::size_t> ion_at_;  // by fractional coordinates times the determinant
};

Hop hop_of(Framework const& framework, HopKind kind) {
  Site const oct =
      framework.site(SiteKind::oct, {1, 1, 1}, 1,
                     {{0, 1, 1}, {1, 0, 1}, {1, 1, 0}, {2, 1, 1}, {1, 2, 1}, {1, 1, 2}});
  Site const tet =
      framework.site(SiteKind::tet, {1, 1, 1}, 2, {{0, 0, 0}, {0, 1, 1}, {1, 0, 1}, {1, 1, 0}});
  Hop hop;
  hop.kind = kind;
  switch (kind) {
    case HopKind::oct_tet:
      hop.sites = {oct, tet};
      hop.windows = {framework.window(shared_face)};
      break;
    case HopKind::tet_oct_tet:
      hop.sites = {tet, oct,
                   framework.site(SiteKind::tet, {3, 3, 3}, 2,
                                  {{2, 2, 2}, {2, 1, 1}, {1, 2, 1}, {1, 1, 2}})};
      hop.windows = {framework.window(shared_face),
                     framework.window({{{2, 1, 1}, {1, 2, 1}, {1, 1, 2}}})};
      break;
    case HopKind::oct_tet_oct:
      hop.sites = {
          oct, tet,
          framework.site(SiteKind::oct, {1, 0, 0}, 1,
                         {{0, 0, 0}, {1, 0, 1}, {1, 1, 0}, {2, 0, 0}, {1, -1, 0}, {1, 0, -1}})};
      hop.windows = {framework.window(shared_face),
                     framework.window({{{0, 0, 0}, {1, 0, 1}, {1, 1, 0}}})};
      break;
  }
  return hop;
}

}  // namespace

FccModel fcc_model(double volume_per_anion, FccSupercell const& rows, std::string const& species,
                   double charge, HopKind kind) {
  check(volume_per_anion, rows, charge);
  Framework const framework(rows, std::cbrt(4 * volume_per_anion) / 2);
  FccModel model;
  model.framework = framework.crystal(species, charge);
  model.hop = hop_of(framework, kind);
  return model;
}

}  // namespace ionscape
