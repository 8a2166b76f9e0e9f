#include "links.hpp"

#include <cmath>
#include <complex>

#include <ionscape/core/error.hpp>
#include <ionscape/crystals/ion_name.hpp>

#include "kinds.hpp"
#include "strain.hpp"

namespace ionscape::detail {

namespace {

using Complex = std::complex<double>;
using Vector3 = Eigen::Vector3d;

/// What two kinds do to each other.
struct Rule {
  PairFunction function;
  PairEnd end;
  double C = 0;  // of the -C/r^6 that is summed over the lattice
};

/// Where the particles are, in the cell of short vectors.
struct Places {
  Cell cell;
  std::vector<Vec3> inside;

  explicit Places(Crystal const& crystal) : cell(reduced(crystal.cell).cell) {
    for (Vec3 r : crystal.positions) {
      Vec3 const f = cell.to_fractional(r);
      inside.push_back(
          cell.to_cartesian({f.x - std::floor(f.x), f.y - std::floor(f.y), f.z - std::floor(f.z)}));
    }
  }

  /// Translations that can bring two particles within `reach`; each but zero comes with its inverse.
  std::vector<Vec3> shifts(double reach) const {
    Vec3 const faces = cell.face_distances();
    auto const count = [&](double face) { return int(std::ceil(reach / face)) + 1; };
    int const a = count(faces.x), b = count(faces.y), c = count(faces.z);
    std::vector<Vec3> all;
    for (int i = -a; i <= a; ++i)
      for (int j = -b; j <= b; ++j)
        for (int k = -c; k <= c; ++k)
          all.push_back(cell.to_cartesian({double(i), double(j), double(k)}));
    return all;
  }
};

/// The pairs of a crystal: pair terms and the near part of the lattice sums.
class PairLinks {
 public:
  PairLinks(Particles const& particles, PotentialSet const& set, EwaldParameters const& ewald,
            PairSums const& ends)
      : crystal_(particles.crystal),
        places_(crystal_),
        kinds_(crystal_.species),
        ewald_(ewald),
        reach_(ewald.real_cutoff) {
    for (std::string const& a : kinds_.labels) {
      auto& row = rules_.emplace_back();
      for (std::string const& b : kinds_.labels) {
        PairFunction const function = set.function(a, b, ends);
        row.push_back({function, pair_end(function), set.lattice_dispersion(a, b, ends)});
        reach_ = std::max(reach_, function.cutoff);
      }
    }
    partner_.assign(crystal_.size(), -1);
    for (Spring const& spring : particles.springs)
      partner_[std::size_t(spring.core)] = spring.shell,
      partner_[std::size_t(spring.shell)] = spring.core;
  }

  void add_to(std::vector<Link>& links) const {
    auto const shifts = places_.shifts(reach_);
    std::size_t const n = crystal_.size();
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t j = i; j < n; ++j) {
        Vec3 const first = places_.inside[j] - places_.inside[i];
        // A core and its own shell, the nearest image, meet through their spring only.
        bool const bound = partner_[i] == int(j);
        Vec3 const own = bound ? minimum_image(places_.cell, first) : Vec3{};
        for (Vec3 const shift : shifts) {
          Vec3 const d = first + shift;
          double const square = dot(d, d);
          if (square > reach_ * reach_ || (i == j && square < 1e-20)) continue;
          if (bound && norm(d - own) < 1e-9) continue;
          Stiffness const value = between(i, j, d);
          if (value.slope != 0 || value.curve != 0)
            links.push_back({int(i), int(j), d, (i == j ? 0.5 : 1.0) * value});
        }
      }
  }

 private:
  Stiffness between(std::size_t i, std::size_t j, Vec3 d) const {
    Rule const& rule = rules_[kinds_.of[i]][kinds_.of[j]];
    double const r = norm(d);
    Stiffness all;
    if (r <= ewald_.real_cutoff) {
      double const q2 = coulomb_constant * crystal_.charges[i] * crystal_.charges[j];
      all += q2 * screened_coulomb_stiffness(ewald_.alpha, r);
      if (rule.C != 0) all += dispersion_stiffness(rule.C, ewald_.alpha, r);
    }
    if (r <= rule.function.cutoff) all += pair_stiffness(rule.function, rule.end, r);
    return all;
  }

  Crystal const& crystal_;
  Places places_;
  Kinds kinds_;
  EwaldParameters ewald_;
  double reach_;
  std::vector<std::vector<Rule>> rules_;
  std::vector<int> partner_;
};

void add_springs(std::vector<Link>& links, Particles const& particles, double alpha) {
  Crystal const& all = particles.crystal;
  for (Spring const& spring : particles.springs) {
    auto const core = std::size_t(spring.core), shell = std::size_t(spring.shell);
    Vec3 const x = minimum_image(all.cell, all.positions[shell] - all.positions[core]);
    Stiffness value = spring_stiffness(spring.k2, spring.k4, dot(x, x));
    value += (coulomb_constant * all.charges[core] * all.charges[shell]) *
             excluded_coulomb_stiffness(alpha, dot(x, x));
    links.push_back({spring.core, spring.shell, x, value});
  }
}

/// dE/dc and d^2E/dc^2 of k (theta - theta0)^2/2, c = cos theta.
struct CosineSlopes {
  double first = 0, second = 0;
};
CosineSlopes cosine_slopes(Particles const& particles, Angle const& angle, double c, double s) {
  double const theta = std::atan2(s, c), off = theta - angle.theta0;
  if (s > 0.02) return {-angle.k * off / s, angle.k * (1 - off * c / s) / (s * s)};
  // Nearly straight: smooth only if that is where the angle rests. With x = pi - theta or theta,
  // x^2/2 = y + y^2/6 + 2 y^3/45 + y^4/70 + ... in y = 1 - |c|.
  double const rest = c < 0 ? pi : 0, sign = c < 0 ? 1 : -1;
  if (std::fabs(angle.theta0 - rest) > 1e-9) {
    if (s > 1e-6) return {-angle.k * off / s, angle.k * (1 - off * c / s) / (s * s)};
    Crystal const& all = particles.crystal;
    std::vector<int> const ions = ions_of(particles);
    auto const name = [&](int particle) { return ion_name(all, ions[std::size_t(particle)]); };
    fail_input({}, "the angle of ions ", name(angle.outer[0]), ", ", name(angle.centre), ", ",
               name(angle.outer[1]),
               " is straight, expected a bent one: its energy has a kink there, and no second "
               "derivative");
  }
  double const y = s * s / (1 + std::fabs(c));
  return {sign * angle.k * (1 + y * (1.0 / 3 + y * (2.0 / 15 + y * (2.0 / 35)))),
          angle.k * (1.0 / 3 + y * (4.0 / 15 + y * (6.0 / 35)))};
}

Bend bend_of(Particles const& particles, Angle const& angle) {
  Crystal const& all = particles.crystal;
  Bend bend{{angle.centre, angle.outer[0], angle.outer[1]}, {}, {}, {}};
  for (std::size_t k = 0; k < 2; ++k)
    bend.legs[k] = leg_vector(all.cell, angle.legs[k], all.positions[std::size_t(angle.centre)],
                              all.positions[std::size_t(angle.outer[k])]);
  Vec3 const a = bend.legs[0], b = bend.legs[1];
  double const aa = dot(a, a), bb = dot(b, b), root = std::sqrt(aa * bb);
  double const c = dot(a, b) / root, s = norm(cross(a, b)) / root;
  CosineSlopes const e = cosine_slopes(particles, angle, c, s);
  // c = (a.b)/sqrt(a.a b.b).
  Vector3 const slope(-c / (2 * aa), -c / (2 * bb), 1 / root);
  Eigen::Matrix3d curve;
  curve << 3 * c / (4 * aa * aa), c / (4 * aa * bb), -1 / (2 * aa * root),  //
      c / (4 * aa * bb), 3 * c / (4 * bb * bb), -1 / (2 * bb * root),       //
      -1 / (2 * aa * root), -1 / (2 * bb * root), 0;
  bend.slope = e.first * slope;
  bend.curve = e.second * slope * slope.transpose() + e.first * curve;
  return bend;
}

Eigen::Matrix3d hessian_of(Link const& link) {
  Vector3 const d = eigen(link.d);
  return link.value.slope * Eigen::Matrix3d::Identity() + link.value.curve * d * d.transpose();
}

using Legs = Eigen::Matrix<double, 6, 6>;  // components of leg a, then of leg b

/// dt/d(legs).
Eigen::Matrix<double, 3, 6> squares_by_legs(Bend const& bend) {
  Vector3 const a = eigen(bend.legs[0]), b = eigen(bend.legs[1]);
  Eigen::Matrix<double, 3, 6> all = Eigen::Matrix<double, 3, 6>::Zero();
  all.block<1, 3>(0, 0) = 2 * a.transpose();
  all.block<1, 3>(1, 3) = 2 * b.transpose();
  all.block<1, 3>(2, 0) = b.transpose();
  all.block<1, 3>(2, 3) = a.transpose();
  return all;
}

Legs hessian_of(Bend const& bend) {
  auto const by_legs = squares_by_legs(bend);
  Legs all = by_legs.transpose() * bend.curve * by_legs;
  Eigen::Matrix3d const one = Eigen::Matrix3d::Identity();
  all.block<3, 3>(0, 0) += 2 * bend.slope[0] * one;
  all.block<3, 3>(3, 3) += 2 * bend.slope[1] * one;
  all.block<3, 3>(0, 3) += bend.slope[2] * one;
  all.block<3, 3>(3, 0) += bend.slope[2] * one;
  return all;
}

void add(Expansion& e, Link const& link) {
  Vector3 const d = eigen(link.d);
  Columns6 const sheared = strained(d);
  Vector6 const stretch = (d.transpose() * sheared).transpose();  // half of d(d.d)/d(eta)
  auto const& [slope, curve] = link.value;
  Eigen::Matrix3d const block = hessian_of(link);
  Columns6 const coupling = curve * d * stretch.transpose() + 2 * slope * sheared;
  e.strain_gradient += slope * stretch;
  e.strain_hessian += curve * stretch * stretch.transpose();
  int const i = 3 * link.i, j = 3 * link.j;
  e.gradient.segment<3>(i) -= slope * d, e.gradient.segment<3>(j) += slope * d;
  e.coupling.middleRows<3>(i) -= coupling, e.coupling.middleRows<3>(j) += coupling;
  e.hessian.block<3, 3>(i, i) += block, e.hessian.block<3, 3>(j, j) += block;
  e.hessian.block<3, 3>(i, j) -= block, e.hessian.block<3, 3>(j, i) -= block;
}

/// Ends of the legs: leg k runs from the centre (place 0) to place k + 1.
constexpr double end_signs[2][3] = {{-1, 1, 0}, {-1, 0, 1}};

void add(Expansion& e, Bend const& bend) {
  Vector3 const a = eigen(bend.legs[0]), b = eigen(bend.legs[1]);
  Columns6 const sheared_a = strained(a), sheared_b = strained(b);
  Eigen::Matrix<double, 3, 6> by_strain;
  by_strain << 2 * a.transpose() * sheared_a, 2 * b.transpose() * sheared_b,
      2 * a.transpose() * sheared_b;
  auto const by_legs = squares_by_legs(bend);
  e.strain_gradient += by_strain.transpose() * bend.slope;
  e.strain_hessian += by_strain.transpose() * bend.curve * by_strain;
  Eigen::Matrix<double, 6, 1> const gradient = by_legs.transpose() * bend.slope;
  Eigen::Matrix<double, 6, 6> coupling = by_legs.transpose() * bend.curve * by_strain;
  coupling.topRows<3>() += 4 * bend.slope[0] * sheared_a + 2 * bend.slope[2] * sheared_b;
  coupling.bottomRows<3>() += 4 * bend.slope[1] * sheared_b + 2 * bend.slope[2] * sheared_a;
  Legs const hessian = hessian_of(bend);
  for (int k = 0; k < 2; ++k)
    for (int p = 0; p < 3; ++p) {
      double const sp = end_signs[k][p];
      if (sp == 0) continue;
      int const i = 3 * bend.particles[std::size_t(p)];
      e.gradient.segment<3>(i) += sp * gradient.segment<3>(3 * k);
      e.coupling.middleRows<3>(i) += sp * coupling.middleRows<3>(3 * k);
      for (int l = 0; l < 2; ++l)
        for (int m = 0; m < 3; ++m)
          e.hessian.block<3, 3>(i, 3 * bend.particles[std::size_t(m)]) +=
              sp * end_signs[l][m] * hessian.block<3, 3>(3 * k, 3 * l);
    }
}

}  // namespace

void RealSpace::add_to(Expansion& expansion) const {
  for (Link const& link : links) add(expansion, link);
  for (Bend const& bend : bends) add(expansion, bend);
}

void RealSpace::add_to(Eigen::MatrixXcd& dynamical, Vec3 q) const {
  for (Link const& link : links) {
    Eigen::Matrix3d const block = hessian_of(link);
    Complex const phase = std::polar(1.0, dot(q, link.d));
    int const i = 3 * link.i, j = 3 * link.j;
    dynamical.block<3, 3>(i, i) += block, dynamical.block<3, 3>(j, j) += block;
    dynamical.block<3, 3>(i, j) -= phase * block;
    dynamical.block<3, 3>(j, i) -= std::conj(phase) * block;
  }
  for (Bend const& bend : bends) {
    Legs const hessian = hessian_of(bend);
    Complex const phases[3] = {1.0, std::polar(1.0, dot(q, bend.legs[0])),
                               std::polar(1.0, dot(q, bend.legs[1]))};
    for (int k = 0; k < 2; ++k)
      for (int l = 0; l < 2; ++l)
        for (int p = 0; p < 3; ++p)
          for (int m = 0; m < 3; ++m)
            dynamical.block<3, 3>(3 * bend.particles[std::size_t(p)],
                                  3 * bend.particles[std::size_t(m)]) +=
                (end_signs[k][p] * end_signs[l][m] * std::conj(phases[p]) * phases[m]) *
                hessian.block<3, 3>(3 * k, 3 * l);
  }
}

RealSpace real_space(Particles const& particles, PotentialSet const& set,
                     EwaldParameters const& ewald, PairSums const& ends) {
  RealSpace all;
  PairLinks(particles, set, ewald, ends).add_to(all.links);
  add_springs(all.links, particles, ewald.alpha);
  for (Angle const& angle : particles.angles) all.bends.push_back(bend_of(particles, angle));
  return all;
}

}  // namespace ionscape::detail
