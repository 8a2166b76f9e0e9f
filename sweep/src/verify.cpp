#include "verify.hpp"

#include <algorithm>

#include "batch.hpp"

namespace ionscape {

namespace {

constexpr std::size_t sample = 4;

/// Evenly over all rows, the first and the last among them.
std::vector<std::size_t> sampled_rows(std::size_t n) {
  std::vector<std::size_t> rows;
  std::size_t const checks = std::min(sample, n);
  for (std::size_t k = 0; k < checks; ++k)
    rows.push_back(checks == 1 ? 0 : k * (n - 1) / (checks - 1));
  return rows;
}

}  // namespace

void verify(SweepPlan const& plan, SweepResult& result) {
  Stopwatch watch;
  auto const rows = sampled_rows(result.rows.size());
  SweepPlan some;
  some.potentials = plan.potentials;
  some.supercell = plan.supercell;
  some.accuracy = plan.accuracy;
  for (std::size_t row : rows) some.points.push_back(plan.points[row]);
  SweepTimings unused;
  Batch const batch(some, {0, rows.size()}, true, unused);
  std::vector<double> errors(rows.size());
  using HostExec = Kokkos::DefaultHostExecutionSpace;
  Kokkos::parallel_for(
      "ionscape::sweep::verify",
      Kokkos::RangePolicy<HostExec, Kokkos::Schedule<Kokkos::Dynamic>>(0, int(rows.size())),
      [&](int k) { errors[k] = batch.error_of(std::size_t(k), result.rows[rows[k]].E_face_eV); });
  HostExec().fence("ionscape::sweep::verify");
  for (double error : errors)
    if (!(error <= result.measured_accuracy)) result.measured_accuracy = error;
  result.verified_points = int(rows.size());
  watch.add_to(result.timings.verification);
}

}  // namespace ionscape
