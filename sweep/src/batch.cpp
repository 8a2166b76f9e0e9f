#include "batch.hpp"

#include <algorithm>
#include <cmath>
#include <tuple>

#include <ionscape/lattice/fcc.hpp>
#include <ionscape/neb/relax_bands.hpp>
#include <ionscape/relax/curvature.hpp>

namespace ionscape {

namespace {

using Exec = Kokkos::DefaultExecutionSpace;

Distorted distorted_hop(std::array<int, 3> cells, double distortion) {
  auto const ideal =
      fcc_model(0.25, conventional_cells(cells[0], cells[1], cells[2]), "X", -1, HopKind::oct_tet);
  return distort(ideal.framework, ideal.hop, WindowShear{distortion});
}

}  // namespace

Batch::Geometry::Geometry(std::array<int, 3> cells, double distortion)
    : distorted(distorted_hop(cells, distortion)),
      oct(distorted.hop.sites[0].position),
      face(distorted.hop.windows[0].position),
      tet(distorted.hop.sites[1].position) {}

Batch::Batch(SweepPlan const& plan, PointRange range, bool share, SweepTimings& timings)
    : plan_(plan), range_(range), n_(range.size()), timings_(timings) {
  Stopwatch watch;
  build_hosts(share);
  watch.add_to(timings_.geometry);
}

std::vector<MapRow> Batch::run(std::function<void(std::size_t)> const& progress) {
  Stopwatch watch;
  Model const model(frameworks_, surfaces_, {plan_.accuracy});
  watch.add_to(timings_.tables);

  rows_.resize(n_);
  for (std::size_t i = 0; i < n_; ++i) fill_geometry(rows_[i], i);
  watch.add_to(timings_.geometry);
  evaluate_sites(model);
  watch.add_to(timings_.sites);
  auto const bands = relax(model, progress);
  for (std::size_t i = 0; i < n_; ++i) fill_band(rows_[i], bands[i]);
  check_wells(model, bands);
  watch.add_to(timings_.neb);
  certify_centres(model);
  watch.add_to(timings_.certificates);
  return std::move(rows_);
}

std::vector<std::vector<double>> Batch::straight_paths(int images) const {
  Model const model(frameworks_, surfaces_, {plan_.accuracy});
  Points points;
  for (std::size_t i = 0; i < n_; ++i) {
    Vec3 const from = geometry(i).oct, to = geometry(i).tet;
    for (int k = 0; k < images; ++k)
      points.add(own(i), position(i, from + double(k) / (images - 1) * (to - from)));
  }
  auto const e = evaluate_points(Exec(), model, points.surface, points.position);
  std::vector<std::vector<double>> paths(n_);
  for (std::size_t i = 0; i < n_; ++i)
    for (int k = 0; k < images; ++k)
      paths[i].push_back(e[i * std::size_t(images) + std::size_t(k)].energy -
                         e[i * std::size_t(images)].energy);
  return paths;
}

double Batch::error_of(std::size_t i, double computed) const {
  HostSurface const& surface = surfaces_[own(i)];
  auto const exact =
      reference_site_energy(frameworks_[surface.framework], surface, position(i, geometry(i).face));
  return std::fabs(exact.energy() - computed);
}

void Batch::build_hosts(bool share) {
  // One for each anion, distortion and reduced width of the screening cloud.
  std::map<std::tuple<std::string, double, double>, int> known;
  auto const framework_of = [&](SweepPoint const& p, double distortion) {
    auto const& geometry =
        geometries_.try_emplace(distortion, plan_.supercell, distortion).first->second;
    auto framework = insertion_framework(geometry.distorted.framework, p.volume_A3,
                                         plan_.potentials.at(p.anion));
    auto const [at, is_new] = known.emplace(
        std::tuple(p.anion, distortion, framework.screening_width), int(frameworks_.size()));
    if (!is_new && share) return at->second;
    frameworks_.push_back(std::move(framework));
    return int(frameworks_.size()) - 1;
  };
  for (std::size_t i = 0; i < n_; ++i) {
    SweepPoint const& p = point(i);
    PotentialSet const& set = plan_.potentials.at(p.anion);
    int const distorted = framework_of(p, p.distortion);
    int const ideal = p.distortion == 1 ? distorted : framework_of(p, 1);
    for (int framework : {distorted, ideal})
      surfaces_.push_back(insertion_surface(framework, p.volume_A3, p.charge_e, set));
  }
}

void Batch::fill_geometry(MapRow& row, std::size_t i) const {
  SweepPoint const& p = point(i);
  double const a = lattice_constant(i);
  DistortionReport const& report = geometry(i).distorted.report;
  row.point = p;
  row.csm_tet = report.csm_tet;
  row.csm_oct = report.csm_oct;
  row.tet_volume_A3 = report.tet_volume * a * a * a;
  row.oct_volume_A3 = report.oct_volume * a * a * a;
  row.bottleneck_area_A2 = report.bottleneck_area * a * a;
  row.bottleneck_radius_A = report.bottleneck_radius * a;
  row.shortest_anion_distance_A = report.shortest_distance * a;
  auto const& fitted = plan_.potentials.at(p.anion).fitted;
  if (fitted && !fitted->contains(p.charge_e, p.volume_A3, p.distortion))
    row.notes.add(Note::extrapolated);
}

void Batch::evaluate_sites(Model const& model) {
  Points points;
  for (std::size_t i = 0; i < n_; ++i) {
    Geometry const& g = geometry(i);
    for (Vec3 r : {g.oct, g.face, g.tet}) points.add(own(i), position(i, r));
    for (Vec3 r : {g.oct, g.tet}) points.add(undistorted(i), position(i, r));
  }
  auto const e = evaluate_points(Exec(), model, points.surface, points.position);
  timings_.evaluations += long(points.position.size());
  for (std::size_t i = 0; i < n_; ++i) {
    MapRow& row = rows_[i];
    auto const &oct = e[5 * i], &face = e[5 * i + 1], &tet = e[5 * i + 2];
    auto const &undistorted_oct = e[5 * i + 3], &undistorted_tet = e[5 * i + 4];
    row.E_oct_eV = oct.energy, row.E_face_eV = face.energy, row.E_tet_eV = tet.energy;
    row.dE_oct_eV = oct.energy - undistorted_oct.energy;
    row.dE_tet_eV = tet.energy - undistorted_tet.energy;
    row.E_tet_minus_E_oct_eV = row.E_tet_eV - row.E_oct_eV;
    auto const [low, high] = std::minmax({row.E_oct_eV, row.E_face_eV, row.E_tet_eV});
    row.Ea_three_point_eV = high - low;
    approach_.push_back(std::min({oct.approach, face.approach, tet.approach}));
  }
}

std::vector<BandResult> Batch::relax(Model const& model,
                                     std::function<void(std::size_t)> const& progress) {
  PathSet paths;
  paths.n_images = plan_.neb.images;
  paths.dof = 3;
  for (std::size_t i = 0; i < n_; ++i) {
    Vec3 const from = position(i, geometry(i).oct), to = position(i, geometry(i).tet);
    paths.add(linear_path({{from.x, from.y, from.z}, {to.x, to.y, to.z}}, paths.n_images),
              int(own(i)));
  }
  auto bands = relax_bands(Exec(), model, paths, plan_.neb,
                           [&](int finished) { progress(std::size_t(finished)); });
  for (BandResult const& band : bands) timings_.evaluations += band.evaluations;
  return bands;
}

void Batch::fill_band(MapRow& row, BandResult const& band) {
  constexpr double below_ends = 1e-3;  // eV
  row.status = band.status;
  row.steps = band.steps;
  row.max_force_eV_per_A = band.max_force;
  row.Ea_neb_eV = std::max(band.forward_barrier, band.reverse_barrier);
  row.depth_below_ends_eV = band.max_minus_min - row.Ea_neb_eV;
  row.barrier_oct_tet_eV = band.forward_barrier;
  row.barrier_tet_oct_eV = band.reverse_barrier;
  row.saddle_progress = band.saddle_image < 0
                            ? std::nan("")
                            : band.position[band.saddle_image] / band.position.back();
  if (band.saddle_kind != SaddleKind::interior) row.notes.add(Note::no_interior_saddle);
  if (row.depth_below_ends_eV > below_ends) row.notes.add(Note::path_below_ends);
}

/// Where a Buckingham term turns over, no image may have slipped inside.
void Batch::check_wells(Model const& model, std::vector<BandResult> const& bands) {
  if (std::ranges::none_of(surfaces_, [](HostSurface const& s) { return s.dispersion_factor > 0; }))
    return;
  Points points;
  int const n_images = plan_.neb.images;
  for (std::size_t i = 0; i < n_; ++i)
    for (int k = 0; k < n_images; ++k) {
      auto const r = bands[i].image(k);
      points.add(own(i), {r[0], r[1], r[2]});
    }
  auto const e = evaluate_points(Exec(), model, points.surface, points.position);
  for (std::size_t i = 0; i < n_; ++i) {
    for (int k = 0; k < n_images; ++k)
      approach_[i] = std::min(approach_[i], e[i * n_images + k].approach);
    if (approach_[i] < 1) rows_[i].notes.add(Note::inside_buckingham_well);
  }
}

/// Says where the held ends are no minima for a free ion.
void Batch::certify_centres(Model const& model) {
  PointSet centres{3, {}, {}};
  for (std::size_t i = 0; i < n_; ++i)
    for (Vec3 reduced : {geometry(i).oct, geometry(i).tet}) {
      Vec3 const r = position(i, reduced);
      centres.add({r.x, r.y, r.z}, int(own(i)));
    }
  auto const curvatures = curvature_at(Exec(), model, centres);
  timings_.evaluations += 7 * centres.size();
  auto const is_minimum = [&](Curvature const& c) {
    return c.force <= plan_.neb.force_tolerance && c.index() == 0;
  };
  for (std::size_t i = 0; i < n_; ++i) {
    if (!is_minimum(curvatures[2 * i])) rows_[i].notes.add(Note::oct_not_minimum);
    if (!is_minimum(curvatures[2 * i + 1])) rows_[i].notes.add(Note::tet_not_minimum);
  }
}

}  // namespace ionscape
