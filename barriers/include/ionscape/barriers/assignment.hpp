// Who takes which place, at the least cost.
#pragma once

#include <cstddef>
#include <vector>

#include <Eigen/Core>

namespace ionscape {

/// The column of each row, every column once, such that the sum of their costs is least. `cost` is
/// square and finite. Shortest augmenting paths: Jonker and Volgenant, Computing 38, 325 (1987); time
/// grows as n^3 at worst, as n^2 where most rows take their cheapest column.
std::vector<std::size_t> least_assignment(Eigen::MatrixXd const& cost);

}  // namespace ionscape
