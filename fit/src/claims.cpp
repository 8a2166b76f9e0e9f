// The claims of Ouyang, Xu, Zhu, J. Chem. Phys. 158, 174705 (2023), counted on a map and on the
// published values.
#include <algorithm>
#include <cmath>
#include <functional>
#include <iterator>
#include <map>
#include <tuple>

#include <ionscape/core/io/format.hpp>
#include <ionscape/fit/compare.hpp>
#include <ionscape/sweep/map_grid.hpp>

namespace ionscape {

namespace {

// What a fair reader may ask. "For most of the grid" is more than half; three quarters leaves no
// doubt. A trend over all of the grid may fail in one pair of twenty, where two values are as good
// as equal.
constexpr double most = 0.75, nearly_all = 0.95, half = 0.5;
constexpr double near_published = 0.05;  // of a share: 7 of 143 points

/// Values over distortion, charge and volume, the indices in this order; NaN where there is none.
using Field = std::function<double(std::size_t, std::size_t, std::size_t)>;
struct Axes {
  std::vector<double> distortions, charges,
      volumes;  // ascending: the first charge is the most negative
};

struct Share {
  std::size_t hits = 0, of = 0;
  double value() const { return of > 0 ? double(hits) / double(of) : std::nan(""); }
};

/// Share of the points (k, j, i) for which `holds` is true; it returns nothing for points that do
/// not count.
template <class Holds>
Share share_of(Axes const& axes, Holds const& holds) {
  Share share;
  for (std::size_t k = 0; k < axes.distortions.size(); ++k)
    for (std::size_t j = 0; j < axes.charges.size(); ++j)
      for (std::size_t i = 0; i < axes.volumes.size(); ++i)
        if (std::optional<bool> const answer = holds(k, j, i)) ++share.of, share.hits += *answer;
  return share;
}

std::optional<bool> greater(double a, double b) {
  if (std::isnan(a) || std::isnan(b)) return {};
  return a > b;
}

/// Where the undistorted plane stands, if there is one.
std::optional<std::size_t> ideal_plane(Axes const& axes) {
  auto const at = std::ranges::find(axes.distortions, 1.0);
  if (at == axes.distortions.end()) return {};
  return std::size_t(at - axes.distortions.begin());
}

// The counts that a table of D = E_tet - E_oct allows, ours or the published one. dE_tet > dE_oct
// means D(d) > D(1).

enum class Volumes { all, large, small };

Share tet_rises_more(Axes const& axes, Field const& D, Volumes which) {
  auto const ideal = ideal_plane(axes);
  if (!ideal) return {};
  double const middle = median(axes.volumes);
  return share_of(axes, [&](std::size_t k, std::size_t j, std::size_t i) -> std::optional<bool> {
    bool const large = axes.volumes[i] > middle;
    if (k <= *ideal || (which != Volumes::all && large != (which == Volumes::large))) return {};
    return greater(D(k, j, i), D(*ideal, j, i));
  });
}

Share grows_with_distortion(Axes const& axes, Field const& D) {
  return share_of(axes, [&](std::size_t k, std::size_t j, std::size_t i) -> std::optional<bool> {
    // The next smaller distortion that has a value.
    for (std::size_t before = k; before-- > 0 && axes.distortions[before] >= 1;)
      if (auto const answer = greater(D(k, j, i), D(before, j, i))) return answer;
    return {};
  });
}

Share falls_with_volume(Axes const& axes, Field const& D) {
  return share_of(axes, [&](std::size_t k, std::size_t j, std::size_t i) -> std::optional<bool> {
    if (i == 0) return {};
    return greater(D(k, j, i - 1), D(k, j, i));
  });
}

Share falls_with_charge(Axes const& axes, Field const& D) {
  return share_of(axes, [&](std::size_t k, std::size_t j, std::size_t i) -> std::optional<bool> {
    if (j == 0) return {};
    return greater(D(k, j, i), D(k, j - 1, i));
  });
}

/// Where D keeps its sign (`tet`: negative, Tet is occupied) under distortion: does the barrier
/// change in its direction?
Share barrier_moves(Axes const& axes, Field const& D, Field const& Ea, bool tet) {
  auto const ideal = ideal_plane(axes);
  if (!ideal) return {};
  return share_of(axes, [&](std::size_t k, std::size_t j, std::size_t i) -> std::optional<bool> {
    if (k <= *ideal || (D(k, j, i) < 0) != tet || (D(*ideal, j, i) < 0) != tet) return {};
    return tet ? greater(Ea(*ideal, j, i), Ea(k, j, i)) : greater(Ea(k, j, i), Ea(*ideal, j, i));
  });
}

/// Of one plane: points with a barrier below the limit.
Share below(Axes const& axes, Field const& Ea, std::size_t plane, double limit,
            double largest_volume) {
  return share_of(axes, [&](std::size_t k, std::size_t j, std::size_t i) -> std::optional<bool> {
    if (k != plane || axes.volumes[i] > largest_volume || std::isnan(Ea(k, j, i))) return {};
    return Ea(k, j, i) < limit;
  });
}

/// A published quantity of [O23] at the points of our grid, NaN where it has none.
Field published(ReferenceData const& reference, std::string const& anion, Quantity quantity,
                Axes const& axes) {
  std::map<PointKey, double> table;
  for (ReferenceValue const& v : reference.values)
    if (v.anion == anion && v.quantity == quantity && v.source.starts_with("[O23]") && !v.bound &&
        !v.doubtful)
      table[point_key(v.distortion, v.charge_e, v.volume_A3)] = v.value_eV;
  return [table = std::move(table), axes](std::size_t k, std::size_t j, std::size_t i) {
    auto const at = table.find(point_key(axes.distortions[k], axes.charges[j], axes.volumes[i]));
    return at == table.end() ? std::nan("") : at->second;
  };
}

/// Ours where there is a published value.
Field where_published(Field const& ours, Field const& theirs) {
  return [=](std::size_t k, std::size_t j, std::size_t i) {
    return std::isnan(theirs(k, j, i)) ? std::nan("") : ours(k, j, i);
  };
}

Claim claim(std::string name, std::string anion, std::string statement, Share share,
            std::optional<double> demanded) {
  Claim c{std::move(name),
          std::move(anion),
          std::move(statement),
          share.value(),
          share.of,
          "",
          {},
          0,
          0,
          {}};
  if (demanded) c.demanded = "above " + shortest(*demanded);
  if (demanded && share.of > 0) c.holds = share.value() > *demanded;
  return c;
}

/// Claim iv against the published shares of S, which count 13 charges x 11 volumes, 0.5 to 1.5
/// times 46.81 Å^3.
void add_shares(std::vector<Claim>& claims, Axes const& axes, Field const& Ea,
                ReferenceData const& reference) {
  constexpr double largest_volume = 1.5 * 46.81 + 0.01;
  constexpr std::size_t published_points = 143;
  auto const plane_of = [&](double distortion) {
    return std::size_t(
        std::ranges::find_if(axes.distortions,
                             [&](double d) { return std::fabs(d - distortion) < 1e-6; }) -
        axes.distortions.begin());
  };
  // Printed in the paper.
  std::pair<double, double> const printed[] = {
      {1, 0.238}, {1.04, 0.252}, {1.08, 0.266}, {1.16, 0.357}};
  for (auto const& [distortion, share] : printed) {
    Share const ours = below(axes, Ea, plane_of(distortion), low_barrier, largest_volume);
    Claim c = claim("iv", "S", "share with E_a < 0.4 eV at d = " + shortest(distortion), ours, {});
    c.published = share, c.measured_there = c.measured, c.of_there = c.of;
    c.demanded = "within " + shortest(near_published);
    if (ours.of == published_points) c.holds = std::fabs(ours.value() - share) <= near_published;
    claims.push_back(std::move(c));
  }
  double sum = 0, lowest = INFINITY, highest = 0;
  std::size_t n = 0;
  for (ReferenceShare const& r : reference.shares) {
    if (r.anion != "S" || r.doubtful || r.limit_eV <= 0) continue;
    Share const ours = below(axes, Ea, plane_of(r.distortion), r.limit_eV, largest_volume);
    if (ours.of != published_points) continue;
    sum += std::fabs(ours.value() - r.share), ++n;
    lowest = std::min(lowest, r.limit_eV), highest = std::max(highest, r.limit_eV);
  }
  if (n == 0) return;
  Claim c{"iv",
          "S",
          "mean difference of the shares below the published limits, " + shortest(lowest) + " to " +
              shortest(highest) + " eV",
          sum / double(n),
          n,
          "below " + shortest(near_published),
          {},
          0,
          0,
          {}};
  c.holds = c.measured < near_published;
  claims.push_back(std::move(c));
}

/// The claims counted on one map, and on published values where there are some.
class Counter {
 public:
  Counter(MapGrid const& grid, ReferenceData const& reference)
      : grid_(grid), axes_{grid.distortions, grid.charges, grid.volumes}, reference_(reference) {}

  std::vector<Claim> claims() {
    count_preference();
    count_barriers();
    count_region();
    if (grid_.anion == "S") add_shares(claims_, axes_, Ea_, reference_);
    return std::move(claims_);
  }

 private:
  template <class Get>
  Field field(Get const& get) const {
    return [this, get](std::size_t k, std::size_t j, std::size_t i) {
      return get(*grid_.planes[k][j * grid_.volumes.size() + i]);
    };
  }
  Field theirs(Quantity quantity) const {
    return published(reference_, grid_.anion, quantity, axes_);
  }

  /// `count` of a field gives the share that the claim is about.
  template <class Count>
  void add(char const* name, std::string const& statement, std::optional<double> demanded,
           Field const& ours, Field const& theirs, Count const& count) {
    Claim c = claim(name, grid_.anion, statement, count(ours), demanded);
    if (Share const published = count(theirs); published.of > 0) {
      Share const there = count(where_published(ours, theirs));
      c.published = published.value(), c.measured_there = there.value(), c.of_there = there.of;
    }
    claims_.push_back(std::move(c));
  }

  /// i and ii: how D = E_tet - E_oct moves.
  void count_preference() {
    Field const their_D = theirs(Quantity::tet_minus_oct);
    for (auto const& [volumes, words, demanded] :
         {std::tuple<Volumes, char const*, std::optional<double>>(Volumes::all,
                                                                  "all distorted points", most),
          {Volumes::large, "volumes above the median", nearly_all},
          {Volumes::small, "the smaller volumes", {}}})
      add("i", "dE_tet > dE_oct, " + std::string(words), demanded, D_, their_D,
          [&](Field const& f) { return tet_rises_more(axes_, f, volumes); });
    add("ii", "D grows from one distortion to the next", most, D_, their_D,
        [&](Field const& f) { return grows_with_distortion(axes_, f); });
    add("ii", "D falls from one volume to the next", nearly_all, D_, their_D,
        [&](Field const& f) { return falls_with_volume(axes_, f); });
    add("ii", "D falls from one charge to the next more negative", nearly_all, D_, their_D,
        [&](Field const& f) { return falls_with_charge(axes_, f); });
  }

  /// iii: what distortion does to the barrier.
  void count_barriers() {
    Field const their_Ea = theirs(Quantity::barrier_three_point);
    Field const nothing = [](std::size_t, std::size_t, std::size_t) { return std::nan(""); };
    Field const Ea_neb = field([](MapRow const& row) {
      return row.status == BandStatus::converged ? row.Ea_neb_eV : std::nan("");
    });
    auto const moves = [&](bool tet) {
      return [this, tet](Field const& f) { return barrier_moves(axes_, D_, f, tet); };
    };
    add("iii", "distortion lowers E_a (three points) where Tet is occupied", most, Ea_, their_Ea,
        moves(true));
    add("iii", "distortion raises E_a (three points) where Oct is occupied", half, Ea_, their_Ea,
        moves(false));
    add("iii", "distortion lowers E_a (NEB) where Tet is occupied", {}, Ea_neb, nothing,
        moves(true));
    add("iii", "distortion raises E_a (NEB) where Oct is occupied", {}, Ea_neb, nothing,
        moves(false));
  }

  /// iv: how the region of low barriers grows.
  void count_region() {
    Share widens;
    for (std::size_t k = 1; k < axes_.distortions.size(); ++k) {
      if (axes_.distortions[k - 1] < 1) continue;
      auto const low = [&](std::size_t plane) {
        return below(axes_, Ea_, plane, low_barrier, INFINITY).value();
      };
      ++widens.of, widens.hits += low(k) >= low(k - 1);
    }
    claims_.push_back(
        claim("iv", grid_.anion,
              "the region of E_a < 0.4 eV does not shrink from one distortion to the next", widens,
              nearly_all));
  }

  MapGrid const& grid_;
  Axes axes_;
  ReferenceData const& reference_;
  Field D_ = field([](MapRow const& row) { return row.E_tet_minus_E_oct_eV; });
  Field Ea_ = field([](MapRow const& row) { return row.Ea_three_point_eV; });
  std::vector<Claim> claims_;
};

}  // namespace

std::vector<Claim> check_claims(std::vector<MapRow> const& rows, ReferenceData const& reference) {
  std::map<std::string, std::vector<MapRow const*>> by_anion;
  for (MapRow const& row : rows) by_anion[row.point.anion].push_back(&row);
  std::vector<Claim> claims;
  for (auto const& [anion, list] : by_anion) {
    MapGrid const grid = make_grid(anion, list);
    std::ranges::move(Counter(grid, reference).claims(), std::back_inserter(claims));
  }
  return claims;
}

}  // namespace ionscape
