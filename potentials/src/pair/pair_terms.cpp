#include <ionscape/potentials/pair/pair_terms.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

namespace ionscape {

double turnover_radius(std::span<BornMayer const> repulsion, double C, double D) {
  if (C <= 0 && D <= 0) return 0;
  double least = std::numeric_limits<double>::infinity(), most = 0;  // of rho
  for (BornMayer const& term : repulsion)
    if (term.A > 0)
      least = std::min(least, 1 / term.inverse_rho), most = std::max(most, 1 / term.inverse_rho);
  // V' < 0 where sum of A/rho r^7 exp(-r/rho) > 6 C + 8 D/r^2. Each term of the left side has its
  // only maximum at 7 rho, with a half width of 1/sqrt(7) of that radius: outside of [7 least, 7
  // most] the sum only rises or falls. With D the same holds for its ratio to the right side, outside
  // of [7 least, 9 most].
  auto const repels = [&](double r) {
    double sum = 0;
    for (BornMayer const& term : repulsion)
      sum += term.A * term.inverse_rho * std::exp(-r * term.inverse_rho);
    return sum * std::pow(r, 7) > (D > 0 ? 6 * C + 8 * D / (r * r) : 6 * C);
  };
  constexpr double step = 0.99;
  double high = (D > 0 ? 9 : 7) * most;
  while (high >= 7 * least && !repels(high)) high *= step;
  if (most == 0 || !repels(high)) return std::numeric_limits<double>::infinity();
  double low = high;
  while (low >= 7 * least && repels(low)) high = low, low *= step;
  if (repels(low)) low = 0;
  while (high - low > 1e-14 * high) {
    double const middle = 0.5 * (low + high);
    (repels(middle) ? high : low) = middle;
    if (middle == low && middle == high) break;
  }
  return high;
}

}  // namespace ionscape
