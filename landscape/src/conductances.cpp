#include "conductances.hpp"

#include <algorithm>
#include <numeric>
#include <set>

namespace ionscape::detail {

namespace {

Eigen::Vector3d vector(LatticeShift s) { return {double(s[0]), double(s[1]), double(s[2])}; }

/// All that links two sites, as one conductor over `way` (from the first to the other).
struct Link {
  double conductance = 0;
  Eigen::Vector3d way = Eigen::Vector3d::Zero();
};

class Elimination {
 public:
  explicit Elimination(std::size_t sites) : links_(sites), stars_(sites) {}

  void add(std::size_t a, std::size_t b, double conductance, Eigen::Vector3d const& way) {
    if (!(conductance > 0)) return;
    if (a == b) {
      tensor_ += conductance * way * way.transpose();
      return;
    }
    Link& forth = links_[a][b];
    if (forth.conductance == 0) {
      forth = {conductance, way};
    } else {
      // Two side by side: what they disagree in, each carries against the other.
      double const sum = forth.conductance + conductance, share = conductance / sum;
      Eigen::Vector3d const apart = way - forth.way;
      tensor_ += forth.conductance * share * apart * apart.transpose();
      forth = {sum, forth.way + share * apart};
    }
    links_[b][a] = {forth.conductance, -forth.way};
  }

  /// A star of links becomes a mesh between its ends, until no site is linked.
  void run() {
    std::set<std::pair<std::size_t, std::size_t>> waiting;  // number of links, site
    for (std::size_t i = 0; i < links_.size(); ++i) waiting.emplace(links_[i].size(), i);
    while (!waiting.empty()) {
      std::size_t const i = waiting.begin()->second;
      waiting.erase(waiting.begin());
      stars_[i] = std::move(links_[i]);
      links_[i].clear();
      order_.push_back(i);
      auto const& star = stars_[i];
      for (auto const& [j, link] : star) waiting.erase({links_[j].size(), j}), links_[j].erase(i);
      double sum = 0;
      for (auto const& [j, link] : star) sum += link.conductance;
      for (auto a = star.begin(); a != star.end(); ++a)
        for (auto b = std::next(a); b != star.end(); ++b)
          add(a->first, b->first, a->second.conductance * (b->second.conductance / sum),
              b->second.way - a->second.way);
      for (auto const& [j, link] : star) waiting.emplace(links_[j].size(), j);
    }
  }

  /// u of all sites.
  std::vector<Eigen::Vector3d> correctors() const {
    std::vector<Eigen::Vector3d> u(stars_.size(), Eigen::Vector3d::Zero());
    for (std::size_t k = order_.size(); k-- > 0;) {
      auto const& star = stars_[order_[k]];
      double sum = 0;
      for (auto const& [j, link] : star) sum += link.conductance;
      for (auto const& [j, link] : star) u[order_[k]] += link.conductance / sum * (u[j] + link.way);
    }
    return u;
  }

  Eigen::Matrix3d const& tensor() const { return tensor_; }

 private:
  std::vector<std::map<std::size_t, Link>> links_, stars_;
  std::vector<std::size_t> order_;
  Eigen::Matrix3d tensor_ = Eigen::Matrix3d::Zero();
};

/// Cells of the sites in which the best conductors lead nowhere: what is well connected and does not
/// go on without end then has ways of exactly zero, and adds exactly nothing.
std::vector<LatticeShift> gauge(std::size_t sites, std::vector<Conductor> const& conductors) {
  std::vector<std::size_t> order(conductors.size());
  std::iota(order.begin(), order.end(), std::size_t(0));
  std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) {
    return conductors[a].conductance > conductors[b].conductance;
  });
  WindingSets sets(sites);
  for (std::size_t const k : order)
    sets.join(conductors[k].from, conductors[k].to, conductors[k].shift);
  std::vector<LatticeShift> out;
  for (std::size_t i = 0; i < sites; ++i) out.push_back(sets.find(i).shift);
  return out;
}

}  // namespace

Conductance conductance(std::size_t sites, std::vector<Conductor> const& conductors) {
  auto const cell = gauge(sites, conductors);
  Elimination elimination(sites);
  std::vector<Eigen::Vector3d> ways;
  for (Conductor const& c : conductors) {
    ways.push_back(vector(c.shift - cell[c.from] + cell[c.to]));
    elimination.add(c.from, c.to, c.conductance, ways.back());
  }
  elimination.run();
  Conductance out{elimination.tensor(), {}};
  auto const u = elimination.correctors();
  for (std::size_t k = 0; k < conductors.size(); ++k) {
    Conductor const& c = conductors[k];
    Eigen::Vector3d const drop = ways[k] + u[c.to] - u[c.from];
    out.drop.push_back(drop.norm() < 1e-12 ? Eigen::Vector3d(0, 0, 0) : drop);
  }
  return out;
}

}  // namespace ionscape::detail
