#include <ionscape/lattice/symmetry.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <set>

#include <spglib.h>

#include <ionscape/core/error.hpp>

namespace ionscape {

namespace {

using Matrix = std::array<std::array<int, 3>, 3>;

constexpr Matrix identity = {{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}};

Vec3 wrapped(Vec3 f) {
  return {f.x - std::floor(f.x), f.y - std::floor(f.y), f.z - std::floor(f.z)};
}

/// Points of a periodic cell in boxes of about one point each, asked for what is at a place.
class PointsAtPlaces {
 public:
  /// No place is looked for further than `reach` (Å).
  PointsAtPlaces(Cell const& cell, std::span<Vec3 const> points, double reach)
      : cell_(reduced(cell).cell), reach_(reach) {
    Vec3 const faces = cell_.face_distances();
    double const width = std::max(reach, std::cbrt(cell_.volume() / double(points.size() + 1)));
    auto const boxes = [&](double face) { return std::clamp(int(face / width), 1, 200); };
    n_ = {boxes(faces.x), boxes(faces.y), boxes(faces.z)};
    margin_ = {reach / faces.x, reach / faces.y, reach / faces.z};
    boxes_.resize(std::size_t(n_[0]) * n_[1] * n_[2]);
    for (std::size_t i = 0; i < points.size(); ++i) {
      fractional_.push_back(wrapped(cell_.to_fractional(points[i])));
      Vec3 const f = fractional_.back();
      boxes_[box(at(f.x, 0), at(f.y, 1), at(f.z, 2))].push_back(i);
    }
  }

  /// Calls visit(index, distance in Å) for each point, or image of it, within reach.
  template <class Visit>
  void visit(Vec3 position, Visit const& visit) const {
    Vec3 const f = wrapped(cell_.to_fractional(position));
    auto const range = [&](double x, double margin, int k) {
      int const first = int(std::floor((x - margin) * n_[k])),
                last = int(std::floor((x + margin) * n_[k]));
      return std::array{first, std::min(last, first + n_[k] - 1)};
    };
    auto const x = range(f.x, margin_.x, 0), y = range(f.y, margin_.y, 1),
               z = range(f.z, margin_.z, 2);
    for (int i = x[0]; i <= x[1]; ++i)
      for (int j = y[0]; j <= y[1]; ++j)
        for (int k = z[0]; k <= z[1]; ++k)
          for (std::size_t const point : boxes_[box(i, j, k)]) {
            Vec3 d = fractional_[point] - f;
            d = {d.x - std::round(d.x), d.y - std::round(d.y), d.z - std::round(d.z)};
            if (double const distance = norm(cell_.to_cartesian(d)); distance <= reach_)
              visit(point, distance);
          }
  }

 private:
  int at(double x, int k) const { return std::min(int(x * n_[k]), n_[k] - 1); }
  std::size_t box(int i, int j, int k) const {
    auto const inside = [](int x, int n) { return std::size_t(((x % n) + n) % n); };
    return (inside(i, n_[0]) * n_[1] + inside(j, n_[1])) * n_[2] + inside(k, n_[2]);
  }

  Cell cell_;
  double reach_;
  std::array<int, 3> n_;
  Vec3 margin_;
  std::vector<Vec3> fractional_;
  std::vector<std::vector<std::size_t>> boxes_;
};

int narrowed(std::int64_t x) {
  if (x != int(x))
    fail_input({}, "the cell is too skewed: its symmetry operations have no numbers");
  return int(x);
}

/// The cell that spglib sees: short vectors, right-handed, with f_own = to_own f.
struct ShortCell {
  Cell cell;
  Matrix to_own, from_own;
};

ShortCell short_cell(Cell const& own) {
  ReducedCell const r = reduced(own);
  int const hand = r.cell.signed_volume() < 0 ? -1 : 1;
  double const s = hand;
  ShortCell out{{s * r.cell.a, s * r.cell.b, s * r.cell.c}, {}, {}};
  for (int i = 0; i < 3; ++i)
    for (int j = 0; j < 3; ++j) out.to_own[j][i] = hand * r.transformation[i][j];
  // Its determinant is 1 or -1, so that the inverse has whole numbers.
  auto const& m = out.to_own;
  for (int i = 0; i < 3; ++i)
    for (int j = 0; j < 3; ++j) {
      int const a = (j + 1) % 3, b = (j + 2) % 3, c = (i + 1) % 3, d = (i + 2) % 3;
      std::int64_t const minor = std::int64_t(m[a][c]) * m[b][d] - std::int64_t(m[a][d]) * m[b][c];
      out.from_own[i][j] = narrowed(hand * minor);
    }
  return out;
}

Matrix product(Matrix const& a, Matrix const& b) {
  Matrix out;
  for (int i = 0; i < 3; ++i)
    for (int j = 0; j < 3; ++j) {
      std::int64_t sum = 0;
      for (int k = 0; k < 3; ++k) sum += std::int64_t(a[i][k]) * b[k][j];
      out[i][j] = narrowed(sum);
    }
  return out;
}

Vec3 product(Matrix const& a, Vec3 v) {
  auto const row = [&](int i) { return a[i][0] * v.x + a[i][1] * v.y + a[i][2] * v.z; };
  return {row(0), row(1), row(2)};
}

using Dataset = std::unique_ptr<SpglibDataset, decltype(&spg_free_dataset)>;

Dataset ask_spglib(Crystal const& crystal, Cell const& cell, double tolerance) {
  double lattice[3][3] = {{cell.a.x, cell.b.x, cell.c.x},
                          {cell.a.y, cell.b.y, cell.c.y},
                          {cell.a.z, cell.b.z, cell.c.z}};
  std::map<std::string, int> type_of;
  std::vector<int> types;
  auto const positions = std::make_unique<double[][3]>(crystal.size());
  for (std::size_t i = 0; i < crystal.size(); ++i) {
    types.push_back(type_of.emplace(crystal.species[i], int(type_of.size()) + 1).first->second);
    Vec3 const f = wrapped(cell.to_fractional(crystal.positions[i]));
    positions[i][0] = f.x, positions[i][1] = f.y, positions[i][2] = f.z;
  }
  return {spg_get_dataset(lattice, positions.get(), types.data(), int(crystal.size()), tolerance),
          &spg_free_dataset};
}

/// What spglib finds, its operations in the crystal's own cell. Without operations if it finds
/// nothing.
struct Found {
  Dataset dataset;
  std::vector<FractionalOperation> operations;
};

Found find(Crystal const& crystal, double tolerance) {
  ShortCell const cell = short_cell(crystal.cell);
  Found found{ask_spglib(crystal, cell.cell, tolerance), {}};
  for (int n = 0; found.dataset && n < found.dataset->n_operations; ++n) {
    Matrix rotation;
    for (int i = 0; i < 3; ++i) std::copy_n(found.dataset->rotations[n][i], 3, rotation[i].begin());
    auto const& t = found.dataset->translations[n];
    found.operations.push_back({product(product(cell.to_own, rotation), cell.from_own),
                                wrapped(product(cell.to_own, Vec3{t[0], t[1], t[2]}))});
  }
  return found;
}

/// One ion of each that translations make equal, in the cell of `dataset`'s primitive lattice.
Crystal primitive_crystal(Crystal const& crystal, SpglibDataset const& dataset) {
  auto const& p = dataset.primitive_lattice;
  Crystal out;
  out.cell = {
      {p[0][0], p[1][0], p[2][0]}, {p[0][1], p[1][1], p[2][1]}, {p[0][2], p[1][2], p[2][2]}};
  std::set<int> taken;
  for (std::size_t i = 0; i < crystal.size(); ++i) {
    if (!taken.insert(dataset.mapping_to_primitive[i]).second) continue;
    out.species.push_back(crystal.species[i]);
    out.positions.push_back(crystal.positions[i]);
  }
  return out;
}

/// Where each ion goes: the nearest ion of its species. Empty if there is none for one of them.
std::vector<std::size_t> permutation(Crystal const& crystal, PointsAtPlaces const& ions,
                                     FractionalOperation const& operation) {
  std::vector<std::size_t> image_of;
  for (std::size_t i = 0; i < crystal.size(); ++i) {
    Vec3 const image =
        crystal.cell.to_cartesian(operation(crystal.cell.to_fractional(crystal.positions[i])));
    double nearest = std::numeric_limits<double>::infinity();
    std::size_t found = crystal.size();
    ions.visit(image, [&](std::size_t j, double distance) {
      if (distance < nearest && crystal.species[j] == crystal.species[i])
        nearest = distance, found = j;
    });
    if (found == crystal.size()) return {};
    image_of.push_back(found);
  }
  return image_of;
}

/// How far, in tolerances, images may be from what they are images of: operations hold for each
/// ion within one tolerance, and points made of several ions add up.
constexpr double reach_in_tolerances = 5;

}  // namespace

Symmetry find_symmetry(Crystal const& crystal, double tolerance_A) {
  if (!(tolerance_A > 0))
    fail_input({}, "symmetry tolerance ", tolerance_A, " Å, expected above 0");
  for (std::size_t i = 0; i < crystal.size(); ++i)
    if (Vec3 const r = crystal.positions[i]; !std::isfinite(r.x + r.y + r.z))
      fail_input({}, "the position of ion ", i + 1, " is not finite");
  Symmetry out;
  out.cell = out.primitive = crystal.cell;
  out.tolerance_A = tolerance_A;
  Found const found = find(crystal, tolerance_A);
  PointsAtPlaces const ions(crystal.cell, crystal.positions, reach_in_tolerances * tolerance_A);
  auto const add = [&](FractionalOperation const& operation) {
    auto image_of = permutation(crystal, ions, operation);
    if (image_of.empty() && crystal.size() > 0) return;
    bool const is_identity = operation.rotation == identity && norm(operation.translation) < 1e-9;
    out.operations.insert(is_identity ? out.operations.begin() : out.operations.end(),
                          {operation, std::move(image_of)});
  };
  for (FractionalOperation const& operation : found.operations) add(operation);
  if (out.operations.empty()) {
    add({identity, {}});
    out.operations_of_primitive = {{identity, {}}};
    out.orbit_of_ion = out.operations[0].image_of;
    return out;
  }
  out.number = found.dataset->spacegroup_number;
  out.international = found.dataset->international_symbol;
  int const* const orbits = found.dataset->crystallographic_orbits;
  out.orbit_of_ion.assign(orbits, orbits + crystal.size());
  Crystal const primitive = primitive_crystal(crystal, *found.dataset);
  out.operations_of_primitive.assign(out.operations.begin(), out.operations.end());
  if (primitive.size() < crystal.size())
    if (Found of_primitive = find(primitive, tolerance_A); !of_primitive.operations.empty()) {
      out.primitive = primitive.cell;
      out.operations_of_primitive = std::move(of_primitive.operations);
    }
  return out;
}

Orbits orbits_of_ions(Symmetry const& symmetry) {
  Orbits out;
  std::map<std::size_t, std::size_t> class_of_orbit;
  for (std::size_t i = 0; i < symmetry.orbit_of_ion.size(); ++i) {
    auto const [at, is_new] = class_of_orbit.emplace(symmetry.orbit_of_ion[i], out.size());
    if (is_new) out.first.push_back(i), out.count.push_back(0);
    out.class_of.push_back(at->second);
    ++out.count[at->second];
  }
  return out;
}

Orbits orbits_of_points(Symmetry const& symmetry, std::span<Vec3 const> points) {
  std::vector<std::vector<Vec3>> paths;
  for (Vec3 r : points) paths.push_back({r});
  return orbits_of_paths(symmetry, paths);
}

Orbits orbits_of_paths(Symmetry const& symmetry, std::span<std::vector<Vec3> const> paths,
                       bool both_ways) {
  double const reach = reach_in_tolerances * symmetry.tolerance_A;
  std::vector<Vec3> starts;
  for (auto const& path : paths) starts.push_back(path.at(0));
  Cell const& cell = symmetry.primitive;
  PointsAtPlaces const places(cell, starts, reach);
  // Both begin at the same place up to a lattice vector, so that only their shapes are compared.
  auto const same = [&](std::vector<Vec3> const& a, std::vector<Vec3> const& b) {
    if (a.size() != b.size()) return false;
    for (std::size_t k = 1; k < a.size(); ++k)
      if (norm((a[k] - a[0]) - (b[k] - b[0])) > reach) return false;
    return true;
  };
  constexpr auto open = std::numeric_limits<std::size_t>::max();
  Orbits out;
  out.class_of.assign(paths.size(), open);
  for (std::size_t i = 0; i < paths.size(); ++i) {
    if (out.class_of[i] != open) continue;
    out.class_of[i] = out.size();
    out.first.push_back(i);
    out.count.push_back(1);
    auto const take = [&](std::vector<Vec3> const& image) {
      places.visit(image[0], [&](std::size_t j, double) {
        if (out.class_of[j] != open || !same(image, paths[j])) return;
        out.class_of[j] = out.size() - 1;
        ++out.count.back();
      });
    };
    for (FractionalOperation const& operation : symmetry.operations_of_primitive) {
      std::vector<Vec3> image;
      for (Vec3 r : paths[i]) image.push_back(cell.to_cartesian(operation(cell.to_fractional(r))));
      take(image);
      if (both_ways) {
        std::ranges::reverse(image);
        take(image);
      }
    }
  }
  return out;
}

}  // namespace ionscape
