#include <ionscape/potentials/ewald/reference.hpp>

#include <algorithm>
#include <cmath>
#include <complex>
#include <functional>

#include <ionscape/core/error.hpp>
#include <ionscape/potentials/ewald/reciprocal_kernel.hpp>
#include <ionscape/potentials/pair/bonded_values.hpp>

namespace ionscape {

namespace {

constexpr double sqrt_pi = 1.77245385090551602730;

/// Calls visit(shift) for every lattice translation n_a a + n_b b + n_c c that can bring a point of
/// one cell within `radius` of another point of the same cell: a superset, the caller tests the
/// distance.
void for_each_shift(Cell const& cell, double radius, double spread,
                    std::function<void(Vec3)> const& visit) {
  Vec3 const faces = cell.face_distances();
  int const na = static_cast<int>(std::ceil((radius + spread) / faces.x));
  int const nb = static_cast<int>(std::ceil((radius + spread) / faces.y));
  int const nc = static_cast<int>(std::ceil((radius + spread) / faces.z));
  for (int i = -na; i <= na; ++i)
    for (int j = -nb; j <= nb; ++j)
      for (int k = -nc; k <= nc; ++k) visit(cell.to_cartesian({double(i), double(j), double(k)}));
}

/// Calls visit(G) for every reciprocal vector but zero with |G| <= radius.
void for_each_wave_vector(Cell const& cell, double radius, std::function<void(Vec3)> const& visit) {
  Cell const reciprocal = cell.reciprocal();
  for_each_shift(reciprocal, radius, 0, [&](Vec3 g) {
    double const square = dot(g, g);
    if (square > 0 && square <= radius * radius) visit(g);
  });
}

/// The largest distance between two positions: how far for_each_shift has to reach beyond the
/// cutoff.
double extent(std::vector<Vec3> const& positions) {
  if (positions.empty()) return 0;
  Vec3 low = positions[0], high = positions[0];
  for (Vec3 r : positions) {
    low = {std::min(low.x, r.x), std::min(low.y, r.y), std::min(low.z, r.z)};
    high = {std::max(high.x, r.x), std::max(high.y, r.y), std::max(high.z, r.z)};
  }
  return norm(high - low);
}

void add_outer(Matrix3& m, double s, Vec3 u, Vec3 v) {
  double const a[3] = {u.x, u.y, u.z}, b[3] = {v.x, v.y, v.z};
  for (int i = 0; i < 3; ++i)
    for (int j = 0; j < 3; ++j) m[i][j] += s * a[i] * b[j];
}

void add_diagonal(Matrix3& m, double s) {
  for (int i = 0; i < 3; ++i) m[i][i] += s;
}

/// The same lattice with short vectors, so that few translations reach far. The positions are moved
/// into its cell unless the cell is the given one.
Cell in_short_vectors(Cell const& given, std::vector<Vec3>& positions) {
  Cell const cell = reduced(given).cell;
  if (cell.a == given.a && cell.b == given.b && cell.c == given.c) return cell;
  for (Vec3& r : positions) {
    Vec3 const f = cell.to_fractional(r);
    r -= cell.to_cartesian({std::floor(f.x), std::floor(f.y), std::floor(f.z)});
  }
  return cell;
}

/// What two species do to each other at short range.
struct PairRule {
  PairFunction function;
  PairEnd end;
  double C;             // of the -C/r^6 that is summed over the lattice
  TailCorrection tail;  // of one ion of the first species, its partners all ions of the second
};

}  // namespace

EwaldParameters ewald_parameters(Cell const& cell, std::size_t ions, double accuracy) {
  if (!(accuracy > 0 && accuracy < 0.1))
    fail_input({}, "accuracy ", accuracy, ", expected between 0 and 0.1");
  double const x = std::sqrt(-std::log(accuracy));
  // Equal work in both sums: alpha = sqrt(pi) (n / V^2)^(1/6).
  double const alpha =
      sqrt_pi * std::pow(double(ions) / (cell.volume() * cell.volume()), 1.0 / 6.0);
  return {alpha, x / alpha, 2 * alpha * x};
}

ReferenceResult evaluate_reference(Crystal const& crystal, PotentialSet const& set,
                                   EwaldParameters const& ewald, double cutoff) {
  return evaluate_reference(crystal, set, ewald, PairSums{.cutoff = cutoff});
}

ReferenceResult evaluate_reference(Crystal const& crystal, PotentialSet const& set,
                                   EwaldParameters const& ewald, PairSums const& ends) {
  return evaluate_reference(particles_of(crystal, set), set, ewald, ends);
}

namespace {

/// From each core to its shell, and from each shell to its core; zero for others.
std::vector<Vec3> to_partner(Particles const& particles, Cell const& cell,
                             std::vector<Vec3> const& r, std::vector<int>& partner) {
  std::vector<Vec3> way(r.size());
  partner.assign(r.size(), -1);
  for (Spring const& spring : particles.springs) {
    auto const core = std::size_t(spring.core), shell = std::size_t(spring.shell);
    partner[core] = spring.shell, partner[shell] = spring.core;
    way[core] = minimum_image(cell, r[shell] - r[core]);
    way[shell] = -way[core];
  }
  return way;
}

void add_bonded(ReferenceResult& result, Particles const& particles, std::vector<Vec3> const& r,
                std::vector<Vec3> const& way, double alpha) {
  constexpr double ke = coulomb_constant;
  std::vector<double> const& q = particles.crystal.charges;
  for (Spring const& spring : particles.springs) {
    auto const core = std::size_t(spring.core), shell = std::size_t(spring.shell);
    Vec3 const x = way[core];
    RadialValue const v = spring_value(spring.k2, spring.k4, dot(x, x));
    RadialValue const out = excluded_coulomb(alpha, dot(x, x));
    result.bonded += v.energy;
    result.real += ke * q[core] * q[shell] * out.energy;
    double const slope = v.slope_over_x + ke * q[core] * q[shell] * out.slope_over_x;
    result.forces[core] += slope * x;
    result.forces[shell] -= slope * x;
    add_outer(result.stress, slope, x, x);
    for (auto const& [i, j] : {std::pair(core, shell), std::pair(shell, core)}) {
      result.site_potential[i] += ke * q[j] * out.energy;
      result.ion_energy[i] += 0.5 * v.energy;
    }
  }
  for (Angle const& angle : particles.angles) {
    std::size_t const ions[3] = {std::size_t(angle.centre), std::size_t(angle.outer[0]),
                                 std::size_t(angle.outer[1])};
    Vec3 legs[2];
    for (int k = 0; k < 2; ++k)
      legs[k] = leg_vector(particles.crystal.cell, angle.legs[std::size_t(k)], r[ions[0]],
                           r[ions[k + 1]]);
    AngleValue const v = angle_value(angle.k, angle.theta0, legs[0], legs[1]);
    result.bonded += v.energy;
    for (std::size_t ion : ions) result.ion_energy[ion] += v.energy / 3;
    result.forces[ions[0]] += v.slope_a + v.slope_b;
    result.forces[ions[1]] -= v.slope_a;
    result.forces[ions[2]] -= v.slope_b;
    add_outer(result.stress, 1, v.slope_a, legs[0]);
    add_outer(result.stress, 1, v.slope_b, legs[1]);
  }
}

}  // namespace

ReferenceResult evaluate_reference(Particles const& particles, PotentialSet const& set,
                                   EwaldParameters const& ewald, PairSums const& ends) {
  Crystal const& crystal = particles.crystal;
  std::size_t const n = crystal.size();
  auto const& q = crystal.charges;
  std::vector<Vec3> r = crystal.positions;
  Cell const cell = in_short_vectors(crystal.cell, r);
  double const alpha = ewald.alpha;
  double const volume = cell.volume();
  constexpr double ke = coulomb_constant;

  ReferenceResult result;
  result.forces.assign(n, Vec3{});
  result.site_potential.assign(n, 0.0);
  result.ion_energy.assign(n, 0.0);
  Matrix3& virial = result.stress;  // dE/d(strain) until it is divided by the volume
  double pairs = 0;

  std::vector<std::string> species;
  std::vector<std::size_t> kind(n);  // of each ion, its place in `species`
  std::vector<double> count;
  for (std::size_t i = 0; i < n; ++i) {
    kind[i] = std::size_t(std::ranges::find(species, crystal.species[i]) - species.begin());
    if (kind[i] == species.size()) species.push_back(crystal.species[i]), count.push_back(0);
    ++count[kind[i]];
  }
  std::size_t const kinds = species.size();
  std::vector<std::vector<PairRule>> rules(kinds);
  std::vector<int> partner;
  std::vector<Vec3> const way = to_partner(particles, cell, r, partner);
  double reach = ewald.real_cutoff;
  bool any_dispersion = false;
  for (std::size_t a = 0; a < kinds; ++a)
    for (std::size_t b = 0; b < kinds; ++b) {
      PairRule rule{set.function(species[a], species[b], ends), {}, 0, {}};
      rule.end = pair_end(rule.function);
      rule.C = set.lattice_dispersion(species[a], species[b], ends);
      if (ends.tail) rule.tail = tail_correction(rule.function, count[b] / volume);
      reach = std::max(reach, rule.function.cutoff);
      any_dispersion = any_dispersion || rule.C != 0;
      rules[a].push_back(std::move(rule));
    }

  // Real space: every ordered pair of ions and images counts half.
  std::vector<Vec3> shifts;
  for_each_shift(cell, reach, extent(r), [&](Vec3 shift) { shifts.push_back(shift); });
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < n; ++j) {
      PairRule const& rule = rules[kind[i]][kind[j]];
      for (Vec3 shift : shifts) {
        Vec3 const rij = r[j] + shift - r[i];
        double const square = dot(rij, rij);
        if (square > reach * reach || (i == j && square < 1e-20)) continue;
        if (int(j) == partner[i] && norm(rij - way[i]) < 1e-9) continue;
        double const d = std::sqrt(square);
        double force_over_r = 0;  // -V'(r)/r of the whole pair
        if (d <= ewald.real_cutoff) {
          double const screened = ke * std::erfc(alpha * d) / d;
          double const slope = ke * 2 * alpha / sqrt_pi * std::exp(-alpha * alpha * square);
          result.real += 0.5 * q[i] * q[j] * screened;
          result.site_potential[i] += q[j] * screened;
          force_over_r += q[i] * q[j] * (screened + slope) / square;
          if (rule.C != 0) {
            double v = 0;
            DispersionReal{rule.C, alpha}.add(d, 1 / d, v, force_over_r);
            result.dispersion += 0.5 * v;
            result.ion_energy[i] += 0.5 * v;
          }
        }
        if (d <= rule.function.cutoff) {
          PairValue const v = evaluate(rule.function, rule.end, d);
          pairs += 0.5 * v.energy;
          result.ion_energy[i] += 0.5 * v.energy;
          force_over_r -= v.slope / d;
        }
        result.forces[i] -= force_over_r * rij;
        add_outer(virial, -0.5 * force_over_r, rij, rij);
      }
    }

  // Reciprocal space: E = (2 pi k_e / V) sum over G of exp(-G^2/4 alpha^2)/G^2 |S(G)|^2.
  for_each_wave_vector(cell, ewald.reciprocal_cutoff, [&](Vec3 g) {
    double const square = dot(g, g);
    double const weight = 2 * pi * ke / volume * std::exp(-square / (4 * alpha * alpha)) / square;
    std::complex<double> s = 0;
    for (std::size_t i = 0; i < n; ++i) s += q[i] * std::polar(1.0, dot(g, r[i]));
    double const energy = weight * std::norm(s);
    result.reciprocal += energy;
    for (std::size_t i = 0; i < n; ++i) {
      std::complex<double> const t = std::conj(s) * std::polar(1.0, dot(g, r[i]));
      result.site_potential[i] += 2 * weight * t.real();
      result.forces[i] += (2 * weight * q[i] * t.imag()) * g;
    }
    add_diagonal(virial, -energy);
    add_outer(virial, energy * (2 / square + 1 / (2 * alpha * alpha)), g, g);
  });

  double total_charge = 0;
  for (std::size_t i = 0; i < n; ++i) {
    total_charge += q[i];
    result.self -= ke * alpha / sqrt_pi * q[i] * q[i];
    result.site_potential[i] -= 2 * ke * alpha / sqrt_pi * q[i];
  }
  result.background = -pi * ke * total_charge * total_charge / (2 * volume * alpha * alpha);
  for (double& potential : result.site_potential)
    potential -= pi * ke * total_charge / (volume * alpha * alpha);
  add_diagonal(virial, -result.background);
  add_bonded(result, particles, r, way, alpha);
  for (std::size_t i = 0; i < n; ++i) {
    result.ion_energy[i] += 0.5 * q[i] * result.site_potential[i];
    result.site_potential[i] *= std::sqrt(particles.coulomb_scale);  // of one e
  }

  // The smooth part of -C/r^6: E = 1/2 sum over G of w(G^2) sum over i, j of C_ij cos(G.(r_i -
  // r_j)), G = 0 included, less what every ion has with itself. C_ij belongs to the species, so
  // each species has its own structure factor.
  if (any_dispersion) {
    detail::ReciprocalKernel const kernel{detail::ReciprocalKernel::dispersion, alpha, volume, 1.0};
    for_each_wave_vector(cell, ewald.reciprocal_cutoff, [&](Vec3 g) {
      double const square = dot(g, g);
      double const weight = kernel.value(square);
      std::vector<std::complex<double>> factor(kinds, 0);
      for (std::size_t i = 0; i < n; ++i) factor[kind[i]] += std::polar(1.0, dot(g, r[i]));
      double correlation = 0;  // sum over i, j of C_ij cos(G.(r_i - r_j))
      for (std::size_t i = 0; i < n; ++i) {
        std::complex<double> s = 0;
        for (std::size_t b = 0; b < kinds; ++b) s += rules[kind[i]][b].C * factor[b];
        std::complex<double> const t = std::conj(s) * std::polar(1.0, dot(g, r[i]));
        correlation += t.real();
        result.ion_energy[i] += 0.5 * weight * t.real();
        result.forces[i] += (weight * t.imag()) * g;
      }
      result.dispersion += 0.5 * weight * correlation;
      add_diagonal(virial, -0.5 * weight * correlation);
      add_outer(virial, -kernel.derivative(square) * correlation, g, g);
    });
    for (std::size_t i = 0; i < n; ++i) {
      double total = 0;
      for (std::size_t b = 0; b < kinds; ++b) total += count[b] * rules[kind[i]][b].C;
      double const mean = 0.5 * kernel.mean() * total;
      double const own = -0.5 * kernel.self() * rules[kind[i]][kind[i]].C;
      result.dispersion += mean + own;
      result.ion_energy[i] += mean + own;
      add_diagonal(virial, -mean);
    }
  }

  for (std::size_t i = 0; i < n; ++i)
    for (PairRule const& rule : rules[kind[i]]) {
      result.tail += rule.tail.energy;
      result.ion_energy[i] += rule.tail.energy;
      add_diagonal(virial, rule.tail.virial);
    }

  for (auto& row : result.stress)
    for (double& s : row) s /= volume;
  result.coulomb = result.real + result.reciprocal + result.self + result.background;
  result.short_range = pairs + result.dispersion + result.tail;
  return result;
}

HostEnergy reference_site_energy(Cell const& given, std::vector<HostIon> const& host_ions,
                                 Vec3 point, EwaldParameters const& ewald) {
  std::vector<Vec3> positions{point};
  for (HostIon const& ion : host_ions) positions.push_back(ion.position);
  Cell const cell = in_short_vectors(given, positions);
  point = positions[0];
  std::vector<HostIon> host = host_ions;
  for (std::size_t i = 0; i < host.size(); ++i) host[i].position = positions[i + 1];

  double const alpha = ewald.alpha;
  double const volume = cell.volume();
  constexpr double ke = coulomb_constant;
  HostEnergy site;

  double reach = ewald.real_cutoff;
  for (HostIon const& ion : host) {
    for (BornMayer const& term : ion.repulsion)
      if (term.A != 0) reach = std::max(reach, 1 + 37 / term.inverse_rho);
    if (ion.width > 0)
      reach = std::max(reach, ewald.real_cutoff * alpha * std::sqrt(2.0) * ion.width);
  }

  for_each_shift(cell, reach, extent(positions), [&](Vec3 shift) {
    for (HostIon const& ion : host) {
      Vec3 const rij = ion.position + shift - point;
      double const d = norm(rij);
      if (d > reach) continue;
      double coulomb = std::erfc(alpha * d),
             slope = 2 * alpha / sqrt_pi * std::exp(-alpha * alpha * d * d);
      if (ion.width > 0) {
        double const beta = 1 / (std::sqrt(2.0) * ion.width);
        coulomb -= std::erfc(beta * d);
        slope -= 2 * beta / sqrt_pi * std::exp(-beta * beta * d * d);
      }
      double const q = ke * ion.charge_product;
      site.coulomb += q * coulomb / d;
      double force_over_r = q * (coulomb / d + slope) / (d * d);
      for (BornMayer const& term : ion.repulsion)
        term.add(d, 1 / d, site.short_range, force_over_r);
      DispersionReal{ion.C, alpha}.add(d, 1 / d, site.short_range, force_over_r);
      site.force -= force_over_r * rij;
    }
  });

  for_each_wave_vector(cell, ewald.reciprocal_cutoff, [&](Vec3 g) {
    double const square = dot(g, g);
    double const b = std::sqrt(square) / (2 * alpha);
    double const coulomb = 4 * pi * ke / volume * std::exp(-b * b) / square;
    // Essmann et al. 1995, eq. 5.3: the part of the lattice sum of 1/r^6 that lies in reciprocal
    // space.
    double const dispersion =
        sqrt_pi * pi * alpha * alpha * alpha / (3 * volume) *
        ((1 - 2 * b * b) * std::exp(-b * b) + 2 * sqrt_pi * b * b * b * std::erfc(b));
    for (HostIon const& ion : host) {
      double const phase = dot(g, point - ion.position);
      site.coulomb += ion.charge_product * coulomb * std::cos(phase);
      site.short_range -= ion.C * dispersion * std::cos(phase);
      site.force += ((ion.charge_product * coulomb - ion.C * dispersion) * std::sin(phase)) * g;
    }
  });

  // G = 0: the mean of the real-space Coulomb part is taken out; that of 1/r^6 stays (b = 0 in the
  // line above).
  for (HostIon const& ion : host) {
    double const mean = pi * (1 / (alpha * alpha) - 2 * ion.width * ion.width) / volume;
    site.coulomb -= ke * ion.charge_product * mean;
    site.short_range -= ion.C * sqrt_pi * pi * alpha * alpha * alpha / (3 * volume);
  }
  return site;
}

}  // namespace ionscape
