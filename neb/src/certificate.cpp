#include <ionscape/neb/certificate.hpp>

#include <algorithm>
#include <array>
#include <cmath>

#include <ionscape/core/io/format.hpp>
#include <ionscape/neb/path.hpp>
#include <ionscape/potentials/ewald/reference.hpp>

namespace ionscape {

namespace {

using Exec = Kokkos::DefaultExecutionSpace;
using Model = FrozenHost<Exec::memory_space>;

std::array<int, 3> marked_images(BandResult const& band) {
  return {0, std::max(band.saddle_image, 0), band.n_images - 1};
}

double measured_error(HopTask const& task, BandResult const& band) {
  double worst = 0;
  for (int i : marked_images(band)) {
    auto const exact =
        reference_site_energy(task.model.framework, task.model.surface, place_of(band, i));
    double const error = std::fabs(exact.energy() - band.energy[std::size_t(i)]);
    if (!(error <= worst)) worst = error;  // NaN stays
  }
  return worst;
}

/// Images inside the unphysical well of a Buckingham term.
std::vector<int> images_in_wells(Model const& model, BandResult const& band) {
  std::vector<Vec3> points;
  for (int i = 0; i < band.n_images; ++i) points.push_back(place_of(band, i));
  std::vector<int> const surface(points.size(), 0);
  auto const results = evaluate_points(Exec(), model, surface, points);
  std::vector<int> inside;
  for (int i = 0; i < band.n_images; ++i)
    if (results[std::size_t(i)].approach < 1) inside.push_back(i);
  return inside;
}

void warn_of_ends(std::vector<std::string>& warnings, HopTask const& task,
                  NebOptions const& options, BandResult const& band,
                  HopCertificate const& certificate) {
  if (!options.relax_endpoints) return;
  for (int side : {0, 1}) {
    std::string const end = side == 0 ? "first" : "last";
    Curvature const& c = side == 0 ? certificate.first : certificate.last;
    if (band.end_moved[side] > reach_of_end(task.waypoints, side))
      warnings.push_back("the " + end + " end has moved " + decimals(band.end_moved[side], 2) +
                         " Å while it relaxed: it has left its site, and this is another hop");
    if (band.end_force[side] <= options.force_tolerance && c.index() > 0)
      warnings.push_back("the " + end + " end is no minimum (" +
                         nature(c, options.force_tolerance) + "): symmetry holds it there");
  }
}

}  // namespace

HopCertificate certify(Model const& model, HopTask const& task, BandResult const& band) {
  PointSet points{3, {}, {}};
  for (int i : marked_images(band)) {
    auto const x = band.image(i);
    points.add({x.begin(), x.end()}, 0);
  }
  auto const curvatures = curvature_at(Exec(), model, points);
  return {curvatures[0], curvatures[1], curvatures[2], measured_error(task, band)};
}

std::string nature(Curvature const& c, double force_tolerance) {
  int const n = c.index();
  if (n < 0) return "unknown";
  std::string text = n == 0   ? "minimum"
                     : n == 1 ? "first-order saddle"
                     : n == 2 ? "saddle of order 2"
                              : "maximum";
  if (c.force > 10 * force_tolerance)
    text = "not stationary, " + std::to_string(n) + " falling directions";
  return text;
}

std::vector<std::string> warnings_of(Model const& model, HopTask const& task,
                                     NebOptions const& options, BandResult const& band,
                                     HopCertificate const& certificate) {
  std::vector<std::string> warnings;
  if (auto const inside = images_in_wells(model, band); !inside.empty())
    warnings.push_back("image " + std::to_string(inside.front()) +
                       (inside.size() > 1 ? " and others are" : " is") +
                       " inside a Buckingham well, closer to an ion than where its repulsion "
                       "turns over: the energies mean nothing");
  warn_of_ends(warnings, task, options, band, certificate);
  return warnings;
}

std::vector<Crystal> images_of(HopTask const& task, BandResult const& band) {
  std::vector<Crystal> frames(std::size_t(band.n_images), task.frame);
  for (int i = 0; i < band.n_images; ++i)
    frames[std::size_t(i)].positions[task.mobile_index] = place_of(band, i);
  return frames;
}

Vec3 place_of(BandResult const& band, int i) {
  auto const x = band.image(i);
  return {x[0], x[1], x[2]};
}

}  // namespace ionscape
