#include <ionscape/sweep/model_hop.hpp>

#include <ionscape/lattice/distortion.hpp>
#include <ionscape/lattice/fcc.hpp>

namespace ionscape {

ModelHop model_hop(SweepPoint const& point, HopKind kind, PotentialSet const& set) {
  validate(point, {});
  if (!set.insertion) fail_input({set.file}, "the set has no [insertion]");
  FccModel const ideal =
      fcc_model(point.volume_A3, conventional_cells(2, 2, 2), point.anion, point.charge_e, kind);
  Distorted const host = distort(ideal.framework, ideal.hop, WindowShear{point.distortion});
  ModelHop out;
  HopTask& task = out.task;
  task.set = set;
  task.model = insertion_host(host.framework, point.charge_e, set);
  task.mobile = set.insertion->mobile;
  task.waypoints = waypoints(host.hop);
  task.frame = host.framework;
  task.frame.charges.clear();  // the set knows only the product of the charges
  task.mobile_index = task.frame.size();
  task.frame.species.push_back(task.mobile);
  task.frame.positions.emplace_back();
  warn_outside_fit(task, point.charge_e, point.volume_A3, point.distortion);
  out.csm_tet = host.report.csm_tet;
  out.csm_oct = host.report.csm_oct;
  return out;
}

}  // namespace ionscape
