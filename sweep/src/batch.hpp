// One batch of a sweep on the device: geometry and hosts of its points, site energies, bands,
// certificates of the ends.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <vector>

#include <ionscape/lattice/distortion.hpp>
#include <ionscape/neb/result.hpp>
#include <ionscape/potentials/host/frozen_host.hpp>
#include <ionscape/potentials/host/host_model.hpp>
#include <ionscape/sweep/map.hpp>

namespace ionscape {

/// Points begin .. end - 1 of a plan.
struct PointRange {
  std::size_t begin = 0, end = 0;
  std::size_t size() const { return end - begin; }
};

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

class Batch {
  using Model = FrozenHost<Kokkos::DefaultExecutionSpace::memory_space>;

 public:
  /// `share`: hosts of different volume and charge share tables in reduced lengths. Plan and
  /// timings must outlive the batch.
  Batch(SweepPlan const& plan, PointRange range, bool share, SweepTimings& timings);

  /// The rows, in the order of the points; `progress` is called with the number of finished ones.
  std::vector<MapRow> run(std::function<void(std::size_t)> const& progress);

  /// Energies at equally spaced images of the straight path from Oct to Tet, relative to Oct;
  /// (n_points, images).
  std::vector<std::vector<double>> straight_paths(int images) const;

  /// Difference in eV of an energy at the face of point i from that of the reference engine.
  double error_of(std::size_t i, double computed) const;

 private:
  /// The distorted framework and its Oct-Tet hop for a = 1 Å; shared by all volumes, charges and
  /// anions.
  struct Geometry {
    Geometry(std::array<int, 3> cells, double distortion);
    Distorted distorted;
    Vec3 oct, face, tet;
  };
  /// Positions of the mobile ion, each on one of the batch's surfaces.
  struct Points {
    std::vector<int> surface;
    std::vector<Vec3> position;
    void add(std::size_t s, Vec3 r) { surface.push_back(int(s)), position.push_back(r); }
  };

  SweepPoint const& point(std::size_t i) const { return plan_.points[range_.begin + i]; }
  Geometry const& geometry(std::size_t i) const { return geometries_.at(point(i).distortion); }
  double lattice_constant(std::size_t i) const { return surfaces_[own(i)].length; }
  Vec3 position(std::size_t i, Vec3 reduced) const { return lattice_constant(i) * reduced; }
  /// The surface of point i, and that of the same point at distortion 1.
  static std::size_t own(std::size_t i) { return 2 * i; }
  static std::size_t undistorted(std::size_t i) { return 2 * i + 1; }

  void build_hosts(bool share);
  void fill_geometry(MapRow& row, std::size_t i) const;
  void evaluate_sites(Model const& model);
  std::vector<BandResult> relax(Model const& model,
                                std::function<void(std::size_t)> const& progress);
  static void fill_band(MapRow& row, BandResult const& band);
  void check_wells(Model const& model, std::vector<BandResult> const& bands);
  void certify_centres(Model const& model);

  SweepPlan const& plan_;
  PointRange range_;
  std::size_t n_;
  SweepTimings& timings_;
  std::map<double, Geometry> geometries_;  // by distortion
  std::vector<HostFramework> frameworks_;
  std::vector<HostSurface> surfaces_;  // (2 n_points), see own() and undistorted()
  std::vector<MapRow> rows_;
  std::vector<double> approach_;  // (n_points), least over all evaluations
};

}  // namespace ionscape
