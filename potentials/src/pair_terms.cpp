#include <ionscape/potentials/pair_terms.hpp>

#include <cmath>
#include <limits>

namespace ionscape {

double turnover_radius(Buckingham const& term) {
  if (term.C <= 0) return 0;
  double const rho = 1 / term.repulsion.inverse_rho;
  // V' = 0 where A r^7 exp(-r/rho) = 6 C rho; the left side has its maximum at 7 rho, the inner root is the turnover.
  auto const excess = [&](double r) {
    return term.repulsion.A * std::pow(r, 7) * std::exp(-r / rho) - 6 * term.C * rho;
  };
  double high = 7 * rho;
  if (term.repulsion.A <= 0 || excess(high) <= 0) return std::numeric_limits<double>::infinity();
  double low = 0;
  while (high - low > 1e-14 * high) {
    double const middle = 0.5 * (low + high);
    (excess(middle) < 0 ? low : high) = middle;
    if (middle == low && middle == high) break;
  }
  return high;
}

}  // namespace ionscape
