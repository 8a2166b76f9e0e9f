// Everything that IonMoves derives from a crystal: rules, splitting, cell lists, wave vectors.
#include <set>

#include <Eigen/Eigenvalues>

#include <ionscape/core/error.hpp>

#include "ewald/lattice_tails.hpp"
#include "ions/ion_moves_state.hpp"

namespace ionscape {

using detail::native_width;
using detail::ReciprocalKernel;
using detail::whole_vectors;
using detail::moves::closest_allowed;

IonMoves::State::State(Crystal given, PotentialSet const& s, PairSums const& e, double a)
    : crystal(std::move(given)), cell{}, set(s), ends(e), accuracy(a) {
  if (!(accuracy >= 1e-12 && accuracy <= 1e-2))
    fail_input({}, "accuracy ", accuracy, " eV, expected 1e-12 to 1e-2");
  if (crystal.charges.size() != crystal.size())
    fail_input({}, "IonMoves: the crystal has no charges");
  validate(crystal, "the crystal of IonMoves", closest_allowed);
  cell = reduced(crystal.cell).cell;
  std::set<std::string> known(crystal.species.begin(), crystal.species.end());
  for (auto const& [name, charge] : set.charges) known.insert(name);
  for (PairTerm const& pair : set.pairs) known.insert(pair.species.begin(), pair.species.end());
  names.assign(known.begin(), known.end());
  rules.resize(std::size_t(types() * types()));
  for (int i = 0; i < types() - 1; ++i)
    for (int j = 0; j < types() - 1; ++j)
      rules[std::size_t(i * types() + j)] = make_rule(names[i], names[j]);
  build();
}

detail::PairRule IonMoves::State::make_rule(std::string const& a, std::string const& b) const {
  PairRule rule{set.function(a, b, ends), {}, -1, set.lattice_dispersion(a, b, ends), 0, 0};
  rule.end = pair_end(rule.function);
  if (!std::holds_alternative<std::monostate>(rule.function.form))
    rule.cutoff_square = rule.function.cutoff * rule.function.cutoff;
  if (PairTerm const* const term = set.find(a, b); term && rule.function.cutoff > 0) {
    rule.turnover = turnover_radius(term->term);
    if (rule.function.wall >= rule.turnover) rule.turnover = 0;  // nothing of the well is left
  }
  if (ends.tail) rule.tail = tail_correction(rule.function, 1 / cell.volume()).energy;
  return rule;
}

void IonMoves::State::build() {
  std::size_t const n = crystal.size();
  type_of.clear();
  count_of.assign(std::size_t(types()), 0.0);
  for (std::string const& name : crystal.species) {
    type_of.push_back(type_named(name));
    ++count_of[std::size_t(type_of.back())];
  }
  choose_splitting();
  reach = std::max(real_cutoff, closest_allowed);
  for (PairRule const& r : rules)
    if (r.cutoff_square > 0) reach = std::max(reach, r.function.cutoff);
  bins.clear();
  for (int t = 0; t < types(); ++t)
    bins.emplace_back(cell, reach, std::size_t(count_of[std::size_t(t)]));
  slot_of.assign(n, -1);
  for (int i = 0; i < int(n); ++i)
    bins[type_of[i]].insert(i, point(i), crystal.charges[i], slot_of);
  sum_own_images();
  make_lattice_sums();
  make_rows();
  for (int i = 0; i < int(n); ++i)
    add_to_structure_factors({{{{point(i), {}, occupant(i)}}}, 1, {}, false});
}

void IonMoves::State::choose_splitting() {
  double const volume = cell.volume(), n = std::max(1.0, double(crystal.size()));
  double sum = 0, squares = 0, largest = 0, C = 0;
  for (double q : crystal.charges) {
    sum += std::fabs(q), squares += q * q;
    largest = std::max(largest, std::fabs(q));
  }
  for (auto const& [name, q] : set.charges) largest = std::max(largest, std::fabs(q));
  if (largest == 0) largest = 1;
  sum = std::max(sum, largest), squares = std::max(squares, largest * largest);
  for (PairRule const& r : rules) C = std::max(C, std::fabs(r.C));

  // A step changes at most two places by two charges each, and the crystal may have twice as many
  // ions as now.
  double const change = 4 * largest, spacing = std::cbrt(volume / n), share = accuracy / 4;
  auto const real_error = [&](double a, double rc) {
    double error = change * detail::coulomb_tail(a, rc, 2 * sum / volume, spacing);
    if (C > 0) error += 4 * C * detail::dispersion_tail(a, rc, 2 * n / volume, spacing);
    return error;
  };
  // |S|^2 is the sum of the squared charges, on average over wave vectors of about one length, in
  // perfect crystals too.
  auto const reciprocal_error = [&](double a, double gc) {
    ReciprocalKernel const coulomb{ReciprocalKernel::coulomb, a, volume, coulomb_constant};
    double error =
        (std::sqrt(2 * squares) + change / 2) * change * detail::reciprocal_tail(coulomb, gc);
    if (C > 0) {
      ReciprocalKernel const dispersion{ReciprocalKernel::dispersion, a, volume, C};
      error += (std::sqrt(2 * n) + 2) * 4 * detail::reciprocal_tail(dispersion, gc);
    }
    return error;
  };
  constexpr double neighbour_cost = 20;  // in wave vectors, measured
  double least = infinity;
  double const balanced =
      std::pow(2 * pi * pi * pi * n * neighbour_cost / (volume * volume), 1.0 / 6);
  for (double a = 0.4 * balanced; a < 2.5 * balanced; a *= 1.05) {
    double const rc =
        detail::solve_cutoff([&](double r) { return real_error(a, r); }, share, 0.5 / a, 9 / a);
    double const gc =
        detail::solve_cutoff([&](double g) { return reciprocal_error(a, g); }, share, a, 18 * a);
    double const cost = neighbour_cost * 4 * pi / 3 * n / volume * rc * rc * rc +
                        volume / (12 * pi * pi) * gc * gc * gc;
    if (cost < least) least = cost, alpha = a, real_cutoff = rc, reciprocal_cutoff = gc;
  }
}

void IonMoves::State::sum_own_images() {
  Vec3 const faces = cell.face_distances();
  int const na = int(reach / faces.x) + 1, nb = int(reach / faces.y) + 1,
            nc = int(reach / faces.z) + 1;
  own_screened = 0, own_distance = infinity;
  own_pairs.assign(std::size_t(types()), 0.0);
  for (int a = -na; a <= na; ++a)
    for (int b = -nb; b <= nb; ++b)
      for (int c = -nc; c <= nc; ++c) {
        double const r = norm(cell.to_cartesian({double(a), double(b), double(c)}));
        if (a == 0 && b == 0 && c == 0) continue;
        own_distance = std::min(own_distance, r);
        if (r <= real_cutoff) own_screened += std::erfc(alpha * r) / r;
        for (int t = 0; t < types(); ++t) {
          PairRule const& own = rule(t, t);
          double pair = 0, unused = 0;
          if (r * r <= own.cutoff_square) pair += evaluate(own.function, own.end, r).energy;
          if (r <= real_cutoff) DispersionReal{own.C, alpha}.add(r, 1 / r, pair, unused);
          own_pairs[std::size_t(t)] += 0.5 * pair;
        }
      }
}

void IonMoves::State::make_lattice_sums() {
  double const volume = cell.volume();
  lattice_sums.assign(
      1, {{ReciprocalKernel::coulomb, alpha, volume, coulomb_constant}, {}, {}, {}, {}, 0});
  Eigen::MatrixXd C(types(), types());
  for (int a = 0; a < types(); ++a)
    for (int b = 0; b < types(); ++b) C(a, b) = rule(a, b).C;
  if (C.isZero(0)) return;
  Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> const eigen(C);
  for (int m = 0; m < types(); ++m) {
    if (std::fabs(eigen.eigenvalues()(m)) < 1e-14 * C.norm()) continue;
    Eigen::VectorXd const v = eigen.eigenvectors().col(m);
    lattice_sums.push_back({{ReciprocalKernel::dispersion, alpha, volume, eigen.eigenvalues()(m)},
                            {v.data(), v.data() + v.size()},
                            {},
                            {},
                            {},
                            0});
  }
}

void IonMoves::State::make_rows() {
  Cell const reciprocal = cell.reciprocal();
  double const limit = reciprocal_cutoff * reciprocal_cutoff;
  auto const highest = [&](Vec3 edge) { return int(reciprocal_cutoff * norm(edge) / (2 * pi)); };
  h_max = highest(cell.a), k_max = highest(cell.b), l_max = highest(cell.c);
  rows.clear();
  wave_vectors = 0;
  auto const square = [&](int h, int k, int l) {
    Vec3 const g = reciprocal.to_cartesian({double(h), double(k), double(l)});
    return dot(g, g);
  };
  for (int h = 0; h <= h_max; ++h)
    for (int k = h == 0 ? 0 : -k_max; k <= k_max; ++k) {
      int const lowest = h == 0 && k == 0 ? 1 : -l_max;
      int begin = lowest, end = l_max;
      while (begin <= l_max && square(h, k, begin) > limit) ++begin;
      while (end >= begin && square(h, k, end) > limit) --end;
      if (begin > end) continue;
      int const n = end - begin + 1, padded = whole_vectors(n),
                at = int(lattice_sums[0].weight.size());
      rows.push_back({h, k, begin, padded / native_width, at});
      wave_vectors += n;
      for (LatticeSum& lattice_sum : lattice_sums) {
        for (int l = begin; l < begin + padded; ++l)
          lattice_sum.weight.push_back(l <= end ? lattice_sum.kernel.value(square(h, k, l)) : 0.0);
        lattice_sum.real.resize(lattice_sum.weight.size(), 0.0);
        lattice_sum.imag.resize(lattice_sum.weight.size(), 0.0);
      }
    }
}

}  // namespace ionscape
