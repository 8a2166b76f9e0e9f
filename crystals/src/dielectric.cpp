#include <ionscape/crystals/dielectric.hpp>

#include <Eigen/Eigenvalues>

namespace ionscape {

Dielectric dielectric(CoreExpansion const& cores, InternalResponse const& response, double volume,
                      double coulomb_scale) {
  double const unit = 4 * pi * coulomb_constant * coulomb_scale / volume;
  Dielectric out;
  out.high_frequency = Eigen::Matrix3d::Identity() + unit * cores.shell_response;
  out.zero_frequency =
      out.high_frequency + unit * cores.charges.transpose() * response.solve(cores.charges);
  for (Eigen::Matrix3d* const m : {&out.high_frequency, &out.zero_frequency})
    *m = (0.5 * (*m + m->transpose())).eval();  // rounding
  out.refractive_index =
      Eigen::SelfAdjointEigenSolver<Eigen::Matrix3d>(out.high_frequency, Eigen::EigenvaluesOnly)
          .eigenvalues()
          .cwiseMax(0)
          .cwiseSqrt();
  for (Eigen::Index i = 0; i < cores.charges.rows(); i += 3)
    out.born_charges.push_back(cores.charges.middleRows<3>(i).transpose());
  return out;
}

}  // namespace ionscape
