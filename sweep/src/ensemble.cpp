#include <ionscape/sweep/ensemble.hpp>

#include <algorithm>
#include <cmath>
#include <numbers>

#include <ionscape/sweep/runner.hpp>

namespace ionscape {

namespace {

/// The potentials of one member, for the anions of the plan.
std::map<std::string, PotentialSet> read_member(std::filesystem::path const& folder, SweepPlan const& plan) {
  std::map<std::string, PotentialSet> sets;
  for (auto const& entry : std::filesystem::directory_iterator(folder))
    if (entry.path().extension() == ".toml") {
      PotentialSet const set = read_potential_set(entry.path());
      if (set.insertion && plan.potentials.contains(set.insertion->framework))
        sets.emplace(set.insertion->framework, set);
    }
  for (auto const& [anion, set] : plan.potentials)
    if (!sets.contains(anion)) fail_input({folder}, "this member of the ensemble has no potential for anion ", anion);
  return sets;
}

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
      if (auto const at = set.fitted->error_eV.find(name); at != set.fitted->error_eV.end()) return at->second;
    return std::nan("");
  };
  double const ideal = three_point ? stated({"barrier_three_point", "barrier"}) : stated({"barrier"});
  double const distorted = stated({"barrier_three_point_distorted"});
  double error = ideal;
  if (distortion > 1 && std::isfinite(distorted) && set.fitted->distortion) {
    double const middle = (1 + (*set.fitted->distortion)[1]) / 2;
    double const share = middle > 1 ? std::min(1.0, (distortion - 1) / (middle - 1)) : 1;
    error = std::max(ideal, (1 - share) * ideal + share * distorted);
  }
  return std::sqrt(std::numbers::pi / 2) * error;
}

void assign_errors(SweepPlan const& plan, std::filesystem::path const& ensemble, std::vector<MapRow>& rows) {
  std::vector<Spread> three_point(rows.size()), neb(rows.size());
  if (!ensemble.empty()) {
    std::vector<std::filesystem::path> members;
    if (!std::filesystem::is_directory(ensemble)) fail_input({ensemble}, "no such folder");
    for (auto const& entry : std::filesystem::directory_iterator(ensemble))
      if (entry.is_directory()) members.push_back(entry.path());
    if (members.size() < 2) fail_input({ensemble}, "an ensemble needs at least two subfolders with potentials");
    std::ranges::sort(members);
    for (auto const& member : members) {
      SweepPlan other = plan;
      other.potentials = read_member(member, plan);
      auto const result = run_sweep(other);
      for (std::size_t i = 0; i < rows.size(); ++i) {
        three_point[i].add(result.rows[i].Ea_three_point_eV);
        neb[i].add(result.rows[i].Ea_neb_eV);
      }
    }
  }
  for (std::size_t i = 0; i < rows.size(); ++i) {
    SweepPoint const& p = plan.points[i];
    auto const error = [&](bool of_three_points, Spread const& spread) {
      PotentialSet const& set = plan.potentials.at(p.anion);
      if (set.fitted && !set.fitted->nearly_contains(p.charge_e, p.volume_A3, p.distortion)) return std::nan("");
      double const model = model_error(set, p.distortion, of_three_points);
      return std::isfinite(model) || spread.n > 1
                 ? std::sqrt((std::isfinite(model) ? model * model : 0) + spread.variance())
                 : std::nan("");
    };
    rows[i].Ea_three_point_error_eV = error(true, three_point[i]);
    rows[i].Ea_neb_error_eV = error(false, neb[i]);
  }
}

}  // namespace ionscape
