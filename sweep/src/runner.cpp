#include <ionscape/sweep/runner.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <iomanip>
#include <map>
#include <set>
#include <sstream>

#include <ionscape/core/io/atomic_file.hpp>
#include <ionscape/core/io/format.hpp>
#include <ionscape/core/version.hpp>
#include <ionscape/lattice/distortion.hpp>
#include <ionscape/lattice/fcc.hpp>
#include <ionscape/neb/relax_bands.hpp>
#include <ionscape/relax/curvature.hpp>
#include <ionscape/potentials/host/host_model.hpp>

#include <ionscape/sweep/map_files.hpp>

namespace ionscape {

namespace {

using Exec = Kokkos::DefaultExecutionSpace;
using Model = FrozenHost<Exec::memory_space>;

/// Adds the seconds since the last call to one of the timings.
class Stopwatch {
 public:
  void add_to(double& seconds) {
    auto const now = std::chrono::steady_clock::now();
    seconds += std::chrono::duration<double>(now - last_).count();
    last_ = now;
  }

 private:
  std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
};

/// The distorted framework and its Oct-Tet hop for a = 1 Å; shared by all volumes, charges and
/// anions.
struct Geometry {
  Distorted distorted;
  Vec3 oct, face, tet;
};

Geometry make_geometry(std::array<int, 3> cells, double distortion) {
  auto const ideal =
      fcc_model(0.25, conventional_cells(cells[0], cells[1], cells[2]), "X", -1, HopKind::oct_tet);
  Geometry g{distort(ideal.framework, ideal.hop, WindowShear{distortion}), {}, {}, {}};
  g.oct = g.distorted.hop.sites[0].position;
  g.face = g.distorted.hop.windows[0].position;
  g.tet = g.distorted.hop.sites[1].position;
  return g;
}

/// The hosts of a batch: one surface for each point and, first, one for its undistorted twin.
struct Hosts {
  std::vector<HostFramework> frameworks;
  std::vector<HostSurface>
      surfaces;  // (2 n_points): 2 i is point i, 2 i + 1 the same at distortion 1
};

class Batch {
 public:
  Batch(SweepPlan const& plan, std::size_t begin, std::size_t end, bool share,
        SweepTimings& timings)
      : plan_(plan), begin_(begin), n_(end - begin), timings_(timings) {
    build_hosts(share);
  }

  std::vector<MapRow> run(std::function<void(std::size_t)> const& progress) {
    Stopwatch watch;
    Model const model(hosts_.frameworks, hosts_.surfaces, {plan_.accuracy});
    watch.add_to(timings_.tables);

    rows_.resize(n_);
    for (std::size_t i = 0; i < n_; ++i) fill_geometry(rows_[i], i);
    watch.add_to(timings_.geometry);
    evaluate_sites(model);
    watch.add_to(timings_.sites);
    relax(model, progress);
    watch.add_to(timings_.neb);
    certify_centres(model);
    watch.add_to(timings_.certificates);
    return std::move(rows_);
  }

  /// Energies at equally spaced images of the straight path from Oct to Tet, relative to Oct;
  /// (n_points, images).
  std::vector<std::vector<double>> straight_paths(int images) {
    Model const model(hosts_.frameworks, hosts_.surfaces, {plan_.accuracy});
    std::vector<int> surface;
    std::vector<Vec3> points;
    for (std::size_t i = 0; i < n_; ++i) {
      Vec3 const from = geometry(i).oct, to = geometry(i).tet;
      for (int k = 0; k < images; ++k)
        surface.push_back(int(2 * i)),
            points.push_back(position(i, from + double(k) / (images - 1) * (to - from)));
    }
    auto const e = evaluate_points(exec_, model, surface, points);
    std::vector<std::vector<double>> paths(n_);
    for (std::size_t i = 0; i < n_; ++i)
      for (int k = 0; k < images; ++k)
        paths[i].push_back(e[i * std::size_t(images) + std::size_t(k)].energy -
                           e[i * std::size_t(images)].energy);
    return paths;
  }

  /// Largest difference from the reference engine, energy in eV, at the face position of point i.
  double error_of(std::size_t i, double computed) const {
    HostSurface const& surface = hosts_.surfaces[2 * i];
    auto const exact = reference_site_energy(hosts_.frameworks[surface.framework], surface,
                                             position(i, geometry(i).face));
    return std::fabs(exact.energy() - computed);
  }

 private:
  SweepPoint const& point(std::size_t i) const { return plan_.points[begin_ + i]; }
  Geometry const& geometry(std::size_t i) const { return geometries_.at(point(i).distortion); }
  double lattice_constant(std::size_t i) const { return hosts_.surfaces[2 * i].length; }
  Vec3 position(std::size_t i, Vec3 reduced) const { return lattice_constant(i) * reduced; }

  void build_hosts(bool share) {
    Stopwatch watch;
    // One for each anion, distortion and reduced width of the screening cloud.
    std::map<std::tuple<std::string, double, double>, int> known;
    auto const framework_of = [&](SweepPoint const& p, double distortion) {
      if (!geometries_.contains(distortion))
        geometries_.emplace(distortion, make_geometry(plan_.supercell, distortion));
      auto framework = insertion_framework(geometries_.at(distortion).distorted.framework,
                                           p.volume_A3, plan_.potentials.at(p.anion));
      auto const [at, is_new] =
          known.emplace(std::tuple(p.anion, distortion, framework.screening_width),
                        int(hosts_.frameworks.size()));
      if (!is_new && share) return at->second;
      hosts_.frameworks.push_back(std::move(framework));
      return int(hosts_.frameworks.size()) - 1;
    };
    for (std::size_t i = 0; i < n_; ++i) {
      SweepPoint const& p = point(i);
      PotentialSet const& set = plan_.potentials.at(p.anion);
      int const own = framework_of(p, p.distortion);
      int const ideal = p.distortion == 1 ? own : framework_of(p, 1);
      hosts_.surfaces.push_back(insertion_surface(own, p.volume_A3, p.charge_e, set));
      hosts_.surfaces.push_back(insertion_surface(ideal, p.volume_A3, p.charge_e, set));
    }
    watch.add_to(timings_.geometry);
  }

  void fill_geometry(MapRow& row, std::size_t i) {
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
      add_note(row, "extrapolated");
  }

  static void add_note(MapRow& row, char const* note) {
    row.notes += (row.notes.empty() ? "" : ";") + std::string(note);
  }

  void evaluate_sites(Model const& model) {
    std::vector<int> surface;
    std::vector<Vec3> points;
    for (std::size_t i = 0; i < n_; ++i) {
      Geometry const& g = geometry(i);
      for (Vec3 r : {g.oct, g.face, g.tet})
        surface.push_back(int(2 * i)), points.push_back(position(i, r));
      for (Vec3 r : {g.oct, g.tet})
        surface.push_back(int(2 * i + 1)), points.push_back(position(i, r));
    }
    auto const e = evaluate_points(exec_, model, surface, points);
    timings_.evaluations += long(points.size());
    for (std::size_t i = 0; i < n_; ++i) {
      MapRow& row = rows_[i];
      auto const* const at = &e[5 * i];
      row.E_oct_eV = at[0].energy, row.E_face_eV = at[1].energy, row.E_tet_eV = at[2].energy;
      row.dE_oct_eV = at[0].energy - at[3].energy;
      row.dE_tet_eV = at[2].energy - at[4].energy;
      row.E_tet_minus_E_oct_eV = row.E_tet_eV - row.E_oct_eV;
      auto const [low, high] = std::minmax({row.E_oct_eV, row.E_face_eV, row.E_tet_eV});
      row.Ea_three_point_eV = high - low;
      approach_.push_back(std::min({at[0].approach, at[1].approach, at[2].approach}));
    }
  }

  void relax(Model const& model, std::function<void(std::size_t)> const& progress) {
    PathSet paths;
    paths.n_images = plan_.neb.images;
    paths.dof = 3;
    for (std::size_t i = 0; i < n_; ++i) {
      Vec3 const from = position(i, geometry(i).oct), to = position(i, geometry(i).tet);
      paths.add(linear_path({{from.x, from.y, from.z}, {to.x, to.y, to.z}}, paths.n_images),
                int(2 * i));
    }
    auto const bands = relax_bands(exec_, model, paths, plan_.neb,
                                   [&](int finished) { progress(std::size_t(finished)); });
    for (std::size_t i = 0; i < n_; ++i) {
      MapRow& row = rows_[i];
      BandResult const& band = bands[i];
      timings_.evaluations += band.evaluations;
      row.status = to_string(band.status);
      row.steps = band.steps;
      row.max_force_eV_per_A = band.max_force;
      row.Ea_neb_eV = std::max(band.forward_barrier, band.reverse_barrier);
      row.depth_below_ends_eV = band.max_minus_min - row.Ea_neb_eV;
      row.barrier_oct_tet_eV = band.forward_barrier;
      row.barrier_tet_oct_eV = band.reverse_barrier;
      row.saddle_progress = band.saddle_image < 0
                                ? std::nan("")
                                : band.position[band.saddle_image] / band.position.back();
      if (band.saddle_kind != SaddleKind::interior) add_note(row, "no_interior_saddle");
      if (row.depth_below_ends_eV > 1e-3) add_note(row, "path_below_ends");
    }
    check_wells(model, bands);
  }

  /// Where a Buckingham term turns over, no image may have slipped inside.
  void check_wells(Model const& model, std::vector<BandResult> const& bands) {
    if (std::ranges::none_of(hosts_.surfaces,
                             [](HostSurface const& s) { return s.dispersion_factor > 0; }))
      return;
    std::vector<int> surface;
    std::vector<Vec3> points;
    int const n_images = plan_.neb.images;
    for (std::size_t i = 0; i < n_; ++i)
      for (int k = 0; k < n_images; ++k) {
        auto const r = bands[i].image(k);
        surface.push_back(int(2 * i)), points.push_back({r[0], r[1], r[2]});
      }
    auto const e = evaluate_points(exec_, model, surface, points);
    for (std::size_t i = 0; i < n_; ++i) {
      for (int k = 0; k < n_images; ++k)
        approach_[i] = std::min(approach_[i], e[i * n_images + k].approach);
      if (approach_[i] < 1) add_note(rows_[i], "inside_buckingham_well");
    }
  }

  /// Says where the held ends are no minima for a free ion.
  void certify_centres(Model const& model) {
    PointSet centres{3, {}, {}};
    for (std::size_t i = 0; i < n_; ++i)
      for (Vec3 reduced : {geometry(i).oct, geometry(i).tet}) {
        Vec3 const r = position(i, reduced);
        centres.add({r.x, r.y, r.z}, int(2 * i));
      }
    auto const curvatures = curvature_at(exec_, model, centres);
    timings_.evaluations += 7 * centres.size();
    auto const is_minimum = [&](Curvature const& c) {
      return c.force <= plan_.neb.force_tolerance && c.index() == 0;
    };
    for (std::size_t i = 0; i < n_; ++i) {
      if (!is_minimum(curvatures[2 * i])) add_note(rows_[i], "oct_not_minimum");
      if (!is_minimum(curvatures[2 * i + 1])) add_note(rows_[i], "tet_not_minimum");
    }
  }

  SweepPlan const& plan_;
  std::size_t begin_, n_;
  SweepTimings& timings_;
  std::map<double, Geometry> geometries_;
  Hosts hosts_;
  Exec exec_;
  std::vector<MapRow> rows_;
  std::vector<double> approach_;
};

/// A number that changes with anything that can change the rows (64-bit FNV-1a of the plan as
/// text).
std::string key_of(SweepPlan const& plan, std::size_t batch) {
  std::ostringstream text;
  text << version() << commit() << settings_json(plan) << batch;
  for (SweepPoint const& p : plan.points)
    text << p.anion << shortest(p.volume_A3) << shortest(p.charge_e) << shortest(p.distortion);
  std::uint64_t hash = 14695981039346656037u;
  for (unsigned char c : text.str()) hash = (hash ^ c) * 1099511628211u;
  std::ostringstream key;
  key << std::hex << std::setw(16) << std::setfill('0') << hash;
  return key.str();
}

/// Finished batches as files in a folder. The plan's key is part of their names: batches of other
/// plans are left alone.
class Checkpoint {
 public:
  Checkpoint(std::filesystem::path const& folder, SweepPlan const& plan, std::size_t batch)
      : folder_(folder), key_(key_of(plan, batch)) {}

  /// The rows of the points, if they were finished earlier.
  std::optional<std::vector<MapRow>> read(std::size_t batch,
                                          std::span<SweepPoint const> points) const {
    if (!std::filesystem::exists(file(batch))) return {};
    auto rows = read_map(file(batch));
    if (!std::ranges::equal(rows, points, {}, &MapRow::point))
      fail_input({file(batch)}, "this checkpoint holds other points than the sweep: remove it");
    return rows;
  }
  void write(std::size_t batch, std::vector<MapRow> const& rows) const {
    AtomicFile out(file(batch));
    write_rows(out.stream(), rows);
    out.commit();
  }
  /// Everything with the key in its name: a killed run may have left half a file beside the
  /// batches.
  void remove() const {
    if (!std::filesystem::is_directory(folder_)) return;
    for (auto const& entry : std::filesystem::directory_iterator(folder_))
      if (entry.path().filename().string().find(key_) != std::string::npos)
        std::filesystem::remove(entry.path());
    std::error_code not_empty;
    std::filesystem::remove(folder_, not_empty);
  }

 private:
  std::filesystem::path file(std::size_t batch) const {
    return folder_ / (key_ + "_" + std::to_string(batch) + ".csv");
  }
  std::filesystem::path folder_;
  std::string key_;
};

/// Where the batches begin, and the end: at most `batch` points, and few enough frameworks that
/// their tables stay small.
std::vector<std::size_t> batch_limits(SweepPlan const& plan, std::size_t batch) {
  constexpr std::size_t most_frameworks = 64;
  std::vector<std::size_t> limits{0};
  std::set<std::pair<std::string, double>> frameworks;
  for (std::size_t i = 0; i < plan.points.size(); ++i) {
    frameworks.emplace(plan.points[i].anion, plan.points[i].distortion);
    if (i - limits.back() == batch || frameworks.size() > most_frameworks) {
      limits.push_back(i);
      frameworks = {{plan.points[i].anion, plan.points[i].distortion}};
    }
  }
  limits.push_back(plan.points.size());
  return limits;
}

/// Largest difference of E_face_eV from the reference engine over a sample of rows; NaN if an
/// energy is.
void verify(SweepPlan const& plan, SweepResult& result) {
  Stopwatch watch;
  constexpr std::size_t sample = 4;
  std::size_t const n = result.rows.size(), checks = std::min(sample, n);
  SweepPlan some = plan;
  some.points.clear();
  std::vector<double> energies;
  for (std::size_t k = 0; k < checks; ++k) {
    std::size_t const i = checks == 1 ? 0 : k * (n - 1) / (checks - 1);
    some.points.push_back(plan.points[i]);
    energies.push_back(result.rows[i].E_face_eV);
  }
  SweepTimings unused;
  Batch const batch(some, 0, checks, true, unused);
  std::vector<double> errors(checks);
  using HostExec = Kokkos::DefaultHostExecutionSpace;
  Kokkos::parallel_for(
      "ionscape::sweep::verify",
      Kokkos::RangePolicy<HostExec, Kokkos::Schedule<Kokkos::Dynamic>>(0, int(checks)),
      [&](int k) { errors[k] = batch.error_of(k, energies[k]); });
  HostExec().fence("ionscape::sweep::verify");
  for (double error : errors)
    if (!(error <= result.measured_accuracy)) result.measured_accuracy = error;
  result.verified_points = int(checks);
  watch.add_to(result.timings.verification);
}

void check(SweepPlan const& plan) {
  for (SweepPoint const& p : plan.points) {
    validate(p, {});
    if (!plan.potentials.contains(p.anion))
      fail_input({}, "the sweep has no potential for anion ", p.anion);
  }
  validate(plan.neb);
}

}  // namespace

SweepResult run_sweep(SweepPlan const& plan, RunOptions const& options) {
  check(plan);
  auto const limits = batch_limits(plan, std::max<std::size_t>(1, options.batch));
  std::size_t const batches = limits.size() - 1;
  std::optional<Checkpoint> checkpoint;
  if (options.checkpoint && batches > 1)
    checkpoint.emplace(*options.checkpoint, plan, options.batch);

  SweepResult result;
  result.rows.reserve(plan.points.size());
  for (std::size_t k = 0; k < batches; ++k) {
    std::size_t const begin = limits[k], end = limits[k + 1];
    auto const progress = [&](std::size_t finished) {
      if (options.progress) options.progress(begin + finished);
    };
    std::optional<std::vector<MapRow>> rows;
    if (checkpoint) rows = checkpoint->read(k, std::span(plan.points).subspan(begin, end - begin));
    if (rows) {
      progress(end - begin);
    } else {
      rows = Batch(plan, begin, end, options.share_frameworks, result.timings).run(progress);
      if (checkpoint) checkpoint->write(k, *rows);
    }
    result.rows.insert(result.rows.end(), rows->begin(), rows->end());
  }
  verify(plan, result);
  return result;
}

std::vector<std::vector<double>> straight_path_energies(SweepPlan const& plan, int images) {
  check(plan);
  if (plan.points.empty()) return {};
  if (images < 2) fail_input({}, "a path of ", images, " images, expected at least 2");
  auto const limits = batch_limits(plan, RunOptions{}.batch);
  std::vector<std::vector<double>> paths;
  SweepTimings unused;
  for (std::size_t k = 0; k + 1 < limits.size(); ++k)
    for (auto& path : Batch(plan, limits[k], limits[k + 1], true, unused).straight_paths(images))
      paths.push_back(std::move(path));
  return paths;
}

void remove_checkpoint(SweepPlan const& plan, RunOptions const& options) {
  if (options.checkpoint) Checkpoint(*options.checkpoint, plan, options.batch).remove();
}

}  // namespace ionscape
