#include <ionscape/compounds/predict.hpp>

#include <algorithm>
#include <set>
#include <tuple>

#include <ionscape/compounds/charges.hpp>
#include <ionscape/core/io/csv.hpp>
#include <ionscape/core/io/format.hpp>
#include <ionscape/lattice/anions.hpp>
#include <ionscape/lattice/distortion.hpp>
#include <ionscape/lattice/fcc.hpp>
#include <ionscape/lattice/polyhedron.hpp>
#include <ionscape/lattice/sites.hpp>
#include <ionscape/lattice/symmetry.hpp>
#include <ionscape/neb/relax_bands.hpp>
#include <ionscape/potentials/host/host_model.hpp>
#include <ionscape/sweep/ensemble.hpp>
#include <ionscape/sweep/runner.hpp>

namespace ionscape {

namespace {

std::string label_of(Crystal const& crystal, std::size_t ion) {
  return crystal.species[ion] + std::to_string(ion + 1);
}

// --- geometry ------------------------------------------------------------------------------------

/// What is known of each site of the graph, in its order.
struct SiteFacts {
  std::vector<Vec3> fractional;
  std::vector<double> csm, volume;
  std::vector<bool> has_mobile;
  std::vector<std::string> blocked_by;

  /// The site that a periodic image of it stands for.
  std::size_t index_of(Cell const& cell, Vec3 position) const {
    Vec3 const f = cell.to_fractional(position);
    double best = INFINITY;
    std::size_t at = 0;
    for (std::size_t s = 0; s < fractional.size(); ++s) {
      Vec3 d = f - fractional[s];
      d = {d.x - std::round(d.x), d.y - std::round(d.y), d.z - std::round(d.z)};
      if (double const distance = dot(d, d); distance < best) best = distance, at = s;
    }
    return at;
  }
};

struct Mean {
  double sum = 0;
  int n = 0;
  void add(double x) { sum += x, ++n; }
  double value() const { return n > 0 ? sum / n : std::nan(""); }
};

CompoundHop describe(Crystal const& crystal, Hop const& hop, SiteFacts const& facts) {
  CompoundHop out;
  out.hop = hop;
  out.count = 1;
  Mean csm_tet, csm_oct, volume_tet, volume_oct;
  for (std::size_t k = 0; k < hop.sites.size(); ++k) {
    bool const is_tet = hop.sites[k].kind == SiteKind::tet,
               is_end = k == 0 || k + 1 == hop.sites.size();
    std::size_t const s = facts.index_of(crystal.cell, hop.sites[k].position);
    (is_tet ? csm_tet : csm_oct).add(facts.csm[s]);
    (is_tet ? volume_tet : volume_oct).add(facts.volume[s]);
    if (facts.has_mobile[s]) (is_end ? out.mobile_ends += 1 : int(out.mobile_between = true));
    if (!facts.blocked_by[s].empty())
      out.blocked_by += (out.blocked_by.empty() ? "" : " ") + facts.blocked_by[s];
  }
  out.csm_tet = csm_tet.value(), out.csm_oct = csm_oct.value();
  out.tet_volume_A3 = volume_tet.value(), out.oct_volume_A3 = volume_oct.value();
  out.bottleneck_area_A2 = out.bottleneck_radius_A = INFINITY;
  for (Window const& window : hop.windows) {
    Bottleneck const neck = bottleneck(crystal, window);
    out.bottleneck_area_A2 = std::min(out.bottleneck_area_A2, neck.area);
    out.bottleneck_radius_A = std::min(out.bottleneck_radius_A, neck.radius);
  }
  auto const points = waypoints(hop);
  for (std::size_t k = 1; k < points.size(); ++k) out.length_A += norm(points[k] - points[k - 1]);
  out.span_A = norm(points.back() - points.front());
  out.csm_tet_range[0] = out.csm_tet_range[1] = out.csm_tet;
  out.csm_oct_range[0] = out.csm_oct_range[1] = out.csm_oct;
  return out;
}

/// Same kind, same sites taken, and the same descriptors within a part: 0.02 is 2 %, for CSMs 5 % or
/// 0.02.
bool alike(CompoundHop const& a, CompoundHop const& b, double part) {
  auto const near = [](double x, double y, double relative, double absolute = 0) {
    return std::fabs(x - y) <= std::max(absolute, relative * std::max(std::fabs(x), std::fabs(y)));
  };
  return a.hop.kind == b.hop.kind && a.mobile_ends == b.mobile_ends &&
         a.mobile_between == b.mobile_between && a.blocked_by.empty() == b.blocked_by.empty() &&
         near(a.csm_tet, b.csm_tet, 2.5 * part, part) &&
         near(a.csm_oct, b.csm_oct, 2.5 * part, part) &&
         near(a.tet_volume_A3, b.tet_volume_A3, part) &&
         near(a.oct_volume_A3, b.oct_volume_A3, part) &&
         near(a.bottleneck_area_A2, b.bottleneck_area_A2, part) &&
         near(a.length_A, b.length_A, part) && near(a.span_A, b.span_A, part);
}

/// One hop stands for both.
void absorb(CompoundHop& hop, CompoundHop const& other) {
  hop.count += other.count;
  auto const widen = [](double(&range)[2], double const(&by)[2]) {
    range[0] = std::min(range[0], by[0]), range[1] = std::max(range[1], by[1]);
  };
  widen(hop.csm_tet_range, other.csm_tet_range);
  widen(hop.csm_oct_range, other.csm_oct_range);
}

/// One of each class of hops that the symmetry makes equal, in the order of the first ones.
std::vector<CompoundHop> classes_by_symmetry(std::vector<CompoundHop> const& hops,
                                             Symmetry const& symmetry) {
  std::vector<std::vector<Vec3>> paths;
  for (CompoundHop const& hop : hops) paths.push_back(waypoints(hop.hop));
  Orbits const orbits = orbits_of_paths(symmetry, paths);
  std::vector<CompoundHop> classes;
  for (std::size_t i = 0; i < hops.size(); ++i)
    if (std::size_t const c = orbits.class_of[i]; c == classes.size())
      classes.push_back(hops[i]);
    else
      absorb(classes[c], hops[i]);
  return classes;
}

/// One of each group of hops that look alike.
std::vector<CompoundHop> groups_by_likeness(std::vector<CompoundHop> const& hops, double part) {
  std::vector<CompoundHop> groups;
  for (CompoundHop const& hop : hops) {
    auto const same = std::ranges::find_if(
        groups, [&](CompoundHop const& group) { return alike(group, hop, part); });
    if (same == groups.end())
      groups.push_back(hop);
    else
      absorb(*same, hop);
  }
  return groups;
}

}  // namespace

CompoundGeometry analyse_compound(Crystal const& crystal, std::string const& anion,
                                  std::string const& mobile, std::span<HopKind const> kinds) {
  CompoundGeometry out;
  out.anion = anion;
  out.framework = match_framework(crystal, {anion});
  out.volume_A3 = out.framework.volume_per_anion;
  out.in_domain = out.framework.kind == FrameworkKind::fcc;
  if (!out.in_domain)
    out.remarks.push_back(
        std::string("the anions form no fcc lattice (") + name_of(out.framework.kind) +
        "): outside the domain of the C-V and C-V-D models, whose error is not known here");
  SiteGraph const graph = find_sites(crystal, {anion});
  if (graph.sites.empty()) fail_input({}, "no sites between the ", anion, " ions");
  if (graph.has_empty_space()) {
    out.in_domain = false;
    out.remarks.push_back(
        "a sphere of radius " + decimals(graph.largest_sphere_A, 1) + " Å fits between the " +
        anion + " ions (median " + decimals(graph.median_sphere_A, 1) +
        " Å): V counts this empty space, as in a slab, and says little of the framework");
  }

  SiteFacts facts;
  for (Site const& site : graph.sites) {
    facts.fractional.push_back(crystal.cell.to_fractional(site.position));
    facts.csm.push_back(symmetry_measure(crystal, site));
    facts.volume.push_back(volume(crystal, site));
  }
  facts.has_mobile.assign(graph.sites.size(), false);
  facts.blocked_by.assign(graph.sites.size(), "");
  std::set<std::string> other_anions;
  std::vector<double> off_site;  // Å, of mobile ions
  for (std::size_t ion = 0; ion < crystal.size(); ++ion) {
    std::string const& species = crystal.species[ion];
    if (species == anion) {
      out.anions.push_back(ion);
      continue;
    }
    NearestSite const nearest = nearest_site(graph, crystal.cell, crystal.positions[ion]);
    ++out.taken[species + " in " + name_of(graph.sites[nearest.site].kind)];
    if (species != mobile) {
      std::string& words = facts.blocked_by[nearest.site];
      words += (words.empty() ? "" : " ") + label_of(crystal, ion);
      if (is_known_anion(species)) other_anions.insert(species);
      continue;
    }
    facts.has_mobile[nearest.site] = true;
    out.mobile.push_back(ion);
    if (nearest.distance > occupied_within) off_site.push_back(nearest.distance);
  }
  for (std::string const& species : other_anions)
    out.remarks.push_back(
        species +
        " is taken for a cation, which only blocks hops: V and the framework are those of " +
        anion + " alone");
  if (!off_site.empty())
    out.remarks.push_back(std::to_string(off_site.size()) + " " + mobile + " stand up to " +
                          decimals(std::ranges::max(off_site), 2) +
                          " Å from the nearest site's centre: the models put them there");
  if (out.mobile.empty())
    out.remarks.push_back("no " + mobile +
                          " in the structure: hops between empty sites, of a framework at rest");

  std::vector<CompoundHop> hops;
  for (HopKind kind : kinds)
    for (Hop const& hop : find_hops(graph, crystal.cell, kind)) {
      CompoundHop described = describe(crystal, hop, facts);
      if (out.mobile.empty() || described.mobile_ends > 0) hops.push_back(std::move(described));
    }
  Symmetry const symmetry = find_symmetry(crystal, symmetry_tolerance_A);
  out.space_group = symmetry.international;
  out.space_group_number = symmetry.number;
  out.hops = classes_by_symmetry(hops, symmetry);
  out.different_hops = int(out.hops.size());
  if (out.different_hops > most_different_hops) {
    std::vector<CompoundHop> groups;
    double part = 0.01;
    do {
      part *= 2;
      groups = groups_by_likeness(out.hops, part);
    } while (int(groups.size()) > most_different_hops && part < 0.5);
    out.hops = std::move(groups);
    out.remarks.push_back("the crystal's symmetry, " + out.space_group + " within " +
                          shortest(symmetry_tolerance_A) + " Å, leaves " +
                          std::to_string(out.different_hops) +
                          " different hops: those alike within " + shortest(100 * part) +
                          " % are shown as one, " + std::to_string(out.hops.size()) + " in all");
  }
  std::ranges::stable_sort(out.hops, {}, [](CompoundHop const& hop) {
    return std::pair(!hop.blocked_by.empty(),
                     -hop.mobile_ends);  // what the mobile ions can do comes first
  });
  if (hops.empty())
    out.remarks.push_back(out.mobile.empty()
                              ? "no chain of Tet and Oct sites: no hop to predict"
                              : "no hop of the asked kinds begins or ends at a " + mobile);
  return out;
}

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

// --- models --------------------------------------------------------------------------------------

std::vector<std::string> outside_range(PotentialSet const& set, double charge_e, double volume_A3,
                                       double d) {
  if (!set.fitted)
    return {"the potential of " + set.insertion->framework +
            " states no range in which it was fitted"};
  FittedRange const& fitted = *set.fitted;
  std::vector<std::string> words;
  auto const check = [&](std::string const& what, double x, std::array<double, 2> range,
                         char const* unit) {
    constexpr double slack = 1e-9;
    if (x < range[0] - slack || x > range[1] + slack)
      words.push_back(what + " is outside the calibrated range " + shortest(range[0]) + " .. " +
                      shortest(range[1]) + unit);
  };
  check("anion charge " + decimals(charge_e, 3) + " e", charge_e, fitted.charge_e, " e");
  check("volume per anion " + decimals(volume_A3, 3) + " Å^3", volume_A3, fitted.volume_A3, " Å^3");
  // Without its number, which stands beside: so that many hops of a compound give one warning.
  if (fitted.distortion) check("a distortion d", d, *fitted.distortion, "");
  return words;
}

namespace {

PotentialSet const& potential_of(PredictOptions const& options, std::string const& anion) {
  auto const at = options.potentials.find(anion);
  if (at == options.potentials.end())
    fail_input({}, "no potential for frameworks of ", anion, ": --potential SET.toml");
  if (!at->second.insertion) fail_input({at->second.file}, "the set has no [insertion]");
  return at->second;
}

/// The anion charges C - u, C + u, both negative.
std::array<double, 2> charges_around(double charge, double u) {
  return {charge - u, std::min(charge + u, charge / 10)};
}

/// Root of the sum of squares of what is known; NaN if nothing is.
double combined(std::initializer_list<double> parts) {
  double sum = 0;
  bool any = false;
  for (double part : parts)
    if (!std::isnan(part)) sum += part * part, any = true;
  return any ? std::sqrt(sum) : std::nan("");
}

/// What changes with C: half the difference over C -+ u, scaled where charges_around had to stop
/// short.
double charge_part(double below, double above, double charge, double u) {
  auto const [low, high] = charges_around(charge, u);
  return u * std::fabs(above - below) / (high - low);
}

/// Whether a point lies farther outside the fitted range than the set's own error can be carried.
bool is_far_outside(PotentialSet const& set, double charge_e, double volume_A3, double d) {
  return set.fitted && !set.fitted->nearly_contains(charge_e, volume_A3, d);
}

void note_unknown_error(PotentialSet const& set, bool far_outside, ModelBarrier& barrier) {
  if (far_outside)
    barrier.notes.push_back("far outside the calibrated range: the error is not known");
  if (std::isnan(model_error(set, 1, false)))
    barrier.notes.push_back("the potential states no error of its own: the uncertainty lacks it");
}

/// What changes with C or D could not be found at both neighbours.
void note_missing_part(ModelBarrier& barrier, std::string const& of) {
  std::string const words =
      "the uncertainty lacks the part of " + of + ": a neighbouring band did not converge";
  if (std::ranges::find(barrier.notes, words) == barrier.notes.end())
    barrier.notes.push_back(words);
}

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

// --- the compound's own framework ----------------------------------------------------------------

namespace {

using Exec = Kokkos::DefaultExecutionSpace;

/// The three surfaces of a compound: at C, C - u, C + u (only the first if u is 0), and one band
/// for each hop on each.
struct FrameworkBands {
  int first_surface = 0, surfaces = 0;
  std::size_t first_band = 0;  // of hop h on surface s: first_band + h * surfaces + s
};

ModelBarrier barrier_of(Exec const& exec, FrozenHost<Exec::memory_space> const& model,
                        CompoundHop const& described, std::span<BandResult const> bands,
                        int first_surface, FrameworkQuestion const& question,
                        PotentialSet const& set) {
  Hop const& hop = described.hop;
  auto const points = waypoints(hop);
  double const d = distortion_with_csm(SiteKind::tet, described.csm_tet).value_or(INFINITY);
  std::vector<double> span_three_point, span_neb, end_three_point, end_neb;  // per surface
  double approach = INFINITY;
  ModelBarrier out;
  for (std::size_t s = 0; s < bands.size(); ++s) {
    std::vector<Vec3> where = points;
    for (int k = 0; k < bands[s].n_images; ++k) {
      auto const r = bands[s].image(k);
      where.push_back({r[0], r[1], r[2]});
    }
    std::vector<int> const surface(where.size(), first_surface + int(s));
    auto const e = evaluate_points(exec, model, surface, where);
    double low = INFINITY, high = -INFINITY;
    for (std::size_t k = 0; k < points.size(); ++k) {
      low = std::min(low, e[k].energy);
      high = std::max(high, e[k].energy);
    }
    span_three_point.push_back(high - low);
    end_three_point.push_back(high - std::min(e[0].energy, e[points.size() - 1].energy));
    span_neb.push_back(bands[s].max_minus_min);
    end_neb.push_back(std::max(bands[s].forward_barrier, bands[s].reverse_barrier));
    if (s > 0) continue;
    Mean tet, oct;
    for (std::size_t k = 0; k < hop.sites.size(); ++k)
      (hop.sites[k].kind == SiteKind::tet ? tet : oct).add(e[2 * k].energy);
    out.E_tet_minus_E_oct_eV = tet.value() - oct.value();
    for (auto const& point : e) approach = std::min(approach, point.approach);
  }
  double const volume = question.anions.cell.volume() / double(question.anions.size());
  bool const far_outside = is_far_outside(set, question.charge_e, volume, d);
  auto const estimate = [&](std::vector<double> const& values, bool is_neb) {
    if (far_outside) return Estimate{values[0], std::nan("")};
    double charge = std::nan("");
    if (values.size() > 1) {
      bool const settled =
          bands[1].status == BandStatus::converged && bands[2].status == BandStatus::converged;
      if (!is_neb || settled)
        charge =
            charge_part(values[1], values[2], question.charge_e, question.charge_uncertainty_e);
      if (std::isnan(charge)) note_missing_part(out, "C");
    }
    return Estimate{values[0], combined({model_error(set, d, !is_neb), charge})};
  };
  BandResult const& band = bands[0];
  out.span_three_point_eV = estimate(span_three_point, false);
  out.span_neb_eV = estimate(span_neb, true);
  out.from_end_three_point_eV = estimate(end_three_point, false);
  out.from_end_neb_eV = estimate(end_neb, true);
  out.distortion = std::nan("");
  out.status = to_string(band.status);
  if (band.status != BandStatus::converged) out.notes.push_back(out.status);
  if (band.end_moved[0] > reach_of_end(points, 0) || band.end_moved[1] > reach_of_end(points, 1))
    out.notes.push_back(to_string(Note::end_left_its_site));
  if (band.saddle_kind != SaddleKind::interior)
    out.notes.push_back(to_string(Note::no_interior_saddle));
  if (band.max_minus_min - out.from_end_neb_eV.value > 1e-3)
    out.notes.push_back(to_string(Note::path_below_ends));
  if (approach < 1) out.notes.push_back(to_string(Note::inside_buckingham_well));
  for (std::string& words : outside_range(set, question.charge_e, volume, d))
    out.notes.push_back(std::move(words));
  note_unknown_error(set, far_outside, out);
  return out;
}

}  // namespace

std::vector<std::vector<ModelBarrier>> relax_in_frameworks(
    std::span<FrameworkQuestion const> questions, PredictOptions const& options) {
  NebOptions const& neb = options.own_neb;
  std::vector<HostFramework> frameworks;
  std::vector<HostSurface> surfaces;
  PathSet paths{neb.images, 3, {}, {}};
  std::vector<FrameworkBands> of_question;
  for (FrameworkQuestion const& q : questions) {
    FrameworkBands bands{int(surfaces.size()), 0, paths.surface.size()};
    if (!q.hops.empty()) {
      PotentialSet const& set = potential_of(options, q.anions.species.at(0));
      HostModel const host = insertion_host(q.anions, q.charge_e, set);
      frameworks.push_back(host.framework);
      std::vector<double> charges{q.charge_e};
      if (q.charge_uncertainty_e > 0)
        for (double charge : charges_around(q.charge_e, q.charge_uncertainty_e))
          charges.push_back(charge);
      double const volume = q.anions.cell.volume() / double(q.anions.size());
      for (double charge : charges)
        surfaces.push_back(insertion_surface(int(frameworks.size()) - 1, volume, charge, set));
      bands.surfaces = int(charges.size());
    }
    for (CompoundHop const& hop : q.hops) {
      std::vector<std::vector<double>> stations;
      for (Vec3 r : waypoints(hop.hop)) stations.push_back({r.x, r.y, r.z});
      auto const path = linear_path(stations, neb.images);
      for (int s = 0; s < bands.surfaces; ++s) paths.add(path, bands.first_surface + s);
    }
    of_question.push_back(bands);
  }
  std::vector<std::vector<ModelBarrier>> answers(questions.size());
  if (paths.n_bands() == 0) return answers;
  Exec const exec;
  FrozenHost<Exec::memory_space> const model(frameworks, surfaces, {options.accuracy});
  auto const progress = [&](int finished) {
    if (options.progress)
      options.progress("bands", std::size_t(finished), std::size_t(paths.n_bands()));
  };
  auto const bands = relax_bands(exec, model, paths, neb, progress);
  progress(paths.n_bands());
  for (std::size_t i = 0; i < questions.size(); ++i)
    for (std::size_t h = 0; h < questions[i].hops.size(); ++h) {
      FrameworkBands const& b = of_question[i];
      auto const n = std::size_t(b.surfaces);
      answers[i].push_back(barrier_of(
          exec, model, questions[i].hops[h], std::span(bands).subspan(b.first_band + h * n, n),
          b.first_surface, questions[i], potential_of(options, questions[i].anions.species[0])));
    }
  return answers;
}

// --- compounds from a table ----------------------------------------------------------------------

namespace {

/// The first of the names that the table has.
std::string column_of(CsvTable const& table, std::initializer_list<char const*> names,
                      SourceLocation const& where) {
  for (char const* name : names)
    if (table.has(name)) return name;
  fail_input(where, "no column ", *names.begin(), "; found ", joined(table.columns()));
}

}  // namespace

CompoundTable read_compound_table(std::filesystem::path const& file, SiteKind csm_of) {
  CsvTable const table = CsvTable::read(file);
  std::string const path = column_of(table, {"path", "path_type"}, {file});
  std::string const volume = column_of(table, {"volume_A3", "volume_per_anion_A3"}, {file});
  for (char const* name : {"formula", "charge_e", "csm"}) column_of(table, {name}, {file});
  CompoundTable out;
  for (std::size_t row = 0; row < table.rows(); ++row) {
    SourceLocation const where = table.where(row);
    TableCompound compound;
    compound.formula = table.text(row, "formula");
    compound.path = table.text(row, path);
    compound.line = where.line;
    std::string missing;
    for (std::string const& column : {volume, std::string("charge_e"), std::string("csm")})
      if (table.text(row, column).empty()) missing += (missing.empty() ? "" : ", ") + column;
    if (!missing.empty()) {
      out.left_out.push_back(compound.formula + " (line " + std::to_string(where.line) + "): no " +
                             missing);
      continue;
    }
    ModelQuestion& q = compound.question;
    if (compound.path != "TOT" && compound.path != "OTO")
      fail_input(where, "path '", compound.path,
                 "', expected TOT (Tet-Oct-Tet) or OTO (Oct-Tet-Oct)");
    q.kind = compound.path == "TOT" ? HopKind::tet_oct_tet : HopKind::oct_tet_oct;
    q.volume_A3 = table.number(row, volume);
    q.charge_e = table.number(row, "charge_e");
    q.csm_of = csm_of;
    q.csm = q.csm_lowest = q.csm_highest = table.number(row, "csm");
    if (!(q.csm >= 0)) fail_input(where, "csm ", q.csm, ", expected >= 0");
    if (table.has("anion")) {
      q.anion = table.text(row, "anion");
    } else {
      std::vector<std::string> anions;
      for (auto const& [species, n] : parse_formula(compound.formula, where))
        if (is_known_anion(species)) anions.push_back(species);
      if (anions.size() != 1)
        fail_input(where, compound.formula, ": the framework's anion is not clear (",
                   joined(anions), "); a column 'anion' would say it");
      q.anion = anions[0];
    }
    validate(SweepPoint{q.anion, q.volume_A3, q.charge_e, 1}, where);
    auto const optional = [&](char const* column, double& value) {
      if (table.has(column)) value = table.optional_number(row, column).value_or(std::nan(""));
    };
    optional("Ea_NEB_eV", compound.reference_eV);
    optional("Ea_CV_eV", compound.published_cv_eV);
    optional("Ea_CVD_eV", compound.published_cvd_eV);
    out.compounds.push_back(std::move(compound));
  }
  if (out.compounds.empty()) fail_input({file}, "no row with volume, charge and CSM");
  return out;
}

}  // namespace ionscape
