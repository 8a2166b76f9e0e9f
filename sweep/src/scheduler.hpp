// Which batch of a sweep is computed next, and the rows of all in the order of the points. It knows
// nothing of how a batch is computed, or by whom: a loop, or processes that ask for numbers and send
// rows.
//
//   Scheduler scheduler(plan, options);
//   while (auto const batch = scheduler.next())
//     scheduler.collect(*batch, compute(scheduler.points_of(*batch)));
//   auto const rows = scheduler.take_rows();
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <ionscape/sweep/runner.hpp>

#include "batch.hpp"
#include "checkpoint.hpp"

namespace ionscape {

/// The points of each batch: at most `batch`, and few enough frameworks that their tables stay
/// small.
std::vector<PointRange> split_into_batches(SweepPlan const& plan, std::size_t batch);

class Scheduler {
 public:
  /// The plan must outlive the scheduler.
  Scheduler(SweepPlan const& plan, RunOptions const& options);

  /// The number of a batch that is still to be computed; nothing when all are given out. Batches
  /// that an earlier run has finished are passed over. A number is given out once.
  std::optional<std::size_t> next();
  PointRange points_of(std::size_t batch) const { return batches_[batch]; }

  /// Takes the rows of a batch, in any order of batches, and keeps them in the checkpoint.
  void collect(std::size_t batch, std::vector<MapRow> rows);

  /// Points whose rows are there.
  std::size_t finished_points() const { return finished_; }

  /// All rows, in the order of the plan's points, once the last is collected.
  std::vector<MapRow> take_rows();
  std::vector<std::string> const& remarks() const { return remarks_; }

 private:
  void place(std::size_t batch, std::vector<MapRow> rows);

  SweepPlan const& plan_;
  std::vector<PointRange> batches_;
  std::optional<Checkpoint> checkpoint_;
  std::size_t next_ = 0, finished_ = 0;
  std::vector<MapRow> rows_;  // (n_points)
  std::vector<std::string> remarks_;
};

}  // namespace ionscape
