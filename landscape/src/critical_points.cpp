#include <ionscape/landscape/critical_points.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "candidates.hpp"
#include "follow.hpp"
#include "found_points.hpp"
#include "threads.hpp"

namespace ionscape {

namespace {

using detail::Vertex;

/// Vertices of the grid and points found that lie near each other: what the ones ask for the others
/// must give.
struct Region {
  std::vector<std::size_t> vertices, points;
  std::array<int, 3> low, high;  // steps of the grid, not wrapped: the box of all
  bool bounded = true;           // it does not wind around the cell
};

int sign_of(CriticalPoint const& point) { return point.index % 2 == 0 ? 1 : -1; }

class Search {
 public:
  Search(SiteEnergy const& model, EnergyGrid const& grid, CriticalPointOptions const& options)
      : model_(model),
        grid_(grid),
        options_(options),
        emax_(grid.closed_above - grid.lowest),
        found_(grid.cell, options) {}

  CriticalPoints run() {
    auto [critical, flat] = detail::critical_vertices(grid_, highest());
    vertices_ = std::move(critical);
    refine(vertices_);
    for (int const finer : {4, 12})
      if (auto const open = mismatched(); !open.empty()) look_closer(open, finer);
    CriticalPoints out = sorted();
    out.flat = flat;
    for (Region const& region : mismatched())
      if (!at_edge(region)) out.unresolved.push_back(centre(region));
    out.morse = relation();
    return out;
  }

 private:
  /// Candidates somewhat above the level count, too: what they stand for may lie below.
  double highest() const { return grid_.closed_above + 0.2 * emax_; }

  /// Follows all candidates: up along as many modes as the topology says and, where these are others,
  /// as the Hessian says.
  void refine(std::vector<Vertex> const& vertices) {
    std::vector<std::pair<Vec3, int>> starts;
    for (Vertex const& v : vertices)
      for (int const index : detail::indices(v.kind)) starts.emplace_back(v.place, index);
    std::vector<std::array<std::optional<CriticalPoint>, 2>> ends(starts.size());
    detail::on_threads("ionscape::landscape::follow", starts.size(), [&](std::size_t i) {
      auto const& [place, index] = starts[i];
      ends[i][0] = detail::follow(model_, place, index, options_);
      int const falling =
          int((detail::modes_of(model_.local(place)).curvature.array() < 0).count());
      if (falling != index) ends[i][1] = detail::follow(model_, place, falling, options_);
    });
    for (auto const& pair : ends)
      for (auto const& end : pair)
        if (end) found_.add(*end);
  }

  std::vector<Region> regions() const;
  std::vector<Region> mismatched() const;
  bool matches(Region const& region) const;
  bool at_edge(Region const& region) const;
  void look_closer(std::vector<Region> const& regions, int finer);
  Vec3 centre(Region const& region) const;
  CriticalPoints sorted() const;
  MorseRelation relation() const;
  std::pair<int, int> sums_below(double level) const;

  SiteEnergy const& model_;
  EnergyGrid const& grid_;
  CriticalPointOptions const& options_;
  double emax_;
  std::vector<Vertex> vertices_;
  detail::FoundPoints found_;
};

std::vector<Region> Search::regions() const {
  std::size_t const n_vertices = vertices_.size(), n = n_vertices + found_.points().size();
  auto const place = [&](std::size_t i) {
    return i < n_vertices ? vertices_[i].place : found_.points()[i - n_vertices].place;
  };
  detail::PeriodicPlaces near(grid_.cell, 2 * grid_.longest_step());
  WindingSets sets(n);
  for (std::size_t i = 0; i < n; ++i) {
    near.visit(place(i), [&](auto const& other) { sets.join(i, other.index, other.shift); });
    near.add(place(i));
  }
  std::vector<Region> out;
  std::vector<std::size_t> region_of(n, n);
  for (std::size_t i = 0; i < n; ++i) {
    auto const [first, shift] = sets.find(i);
    if (region_of[first] == n) {
      region_of[first] = out.size();
      constexpr int far = std::numeric_limits<int>::max();
      out.push_back({{}, {}, {far, far, far}, {-far, -far, -far}, true});
      out.back().bounded = sets.windings(first).rank() == 0;
    }
    Region& region = out[region_of[first]];
    (i < n_vertices ? region.vertices : region.points)
        .push_back(i < n_vertices ? i : i - n_vertices);
    Vec3 const f = grid_.cell.to_fractional(place(i));
    double const x[] = {f.x, f.y, f.z};
    for (std::size_t k = 0; k < 3; ++k) {
      double const s = (x[k] - shift[k]) * grid_.n[k];
      region.low[k] = std::min(region.low[k], int(std::floor(s)));
      region.high[k] = std::max(region.high[k], int(std::ceil(s)));
    }
  }
  return out;
}

bool Search::matches(Region const& region) const {
  int asked = 0, given = 0;
  for (std::size_t const v : region.vertices)
    if (vertices_[v].energy < grid_.closed_above) asked += vertices_[v].kind.euler();
  for (std::size_t const p : region.points)
    if (CriticalPoint const& point = found_.points()[p]; point.energy < grid_.closed_above)
      given += sign_of(point);
  return asked == given;
}

/// Whether a point may lie on the other side of the level than the vertex that stands for it.
bool Search::at_edge(Region const& region) const {
  return std::ranges::any_of(region.vertices, [&](std::size_t v) {
    return vertices_[v].energy + vertices_[v].spread >= grid_.closed_above;
  });
}

std::vector<Region> Search::mismatched() const {
  std::vector<Region> out = regions();
  std::erase_if(out, [&](Region const& region) { return matches(region); });
  return out;
}

void Search::look_closer(std::vector<Region> const& open, int finer) {
  constexpr std::size_t most = 200000;  // points of a finer grid
  std::vector<detail::Vertices> seen(open.size());
  std::vector<bool> replaced(vertices_.size());
  std::vector<detail::Patch> patches;
  for (Region const& region : open) {
    detail::Patch patch{region.low, region.high, finer};
    for (std::size_t k = 0; k < 3; ++k) --patch.low[k], ++patch.high[k];
    bool const small = region.bounded && patch.size() <= most;
    if (small)
      for (std::size_t const v : region.vertices) replaced[v] = true;
    else
      patch.high = patch.low;
    patches.push_back(patch);
  }
  detail::on_threads("ionscape::landscape::look_closer", open.size(), [&](std::size_t i) {
    seen[i] = detail::critical_vertices(model_, grid_, patches[i], highest());
  });
  std::vector<Vertex> kept, more;
  for (std::size_t v = 0; v < vertices_.size(); ++v)
    if (!replaced[v]) kept.push_back(vertices_[v]);
  for (auto const& part : seen) more.insert(more.end(), part.critical.begin(), part.critical.end());
  refine(more);
  kept.insert(kept.end(), more.begin(), more.end());
  vertices_ = std::move(kept);
}

Vec3 Search::centre(Region const& region) const {
  auto const f = [&](std::size_t k) { return 0.5 * (region.low[k] + region.high[k]) / grid_.n[k]; };
  return grid_.cell.to_cartesian({f(0), f(1), f(2)});
}

CriticalPoints Search::sorted() const {
  CriticalPoints out;
  Cell const& cell = model_.cell();
  for (CriticalPoint point : found_.points()) {
    if (!(point.energy < grid_.closed_above)) continue;
    Vec3 f = cell.to_fractional(point.place);
    // What is 0 within rounding stays 0 rather than becoming 1.
    auto const wrapped = [](double x) { return std::max(0.0, x - std::floor(x + 1e-9)); };
    point.place = cell.to_cartesian({wrapped(f.x), wrapped(f.y), wrapped(f.z)});
    out.points.push_back(point);
  }
  std::ranges::sort(out.points, [](CriticalPoint const& a, CriticalPoint const& b) {
    return std::pair(a.index, a.energy) < std::pair(b.index, b.energy);
  });
  for (CriticalPoint const& point : out.points)
    for (int k = point.index + 1; k < 5; ++k) ++out.first[std::size_t(k)];
  return out;
}

/// Of vertices and of points.
std::pair<int, int> Search::sums_below(double level) const {
  int euler = 0, sum = 0;
  for (Vertex const& v : vertices_)
    if (v.energy < level) euler += v.kind.euler();
  for (CriticalPoint const& point : found_.points())
    if (point.energy < level) sum += sign_of(point);
  return {euler, sum};
}

MorseRelation Search::relation() const {
  double const top = grid_.closed_above, lowest = top - 0.2 * emax_;
  std::vector<double> levels{top};
  for (Vertex const& v : vertices_) levels.push_back(v.energy);
  for (CriticalPoint const& point : found_.points()) levels.push_back(point.energy);
  std::erase_if(levels, [&](double e) { return !(e <= top && e >= lowest); });
  std::ranges::sort(levels, std::greater{});
  auto const at = [&](double level) {
    auto const [euler, sum] = sums_below(level);
    return MorseRelation{level, euler, sum};
  };
  for (std::size_t k = 0; k < levels.size(); ++k) {
    double const level = k == 0 ? top : 0.5 * (levels[k - 1] + levels[k]);
    if (MorseRelation const here = at(level); here.holds()) return here;
  }
  return at(top);
}

}  // namespace

std::size_t CriticalPoints::degenerate() const {
  return std::size_t(std::ranges::count_if(points, &CriticalPoint::degenerate));
}

CriticalPoints critical_points(SiteEnergy const& model, EnergyGrid const& grid,
                               CriticalPointOptions const& options) {
  return Search(model, grid, options).run();
}

}  // namespace ionscape
