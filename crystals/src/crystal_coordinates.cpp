#include "crystal_coordinates.hpp"

#include <algorithm>
#include <cmath>

namespace ionscape::detail {

namespace {

/// Å: a step of 0.2 Å is a strain of 4 %.
constexpr double length_of_strain = 5;
/// dH/de of a shear counts both of its elements: in units of sqrt(2) lengths it is like the others.
double const root_2 = std::sqrt(2.0);

Vec3 times(Matrix const& m, Vec3 v) {
  return {m[0][0] * v.x + m[0][1] * v.y + m[0][2] * v.z,
          m[1][0] * v.x + m[1][1] * v.y + m[1][2] * v.z,
          m[2][0] * v.x + m[2][1] * v.y + m[2][2] * v.z};
}

double determinant(Matrix const& m) {
  return m[0][0] * (m[1][1] * m[2][2] - m[1][2] * m[2][1]) -
         m[0][1] * (m[1][0] * m[2][2] - m[1][2] * m[2][0]) +
         m[0][2] * (m[1][0] * m[2][1] - m[1][1] * m[2][0]);
}

Matrix inverse(Matrix const& m) {
  double const s = 1 / determinant(m);
  Matrix result;
  for (int i = 0; i < 3; ++i)
    for (int j = 0; j < 3; ++j) {
      int const a = (j + 1) % 3, b = (j + 2) % 3, c = (i + 1) % 3, d = (i + 2) % 3;
      result[i][j] = s * (m[a][c] * m[b][d] - m[a][d] * m[b][c]);
    }
  return result;
}

Matrix product(Matrix const& a, Matrix const& b) {
  Matrix result{};
  for (int i = 0; i < 3; ++i)
    for (int j = 0; j < 3; ++j)
      for (int k = 0; k < 3; ++k) result[i][j] += a[i][k] * b[k][j];
  return result;
}

Vec3 at(std::span<double const> x, std::size_t k) { return {x[3 * k], x[3 * k + 1], x[3 * k + 2]}; }
void put(std::span<double> x, std::size_t k, Vec3 v) {
  x[3 * k] = v.x, x[3 * k + 1] = v.y, x[3 * k + 2] = v.z;
}

}  // namespace

CrystalCoordinates::CrystalCoordinates(Crystal const& crystal, Particles const& particles,
                                       CellFreedom cell)
    : cell_(cell),
      reference_(crystal.cell),
      ions_(std::size_t(particles.ions)),
      shells_(particles.springs.size()),
      start_(particles.crystal.positions),
      shell_of_(ions_, -1),
      free_(crystal) {
  for (std::size_t s = 0; s < shells_; ++s) {
    core_of_.push_back(particles.springs[s].core);
    shell_of_[std::size_t(core_of_.back())] = particles.springs[s].shell;
  }
}

std::vector<double> CrystalCoordinates::stiffness(StiffnessEstimate const& pairs) const {
  std::vector<double> k;
  for (double ion : pairs.ions) k.insert(k.end(), 3, ion);
  for (double shell : pairs.shells) k.insert(k.end(), 3, shell);
  // A change of the volume strains three axes at once.
  double const strain = pairs.strain / (length_of_strain * length_of_strain);
  k.insert(k.end(), strains(), cell_ == CellFreedom::volume ? 3 * strain : strain);
  return k;
}

Matrix CrystalCoordinates::stretch(std::span<double const> x) const {
  Matrix m{{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}};
  if (cell_ == CellFreedom::none) return m;
  std::span<double const> const s = x.last(6);
  bool const volume = cell_ == CellFreedom::volume;
  for (std::size_t k = 0; k < 3; ++k) m[k][k] += s[volume ? 0 : k] / length_of_strain;
  if (volume) return m;
  m[1][2] = m[2][1] = s[3] / (root_2 * length_of_strain);
  m[0][2] = m[2][0] = s[4] / (root_2 * length_of_strain);
  m[0][1] = m[1][0] = s[5] / (root_2 * length_of_strain);
  return m;
}

Cell CrystalCoordinates::cell(std::span<double const> x) const {
  if (cell_ == CellFreedom::none) return reference_;
  Matrix const m = stretch(x);
  return {times(m, reference_.a), times(m, reference_.b), times(m, reference_.c)};
}

void CrystalCoordinates::positions(std::span<double const> x, std::span<Vec3> particles) const {
  Matrix const m = stretch(x);
  bool const strained = cell_ != CellFreedom::none;
  auto const place = [&](Vec3 u) { return strained ? times(m, u) : u; };
  for (std::size_t i = 0; i < ions_; ++i) particles[i] = place(start_[i] + at(x, i));
  for (std::size_t s = 0; s < shells_; ++s) {
    std::size_t const core = std::size_t(core_of_[s]);
    particles[ions_ + s] = place(start_[core] + at(x, core) + at(x, ions_ + s));
  }
}

Vec3 CrystalCoordinates::shell(std::span<double const> x, std::size_t shell) const {
  return times(stretch(x), at(x, ions_ + shell));
}

Vec3 CrystalCoordinates::ion_force(Found const& found, std::size_t ion) const {
  Vec3 force = found.forces[ion];
  if (shell_of_[ion] >= 0) force += found.forces[std::size_t(shell_of_[ion])];
  return force;
}

void CrystalCoordinates::gradient(std::span<double const> x, Found const& found, double pressure,
                                  std::span<double> out) const {
  Matrix const m = stretch(x);
  // What is left of the sum of all forces is error: the crystal shall not drift.
  Vec3 mean{};
  if (!free_.any_fixed()) {
    for (std::size_t i = 0; i < ions_; ++i) mean += ion_force(found, i);
    mean = (1 / double(ions_)) * mean;
  }
  for (std::size_t i = 0; i < ions_; ++i)
    put(out, i, -free_.free_part(i, times(m, ion_force(found, i) - mean)));
  for (std::size_t s = 0; s < shells_; ++s) put(out, ions_ + s, -times(m, found.forces[ions_ + s]));
  if (cell_ == CellFreedom::none) return;

  // dH/dF = V (stress + p) F^-1 for r = F u; its symmetric part for a symmetric F.
  Matrix push = found.stress;
  for (std::size_t k = 0; k < 3; ++k) push[k][k] += pressure;
  Matrix const raw = product(push, inverse(m));
  double const scale = reference_.volume() * std::fabs(determinant(m)) / length_of_strain;
  std::span<double> const s = out.last(6);
  if (cell_ == CellFreedom::volume) {
    std::ranges::fill(s, 0.0);
    s[0] = scale * (raw[0][0] + raw[1][1] + raw[2][2]);
    return;
  }
  for (std::size_t k = 0; k < 3; ++k) s[k] = scale * raw[k][k];
  s[3] = scale * (raw[1][2] + raw[2][1]) / root_2;
  s[4] = scale * (raw[0][2] + raw[2][0]) / root_2;
  s[5] = scale * (raw[0][1] + raw[1][0]) / root_2;
}

CrystalCoordinates::Residual CrystalCoordinates::residual(std::span<double const> x,
                                                          Found const& found,
                                                          double pressure) const {
  Residual left;
  Matrix const m = stretch(x);
  for (std::size_t i = 0; i < ions_; ++i) {
    Vec3 const force = ion_force(found, i);
    left.force =
        std::max(left.force, norm(free_.any_fixed() ? free_.free_part(i, times(m, force)) : force));
  }
  for (std::size_t s = 0; s < shells_; ++s)
    left.force = std::max(left.force, norm(found.forces[ions_ + s]));
  if (cell_ == CellFreedom::none) return left;
  Matrix push = found.stress;
  for (std::size_t k = 0; k < 3; ++k) push[k][k] += pressure;
  if (cell_ == CellFreedom::volume) {
    left.stress = std::fabs(push[0][0] + push[1][1] + push[2][2]) / 3;
    return left;
  }
  for (auto const& row : push)
    for (double element : row) left.stress = std::max(left.stress, std::fabs(element));
  return left;
}

}  // namespace ionscape::detail
