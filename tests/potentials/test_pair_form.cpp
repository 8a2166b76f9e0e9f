// Pair forms, how they end, and what is beyond their ends: against formulas, central differences
// and quadrature.
#include <cmath>
#include <functional>

#include <ionscape/core/error.hpp>
#include <ionscape/potentials/pair/pair_form.hpp>
#include <ionscape_test/catch.hpp>

using namespace ionscape;
using Catch::Matchers::ContainsSubstring;

namespace {

Buckingham const oxygen{{22764.3, 1 / 0.149}, 27.88};

PairTable table_of(std::function<double(double)> const& f, double first, double step, int n) {
  std::vector<double> energies;
  for (int i = 0; i < n; ++i) energies.push_back(f(first + step * i));
  return spline_table(first, step, energies);
}

struct NamedForm {
  char const* name;
  PairForm form;
};

/// Every form, with a wall's radius of 1.7 Å at which it repels; the table ends at 9 Å.
std::vector<NamedForm> forms() {
  return {
      {"buckingham", Buckingham{{1428.5, 1 / 0.2945}, 10}},
      {"born-mayer", Buckingham{{804, 1 / 0.311}, 0}},
      {"born-mayer-huggins", BornMayerHuggins{{1428.5, 1 / 0.2945}, 10, 8}},
      {"morse", Morse{0.8, 1.7, 2.1}},
      {"morse with r^-12", Morse{0.340554, 2.0067, 2.1, 1}},
      {"lennard-jones", LennardJones{4 * 0.01 * std::pow(2.5, 12), 4 * 0.01 * std::pow(2.5, 6)}},
      {"table", table_of([](double r) { return 900 * std::exp(-r / 0.3) - 20 / (r * r * r * r); },
                         1.0, 0.05, 161)}};
}

constexpr Truncation truncations[] = {Truncation::plain, Truncation::shifted,
                                      Truncation::force_shifted};

/// Simpson's rule.
double integral(std::function<double(double)> const& f, double from, double to, int panels = 4000) {
  double const h = (to - from) / (2 * panels);
  double sum = f(from) + f(to);
  for (int i = 1; i < 2 * panels; ++i) sum += (i % 2 ? 4 : 2) * f(from + h * i);
  return sum * h / 3;
}

/// From R to infinity, by r = R/u.
double integral_to_infinity(std::function<double(double)> const& f, double R) {
  return integral([&](double u) { return u > 0 ? f(R / u) * R / (u * u) : 0; }, 0, 1);
}

}  // namespace

TEST_CASE("Forms have the values of their formulas") {
  double const r = 2.3;
  CHECK(evaluate(PairForm{}, r).energy == 0);
  CHECK(evaluate(oxygen, r).energy ==
        Approx(22764.3 * std::exp(-r / 0.149) - 27.88 / std::pow(r, 6)));
  CHECK(evaluate(BornMayerHuggins{{1560, 1 / 0.317}, 6.99, 8.68}, r).energy ==
        Approx(1560 * std::exp(-r / 0.317) - 6.99 / std::pow(r, 6) - 8.68 / std::pow(r, 8)));
  CHECK(evaluate(Morse{0.8, 1.7, 2.1}, r).energy ==
        Approx(0.8 * (std::pow(1 - std::exp(-1.7 * (r - 2.1)), 2) - 1)));
  CHECK(evaluate(Morse{0.8, 1.7, 2.1}, 2.1).energy == Approx(-0.8));
  CHECK(evaluate(Morse{0.8, 1.7, 2.1, 22}, r).energy ==
        Approx(evaluate(Morse{0.8, 1.7, 2.1}, r).energy + 22 / std::pow(r, 12)));
  CHECK(evaluate(LennardJones{7, 5}, r).energy == Approx(7 / std::pow(r, 12) - 5 / std::pow(r, 6)));
}

TEST_CASE("The slope of every form, truncation and wall is the derivative of its energy") {
  for (NamedForm const& named : forms())
    for (Truncation truncation : truncations)
      for (double wall : {0.0, 1.7}) {
        CAPTURE(named.name, int(truncation), wall);
        PairFunction const function{named.form, 6.0, truncation, wall};
        // In the middle of the table's intervals, so that a difference never crosses a knot.
        for (double r : {1.225, 1.575, 1.825, 2.475, 3.275, 5.825}) {
          double const h = 1e-4 * r;
          auto const v = [&](double at) { return evaluate(function, at).energy; };
          double const slope = (8 * (v(r + h) - v(r - h)) - v(r + 2 * h) + v(r - 2 * h)) / (12 * h);
          CAPTURE(r);
          CHECK(std::fabs(evaluate(function, r).slope - slope) <
                1e-10 * (std::fabs(slope) + std::fabs(v(r)) / r));
        }
      }
}

TEST_CASE("Truncations end as they are called") {
  for (NamedForm const& named : forms()) {
    CAPTURE(named.name);
    PairFunction function{named.form, 6.0};
    PairValue const bare = evaluate(named.form, 6.0);
    CHECK(bare.energy != 0);
    auto const at = [&](double r) { return evaluate(function, r); };
    CHECK(at(6.0).energy == bare.energy);
    CHECK(at(6.0).slope == bare.slope);
    function.truncation = Truncation::shifted;
    CHECK(at(6.0).energy == 0);
    CHECK(at(6.0).slope == bare.slope);
    CHECK(at(3.0).energy == Approx(evaluate(named.form, 3.0).energy - bare.energy));
    function.truncation = Truncation::force_shifted;
    CHECK(at(6.0).energy == 0);
    CHECK(at(6.0).slope == 0);
    CHECK(at(3.0).energy ==
          Approx(evaluate(named.form, 3.0).energy - bare.energy + 3 * bare.slope));
    for (Truncation truncation : truncations) {
      function.truncation = truncation;
      CHECK(at(6.0000001).energy == 0);
      CHECK(at(6.0000001).slope == 0);
    }
  }
}

TEST_CASE("A wall joins its term without a step in energy or slope, and repels below") {
  for (NamedForm const& named : forms())
    for (Truncation truncation : truncations) {
      CAPTURE(named.name, int(truncation));
      PairFunction const function{named.form, 6.0, truncation, 1.7};
      double const small = 1e-9;
      PairValue const inside = evaluate(function, 1.7 - small),
                      outside = evaluate(function, 1.7 + small);
      CHECK(std::fabs(inside.energy - outside.energy + 2 * small * outside.slope) <
            1e-12 * std::fabs(outside.slope));
      CHECK(inside.slope == Approx(outside.slope).epsilon(1e-6));
      CHECK(evaluate(function, 0.1).slope < evaluate(function, 1.0).slope);
      CHECK(evaluate(function, 1.0).slope < 0);
      // Above the wall nothing changes.
      CHECK(evaluate(function, 2.0).energy ==
            evaluate(PairFunction{named.form, 6.0, truncation}, 2.0).energy);
    }
  CHECK(evaluate(PairFunction{oxygen, 6.0}, 0.3).energy < -1000);  // the well that the wall is for
  CHECK(evaluate(PairFunction{oxygen, 6.0, Truncation::plain, 1.2}, 0.3).energy > 1000);
}

TEST_CASE("A wall where the term attracts, or beyond the cutoff, is refused") {
  PairFunction function{oxygen, 6.0};
  function.wall = 0.5 * turnover_radius(oxygen);
  CHECK_THROWS_WITH(pair_end(function),
                    ContainsSubstring("expected a radius at which the term repels"));
  function.wall = 4;  // beyond the minimum
  CHECK_THROWS_AS(pair_end(function), InputError);
  function.wall = 1.05 * turnover_radius(oxygen);
  CHECK(pair_end(function).wall_B > 0);
  function.wall = 6;
  CHECK_THROWS_WITH(pair_end(function), ContainsSubstring("less than its cutoff"));
}

TEST_CASE(
    "The tail is what quadrature says lies beyond the cutoff, plus what the truncation took off") {
  double const density = 0.07;
  for (NamedForm const& named : forms())
    for (Truncation truncation : truncations)
      for (double R : {1.6, 5.03}) {
        CAPTURE(named.name, int(truncation), R);
        PairFunction const function{named.form, R, truncation};
        auto const* table = std::get_if<PairTable>(&named.form);
        auto const beyond = [&](auto const& f) {
          return table ? integral(f, R, table->last(), 40000) : integral_to_infinity(f, R);
        };
        double energy = beyond([&](double r) { return r * r * evaluate(named.form, r).energy; });
        double virial = beyond([&](double r) { return r * r * r * evaluate(named.form, r).slope; });
        if (table)
          virial -= std::pow(table->last(), 3) *
                    evaluate(named.form, table->last()).energy;  // its drop to 0
        // V - V_pair is linear in r; V itself is too steep near 0 to be subtracted there.
        auto const taken_off = [&](double r) {
          auto const at = [&](double x) {
            return evaluate(named.form, x).energy - evaluate(function, x).energy;
          };
          double const low = 0.6 * R, high = R;
          return at(low) + (at(high) - at(low)) * (r - low) / (high - low);
        };
        double const slope = (taken_off(R) - taken_off(0)) / R;
        energy += integral([&](double r) { return r * r * taken_off(r); }, 0, R);
        virial += integral([&](double r) { return r * r * r * slope; }, 0, R);
        TailCorrection const tail = tail_correction(function, density);
        CHECK(tail.energy == Approx(2 * pi * density * energy).epsilon(1e-9));
        CHECK(tail.virial == Approx(2 * pi / 3 * density * virial).epsilon(1e-9));
      }
}

TEST_CASE(
    "The tail of a term without end is known in closed form, and there is none without a term") {
  // -C/r^6: energy -2 pi density C / (3 R^3), virial twice as large and of the other sign.
  TailCorrection const tail = tail_correction({Buckingham{{}, 30}, 8.0}, 0.05);
  CHECK(tail.energy == Approx(-2 * pi * 0.05 * 30 / (3 * 512)).epsilon(1e-14));
  CHECK(tail.virial == Approx(4 * pi * 0.05 * 30 / (3 * 512)).epsilon(1e-14));
  TailCorrection const none = tail_correction({{}, 8.0}, 0.05);
  CHECK(none.energy == 0);
  CHECK(none.virial == 0);
}

TEST_CASE("A table reproduces a cubic exactly") {
  auto const cubic = [](double r) { return 3 - 2 * r + 0.7 * r * r - 0.11 * r * r * r; };
  auto const slope = [](double r) { return -2 + 1.4 * r - 0.33 * r * r; };
  for (int n : {4, 5, 37}) {
    CAPTURE(n);
    PairTable const table = table_of(cubic, 0.7, 0.13, n);
    CHECK(table.last() == Approx(0.7 + 0.13 * (n - 1)));
    double worst = 0;
    for (double r = 0.3; r < table.last();
         r += 0.0171) {  // below the first radius the first cubic goes on
      worst = std::max(worst, std::fabs(evaluate(table, r).energy - cubic(r)));
      worst = std::max(worst, std::fabs(evaluate(table, r).slope - slope(r)));
    }
    CHECK(worst < 1e-13 * (1 + n));
    CHECK(evaluate(table, table.last()).energy ==
          Approx(cubic(table.last())));  // the last radius belongs to it
    CHECK(evaluate(table, table.last() + 1e-6).energy == 0);
    CHECK(evaluate(table, table.last() + 1e-6).slope == 0);
  }
}

TEST_CASE(
    "A table of a Buckingham term has an error of fourth order in its step, slopes of third") {
  auto const errors = [](double step) {
    PairTable const table = table_of([](double r) { return evaluate(oxygen, r).energy; }, 1.5, step,
                                     int(std::lround(4 / step)) + 1);
    double energy = 0, slope = 0;
    for (double r = 1.5; r < 5.5; r += 0.000731) {
      PairValue const exact = evaluate(oxygen, r), found = evaluate(table, r);
      energy = std::max(energy, std::fabs(found.energy - exact.energy));
      slope = std::max(slope, std::fabs(found.slope - exact.slope));
    }
    return PairValue{energy, slope};
  };
  PairValue const coarse = errors(0.02), fine = errors(0.01);
  CHECK(fine.energy < 2e-6);  // eV
  CHECK(fine.slope < 5e-4);   // eV/Å
  CHECK(coarse.energy / fine.energy > 12);
  CHECK(coarse.slope / fine.slope > 6.5);
}

TEST_CASE("A table needs four energies and a sensible axis") {
  CHECK_THROWS_WITH(spline_table(1, 0.1, {1, 2, 3}),
                    ContainsSubstring("a table of 3 energies, expected at least 4"));
  CHECK_THROWS_AS(spline_table(1, 0, {1, 2, 3, 4}), InputError);
  CHECK_THROWS_AS(spline_table(-1, 0.1, {1, 2, 3, 4}), InputError);
}

TEST_CASE("The -C/r^6 of a form is known and can be taken out") {
  CHECK(dispersion_coefficient(oxygen) == 27.88);
  CHECK(dispersion_coefficient(LennardJones{7, 5}) == 5);
  CHECK(dispersion_coefficient(BornMayerHuggins{{7, 5}, 3, 2}) == 3);
  CHECK(without_dispersion(BornMayerHuggins{{7, 5}, 3, 2}) ==
        PairForm{BornMayerHuggins{{7, 5}, 0, 2}});  // r^-8 ends with the rest of the term
  for (NamedForm const& named : forms()) {
    CAPTURE(named.name);
    PairForm const rest = without_dispersion(named.form);
    CHECK(dispersion_coefficient(rest) == 0);
    double const r = 2.2, removed = -dispersion_coefficient(named.form) / std::pow(r, 6);
    CHECK(evaluate(rest, r).energy == Approx(evaluate(named.form, r).energy - removed));
  }
}

TEST_CASE("The turnover radius is where a form stops to be trustworthy") {
  CHECK(turnover_radius(PairForm{oxygen}) == turnover_radius(oxygen));
  CHECK(turnover_radius(PairForm{}) == 0);
  CHECK(turnover_radius(PairForm{Morse{1, 1, 2}}) == 0);
  for (BornMayerHuggins const& term :
       {BornMayerHuggins{{1560, 1 / 0.317}, 6.99, 8.68},
        BornMayerHuggins{{3485, 1 / 0.317}, 72, 145}, BornMayerHuggins{{424, 1 / 0.317}, 0, 0.5}}) {
    double const r = turnover_radius(PairForm{term});
    CAPTURE(r);
    CHECK(std::fabs(evaluate(term, r).slope) < 1e-9 * std::fabs(evaluate(term, 0.9 * r).slope));
    CHECK(evaluate(term, 0.99 * r).slope > 0);
    CHECK(evaluate(term, 1.01 * r).slope < 0);
  }
  // Without r^-8 it is Buckingham's, and without any attraction there is none.
  CHECK(turnover_radius(PairForm{BornMayerHuggins{oxygen.repulsion, oxygen.C, 0}}) ==
        turnover_radius(oxygen));
  CHECK(turnover_radius(PairForm{BornMayerHuggins{oxygen.repulsion, 0, 0}}) == 0);
  CHECK(std::isinf(turnover_radius(PairForm{BornMayerHuggins{{1, 1 / 0.1}, 0, 1e4}})));
  CHECK(turnover_radius(PairForm{LennardJones{7, 5}}) == 0);
  CHECK(std::isinf(turnover_radius(PairForm{LennardJones{0, 5}})));
  CHECK(turnover_radius(PairForm{spline_table(1.2, 0.1, {4, 3, 2, 1})}) == 1.2);
}

#if !defined(__CUDACC__)  // where lanes.hpp has no packs
namespace {

template <int W, class Term>
void check_lanes(char const* name, Term const& term) {
  using P = detail::Pack<W>;
  CAPTURE(name, W);
  for (double start = 1.1; start < 12; start += 0.37) {
    P r(0.0), inverse_r(0.0), energy(0.25), force(0.5);  // adds to what is there
    for (int i = 0; i < W; ++i) {
      r.v[i] = start + 0.83 * i;
      inverse_r.v[i] = 1 / r.v[i];
    }
    term.add(r, inverse_r, energy, force);
    for (int i = 0; i < W; ++i) {
      double e = 0.25, f = 0.5;
      term.add(double(r.v[i]), double(inverse_r.v[i]), e, f);
      CAPTURE(i, double(r.v[i]));
      CHECK(std::fabs(energy.v[i] - e) < 1e-14 * (std::fabs(e) + std::fabs(f)));
      CHECK(std::fabs(force.v[i] - f) < 1e-14 * (std::fabs(e) + std::fabs(f)));
    }
  }
}

}  // namespace

TEMPLATE_TEST_CASE_SIG("Packs give what doubles give, lane by lane", "", ((int W), W), 2, 4, 8) {
  check_lanes<W>("Born-Mayer", BornMayer{804, 1 / 0.311});
  check_lanes<W>("Buckingham", Buckingham{{1428.5, 1 / 0.2945}, 10});
  check_lanes<W>("Born-Mayer-Huggins", BornMayerHuggins{{1560, 1 / 0.317}, 7, 9});
  check_lanes<W>("Morse", Morse{0.8, 1.7, 2.1, 3});
  check_lanes<W>("Lennard-Jones", LennardJones{2400, 10});
  check_lanes<W>("dispersion", DispersionReal{10, 0.4});
  check_lanes<W>("Coulomb", CoulombReal<false>{14.4, 0.4, 0});
  // Lanes below the first radius, inside and beyond the end at the same time.
  PairTable const table = table_of([](double r) { return 5 / r; }, 1.5, 0.25, 20);
  check_lanes<W>("table", Tabulated{table.coefficients->data(), table.first, 1 / table.step, 19});
}
#endif
