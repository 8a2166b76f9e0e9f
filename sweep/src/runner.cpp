#include <ionscape/sweep/runner.hpp>

#include "batch.hpp"
#include "checkpoint.hpp"
#include "scheduler.hpp"
#include "verify.hpp"

namespace ionscape {

namespace {

void check(SweepPlan const& plan) {
  for (SweepPoint const& p : plan.points) {
    auto const set = plan.potentials.find(p.anion);
    if (set == plan.potentials.end())
      fail_input({}, "the sweep has no potential for anion ", p.anion);
    validate(p, set->second, {});
  }
  validate(plan.neb);
}

/// The rows of a batch; an error says which points they are.
std::vector<MapRow> compute(SweepPlan const& plan, PointRange range, bool share,
                            SweepTimings& timings,
                            std::function<void(std::size_t)> const& progress) try {
  return Batch(plan, range, share, timings).run(progress);
} catch (InputError const& error) {
  fail_input({}, "points ", range.begin + 1, " to ", range.end, " of the sweep: ", error.what());
}

}  // namespace

SweepResult run_sweep(SweepPlan const& plan, RunOptions const& options) {
  check(plan);
  SweepResult result;
  Scheduler scheduler(plan, options);
  auto const progress = [&](std::size_t in_batch) {
    if (options.progress) options.progress(scheduler.finished_points() + in_batch);
  };
  while (auto const batch = scheduler.next()) {
    progress(0);  // what an earlier run has finished counts
    scheduler.collect(*batch, compute(plan, scheduler.points_of(*batch), options.share_frameworks,
                                      result.timings, progress));
  }
  progress(0);
  result.remarks = scheduler.remarks();
  result.rows = scheduler.take_rows();
  verify(plan, result);
  return result;
}

std::vector<std::vector<double>> straight_path_energies(SweepPlan const& plan, int images) {
  check(plan);
  if (plan.points.empty()) return {};
  if (images < 2) fail_input({}, "a path of ", images, " images, expected at least 2");
  std::vector<std::vector<double>> paths;
  SweepTimings unused;
  for (PointRange range : split_into_batches(plan, RunOptions{}.batch))
    for (auto& path : Batch(plan, range, true, unused).straight_paths(images))
      paths.push_back(std::move(path));
  return paths;
}

void remove_checkpoint(SweepPlan const& plan, RunOptions const& options) {
  if (options.checkpoint) Checkpoint(*options.checkpoint, plan, options.batch).remove();
}

}  // namespace ionscape
