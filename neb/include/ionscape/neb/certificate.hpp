// What a relaxed hop in a frozen host is worth: the nature of its ends and its saddle, how far its
// energies are from the reference engine's, and what there is to doubt.
#pragma once

#include <string>
#include <vector>

#include <ionscape/neb/hop_task.hpp>
#include <ionscape/neb/options.hpp>
#include <ionscape/neb/result.hpp>
#include <ionscape/potentials/host/frozen_host.hpp>
#include <ionscape/relax/curvature.hpp>

namespace ionscape {

struct HopCertificate {
  Curvature first, saddle, last;  // of the first, the highest and the last image
  double measured_error = 0;      // eV, largest difference from the reference at these three
};

/// Kokkos must be running; `model` is that of the task, `band` its result.
HopCertificate certify(FrozenHost<Kokkos::DefaultExecutionSpace::memory_space> const& model,
                       HopTask const& task, BandResult const& band);

/// "minimum", "first-order saddle", "saddle of order 2", "maximum"; "not stationary, ..." where the
/// force is above ten times the tolerance (eV/Å); "unknown" without a finite Hessian.
std::string nature(Curvature const& curvature, double force_tolerance);

/// Images inside the well of a Buckingham term; ends that were to relax into the minimum of their
/// site, and did something else.
std::vector<std::string> warnings_of(
    FrozenHost<Kokkos::DefaultExecutionSpace::memory_space> const& model, HopTask const& task,
    NebOptions const& options, BandResult const& band, HopCertificate const& certificate);

/// The images of a band as structures, the mobile ion moving in the task's frame.
std::vector<Crystal> images_of(HopTask const& task, BandResult const& band);

/// The place of image `i`, Å.
Vec3 place_of(BandResult const& band, int i);

}  // namespace ionscape
