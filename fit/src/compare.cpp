#include <ionscape/fit/compare.hpp>
#include <ionscape/sweep/map_grid.hpp>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <iomanip>
#include <map>
#include <set>
#include <sstream>
#include <tuple>

#include <nlohmann/json.hpp>

#include <ionscape/core/error.hpp>
#include <ionscape/core/io/format.hpp>
#include <ionscape/sweep/runner.hpp>

namespace ionscape {

namespace {

constexpr int published_images = 7;
constexpr double same_charge = 1e-3;      // e
constexpr double same_distortion = 5e-4;  // of the factor

/// What a row says of a quantity; NaN where its band did not converge.
double value_in(MapRow const& row, Quantity quantity) {
  switch (quantity) {
    case Quantity::tet_minus_oct:
      return row.E_tet_minus_E_oct_eV;
    case Quantity::barrier:
      return row.status == BandStatus::converged ? row.Ea_neb_eV : std::nan("");
    case Quantity::barrier_three_point:
      return row.Ea_three_point_eV;
    case Quantity::dE_oct:
      return row.dE_oct_eV;
    case Quantity::dE_tet:
      return row.dE_tet_eV;
    case Quantity::E_tet:
      return row.E_tet_eV;
    case Quantity::image:
      break;
  }
  return std::nan("");
}

bool is_extrapolated(MapRow const& row) { return row.notes.has(Note::extrapolated); }

SweepPoint point_of(ReferenceValue const& v) {
  return {v.anion, v.volume_A3, v.charge_e, v.distortion};
}

auto order_of(SweepPoint const& p) {
  return std::tie(p.anion, p.distortion, p.charge_e, p.volume_A3);
}
struct InOrder {
  bool operator()(SweepPoint const& a, SweepPoint const& b) const {
    return order_of(a) < order_of(b);
  }
};

// --- matching ------------------------------------------------------------------------------------

/// Values at the reference's own points, from the model.
void match_exactly(std::vector<ComparedValue>& values, SweepPlan const& model,
                   std::vector<std::string>& remarks) {
  SweepPlan all = model, paths = model;
  all.points.clear(), paths.points.clear();
  std::map<SweepPoint, std::size_t, InOrder> place, path_place;
  for (ComparedValue const& v : values) {
    SweepPoint const p = point_of(v.reference);
    if (place.emplace(p, all.points.size()).second) all.points.push_back(p);
    if (v.reference.quantity == Quantity::image &&
        path_place.emplace(p, paths.points.size()).second)
      paths.points.push_back(p);
  }
  auto const result = run_sweep(all);
  auto const energies = straight_path_energies(paths, published_images);
  for (ComparedValue& v : values) {
    SweepPoint const p = point_of(v.reference);
    MapRow const& row = result.rows[place.at(p)];
    v.extrapolated = is_extrapolated(row);
    v.ours_eV = v.reference.quantity == Quantity::image
                    ? energies[path_place.at(p)][std::size_t(v.reference.image)]
                    : value_in(row, v.reference.quantity);
  }
  std::ostringstream remark;
  remark << "matched exactly: the potentials were evaluated at the " << all.points.size()
         << " points of the reference; accuracy asked " << shortest(model.accuracy)
         << " eV, measured " << std::scientific << std::setprecision(1) << result.measured_accuracy
         << " eV";
  if (!(result.measured_accuracy <= model.accuracy)) remark << ": worse than asked";
  remarks.push_back(remark.str());
}

/// Where a value lies between the points of an axis.
struct AxisPosition {
  double distance;  // to the nearest point, in steps
  std::size_t nearest;
};

AxisPosition position_on(std::vector<double> const& axis, double value) {
  std::size_t nearest = 0;
  for (std::size_t i = 1; i < axis.size(); ++i)
    if (std::fabs(axis[i] - value) < std::fabs(axis[nearest] - value)) nearest = i;
  // The step on the side where the value lies; beyond the ends, the last one.
  bool const up = nearest == 0 || (value > axis[nearest] && nearest + 1 < axis.size());
  double const step = up ? axis[nearest + 1] - axis[nearest] : axis[nearest] - axis[nearest - 1];
  return {std::fabs(axis[nearest] - value) / step, nearest};
}

/// Lagrange's polynomial over the (up to) four points of an axis nearest to a value: their places
/// and weights.
struct Weights {
  std::size_t begin;
  std::vector<double> weight;
};

Weights weights_on(std::vector<double> const& axis, double value) {
  std::size_t const n = std::min<std::size_t>(4, axis.size());
  std::size_t const above = std::size_t(std::ranges::upper_bound(axis, value) - axis.begin());
  std::size_t const begin = std::min(above > n / 2 ? above - n / 2 : 0, axis.size() - n);
  Weights w{begin, std::vector<double>(n, 1)};
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < n; ++j)
      if (j != i) w.weight[i] *= (value - axis[begin + j]) / (axis[begin + i] - axis[begin + j]);
  return w;
}

/// The row between the rows of a plane.
MapRow interpolated(MapGrid const& grid, std::size_t plane, SweepPoint const& p) {
  static constexpr double MapRow::*smooth[] = {&MapRow::E_tet_eV,  &MapRow::E_oct_eV,
                                               &MapRow::E_face_eV, &MapRow::dE_tet_eV,
                                               &MapRow::dE_oct_eV, &MapRow::Ea_neb_eV};
  auto const q = weights_on(grid.charges, p.charge_e), v = weights_on(grid.volumes, p.volume_A3);
  MapRow row;
  row.point = p;
  row.status = BandStatus::converged;
  for (std::size_t j = 0; j < q.weight.size(); ++j)
    for (std::size_t i = 0; i < v.weight.size(); ++i) {
      MapRow const& at = *grid.planes[plane][(q.begin + j) * grid.volumes.size() + v.begin + i];
      for (auto member : smooth) row.*member += q.weight[j] * v.weight[i] * (at.*member);
      if (at.status != BandStatus::converged) row.status = at.status;
    }
  auto const [low, high] = std::minmax({row.E_oct_eV, row.E_face_eV, row.E_tet_eV});
  row.E_tet_minus_E_oct_eV = row.E_tet_eV - row.E_oct_eV;
  row.Ea_three_point_eV = high - low;
  return row;
}

/// Values from the rows of the map; those that it has no place for become NaN.
void match_to_grid(std::vector<ComparedValue>& values, std::vector<MapRow> const& rows,
                   Matching matching, std::vector<std::string>& remarks) {
  std::map<std::string, std::vector<MapRow const*>> by_anion;
  for (MapRow const& row : rows) by_anion[row.point.anion].push_back(&row);
  std::map<std::string, MapGrid> grids;
  for (auto const& [anion, list] : by_anion) grids.emplace(anion, make_grid(anion, list));
  double sum = 0, largest = 0;
  std::size_t n = 0;
  for (ComparedValue& v : values) {
    v.ours_eV = std::nan("");
    SweepPoint const p = point_of(v.reference);
    MapGrid const& grid = grids.at(p.anion);
    auto const plane = std::ranges::find_if(
        grid.distortions, [&](double d) { return std::fabs(d - p.distortion) < same_distortion; });
    if (plane == grid.distortions.end()) continue;
    auto const index = std::size_t(plane - grid.distortions.begin());
    auto const q = position_on(grid.charges, p.charge_e),
               volume = position_on(grid.volumes, p.volume_A3);
    constexpr double round_off = 1e-6;
    auto const outside = [&](std::vector<double> const& axis, double x) {
      double const slack = round_off * (axis.back() - axis.front());
      return x < axis.front() - slack || x > axis.back() + slack;
    };
    MapRow const& nearest = *grid.planes[index][q.nearest * grid.volumes.size() + volume.nearest];
    v.distance = std::max(q.distance, volume.distance);
    v.extrapolated = is_extrapolated(nearest);
    if (matching == Matching::nearest
            ? v.distance > 0.5 + round_off
            : outside(grid.charges, p.charge_e) || outside(grid.volumes, p.volume_A3))
      continue;
    v.ours_eV = value_in(matching == Matching::nearest ? nearest : interpolated(grid, index, p),
                         v.reference.quantity);
    if (std::isnan(v.ours_eV)) continue;
    sum += v.distance, largest = std::max(largest, v.distance), ++n;
  }
  std::string const how =
      matching == Matching::nearest
          ? "matched with the nearest point of the grid (same distortion, within half a step)"
          : "interpolated by cubic polynomials over 4 x 4 points of the grid (same distortion)";
  remarks.push_back(how + ": the nearest grid point is " + decimals(n ? sum / double(n) : 0, 3) +
                    " steps away on average, " + decimals(largest, 3) + " at most");
  remarks.push_back("images of paths are no part of a map: they are compared by --match exact");
}

// --- statistics ----------------------------------------------------------------------------------

std::vector<ComparisonGroup> groups_of(std::vector<ComparedValue> const& values) {
  using Key = std::tuple<std::string, Quantity, double>;
  std::map<Key, std::vector<std::size_t>> members;
  for (std::size_t i = 0; i < values.size(); ++i) {
    ReferenceValue const& v = values[i].reference;
    members[{v.anion, v.quantity, v.distortion}].push_back(i);
  }
  std::vector<ComparisonGroup> groups;
  for (auto const& [key, list] : members) {
    ComparisonGroup group;
    std::tie(group.anion, group.quantity, group.distortion) = key;
    std::vector<double> ours, theirs, ours_inside, theirs_inside;
    std::vector<std::size_t> index;
    for (std::size_t i : list) {
      ComparedValue const& v = values[i];
      if (v.reference.bound) {
        ++group.bounds, group.satisfied += v.bound_satisfied();
        continue;
      }
      ours.push_back(v.ours_eV), theirs.push_back(v.reference.value_eV), index.push_back(i);
      if (!v.extrapolated)
        ours_inside.push_back(v.ours_eV), theirs_inside.push_back(v.reference.value_eV);
    }
    group.errors = error_statistics(ours, theirs);
    group.inside = error_statistics(ours_inside, theirs_inside);
    if (!index.empty()) group.largest = index[group.errors.largest_at];
    if (group.quantity == Quantity::tet_minus_oct) group.preference_hits = sign_hits(ours, theirs);
    groups.push_back(std::move(group));
  }
  return groups;
}

template <class Condition>
std::size_t take_out(std::vector<ComparedValue>& values, Condition const& condition) {
  return std::erase_if(values, [&](ComparedValue const& v) { return condition(v); });
}

}  // namespace

std::string name_of(Matching matching) {
  return matching == Matching::exact         ? "exact"
         : matching == Matching::interpolate ? "interpolate"
                                             : "nearest";
}

std::optional<SweepPlan> recorded_plan(std::filesystem::path const& map,
                                       std::map<std::string, PotentialSet> const& given) {
  auto const file = (std::filesystem::is_directory(map) ? map : map.parent_path()) / "map.json";
  if (!std::filesystem::exists(file)) return {};
  std::ifstream in(file);
  SweepPlan plan;
  try {
    auto const json = nlohmann::json::parse(in);
    plan.supercell = json.at("settings").at("supercell");
    plan.accuracy = json.at("accuracy").at("asked_eV");
    for (auto const& [anion, potential] : json.at("potentials").items()) {
      std::string const name = potential.at("file");
      if (auto const set = given.find(anion); set != given.end())
        plan.potentials.insert(*set);
      else if (name.starts_with("built-in/"))
        plan.potentials.emplace(anion, built_in_potential(anion));
      else if (std::filesystem::exists(name))
        plan.potentials.emplace(anion, read_potential_set(name));
      else
        fail_input({file}, "the potential ", name, " of ", anion,
                   " is not there: name it with --potential");
    }
  } catch (nlohmann::json::exception const& error) {
    fail_input({file}, "this is no record of a sweep: ", error.what());
  }
  return plan;
}

void require_same_model(std::vector<MapRow> const& rows, SweepPlan const& model) {
  if (rows.empty()) return;
  SweepPlan some = model;
  some.points.clear();
  std::vector<MapRow const*> picked;
  std::set<std::string> anions;
  for (MapRow const& row : rows)
    if (anions.insert(row.point.anion).second) picked.push_back(&row);
  for (std::size_t i : {rows.size() / 2, rows.size() - 1}) picked.push_back(&rows[i]);
  for (MapRow const* row : picked) some.points.push_back(row->point);
  auto const again = run_sweep(some).rows;
  constexpr double other_model = 1e-5;  // eV; far above any accuracy a sweep is asked for
  for (std::size_t i = 0; i < picked.size(); ++i) {
    double const difference = std::max(std::fabs(again[i].E_oct_eV - picked[i]->E_oct_eV),
                                       std::fabs(again[i].E_face_eV - picked[i]->E_face_eV));
    if (!(difference <= std::max(other_model, 10 * model.accuracy)))
      fail_input({}, "the map was not computed with the potential ",
                 model.potentials.at(picked[i]->point.anion).file.string(), ": at ",
                 picked[i]->point.volume_A3, " Å^3 and ", picked[i]->point.charge_e,
                 " e the energies differ by ", difference,
                 " eV; sweep again, or name the potential with --potential");
  }
}

Comparison compare(std::vector<MapRow> const& rows, SweepPlan const& model,
                   ReferenceData const& reference, CompareOptions const& options) {
  std::set<std::string> anions, others;
  for (MapRow const& row : rows) anions.insert(row.point.anion);
  if (rows.empty())
    for (auto const& [anion, set] : model.potentials) anions.insert(anion);

  Comparison comparison;
  comparison.matching = options.matching;
  auto& values = comparison.values;
  auto& remarks = comparison.remarks;
  for (ReferenceValue const& v : reference.values) {
    if (anions.contains(v.anion))
      values.push_back({v, 0, 0, false});
    else
      others.insert(v.anion);
  }
  if (!others.empty())
    remarks.push_back("not compared, since there is no map or potential of it: " +
                      joined(std::vector<std::string>(others.begin(), others.end())));
  auto const n_excluded = take_out(values, [&](ComparedValue const& v) {
    return std::ranges::any_of(options.exclude_charges, [&](double q) {
      return std::fabs(v.reference.charge_e - q) < same_charge;
    });
  });
  if (!options.exclude_charges.empty())
    remarks.push_back("left out: " + std::to_string(n_excluded) +
                      " values with an excluded charge");
  if (!options.keep_doubtful)
    remarks.push_back("left out: " +
                      std::to_string(take_out(
                          values, [](ComparedValue const& v) { return v.reference.doubtful; })) +
                      " doubtful values (--keep-doubtful keeps them)");
  if (auto const n = take_out(
          values, [](ComparedValue const& v) { return v.reference.quantity == Quantity::E_tet; });
      n > 0)
    remarks.push_back("left out: " + std::to_string(n) +
                      " insertion energies, whose zero is not ours (their changes dE_oct and "
                      "dE_tet are compared)");
  if (values.empty())
    fail_input({}, "nothing to compare: the reference has no values for these anions and options");

  if (options.matching == Matching::exact)
    match_exactly(values, model, remarks);
  else
    match_to_grid(values, rows, options.matching, remarks);
  auto const unmatched =
      take_out(values, [](ComparedValue const& v) { return std::isnan(v.ours_eV); });
  if (unmatched > 0)
    remarks.push_back(
        "left out: " + std::to_string(unmatched) +
        " values without a counterpart in the map (outside its grid, or not converged)");
  comparison.groups = groups_of(values);
  return comparison;
}

}  // namespace ionscape
