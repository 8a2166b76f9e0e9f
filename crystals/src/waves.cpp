#include "waves.hpp"

#include <cmath>
#include <complex>

#include "kinds.hpp"
#include "strain.hpp"

namespace ionscape::detail {

namespace {

using Complex = std::complex<double>;
constexpr Eigen::Index waves_at_once = 256;  // of a matrix product: a panel that fits into caches

/// C_ij of the particles; empty if there is none.
Eigen::MatrixXd dispersion_strengths(Crystal const& crystal, PotentialSet const& set,
                                     PairSums const& ends) {
  Kinds const kinds(crystal.species);
  auto const n = Eigen::Index(crystal.size());
  Eigen::MatrixXd all(n, n);
  for (Eigen::Index i = 0; i < n; ++i)
    for (Eigen::Index j = 0; j < n; ++j)
      all(i, j) = set.lattice_dispersion(kinds.labels[kinds.of[std::size_t(i)]],
                                         kinds.labels[kinds.of[std::size_t(j)]], ends);
  return all.isZero(0) ? Eigen::MatrixXd{} : all;
}

/// The pair terms' tails (pair_form.hpp): dE/d(strain) on each of xx, yy, zz, in eV.
double tail_virial(Crystal const& crystal, PotentialSet const& set, PairSums const& ends) {
  double sum = 0;
  Kinds const kinds(crystal.species);
  for (std::size_t a = 0; ends.tail && a < kinds.size(); ++a)
    for (std::size_t b = 0; b < kinds.size(); ++b)
      sum += kinds.count[a] * tail_correction(set.function(kinds.labels[a], kinds.labels[b], ends),
                                              kinds.count[b] / crystal.cell.volume())
                                  .virial;
  return sum;
}

/// d^2w/d(G^2)^2, see reciprocal_kernel.hpp.
double second_derivative(ReciprocalKernel const& kernel, double g2) {
  double const a2 = kernel.alpha * kernel.alpha, b2 = g2 / (4 * a2);
  if (kernel.kind == ReciprocalKernel::coulomb) {
    double const rate = 1 / g2 + 1 / (4 * a2);
    return kernel.value(g2) * (rate * rate + 1 / (g2 * g2));
  }
  // Of what derivative() holds, d/db is 6 sqrt(pi) erfc b.
  double const b = std::sqrt(b2), root = ReciprocalKernel::sqrt_pi;
  return -kernel.strength * root * pi * kernel.alpha * a2 / (3 * kernel.volume) * 6 * root *
         std::erfc(b) / (64 * a2 * a2 * b);
}

/// How w changes with strain.
struct WaveStrain {
  Vector6 slope;  // dw/d(eta)
  Matrix6 curve;  // d^2w/d(eta)^2
};

WaveStrain strain_of(ReciprocalKernel const& kernel, Vec3 wave) {
  Eigen::Vector3d const g = eigen(wave);
  double const g2 = g.squaredNorm(), w = kernel.value(g2), w1 = kernel.derivative(g2);
  Columns6 const sheared = strained(g);
  Vector6 const by_strain = -2 * (g.transpose() * sheared).transpose();  // d(G^2)/d(eta)
  Vector6 const volume = volume_slope();
  Matrix6 const mixed = by_strain * volume.transpose();
  return {w1 * by_strain - w * volume,
          second_derivative(kernel, g2) * by_strain * by_strain.transpose() +
              8 * w1 * sheared.transpose() * sheared - w1 * (mixed + mixed.transpose()) +
              w * inverse_volume_curvature()};
}

}  // namespace

Waves::Waves(Particles const& particles, PotentialSet const& set, EwaldParameters const& ewald,
             PairSums const& ends)
    : reciprocal_(reduced(particles.crystal.cell).cell.reciprocal()),
      volume_(particles.crystal.cell.volume()),
      cutoff_(ewald.reciprocal_cutoff),
      positions_(particles.crystal.positions),
      charges_(Eigen::Map<Eigen::VectorXd const>(particles.crystal.charges.data(),
                                                 Eigen::Index(particles.crystal.size()))) {
  for (Vec3 g : waves_near({}))
    if (g.x > 0 || (g.x == 0 && (g.y > 0 || (g.y == 0 && g.z > 0)))) half_.push_back(g);
  sums_.push_back({{ReciprocalKernel::coulomb, ewald.alpha, volume_, coulomb_constant},
                   charges_ * charges_.transpose(),
                   {}});
  double const total = charges_.sum();
  inverse_volume_ =
      0.5 * sums_[0].kernel.mean() * total * total - tail_virial(particles.crystal, set, ends);
  if (auto C = dispersion_strengths(particles.crystal, set, ends); C.size() > 0) {
    ReciprocalKernel const kernel{ReciprocalKernel::dispersion, ewald.alpha, volume_, 1.0};
    inverse_volume_ += 0.5 * kernel.mean() * C.sum();
    sums_.push_back({kernel, std::move(C), {}});
  }
  for (Sum& sum : sums_) {
    Eigen::MatrixXd const all = curvatures(sum.kernel);
    Eigen::Index const n = charges_.size();
    sum.own = Eigen::MatrixXd::Zero(3 * n, 3);
    for (Eigen::Index i = 0; i < n; ++i)
      for (Eigen::Index j = 0; j < n; ++j)
        sum.own.middleRows<3>(3 * i) -= sum.strength(i, j) * all.block<3, 3>(3 * i, 3 * j);
  }
}

std::vector<Vec3> Waves::waves_near(Vec3 q) const {
  Vec3 const faces = reciprocal_.face_distances();
  Vec3 const f = reciprocal_.to_fractional(q);
  auto const range = [&](double face, double offset) {
    int const reach = int(std::ceil(cutoff_ / face)) + 1, middle = int(std::lround(-offset));
    return std::pair(middle - reach, middle + reach);
  };
  auto const [a0, a1] = range(faces.x, f.x);
  auto const [b0, b1] = range(faces.y, f.y);
  auto const [c0, c1] = range(faces.z, f.z);
  std::vector<Vec3> waves;
  for (int a = a0; a <= a1; ++a)
    for (int b = b0; b <= b1; ++b)
      for (int c = c0; c <= c1; ++c) {
        Vec3 const g = reciprocal_.to_cartesian({double(a), double(b), double(c)});
        double const square = dot(q + g, q + g);
        if (square > 0 && square <= cutoff_ * cutoff_) waves.push_back(g);
      }
  return waves;
}

Eigen::MatrixXd Waves::curvatures(ReciprocalKernel const& kernel) const {
  auto const rows = 3 * Eigen::Index(positions_.size()), waves = Eigen::Index(half_.size());
  Eigen::MatrixXd sum = Eigen::MatrixXd::Zero(rows, rows);
  for (Eigen::Index first = 0; first < waves; first += waves_at_once) {
    Eigen::Index const count = std::min(waves_at_once, waves - first);
    Eigen::MatrixXd left(rows, 2 * count);  // cosines, then sines
    Eigen::VectorXd weight(2 * count);
    for (Eigen::Index k = 0; k < count; ++k) {
      Vec3 const g = half_[std::size_t(first + k)];
      weight[k] = weight[count + k] = 2 * kernel.value(dot(g, g));
      for (Eigen::Index i = 0; i < rows / 3; ++i) {
        double const phase = dot(g, positions_[std::size_t(i)]);
        left.col(k).segment<3>(3 * i) = std::cos(phase) * eigen(g);
        left.col(count + k).segment<3>(3 * i) = std::sin(phase) * eigen(g);
      }
    }
    Eigen::MatrixXd const right = left * weight.asDiagonal();
    sum.triangularView<Eigen::Lower>() += left * right.transpose();
  }
  sum.triangularView<Eigen::StrictlyUpper>() = sum.transpose();
  return sum;
}

Eigen::MatrixXcd Waves::curvatures(ReciprocalKernel const& kernel, Vec3 q) const {
  auto const all = waves_near(q);
  auto const rows = 3 * Eigen::Index(positions_.size()), waves = Eigen::Index(all.size());
  Eigen::MatrixXcd sum = Eigen::MatrixXcd::Zero(rows, rows);
  for (Eigen::Index first = 0; first < waves; first += waves_at_once) {
    Eigen::Index const count = std::min(waves_at_once, waves - first);
    Eigen::MatrixXcd left(rows, count);
    Eigen::VectorXd weight(count);
    for (Eigen::Index k = 0; k < count; ++k) {
      Vec3 const g = all[std::size_t(first + k)], wave = q + g;
      weight[k] = kernel.value(dot(wave, wave));
      for (Eigen::Index i = 0; i < rows / 3; ++i)
        left.col(k).segment<3>(3 * i) =
            std::polar(1.0, dot(g, positions_[std::size_t(i)])) * eigen(wave);
    }
    Eigen::MatrixXcd const right = left * weight.asDiagonal();
    sum.triangularView<Eigen::Lower>() += left * right.adjoint();
  }
  return sum;
}

void Waves::add(Expansion& e, Sum const& sum) const {
  Eigen::Index const n = charges_.size();
  Eigen::VectorXcd phases(n);
  for (Vec3 const g : half_) {
    for (Eigen::Index i = 0; i < n; ++i)
      phases[i] = std::polar(1.0, dot(g, positions_[std::size_t(i)]));
    Eigen::VectorXcd const seen =  // sum over j of c_ij exp(i G.(r_i - r_j))
        phases.cwiseProduct((sum.strength * phases).conjugate());
    double const correlation = seen.real().sum(), w = sum.kernel.value(dot(g, g));
    WaveStrain const strain = strain_of(sum.kernel, g);
    // G and -G.
    e.strain_gradient += correlation * strain.slope;
    e.strain_hessian += correlation * strain.curve;
    for (Eigen::Index i = 0; i < n; ++i) {
      Eigen::Vector3d const pull = -2 * seen[i].imag() * eigen(g);
      e.gradient.segment<3>(3 * i) += w * pull;
      e.coupling.middleRows<3>(3 * i) += pull * strain.slope.transpose();
    }
  }
  Eigen::MatrixXd const all = curvatures(sum.kernel);
  for (Eigen::Index i = 0; i < n; ++i) {
    e.hessian.block<3, 3>(3 * i, 3 * i) += sum.own.middleRows<3>(3 * i);
    for (Eigen::Index j = 0; j < n; ++j)
      e.hessian.block<3, 3>(3 * i, 3 * j) += sum.strength(i, j) * all.block<3, 3>(3 * i, 3 * j);
  }
}

void Waves::add_to(Expansion& e) const {
  for (Sum const& sum : sums_) add(e, sum);
  e.strain_gradient -= inverse_volume_ * volume_slope();
  e.strain_hessian += inverse_volume_ * inverse_volume_curvature();
}

void Waves::add_to(Eigen::MatrixXcd& dynamical, Vec3 q) const {
  Eigen::Index const n = charges_.size();
  for (Sum const& sum : sums_) {
    Eigen::MatrixXcd const all = curvatures(sum.kernel, q);
    for (Eigen::Index i = 0; i < n; ++i) {
      dynamical.block<3, 3>(3 * i, 3 * i) += sum.own.middleRows<3>(3 * i);
      for (Eigen::Index j = 0; j <= i; ++j) {
        Eigen::Matrix3cd const block = sum.strength(i, j) * all.block<3, 3>(3 * i, 3 * j);
        if (i == j) {
          Eigen::Matrix3cd const whole = block.selfadjointView<Eigen::Lower>();
          dynamical.block<3, 3>(3 * i, 3 * i) += whole;
          continue;
        }
        dynamical.block<3, 3>(3 * i, 3 * j) += block;
        dynamical.block<3, 3>(3 * j, 3 * i) += block.adjoint();
      }
    }
  }
}

Eigen::MatrixXd Waves::field_term(Vec3 direction) const {
  Eigen::Vector3d const n = eigen(direction).normalized();
  Eigen::VectorXd along(3 * charges_.size());
  for (Eigen::Index i = 0; i < charges_.size(); ++i) along.segment<3>(3 * i) = charges_[i] * n;
  return 4 * pi * coulomb_constant / volume_ * along * along.transpose();
}

}  // namespace ionscape::detail
