// C-V and C-V-D: barriers of the fcc model cell, sheared until a site's CSM is the compound's.
#include <algorithm>
#include <cmath>
#include <tuple>

#include <ionscape/compounds/predict.hpp>
#include <ionscape/core/error.hpp>
#include <ionscape/core/io/format.hpp>
#include <ionscape/lattice/distortion.hpp>
#include <ionscape/lattice/fcc.hpp>
#include <ionscape/sweep/ensemble.hpp>
#include <ionscape/sweep/runner.hpp>

#include "model_errors.hpp"

namespace ionscape {

std::optional<double> distortion_with_csm(SiteKind kind, double csm) {
  constexpr double largest = 1.4;  // of SweepPoint
  static FccModel const ideal = fcc_model(0.25, conventional_cells(2, 2, 2), "X", -1);
  if ((kind != SiteKind::tet && kind != SiteKind::oct) || !(csm >= 0))
    fail_input({}, "CSM ", csm, ", expected one >= 0 of a Tet or an Oct");
  auto const csm_at = [&](double d) {
    Crystal const framework = distort(ideal.framework, ideal.hop, WindowShear{d}).framework;
    return symmetry_measure(framework, ideal.hop.sites[kind == SiteKind::oct ? 0 : 1]);
  };
  if (csm < 1e-9) return 1;
  // The root of the CSM is nearly linear in d: false position, with Illinois' halving of an end
  // that stays.
  auto const miss = [&](double d) { return std::sqrt(std::max(0.0, csm_at(d))) - std::sqrt(csm); };
  double low = 1, high = largest, below = -std::sqrt(csm), above = miss(high), d = high;
  if (above < 0) return {};
  int last_side = 0;
  for (double step = 1; step > 1e-12 && high - low > 1e-12;) {
    double const next = (low * above - high * below) / (above - below), found = miss(next);
    step = std::fabs(next - d);
    d = next;
    int const side = found < 0 ? -1 : 1;
    if (side < 0) {
      low = d, below = found;
      if (last_side == side) above /= 2;
    } else {
      high = d, above = found;
      if (last_side == side) below /= 2;
    }
    last_side = side;
  }
  return d;
}

namespace {

/// The questions' points in one plan, each once, and where they stand.
class ModelPlan {
 public:
  explicit ModelPlan(PredictOptions const& options) : progress_(options.progress) {
    plan_.accuracy = options.accuracy;
    plan_.neb = options.neb;
    plan_.potentials = options.potentials;
  }
  std::size_t add(SweepPoint const& point) {
    validate(point, {});
    auto const [place, is_new] = index_of_.try_emplace(
        std::tuple(point.anion, point.volume_A3, point.charge_e, point.distortion),
        plan_.points.size());
    if (is_new) plan_.points.push_back(point);
    return place->second;
  }
  void run() {
    if (plan_.points.empty()) return;
    RunOptions options;
    options.progress = [&](std::size_t finished) {
      if (progress_) progress_("model cells", finished, plan_.points.size());
    };
    rows_ = run_sweep(plan_, options).rows;
    options.progress(plan_.points.size());
  }
  MapRow const& row(std::size_t i) const { return rows_.at(i); }

 private:
  SweepPlan plan_;
  std::map<std::tuple<std::string, double, double, double>, std::size_t> index_of_;
  decltype(PredictOptions::progress) progress_;
  std::vector<MapRow> rows_;
};

/// A point, its twins at C -+ u, and its neighbours of least and largest CSM; the last two may be
/// missing.
struct PointSet {
  std::size_t centre = 0;
  std::optional<std::array<std::size_t, 2>> charges, csm;
};

PointSet add_points(ModelPlan& plan, ModelQuestion const& q, double d,
                    std::optional<std::array<double, 2>> csm_ends) {
  SweepPoint const point{q.anion, q.volume_A3, q.charge_e, d};
  PointSet set{plan.add(point), {}, {}};
  auto const with_charge = [&](double charge) {
    SweepPoint p = point;
    p.charge_e = charge;
    return plan.add(p);
  };
  if (q.charge_uncertainty_e > 0) {
    auto const [low, high] = charges_around(q.charge_e, q.charge_uncertainty_e);
    set.charges = {with_charge(low), with_charge(high)};
  }
  if (csm_ends) {
    SweepPoint first = point, last = point;
    first.distortion = (*csm_ends)[0], last.distortion = (*csm_ends)[1];
    set.csm = {plan.add(first), plan.add(last)};
  }
  return set;
}

ModelBarrier barrier_of(ModelPlan const& plan, ModelQuestion const& q, PointSet const& points,
                        PotentialSet const& set) {
  MapRow const& row = plan.row(points.centre);
  ModelBarrier out;
  out.distortion = row.point.distortion;
  out.E_tet_minus_E_oct_eV = row.E_tet_minus_E_oct_eV;
  out.status = to_string(row.status);
  bool const tet_ends = q.kind == HopKind::tet_oct_tet;
  bool const far_outside = is_far_outside(set, q.charge_e, q.volume_A3, out.distortion);
  // NaN, and a note, where a neighbour has no barrier.
  auto const both = [&](std::optional<std::array<std::size_t, 2>> const& two, bool neb,
                        char const* what, auto const& part) {
    if (!two) return std::nan("");
    MapRow const &below = plan.row((*two)[0]), &above = plan.row((*two)[1]);
    double const x = part(below, above);
    if (std::isfinite(x) &&
        (!neb || (below.status == BandStatus::converged && above.status == BandStatus::converged)))
      return x;
    note_missing_part(out, what);
    return std::nan("");
  };
  auto const estimate = [&](bool neb, auto const& barrier) {
    double const charge =
        both(points.charges, neb, "C", [&](MapRow const& below, MapRow const& above) {
          return charge_part(barrier(below), barrier(above), q.charge_e, q.charge_uncertainty_e);
        });
    double const spread = both(points.csm, neb, "D", [&](MapRow const& below, MapRow const& above) {
      return std::fabs(barrier(above) - barrier(below)) / 2;
    });
    bool const known = q.in_domain && !far_outside;
    return Estimate{
        barrier(row),
        known ? combined({model_error(set, out.distortion, !neb), charge, spread}) : std::nan("")};
  };
  out.span_three_point_eV = estimate(false, [](MapRow const& r) { return r.Ea_three_point_eV; });
  out.span_neb_eV = estimate(true, [](MapRow const& r) { return r.Ea_neb_eV; });
  out.from_end_three_point_eV = estimate(false, [&](MapRow const& r) {
    return std::max({r.E_oct_eV, r.E_face_eV, r.E_tet_eV}) - (tet_ends ? r.E_tet_eV : r.E_oct_eV);
  });
  out.from_end_neb_eV = estimate(true, [&](MapRow const& r) {
    return tet_ends ? r.barrier_tet_oct_eV : r.barrier_oct_tet_eV;
  });
  if (!q.in_domain) out.notes.push_back(to_string(Note::outside_domain));
  for (Note note : all_notes())  // outside_range() says more than "extrapolated"
    if (row.notes.has(note) && note != Note::extrapolated) out.notes.push_back(to_string(note));
  for (std::string& words : outside_range(set, q.charge_e, q.volume_A3, out.distortion))
    out.notes.push_back(std::move(words));
  note_unknown_error(set, far_outside, out);
  if (row.status != BandStatus::converged)
    out.notes.push_back("band of a model cell: " + out.status);
  return out;
}

}  // namespace

std::vector<ModelAnswer> ask_models(std::span<ModelQuestion const> questions,
                                    PredictOptions const& options) {
  ModelPlan plan(options);
  std::vector<PointSet> cv;
  std::vector<std::optional<PointSet>> cvd;
  for (ModelQuestion const& q : questions) {
    potential_of(options, q.anion);
    cv.push_back(add_points(plan, q, 1, {}));
    auto const d = distortion_with_csm(q.csm_of, q.csm);
    cvd.emplace_back();
    if (!d) continue;
    std::optional<std::array<double, 2>> ends;
    if (q.csm_highest - q.csm_lowest > 1e-3) {
      auto const low = distortion_with_csm(q.csm_of, q.csm_lowest),
                 high = distortion_with_csm(q.csm_of, q.csm_highest);
      ends = {low.value_or(*d), high.value_or(*d)};
    }
    cvd.back() = add_points(plan, q, *d, ends);
  }
  plan.run();
  std::vector<ModelAnswer> answers;
  for (std::size_t i = 0; i < questions.size(); ++i) {
    ModelQuestion const& q = questions[i];
    PotentialSet const& set = potential_of(options, q.anion);
    ModelAnswer answer{barrier_of(plan, q, cv[i], set), {}};
    if (cvd[i]) {
      answer.cvd = barrier_of(plan, q, *cvd[i], set);
    } else {
      answer.cvd.distortion = std::nan("");
      answer.cvd.notes = {"CSM " + decimals(q.csm, 2) +
                          " is beyond what the model cell can be sheared to"};
    }
    answers.push_back(std::move(answer));
  }
  return answers;
}

}  // namespace ionscape
