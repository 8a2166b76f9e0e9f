// Accuracy of the vector arithmetic that the kernels stand on.
#include <cmath>
#include <type_traits>

#include <ionscape/potentials/device/lanes.hpp>
#include <ionscape_test/catch.hpp>

// No using-directive: nvcc adds code of its own after ours that calls ::exp.
using ionscape::detail::erfc_positive;

namespace {

// Without fused multiply-adds every step of the polynomials rounds once more.
#if defined(__FMA__) || defined(__CUDACC__)
constexpr double erfc_ulps = 7;
#else
constexpr double erfc_ulps = 9;
#endif

/// Distance from the exact value in units of its last place.
double ulps(double value, long double exact) {
  double const rounded = double(exact);
  double const unit = std::nextafter(std::fabs(rounded), HUGE_VAL) - std::fabs(rounded);
  return double(std::fabs((long double)value - exact) / unit);
}

}  // namespace

TEST_CASE("erfc and exp(-x^2) of doubles are exact to a few ulp where they matter") {
  double worst = 0;
  // Densely where the error is largest, in units of a last place that halves below erfc = 1.
  for (double x = 0; x < 25.6; x += x < 1 ? 0.0000117 : 0.000731) {
    double gauss;
    // The rounding of x^2 costs x^2 ulp in exp(-x^2), which erfc makes harmless by being small.
    worst = std::max(
        worst, ulps(erfc_positive(x, gauss), std::erfc((long double)x)) / (erfc_ulps + x * x));
  }
  CHECK(worst < 1);
}

#if !defined(__CUDACC__)  // where lanes.hpp has no packs
using ionscape::detail::Pack;

namespace {

template <int W>
double lane(Pack<W> p, int i) {
  return p.v[i];
}

}  // namespace

TEMPLATE_TEST_CASE_SIG("exp of a pack is exact to an ulp or so over the range that kernels use", "",
                       ((int W), W), 2, 4, 8) {
  double worst = 0;
  for (double x = -659; x < 10; x += 0.00917) {
    Pack<W> p(0.0);
    for (int i = 0; i < W; ++i) p.v[i] = x + 0.001 * i;
    Pack<W> const e = exp(p);
    for (int i = 0; i < W; ++i)
      worst = std::max(worst, ulps(lane(e, i), std::exp((long double)p.v[i])));
  }
  CHECK(worst < 1.5);
  CHECK(lane(exp(Pack<W>(-1e6)), 0) < 1e-280);
  CHECK(lane(exp(Pack<W>(0.0)), W - 1) == 1.0);
}

TEST_CASE("erfc and exp(-x^2) are exact to a few ulp where they matter, as packs") {
  double worst_pack = 0, worst_gauss = 0, worst_absolute = 0;
  for (double x = 0; x < 25.6; x += 0.000731) {
    Pack<4> gauss;
    double const pack = lane(erfc_positive(Pack<4>(x), gauss), 1);
    long double const exact = std::erfc((long double)x);
    // As above.
    double const allowed = erfc_ulps + x * x;
    worst_pack = std::max(worst_pack, ulps(pack, exact) / allowed);
    worst_gauss =
        std::max(worst_gauss, ulps(lane(gauss, 3), std::exp(-(long double)x * x)) / allowed);
    worst_absolute = std::max(worst_absolute, std::fabs(pack - double(exact)));
  }
  CHECK(worst_absolute < erfc_ulps * 1.12e-16);
  CHECK(worst_pack < 1);
  CHECK(worst_gauss < 1);
}

TEMPLATE_TEST_CASE_SIG("The inverse square root is exact to 2 ulp", "", ((int W), W), 2, 4, 8) {
  double worst = 0;
  for (double x = 1e-3; x < 1e19; x *= 1.000931)
    worst =
        std::max(worst, ulps(lane(inverse_sqrt(Pack<W>(x)), W - 1), 1 / std::sqrt((long double)x)));
  CHECK(worst < 2);
}

TEST_CASE("A far padding point adds nothing and no NaN") {
  Pack<4> gauss;
  CHECK(lane(erfc_positive(Pack<4>(1e9), gauss), 0) < 1e-280);
  CHECK(lane(gauss, 0) < 1e-280);
}
#endif
