#include "scheduler.hpp"

#include <algorithm>
#include <set>
#include <stdexcept>

namespace ionscape {

std::vector<PointRange> split_into_batches(SweepPlan const& plan, std::size_t batch) {
  constexpr std::size_t most_frameworks = 64;
  std::vector<PointRange> batches;
  std::set<std::pair<std::string, double>> frameworks;
  std::size_t begin = 0;
  for (std::size_t i = 0; i < plan.points.size(); ++i) {
    std::pair const framework(plan.points[i].anion, plan.points[i].distortion);
    frameworks.insert(framework);
    if (i - begin < batch && frameworks.size() <= most_frameworks) continue;
    batches.push_back({begin, i});
    begin = i;
    frameworks = {framework};
  }
  batches.push_back({begin, plan.points.size()});
  return batches;
}

Scheduler::Scheduler(SweepPlan const& plan, RunOptions const& options)
    : plan_(plan),
      batches_(split_into_batches(plan, std::max<std::size_t>(1, options.batch))),
      rows_(plan.points.size()) {
  if (options.checkpoint && batches_.size() > 1)
    checkpoint_.emplace(*options.checkpoint, plan, options.batch);
}

std::optional<std::size_t> Scheduler::next() {
  while (next_ < batches_.size()) {
    std::size_t const batch = next_++;
    if (!checkpoint_) return batch;
    PointRange const range = batches_[batch];
    auto rows = checkpoint_->read(batch, std::span(plan_.points).subspan(range.begin, range.size()),
                                  remarks_);
    if (!rows) return batch;
    place(batch, std::move(*rows));
  }
  return {};
}

void Scheduler::collect(std::size_t batch, std::vector<MapRow> rows) {
  if (checkpoint_) checkpoint_->write(batch, rows);
  place(batch, std::move(rows));
}

void Scheduler::place(std::size_t batch, std::vector<MapRow> rows) {
  if (rows.size() != batches_[batch].size())
    throw std::logic_error("a batch came back with another number of rows");
  std::ranges::move(rows, rows_.begin() + std::ptrdiff_t(batches_[batch].begin));
  finished_ += rows.size();
}

std::vector<MapRow> Scheduler::take_rows() {
  if (finished_ != rows_.size()) throw std::logic_error("rows taken before all batches are there");
  return std::move(rows_);
}

}  // namespace ionscape
