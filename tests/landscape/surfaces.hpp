// Energy surfaces of one ion whose critical points are known.
#pragma once

#include <cmath>
#include <random>
#include <vector>

#include <ionscape/core/cell.hpp>
#include <ionscape/landscape/site_energy.hpp>

namespace ionscape_test {

using namespace ionscape;

/// A surface from a function of one place that gives all: energy, gradient, Hessian.
class PointwiseSurface : public SiteEnergy {
 public:
  explicit PointwiseSurface(Cell cell) : cell_(cell) {}
  Cell const& cell() const override { return cell_; }
  void energies(std::span<Vec3 const> places, std::span<double> out) const override {
    for (std::size_t i = 0; i < places.size(); ++i) out[i] = local(places[i]).energy;
  }

 private:
  Cell cell_;
};

/// Sum of amplitude * cos(G . (r - origin) + phase), eV. The cell is any whose lattice the waves have.
class Waves : public PointwiseSurface {
 public:
  struct Wave {
    Vec3 G;  // Å^-1, 2 pi included
    double amplitude, phase = 0;
  };
  Waves(Cell cell, std::vector<Wave> waves, Vec3 origin = {})
      : PointwiseSurface(cell), waves_(std::move(waves)), origin_(origin) {}
  std::vector<Wave> const& waves() const { return waves_; }

  LocalEnergy local(Vec3 r) const override {
    LocalEnergy out;
    for (Wave const& w : waves_) {
      double const x = dot(w.G, r - origin_) + w.phase, c = w.amplitude * std::cos(x),
                   s = w.amplitude * std::sin(x);
      double const g[] = {w.G.x, w.G.y, w.G.z};
      out.energy += c;
      out.gradient -= s * w.G;
      for (int i = 0; i < 3; ++i)
        for (int j = 0; j < 3; ++j) out.hessian[i][j] -= c * g[i] * g[j];
    }
    return out;
  }

 private:
  std::vector<Wave> waves_;
  Vec3 origin_;
};

/// -(A_x cos x + A_y cos y + A_z cos z), the unit cell being the box of edges `size` (Å): one minimum
/// at the origin, three saddles of first and three of second order, one maximum; barriers 2 A along
/// each axis. `cell`: the box itself, or any that has its lattice.
inline Waves cosines(Vec3 size, Vec3 A, Cell cell, Vec3 origin = {}) {
  double const k = 2 * pi;
  return {cell,
          {{{k / size.x, 0, 0}, -A.x}, {{0, k / size.y, 0}, -A.y}, {{0, 0, k / size.z}, -A.z}},
          origin};
}
inline Cell box(Vec3 size) { return {{size.x, 0, 0}, {0, size.y, 0}, {0, 0, size.z}}; }

/// All waves up to |h| <= 2 along each axis of the cell, of random amplitudes and phases.
inline Waves random_waves(Cell const& cell, unsigned seed) {
  std::mt19937 random(seed);
  auto const uniform = [&] { return double(random()) / 4294967296.0; };
  Cell const b = cell.reciprocal();
  std::vector<Waves::Wave> waves;
  for (int h = 0; h <= 2; ++h)
    for (int k = -2; k <= 2; ++k)
      for (int l = -2; l <= 2; ++l) {
        double const square = h * h + k * k + l * l;
        if (square == 0 || square > 5) continue;
        double const amplitude = (uniform() - 0.5) / square;
        waves.push_back(
            {b.to_cartesian({double(h), double(k), double(l)}), amplitude, 2 * pi * uniform()});
      }
  return {cell, waves};
}

/// Repulsion A exp(-d/rho) by ions at some places, all images within 20 rho.
class Repulsion : public PointwiseSurface {
 public:
  Repulsion(Cell cell, std::vector<Vec3> ions, double A = 1000, double rho = 0.3)
      : PointwiseSurface(cell), A_(A), rho_(rho), reach_(20 * rho), ions_(std::move(ions)) {}

  LocalEnergy local(Vec3 r) const override {
    LocalEnergy out;
    Vec3 const faces = cell().face_distances();
    int const n[] = {int(reach_ / faces.x) + 2, int(reach_ / faces.y) + 2,
                     int(reach_ / faces.z) + 2};
    for (Vec3 ion : ions_) {
      Vec3 f = cell().to_fractional(r - ion);
      f = {f.x - std::floor(f.x), f.y - std::floor(f.y), f.z - std::floor(f.z)};
      for (int i = -n[0]; i <= n[0]; ++i)
        for (int j = -n[1]; j <= n[1]; ++j)
          for (int k = -n[2]; k <= n[2]; ++k)
            add(out, cell().to_cartesian(f + Vec3{double(i), double(j), double(k)}));
    }
    return out;
  }

 private:
  void add(LocalEnergy& out, Vec3 v) const {
    double const d = norm(v);
    if (d > reach_ || d == 0) {
      if (d == 0) out.energy += A_;
      return;
    }
    double const e = A_ * std::exp(-d / rho_), first = -e / rho_, second = e / (rho_ * rho_);
    double const x[] = {v.x / d, v.y / d, v.z / d};
    out.energy += e;
    out.gradient += (first / d) * v;
    for (int i = 0; i < 3; ++i)
      for (int j = 0; j < 3; ++j)
        out.hessian[i][j] += second * x[i] * x[j] + first / d * ((i == j) - x[i] * x[j]);
  }

  double A_, rho_, reach_;
  std::vector<Vec3> ions_;
};

}  // namespace ionscape_test
