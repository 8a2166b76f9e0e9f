// Every pair term against its formula and its own derivative.
#include <cmath>
#include <vector>

#include <ionscape/potentials/pair/pair_terms.hpp>
#include <ionscape_test/catch.hpp>

using namespace ionscape;

namespace {

template <class Term>
double value(Term const& term, double r) {
  double v = 0, f = 0;
  term.add(r, 1 / r, v, f);
  return v;
}

template <class Term>
double force_over_r(Term const& term, double r) {
  double v = 0, f = 0;
  term.add(r, 1 / r, v, f);
  return f;
}

template <class Term>
void check_derivative(Term const& term) {
  for (double r : {0.7, 1.3, 2.1, 3.4}) {
    double const h = 1e-5 * r;
    double const slope = (value(term, r + h) - value(term, r - h)) / (2 * h);
    CHECK(force_over_r(term, r) == Approx(-slope / r).epsilon(1e-7));
  }
}

}  // namespace

TEST_CASE("Pair terms have the values of their formulas") {
  CHECK(value(BornMayer{1000, 1 / 0.3}, 2.0) == Approx(1000 * std::exp(-2.0 / 0.3)));
  CHECK(value(Buckingham{{1000, 1 / 0.3}, 50}, 2.0) ==
        Approx(1000 * std::exp(-2.0 / 0.3) - 50 / 64.0));
  CHECK(value(CoulombReal<false>{14.4, 0.5, 0}, 2.0) == Approx(14.4 * std::erfc(1.0) / 2));
  CHECK(value(CoulombReal<true>{14.4, 0.5, 0.9}, 2.0) ==
        Approx(14.4 * (std::erfc(1.0) - std::erfc(1.8)) / 2));
  CHECK(value(DispersionReal{50, 0}, 2.0) == Approx(-50 / 64.0));
}

TEST_CASE("The forces of pair terms are minus the derivatives of their energies") {
  check_derivative(BornMayer{1000, 1 / 0.3});
  check_derivative(Buckingham{{1000, 1 / 0.3}, 50});
  check_derivative(DispersionReal{50, 0.6});
  check_derivative(CoulombReal<false>{-14.4, 0.5, 0});
  check_derivative(CoulombReal<true>{-14.4, 0.5, 0.9});
}

TEST_CASE("A term adds to what is there") {
  double v = 3, f = 5;
  BornMayer{2, 0}.add(1.0, 1.0, v, f);
  CHECK(v == Approx(5));
  CHECK(f == Approx(5));
}

TEST_CASE("The turnover radius is the inner maximum of a Buckingham term") {
  Buckingham const oxygen{{22764.3, 1 / 0.149}, 27.88};
  double const r = turnover_radius(oxygen);
  CHECK(r > 0.3);
  CHECK(r < 1.5);
  CHECK(std::fabs(force_over_r(oxygen, r)) < 1e-6 * std::fabs(force_over_r(oxygen, 0.9 * r)));
  CHECK(force_over_r(oxygen, 0.9 * r) < 0);  // attracted into the well
  CHECK(force_over_r(oxygen, 1.1 * r) > 0);
  CHECK(turnover_radius({{1000, 1 / 0.3}, 0}) == 0);
  CHECK(std::isinf(turnover_radius({{0, 1 / 0.3}, 10})));
  CHECK(std::isinf(turnover_radius({{1, 1 / 0.1}, 1e4})));
}

TEST_CASE(
    "The turnover radius of several repulsions is the outermost maximum of their sum with the "
    "dispersion") {
  auto const sum = [](std::vector<BornMayer> const& terms, double C, double r) {
    double v = -C / std::pow(r, 6);
    for (BornMayer const& term : terms) v += value(term, r);
    return v;
  };
  struct Case {
    std::vector<BornMayer> terms;
    double C;
  };
  for (Case const& c :
       {Case{{{5000, 1 / 0.22}, {100, 1 / 0.3}}, 60}, Case{{{2e5, 1 / 0.1}, {800, 1 / 0.31}}, 60},
        Case{{{800, 1 / 0.31}, {2e5, 1 / 0.1}}, 60},
        Case{{{9e6, 1 / 0.05}, {800, 1 / 0.31}}, 40}}) {
    INFO(c.terms[0].A << " " << c.C);
    double const r = turnover_radius(c.terms, c.C);
    REQUIRE(std::isfinite(r));
    CHECK(sum(c.terms, c.C, r) > sum(c.terms, c.C, 0.999 * r));
    CHECK(sum(c.terms, c.C, r) > sum(c.terms, c.C, 1.001 * r));
    for (double s = 1.01 * r; s < 3;
         s *= 1.01)  // no other maximum further out, where anything still repels
      CHECK((sum(c.terms, c.C, s) < sum(c.terms, c.C, s / 1.01) || sum(c.terms, c.C, s) < 0));
  }
  // Split in two, a term is the same term; a wall far inside does not hide that the outer one turns
  // over.
  CHECK(turnover_radius(std::vector<BornMayer>{{300, 1 / 0.22}, {4700, 1 / 0.22}}, 60) ==
        Approx(turnover_radius({{5000, 1 / 0.22}, 60})));
  CHECK(turnover_radius(std::vector<BornMayer>{{1e9, 1 / 0.02}, {5000, 1 / 0.22}}, 60) ==
        Approx(turnover_radius({{5000, 1 / 0.22}, 60})));
  CHECK(turnover_radius({}, 0) == 0);
  CHECK(std::isinf(turnover_radius({}, 10)));
}
