#include "readings.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

#include <ionscape/barriers/assignment.hpp>
#include <ionscape/core/statistics.hpp>

namespace ionscape {

namespace {

/// One long way costs less than two short ones at a right angle (a sum of squares makes no
/// difference), and more than two in a line.
double cost_of(Vec3 way) { return std::pow(norm(way), 1.5); }

}  // namespace

double Reading::longest() const {
  double most = 0;
  for (Vec3 way : ways) most = std::max(most, norm(way));
  return most;
}

double Reading::cost() const {
  double sum = 0;
  for (Vec3 way : ways) sum += cost_of(way);
  return sum;
}

std::vector<std::size_t> Reading::hops() const {
  constexpr double surely = 1.0;  // Å
  double const least = std::min(surely, longest() / 2);
  std::vector<std::size_t> found;
  for (std::size_t i = 0; i < ways.size(); ++i)
    if (norm(ways[i]) > least) found.push_back(i);
  return found;
}

double Reading::cost_of_hops() const {
  double sum = 0;
  for (std::size_t i : hops()) sum += cost_of(ways[i]);
  return sum;
}

Ends::Ends(Crystal const& initial, std::vector<std::string> const& final_species,
           std::vector<Vec3> const& places, bool may_drift)
    : initial_(initial), places_(places), short_(reduced(initial.cell).cell), drifts_(may_drift) {
  Vec3 const faces = short_.face_distances();
  surely_nearest_ = std::min({faces.x, faces.y, faces.z}) / 2;
  for (std::size_t i = 0; i < initial.size(); ++i) {
    members_[initial.species[i]].ions.push_back(i);
    members_[final_species[i]].places.push_back(i);
  }
}

Reading Ends::listed() const {
  std::vector<std::size_t> order(initial_.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  return read(std::move(order), {});
}

Reading Ends::best(Vec3 drift) const {
  Reading reading;
  for (int round = 0; round < 10; ++round) {
    auto place_of = assigned(drift);
    if (place_of == reading.place_of) break;
    reading = read(std::move(place_of), drift);
    drift = reading.drift;
  }
  return reading;
}

double Ends::cost_of_another(Reading const& reading, std::size_t i) const {
  Members const& members = members_.at(initial_.species[i]);
  if (members.ions.size() < 2) return std::numeric_limits<double>::infinity();
  Eigen::MatrixXd costs = costs_of(members, reading.drift);
  auto const row = std::ranges::find(members.ions, i) - members.ions.begin();
  auto const column =
      std::ranges::find(members.places, reading.place_of[i]) - members.places.begin();
  costs(row, column) = costs.sum() + 1;
  auto const column_of = least_assignment(costs);
  double more = 0;
  for (std::size_t k = 0; k < column_of.size(); ++k)
    more +=
        costs(Eigen::Index(k), Eigen::Index(column_of[k])) - cost_of(reading.ways[members.ions[k]]);
  return more;
}

double Ends::to_nearest(std::size_t i) const {
  double nearest = std::min({norm(short_.a), norm(short_.b), norm(short_.c)});
  for (std::size_t j : members_.at(initial_.species[i]).ions)
    if (j != i)
      nearest = std::min(nearest, norm(image(initial_.positions[j] - initial_.positions[i])));
  return nearest;
}

Vec3 Ends::image(Vec3 difference) const {
  Vec3 const f = short_.to_fractional(difference);
  Vec3 const near =
      difference - short_.to_cartesian({std::round(f.x), std::round(f.y), std::round(f.z)});
  return norm(near) < surely_nearest_ ? near : minimum_image(short_, near);
}

Vec3 Ends::way(std::size_t ion, std::size_t place, Vec3 drift) const {
  return image(places_[place] - initial_.positions[ion] - drift);
}

Eigen::MatrixXd Ends::costs_of(Members const& members, Vec3 drift) const {
  std::size_t const n = members.ions.size();
  Eigen::MatrixXd costs(n, n);
  for (std::size_t k = 0; k < n; ++k)
    for (std::size_t l = 0; l < n; ++l)
      costs(Eigen::Index(k), Eigen::Index(l)) =
          cost_of(way(members.ions[k], members.places[l], drift));
  return costs;
}

std::vector<std::size_t> Ends::assigned(Vec3 drift) const {
  std::vector<std::size_t> place_of(initial_.size());
  for (auto const& [species, members] : members_) {
    auto const column_of = least_assignment(costs_of(members, drift));
    for (std::size_t k = 0; k < column_of.size(); ++k)
      place_of[members.ions[k]] = members.places[column_of[k]];
  }
  return place_of;
}

Reading Ends::read(std::vector<std::size_t> place_of, Vec3 drift) const {
  Reading reading{std::move(place_of), drift, {}};
  measure(reading);
  // A way that changes its image moves the median once more.
  for (int round = 0; drifts_ && round < 5; ++round) {
    std::array<std::vector<double>, 3> along;
    for (Vec3 w : reading.ways) {
      along[0].push_back(w.x);
      along[1].push_back(w.y);
      along[2].push_back(w.z);
    }
    Vec3 const rest{median(along[0]), median(along[1]), median(along[2])};
    reading.drift += rest;
    measure(reading);
    if (norm(rest) < 1e-12) break;
  }
  return reading;
}

void Ends::measure(Reading& reading) const {
  reading.ways.clear();
  for (std::size_t i = 0; i < initial_.size(); ++i)
    reading.ways.push_back(way(i, reading.place_of[i], reading.drift));
}

}  // namespace ionscape
