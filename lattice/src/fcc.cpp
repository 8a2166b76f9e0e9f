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

}  // namespace

FccModel fcc_model(double volume_per_anion, FccSupercell const& rows, std::string const& species,
                   double charge, HopKind kind) {
  if (!(volume_per_anion > 0) || !std::isfinite(volume_per_anion))
    fail_input({}, "fcc framework: volume per anion ", volume_per_anion, " Å^3, expected > 0");
  if (!std::isfinite(charge))
    fail_input({}, "fcc framework: the charge ", charge, " e is not finite");
  for (Point const& row : rows)
    if ((row[0] + row[1] + row[2]) % 2 != 0)
      fail_input({}, "fcc framework: supercell row ", row[0], " ", row[1], " ", row[2],
                 " (units of a/2) is no lattice vector, expected an even sum");
  Supercell const supercell(rows);
  int const det = supercell.determinant;
  if (det <= 0)
    fail_input({}, "fcc framework: supercell determinant ", det, ", expected > 0 (right-handed)");

  double const half_a = std::cbrt(4 * volume_per_anion) / 2;
  FccModel model;
  Crystal& framework = model.framework;
  framework.cell = upright_cell(rows, half_a);

  // Every lattice point of the home cell lies in the box around it.
  Point low{}, high{};
  for (int axis = 0; axis < 3; ++axis)
    for (Point const& row : rows) (row[axis] < 0 ? low : high)[axis] += row[axis];
  std::map<Point, std::size_t> ion_at;  // by fractional coordinates times the determinant
  for (int x = low[0]; x <= high[0]; ++x)
    for (int y = low[1]; y <= high[1]; ++y)
      for (int z = low[2]; z <= high[2]; ++z) {
        Point const f = supercell.fractional({x, y, z});
        bool const inside =
            f[0] >= 0 && f[0] < det && f[1] >= 0 && f[1] < det && f[2] >= 0 && f[2] < det;
        if (inside && (x + y + z) % 2 == 0) ion_at.emplace(f, 0);
      }
  auto const cartesian = [&](Point const& f, double scale) {
    return framework.cell.to_cartesian(
        {scale * f[0] / det, scale * f[1] / det, scale * f[2] / det});
  };
  for (auto& [f, ion] : ion_at) {
    ion = framework.size();
    framework.positions.push_back(cartesian(f, 1));
  }
  framework.species.assign(framework.size(), species);
  framework.charges.assign(framework.size(), charge);

  auto const vertex = [&](Point const& p) {
    Point f = supercell.fractional(p);
    Shift const shift{floor_divide(f[0], det), floor_divide(f[1], det), floor_divide(f[2], det)};
    f = {f[0] - shift.a * det, f[1] - shift.b * det, f[2] - shift.c * det};
    return Vertex{ion_at.at(f), shift};
  };
  // A site at p / parts, p in units of a / 2.
  auto const site = [&](SiteKind site_kind, Point const& p, int parts,
                        std::initializer_list<Point> vertices) {
    Site s{site_kind, cartesian(supercell.fractional(p), 1.0 / parts), {}};
    for (Point const& v : vertices) s.vertices.push_back(vertex(v));
    return s;
  };
  auto const window = [&](std::array<Point, 3> const& t) {
    Point const sum = {t[0][0] + t[1][0] + t[2][0], t[0][1] + t[1][1] + t[2][1],
                       t[0][2] + t[1][2] + t[2][2]};
    return Window{{vertex(t[0]), vertex(t[1]), vertex(t[2])},
                  cartesian(supercell.fractional(sum), 1.0 / 3)};
  };

  Site const oct = site(SiteKind::oct, {1, 1, 1}, 1,
                        {{0, 1, 1}, {1, 0, 1}, {1, 1, 0}, {2, 1, 1}, {1, 2, 1}, {1, 1, 2}});
  Site const tet = site(SiteKind::tet, {1, 1, 1}, 2, {{0, 0, 0}, {0, 1, 1}, {1, 0, 1}, {1, 1, 0}});
  model.hop.kind = kind;
  switch (kind) {
    case HopKind::oct_tet:
      model.hop.sites = {oct, tet};
      model.hop.windows = {window(shared_face)};
      break;
    case HopKind::tet_oct_tet:
      model.hop.sites = {
          tet, oct,
          site(SiteKind::tet, {3, 3, 3}, 2, {{2, 2, 2}, {2, 1, 1}, {1, 2, 1}, {1, 1, 2}})};
      model.hop.windows = {window(shared_face), window({{{2, 1, 1}, {1, 2, 1}, {1, 1, 2}}})};
      break;
    case HopKind::oct_tet_oct:
      model.hop.sites = {
          oct, tet,
          site(SiteKind::oct, {1, 0, 0}, 1,
               {{0, 0, 0}, {1, 0, 1}, {1, 1, 0}, {2, 0, 0}, {1, -1, 0}, {1, 0, -1}})};
      model.hop.windows = {window(shared_face), window({{{0, 0, 0}, {1, 0, 1}, {1, 1, 0}}})};
      break;
  }
  return model;
}

}  // namespace ionscape
