#include <ionscape/relax/curvature.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

#include <Eigen/Dense>

namespace ionscape {

int Curvature::index(double zero) const {
  if (std::any_of(eigenvalues.begin(), eigenvalues.end(), [](double e) { return std::isnan(e); }))
    return -1;
  return static_cast<int>(
      std::count_if(eigenvalues.begin(), eigenvalues.end(), [=](double e) { return e < -zero; }));
}

std::vector<double> hessian_eigenvalues(std::span<double const> hessian, int dof) {
  Eigen::Map<Eigen::MatrixXd const> const raw(hessian.data(), dof, dof);
  Eigen::MatrixXd const symmetric = (raw + raw.transpose()) / 2;
  if (!symmetric.allFinite())
    return std::vector<double>(dof, std::numeric_limits<double>::quiet_NaN());
  Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> const solver(symmetric, Eigen::EigenvaluesOnly);
  return {solver.eigenvalues().data(), solver.eigenvalues().data() + dof};
}

PointSet displaced(PointSet const& points, double displacement) {
  PointSet all{points.dof, {}, {}};
  for (int i = 0; i < points.size(); ++i) {
    std::vector<double> x(points.point(i).begin(), points.point(i).end());
    all.add(x, points.surface[i]);
    for (double& coordinate : x) {
      double const here = coordinate;
      for (double step : {displacement, -displacement}) {
        coordinate = here + step;
        all.add(x, points.surface[i]);
      }
      coordinate = here;
    }
  }
  return all;
}

}  // namespace ionscape
