#include <ionscape/fit/published_barriers.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include <ionscape/core/error.hpp>
#include <ionscape/core/io/csv.hpp>
#include <ionscape/core/io/read_crystal.hpp>
#include <ionscape/core/io/words.hpp>

namespace ionscape {

namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr double fast = 0.5;  // eV: what a useful conductor has at the most

/// The value of "key=value" among the words of a frame's comment.
std::string value_of(std::string const& comment, std::string const& key) {
  for (std::string_view const word : words_of(comment))
    if (word.starts_with(key + "=")) return std::string(word.substr(key.size() + 1));
  return "";
}

struct Ends {
  Crystal initial, final_;
  bool has_initial = false, has_final = false;
};

/// By id; and the first error of frames that are no structures, which have no id.
struct AllEnds {
  std::map<std::string, Ends> ends;
  std::string error;
};

AllEnds read_ends(std::filesystem::path const& file) {
  AllEnds all;
  for (FrameOrError& found : read_frames(file)) {
    if (!found.error.empty()) {
      if (all.error.empty()) all.error = found.error;
      continue;
    }
    Crystal& frame = found.crystal;
    std::string const id = value_of(frame.comment, "id"), end = value_of(frame.comment, "end");
    if (id.empty() || (end != "initial" && end != "final"))
      fail_input({file}, "a frame with '", frame.comment,
                 "', expected id=... and end=initial or end=final");
    Ends& entry = all.ends[id];
    bool& known = end == "initial" ? entry.has_initial : entry.has_final;
    if (known) fail_input({file}, "two frames with id=", id, " end=", end);
    known = true;
    (end == "initial" ? entry.initial : entry.final_) = std::move(frame);
  }
  return all;
}

std::string host_of(Crystal const& crystal, std::string const& mobile) {
  std::set<std::string> const elements(crystal.species.begin(), crystal.species.end());
  std::string name;
  for (std::string const& element : elements)
    if (element != mobile) name += element;
  return name;
}

void check(PublishedBarrier const& entry, SourceLocation const& where) {
  Crystal const &a = entry.initial, &b = entry.final_;
  if (a.species != b.species)
    fail_input(where, entry.id, ": its two frames list different ions, or in another order");
  if (a.species.front() != entry.mobile)
    fail_input(where, entry.id, ": the first ion is ", a.species.front(), ", expected the mobile ",
               entry.mobile);
  if (std::max({norm(a.cell.a - b.cell.a), norm(a.cell.b - b.cell.b), norm(a.cell.c - b.cell.c)}) >
      1e-3)
    fail_input(where, entry.id, ": its two frames have different cells");
}

double absolute_deviation(Recalibration const& line, std::span<double const> model,
                          std::span<double const> published) {
  double sum = 0;
  for (std::size_t k = 0; k < model.size(); ++k) sum += std::fabs(line(model[k]) - published[k]);
  return sum;
}

/// The best slope of lines through one point: a weighted median (Bloomfield and Steiger, Least Absolute
/// Deviations (1983), section 1.3).
double slope_through(double x0, double y0, std::span<double const> x, std::span<double const> y) {
  std::vector<std::pair<double, double>> slopes;  // and weights
  double total = 0;
  for (std::size_t k = 0; k < x.size(); ++k) {
    double const dx = x[k] - x0;
    if (dx == 0) continue;
    slopes.emplace_back((y[k] - y0) / dx, std::fabs(dx));
    total += std::fabs(dx);
  }
  if (slopes.empty()) return 0;
  std::ranges::sort(slopes);
  double sum = 0;
  for (auto const& [slope, weight] : slopes) {
    sum += weight;
    if (2 * sum >= total) return slope;
  }
  return slopes.back().first;
}

}  // namespace

std::vector<PublishedBarrier> read_published_barriers(std::filesystem::path const& folder) {
  CsvTable const table = CsvTable::read(folder / "barriers.csv");
  AllEnds all = read_ends(folder / "paths.extxyz");
  std::vector<PublishedBarrier> entries;
  for (std::size_t row = 0; row < table.rows(); ++row) {
    PublishedBarrier entry;
    entry.id = table.text(row, "id");
    entry.kind = table.text(row, "class");
    entry.composition = table.text(row, "composition");
    entry.mobile = table.text(row, "mobile");
    entry.barrier = table.number(row, "Ea_DFT_eV");
    for (std::string const& column : table.columns())
      if (column.starts_with("Ea_") && column.ends_with("_eV") && column != "Ea_DFT_eV")
        if (auto const value = table.optional_number(row, column))
          entry.other_models[column.substr(3, column.size() - 6)] = *value;
    auto const found = all.ends.find(entry.id);
    if (found != all.ends.end() && found->second.has_initial && found->second.has_final) {
      entry.initial = std::move(found->second.initial);
      entry.final_ = std::move(found->second.final_);
      check(entry, table.where(row));
      entry.host = host_of(entry.initial, entry.mobile);
    } else if (!all.error.empty()) {
      entry.error = "its frames are no structures: " + all.error;
    } else {
      fail_input(table.where(row), entry.id, ": paths.extxyz has not both of its ends");
    }
    entries.push_back(std::move(entry));
  }
  if (entries.empty()) fail_input({folder / "barriers.csv"}, "no rows");
  return entries;
}

double Recalibration::operator()(double model) const {
  return offset + slope * std::min(model, most);
}

Recalibration recalibrated(std::span<double const> model, std::span<double const> published) {
  std::vector<double> x;
  for (double m : model) x.push_back(std::min(m, Recalibration::most));
  Recalibration best{median({published.begin(), published.end()}), 0};
  double least = absolute_deviation(best, model, published);
  for (std::size_t k = 0; k < x.size(); ++k) {
    double const slope = slope_through(x[k], published[k], x, published);
    Recalibration const line{published[k] - slope * x[k], slope};
    if (double const sum = absolute_deviation(line, model, published); sum < least)
      best = line, least = sum;
  }
  return best;
}

BarrierScore score(std::span<double const> model, std::span<double const> published) {
  BarrierScore result;
  result.asked = model.size();
  std::vector<double> ours, theirs;
  std::size_t hits = 0;
  for (std::size_t k = 0; k < model.size(); ++k) {
    if (!std::isfinite(model[k])) continue;
    ours.push_back(model[k]), theirs.push_back(published[k]);
    hits += (model[k] < fast) == (published[k] < fast);
  }
  result.errors = error_statistics(ours, theirs);
  result.hits = ours.empty() ? nan : double(hits) / double(ours.size());
  return result;
}

std::vector<double> recalibrated_by_others(std::span<double const> model,
                                           std::span<double const> published,
                                           std::span<std::string const> block) {
  std::vector<double> result(model.size(), nan);
  std::map<std::string, std::vector<std::size_t>> members;
  for (std::size_t k = 0; k < model.size(); ++k)
    if (std::isfinite(model[k])) members[block[k]].push_back(k);
  for (auto const& [name, own] : members) {
    std::vector<double> x, y;
    for (std::size_t k = 0; k < model.size(); ++k)
      if (std::isfinite(model[k]) && block[k] != name)
        x.push_back(model[k]), y.push_back(published[k]);
    if (x.size() < 3) continue;
    Recalibration const line = recalibrated(x, y);
    for (std::size_t k : own) result[k] = line(model[k]);
  }
  return result;
}

}  // namespace ionscape
