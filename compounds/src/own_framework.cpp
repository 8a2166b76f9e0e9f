// CI-NEB in a compound's own anion framework, held fixed.
#include <algorithm>
#include <cmath>

#include <ionscape/compounds/predict.hpp>
#include <ionscape/core/notes.hpp>
#include <ionscape/neb/relax_bands.hpp>
#include <ionscape/potentials/host/host_model.hpp>
#include <ionscape/sweep/ensemble.hpp>

#include "mean.hpp"
#include "model_errors.hpp"

namespace ionscape {

namespace {

using Exec = Kokkos::DefaultExecutionSpace;

/// The three surfaces of a compound: at C, C - u, C + u (only the first if u is 0), and one band
/// for each hop on each.
struct FrameworkBands {
  int first_surface = 0, surfaces = 0;
  std::size_t first_band = 0;  // of hop h on surface s: first_band + h * surfaces + s
};

/// What the surfaces of one hop say, a value each.
struct HopEnergies {
  std::vector<double> span_three_point, span_neb, end_three_point, end_neb;  // eV
  double E_tet_minus_E_oct = std::nan("");                                   // eV, at C
  double approach = INFINITY;  // of PointEnergy, the least along path and band at C
};

HopEnergies energies_of(Exec const& exec, FrozenHost<Exec::memory_space> const& model,
                        Hop const& hop, std::span<BandResult const> bands, int first_surface) {
  auto const points = waypoints(hop);
  HopEnergies out;
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
    out.span_three_point.push_back(high - low);
    out.end_three_point.push_back(high - std::min(e[0].energy, e[points.size() - 1].energy));
    out.span_neb.push_back(bands[s].max_minus_min);
    out.end_neb.push_back(std::max(bands[s].forward_barrier, bands[s].reverse_barrier));
    if (s > 0) continue;
    Mean tet, oct;
    for (std::size_t k = 0; k < hop.sites.size(); ++k)
      (hop.sites[k].kind == SiteKind::tet ? tet : oct).add(e[2 * k].energy);
    out.E_tet_minus_E_oct = tet.value() - oct.value();
    for (auto const& point : e) out.approach = std::min(out.approach, point.approach);
  }
  return out;
}

void note_band(ModelBarrier& out, BandResult const& band, Hop const& hop, double approach) {
  auto const points = waypoints(hop);
  if (band.status != BandStatus::converged) out.notes.push_back(out.status);
  if (band.end_moved[0] > reach_of_end(points, 0) || band.end_moved[1] > reach_of_end(points, 1))
    out.notes.push_back(to_string(Note::end_left_its_site));
  if (band.saddle_kind != SaddleKind::interior)
    out.notes.push_back(to_string(Note::no_interior_saddle));
  if (band.max_minus_min - out.from_end_neb_eV.value > 1e-3)
    out.notes.push_back(to_string(Note::path_below_ends));
  if (approach < 1) out.notes.push_back(to_string(Note::inside_buckingham_well));
}

ModelBarrier barrier_of(CompoundHop const& described, HopEnergies const& energies,
                        std::span<BandResult const> bands, FrameworkQuestion const& question,
                        PotentialSet const& set) {
  double const d = distortion_with_csm(SiteKind::tet, described.csm_tet).value_or(INFINITY);
  double const volume = question.anions.cell.volume() / double(question.anions.size());
  bool const far_outside = is_far_outside(set, question.charge_e, volume, d);
  ModelBarrier out;
  out.E_tet_minus_E_oct_eV = energies.E_tet_minus_E_oct;
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
  out.span_three_point_eV = estimate(energies.span_three_point, false);
  out.span_neb_eV = estimate(energies.span_neb, true);
  out.from_end_three_point_eV = estimate(energies.end_three_point, false);
  out.from_end_neb_eV = estimate(energies.end_neb, true);
  out.distortion = std::nan("");
  out.status = to_string(bands[0].status);
  note_band(out, bands[0], described.hop, energies.approach);
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
      auto const of_hop = std::span(bands).subspan(b.first_band + h * n, n);
      CompoundHop const& hop = questions[i].hops[h];
      auto const energies = energies_of(exec, model, hop.hop, of_hop, b.first_surface);
      answers[i].push_back(barrier_of(hop, energies, of_hop, questions[i],
                                      potential_of(options, questions[i].anions.species[0])));
    }
  return answers;
}

}  // namespace ionscape
