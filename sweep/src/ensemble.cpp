#include <ionscape/sweep/ensemble.hpp>

#include <algorithm>
#include <cmath>
#include <numbers>

#include <ionscape/sweep/runner.hpp>

namespace ionscape {

namespace {

/// Running mean and sum of squared differences (Welford 1962).
struct Spread {
  int n = 0;
  double mean = 0, squares = 0;
  void add(double x) {
    double const d = x - mean;
    mean += d / ++n;
    squares += d * (x - mean);
  }
  double variance() const { return n > 1 ? squares / (n - 1) : 0; }
};

}  // namespace

double model_error(PotentialSet const& set, double distortion, bool three_point) {
  if (!set.fitted) return std::nan("");
  auto const stated = [&](std::initializer_list<char const*> names) {
    for (char const* name : names)
      if (auto const at = set.fitted->error_eV.find(name); at != set.fitted->error_eV.end())
        return at->second;
    return std::nan("");
  };
  double const ideal =
      three_point ? stated({"barrier_three_point", "barrier"}) : stated({"barrier"});
  double const distorted = stated({"barrier_three_point_distorted"});
  double error = ideal;
  if (distortion > 1 && std::isfinite(distorted) && set.fitted->distortion) {
    double const middle = (1 + (*set.fitted->distortion)[1]) / 2;
    double const share = middle > 1 ? std::min(1.0, (distortion - 1) / (middle - 1)) : 1;
    error = std::max(ideal, (1 - share) * ideal + share * distorted);
  }
  return std::sqrt(std::numbers::pi / 2) * error;
}

Ensemble read_ensemble(std::filesystem::path const& folder, SweepPlan const& plan) {
  if (!std::filesystem::is_directory(folder)) fail_input({folder}, "no such folder");
  std::vector<std::filesystem::path> members;
  for (auto const& entry : std::filesystem::directory_iterator(folder))
    if (entry.is_directory()) members.push_back(entry.path());
  if (members.size() < 2)
    fail_input({folder}, "an ensemble needs at least two subfolders with potentials");
  std::ranges::sort(members);
  Ensemble ensemble;
  for (auto const& member : members) {
    std::vector<std::string> files;
    for (auto const& entry : std::filesystem::directory_iterator(member))
      if (entry.path().extension() == ".toml") files.push_back(entry.path().string());
    std::ranges::sort(files);
    auto sets = read_insertion_sets(files);
    for (auto const& [anion, set] : plan.potentials)
      if (!sets.contains(anion))
        fail_input({member}, "this member of the ensemble has no potential for anion ", anion);
    std::erase_if(sets, [&](auto const& item) { return !plan.potentials.contains(item.first); });
    ensemble.push_back(std::move(sets));
  }
  return ensemble;
}

void assign_errors(SweepPlan const& plan, Ensemble const& ensemble, std::vector<MapRow>& rows) {
  std::vector<Spread> three_point(rows.size()), neb(rows.size());
  for (auto const& member : ensemble) {
    SweepPlan other = plan;
    other.potentials = member;
    auto const result = run_sweep(other);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      MapRow const& row = result.rows[i];
      if (std::isfinite(row.Ea_three_point_eV)) three_point[i].add(row.Ea_three_point_eV);
      if (row.status == BandStatus::converged) neb[i].add(row.Ea_neb_eV);
    }
  }
  for (std::size_t i = 0; i < rows.size(); ++i) {
    SweepPoint const& p = plan.points[i];
    auto const error = [&](bool of_three_points, Spread const& spread) {
      PotentialSet const& set = plan.potentials.at(p.anion);
      bool const far_outside =
          set.fitted && !set.fitted->nearly_contains(p.charge_e, p.volume_A3, p.distortion);
      if (far_outside || (!ensemble.empty() && spread.n < 2)) return std::nan("");
      double const model = model_error(set, p.distortion, of_three_points);
      if (ensemble.empty()) return model;
      return std::sqrt((std::isfinite(model) ? model * model : 0) + spread.variance());
    };
    rows[i].Ea_three_point_error_eV = error(true, three_point[i]);
    rows[i].Ea_neb_error_eV = error(false, neb[i]);
  }
}

}  // namespace ionscape
