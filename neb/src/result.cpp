#include <ionscape/neb/result.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

#include <ionscape/neb/tangent.hpp>

namespace ionscape {

char const* to_string(BandStatus status) {
  switch (status) {
    case BandStatus::running:
      return "running";
    case BandStatus::converged:
      return "converged";
    case BandStatus::step_limit:
      return "step_limit";
    case BandStatus::not_finite:
      return "not_finite";
    case BandStatus::endpoint_not_converged:
      return "endpoint_not_converged";
    case BandStatus::endpoints_coincide:
      return "endpoints_coincide";
  }
  return "unknown";
}

BandStatus band_status(RelaxStatus relaxation, BandStatus reason) {
  switch (relaxation) {
    case RelaxStatus::running:
      return BandStatus::running;
    case RelaxStatus::converged:
      return BandStatus::converged;
    case RelaxStatus::step_limit:
      return BandStatus::step_limit;
    case RelaxStatus::not_finite:
      return BandStatus::not_finite;
    case RelaxStatus::set_aside:
      break;
  }
  return reason;
}

std::optional<BandStatus> parse_band_status(std::string_view text) {
  for (int i = 0; i <= static_cast<int>(BandStatus::endpoints_coincide); ++i)
    if (text == to_string(static_cast<BandStatus>(i))) return static_cast<BandStatus>(i);
  return {};
}

char const* to_string(SaddleKind kind) {
  switch (kind) {
    case SaddleKind::none:
      return "none";
    case SaddleKind::interior:
      return "interior";
    case SaddleKind::endpoint:
      return "endpoint";
  }
  return "unknown";
}

void analyse(BandResult& band, std::span<double const> force, int dof_per_ion) {
  int const last = band.n_images - 1, dof = band.dof;
  auto const& energy = band.energy;
  auto x = [&](int i) { return band.image(i).data(); };
  auto f = [&](int i) { return force.data() + std::size_t(i) * dof; };

  band.position.assign(band.n_images, 0);
  band.slope.assign(band.n_images, 0);
  std::vector<double> tangent(dof);
  for (int i = 0; i <= last; ++i) {
    if (i > 0) band.position[i] = band.position[i - 1] + relax::distance(dof, x(i - 1), x(i));
    int const previous = std::max(i - 1, 0),
              next = std::min(i + 1, last);  // an end's own bond to itself is zero
    auto const weights = i == 0 || i == last
                             ? neb::TangentWeights{1, 1}
                             : neb::tangent_weights(energy[previous], energy[i], energy[next]);
    neb::unit_tangent(dof, x(previous), x(i), x(next), weights, tangent.data());
    band.slope[i] = -relax::dot(dof, f(i), tangent.data());
  }
  band.end_force = {relax::largest_ion_norm(dof, dof_per_ion, f(0)),
                    relax::largest_ion_norm(dof, dof_per_ion, f(last))};
  analyse_energies(band);
}

void analyse_energies(BandResult& band) {
  auto const& energy = band.energy;
  if (!std::all_of(energy.begin(), energy.end(), [](double e) { return std::isfinite(e); })) {
    band.saddle_kind = SaddleKind::none;
    band.saddle_image = -1;
    band.saddle_energy = band.forward_barrier = band.reverse_barrier = band.max_minus_min =
        std::numeric_limits<double>::quiet_NaN();
    return;
  }
  auto const [lowest, highest] = std::minmax_element(energy.begin(), energy.end());
  double const top = *highest;
  band.saddle_kind =
      top > energy.front() && top > energy.back() ? SaddleKind::interior : SaddleKind::endpoint;
  band.saddle_image =
      static_cast<int>(std::find(energy.begin(), energy.end(), top) - energy.begin());
  band.saddle_energy = top;
  band.forward_barrier = top - energy.front();
  band.reverse_barrier = top - energy.back();
  band.max_minus_min = top - *lowest;
}

}  // namespace ionscape
