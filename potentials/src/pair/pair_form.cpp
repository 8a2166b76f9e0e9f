#include <ionscape/potentials/pair/pair_form.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

#include <ionscape/core/error.hpp>

namespace ionscape {

namespace {

template <class... Cases>
struct Overloaded : Cases... {
  using Cases::operator()...;
};
template <class... Cases>
Overloaded(Cases...) -> Overloaded<Cases...>;

template <class Term>
PairValue value_of(Term const& term, double r) {
  double energy = 0, force_over_r = 0;
  term.add(r, 1 / r, energy, force_over_r);
  return {energy, -force_over_r * r};
}

PairValue value_of(PairTable const& table, double r) {
  return value_of(Tabulated{table.coefficients->data(), table.first, 1 / table.step,
                            int(table.coefficients->size() / 4)},
                  r);
}

PairValue value_of(std::monostate, double) { return {}; }

/// int r^2 factor exp(-decay r) dr from R to infinity.
double exponential_integral(double factor, double decay, double R) {
  if (factor == 0) return 0;
  double const rho = 1 / decay;
  return factor * std::exp(-decay * R) * rho * (R * R + 2 * rho * (R + rho));
}

/// int r^2 V dr from R to infinity, in eV Å^3.
double integral_beyond(std::monostate, double) { return 0; }
double integral_beyond(Buckingham const& term, double R) {
  return exponential_integral(term.repulsion.A, term.repulsion.inverse_rho, R) -
         term.C / (3 * std::pow(R, 3));
}
double integral_beyond(BornMayerHuggins const& term, double R) {
  return integral_beyond(Buckingham{term.repulsion, term.C}, R) - term.D / (5 * std::pow(R, 5));
}
double integral_beyond(Morse const& term, double R) {
  double const x = std::exp(term.a * term.r0);
  return exponential_integral(term.D * x * x, 2 * term.a, R) -
         exponential_integral(2 * term.D * x, term.a, R) + term.C / (9 * std::pow(R, 9));
}
double integral_beyond(LennardJones const& term, double R) {
  return term.A / (9 * std::pow(R, 9)) - term.C / (3 * std::pow(R, 3));
}
double integral_beyond(PairTable const& table, double R) {
  // Three Gauss points integrate r^2 times a cubic exactly. Below `first` the first cubic goes on.
  double const x[] = {-std::sqrt(0.6), 0, std::sqrt(0.6)}, weight[] = {5 / 18., 8 / 18., 5 / 18.};
  double sum = 0;
  auto const intervals = int(table.coefficients->size() / 4);
  for (int k = 0; k < intervals; ++k) {
    double const high = table.first + table.step * (k + 1);
    double const low = k == 0 ? R : std::max(R, table.first + table.step * k);
    if (low >= high) continue;
    for (int i = 0; i < 3; ++i) {
      double const r = 0.5 * (low + high + x[i] * (high - low));
      sum += weight[i] * (high - low) * r * r * value_of(table, r).energy;
    }
  }
  return sum;
}

}  // namespace

PairValue evaluate(PairForm const& form, double r) {
  return std::visit([r](auto const& term) { return value_of(term, r); }, form);
}

PairTable spline_table(double first, double step, std::vector<double> const& energies) {
  auto const& y = energies;
  std::size_t const n = y.size();
  if (n < 4) fail_input({}, "a table of ", n, " energies, expected at least 4");
  if (!(first >= 0)) fail_input({}, "a table's first radius is ", first, " Å, expected >= 0");
  if (!(step > 0)) fail_input({}, "a table's step is ", step, " Å, expected > 0");

  // Slopes m per step: m[i-1] + 4 m[i] + m[i+1] = 3 (y[i+1] - y[i-1]) makes the second derivative
  // continuous; the ends are given. Thomas's algorithm.
  std::vector<double> m(n), c(n);
  m[0] = (-11 * y[0] + 18 * y[1] - 9 * y[2] + 2 * y[3]) / 6;
  m[n - 1] = (11 * y[n - 1] - 18 * y[n - 2] + 9 * y[n - 3] - 2 * y[n - 4]) / 6;
  for (std::size_t i = 1; i + 1 < n; ++i) {
    double const pivot = 4 - c[i - 1];
    c[i] = 1 / pivot;
    m[i] = (3 * (y[i + 1] - y[i - 1]) - m[i - 1]) / pivot;
  }
  for (std::size_t i = n - 2; i > 0; --i) m[i] -= c[i] * m[i + 1];

  auto coefficients = std::make_shared<std::vector<double>>();
  coefficients->reserve(4 * (n - 1));
  for (std::size_t i = 0; i + 1 < n; ++i) {
    double const rise = y[i + 1] - y[i];
    for (double value : {y[i], m[i], 3 * rise - 2 * m[i] - m[i + 1], m[i] + m[i + 1] - 2 * rise})
      coefficients->push_back(value);
  }
  return {first, step, std::move(coefficients)};
}

double dispersion_coefficient(PairForm const& form) {
  return std::visit(
      Overloaded{[](Buckingham const& term) { return term.C; },
                 [](BornMayerHuggins const& term) { return term.C; },
                 [](LennardJones const& term) { return term.C; }, [](auto const&) { return 0.0; }},
      form);
}

PairForm without_dispersion(PairForm const& form) {
  PairForm rest = form;
  std::visit(
      Overloaded{[](Buckingham& term) { term.C = 0; }, [](BornMayerHuggins& term) { term.C = 0; },
                 [](LennardJones& term) { term.C = 0; }, [](auto&) {}},
      rest);
  return rest;
}

double turnover_radius(PairForm const& form) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  return std::visit(
      Overloaded{[](Buckingham const& term) { return turnover_radius(term); },
                 [](BornMayerHuggins const& term) {
                   return turnover_radius(std::span(&term.repulsion, 1), term.C, term.D);
                 },
                 [](LennardJones const& term) { return term.A > 0 || term.C <= 0 ? 0 : infinity; },
                 [](PairTable const& table) { return table.first; },
                 [](auto const&) { return 0.0; }},
      form);
}

PairEnd pair_end(PairFunction const& function) {
  PairEnd end;
  if (std::holds_alternative<std::monostate>(function.form)) return end;
  PairValue const last = evaluate(function.form, function.cutoff);
  if (function.truncation != Truncation::plain) end.shift = last.energy;
  if (function.truncation == Truncation::force_shifted) end.slope = last.slope;
  if (function.wall > 0) {
    if (function.wall >= function.cutoff)
      fail_input({}, "a pair term's wall at ", function.wall,
                 " Å, expected less than its cutoff of ", function.cutoff, " Å");
    PairValue const at = evaluate(function.form, function.wall);
    if (!(at.slope < 0))
      fail_input({}, "a pair term's wall at ", function.wall,
                 " Å, expected a radius at which the term repels");
    double const w12 = std::pow(function.wall, 12);
    end.wall_B = -at.slope * function.wall * w12 / 12;
    end.wall_D = at.energy - end.wall_B / w12;
  }
  return end;
}

PairValue evaluate(PairFunction const& function, PairEnd const& end, double r) {
  if (r > function.cutoff) return {};
  PairValue v;
  if (r < function.wall) {
    double const repulsion = end.wall_B / std::pow(r, 12);
    v = {repulsion + end.wall_D, -12 * repulsion / r};
  } else {
    v = evaluate(function.form, r);
  }
  return {v.energy - end.shift - (r - function.cutoff) * end.slope, v.slope - end.slope};
}

PairValue evaluate(PairFunction const& function, double r) {
  return evaluate(function, pair_end(function), r);
}

TailCorrection tail_correction(PairFunction const& function, double density) {
  PairEnd const end = pair_end(function);
  double const R = function.cutoff;
  double const beyond =
      std::visit([R](auto const& term) { return integral_beyond(term, R); }, function.form);
  double const taken_off =
      R * R * R * (end.shift / 3 - R * end.slope / 12);  // int_0^R r^2 [shift + (r - R) slope] dr
  double const energy = 2 * pi * density * (beyond + taken_off);
  return {energy, -energy - 2 * pi / 3 * density * R * R * R * evaluate(function, end, R).energy};
}

}  // namespace ionscape
