#include <ionscape/crystals/properties.hpp>

#include <cmath>
#include <sstream>

#include <ionscape/core/error.hpp>
#include <ionscape/core/memory.hpp>
#include <ionscape/crystals/ion_name.hpp>

namespace ionscape {

namespace {

void require_memory(int particles) {
  // About six dense matrices at once, complex ones among them.
  double const needed = 6 * 16 * std::pow(3.0 * particles, 2), free = available_memory();
  if (needed > 0.9 * free)
    fail_input({}, "the dense matrices of ", particles, " particles need ", needed / 1e9,
               " GB, expected at most ", 0.9 * free / 1e9, " GB: take a smaller cell");
}

template <class... Pieces>
Warning warning(char const* note, Pieces const&... pieces) {
  std::ostringstream text;
  text.precision(3);
  (text << ... << pieces);
  return {note, text.str()};
}

void add_state_warnings(CrystalProperties& p, InternalResponse const& response) {
  if (p.largest_force > small_force)
    p.warnings.push_back(
        warning("not_at_rest", "the structure is not at rest: the largest force, on ion ",
                ion_name(p.particles.crystal, p.largest_force_ion), ", is ", p.largest_force,
                " eV/Å; what is called relaxed is that of the quadratic around these positions"));
  if (double const stress = p.elastic.stress.cwiseAbs().maxCoeff(); stress > small_stress)
    p.warnings.push_back(warning("under_stress", "the crystal is under stress (largest component ",
                                 stress,
                                 " GPa): moduli and stability are those of the stressed crystal"));
  if (response.negative() > 0)
    p.warnings.push_back(warning(
        "imaginary_modes", "no minimum: ", response.negative(),
        response.negative() == 1 ? " imaginary mode" : " imaginary modes",
        " at q = 0, the first at ", p.at_rest.front(),
        " THz (imaginary); relaxed elastic and dielectric constants are those of a saddle"));
  if (response.soft() > 0)
    p.warnings.push_back(warning("soft_modes", response.soft(),
                                 response.soft() == 1 ? " mode" : " modes",
                                 " besides the translations without stiffness: left out of all "
                                 "answers of the crystal"));
  if (p.born_stability[0] <= 0)
    p.warnings.push_back(warning("elastically_unstable",
                                 "elastically unstable: the lowest eigenvalue of the elastic "
                                 "constants is ",
                                 p.born_stability[0], " GPa"));
}

void add_charge_warning(CrystalProperties& p, double charge) {
  if (std::fabs(charge) > 1e-6)
    p.warnings.push_back(
        warning("charged_cell", "net charge ", charge,
                " e: dielectric constants and Born charges of a charged cell leave "
                "out the motion of the whole"));
}

}  // namespace

CrystalProperties crystal_properties(Crystal const& crystal, PotentialSet const& set,
                                     PairSums const& ends) {
  CrystalProperties p;
  p.particles = particles_of(crystal, set);
  require_memory(p.particles.size());
  auto const masses = masses_of(p.particles);  // no element: before the work
  p.shells = relax_shells(p.particles, set, ends);
  p.volume = crystal.cell.volume();
  p.derivatives = std::make_shared<SecondDerivatives const>(p.particles, set, ends);
  p.energy =
      evaluate_reference(p.particles, set,
                         ewald_parameters(crystal.cell, p.particles.crystal.size(), 1e-15), ends)
          .energy();
  CoreExpansion const cores = eliminate_shells(p.derivatives->expansion(), p.particles);
  for (int i = 0; i < p.particles.ions; ++i)
    if (double const force = cores.gradient.segment<3>(3 * i).norm(); force > p.largest_force)
      p.largest_force = force, p.largest_force_ion = i;
  InternalResponse const response(cores.hessian);
  p.elastic = elasticity(cores, response, p.volume);
  p.moduli = elastic_moduli(p.elastic.stress_strain);
  p.born_stability = elastic_eigenvalues(p.elastic.stress_strain);
  p.dielectric = dielectric(cores, response, p.volume, p.particles.coulomb_scale);
  Phonons const phonons(*p.derivatives, masses);
  p.at_rest = phonons.frequencies({});
  for (int axis = 0; axis < 3; ++axis)
    p.with_field[std::size_t(axis)] =
        phonons.frequencies({}, Vec3{double(axis == 0), double(axis == 1), double(axis == 2)});
  add_state_warnings(p, response);
  double charge = 0;
  for (double const q : crystal.charges) charge += q;
  add_charge_warning(p, charge);
  return p;
}

}  // namespace ionscape
