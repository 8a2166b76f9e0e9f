// Conductance of a periodic network.
#pragma once

#include <cstddef>
#include <map>
#include <vector>

#include <Eigen/Core>

#include <ionscape/landscape/winding_sets.hpp>

namespace ionscape::detail {

/// Links sites `from` of cell 0 and `to` of cell `shift`.
struct Conductor {
  std::size_t from, to;
  LatticeShift shift;
  double conductance;  // 0 at least
};

struct Conductance {
  /// The least value of sum over conductors of F v v^T with v = shift + u_to - u_from, in lattice
  /// coordinates.
  Eigen::Matrix3d tensor;
  /// v of each conductor at the minimum; 0 where it is 0 within rounding.
  std::vector<Eigen::Vector3d> drop;
};

Conductance conductance(std::size_t sites, std::vector<Conductor> const& conductors);

}  // namespace ionscape::detail
