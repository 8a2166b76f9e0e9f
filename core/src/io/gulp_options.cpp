// Names of GULP's options and keywords, from its help texts. What is not here is refused: options of
// other kinds of models (reactive force fields, Monte Carlo, solvation).
#include "gulp_options.hpp"

#include <algorithm>
#include <array>
#include <iterator>

namespace ionscape {

namespace {

using enum GulpUse;

struct Names {
  GulpUse use;
  bool ends;  // its lines go on to the word `end`
  std::string_view names;
};

// A word that several begin with means the first of them.
constexpr Names options[] = {
    {structure, false, "cell vectors fractional cartesian spacegroup name origin"},
    {potential, false, "species buckingham lennard morse spring three general keyword cutp both"},
    {unsummed, false,
     "buck4 harmonic coulomb squaredharmonic spline damped manybody covexp fermi igauss polynomial "
     "qtaper qerfc qoverr2 rydberg tsuneyuki stillinger sw2 sw3 cosh-spring bsm mei-davenport "
     "erferfc erfpot reperfc exppowers gcoulomb ljbuffered mm3buck mm3stretch slater zbl "
     "forceconstant srglue axilrod-teller exponential exp2 bcross urey-bradley murrell-mottram "
     "bacross bacoscross bcoscross lin3 hydrogen-bond equatorial torsion outofplane ryckaert "
     "inversion xoutofplane torangle torexp torharm torcosangle twist"},
    {not_of_cell, false,
     "supercell pcell scell pvectors svectors pfractional sfractional symmetry_cell "
     "symmetry_operator"},
    {not_of_terms, false,
     "library include inter intra field external polarisability electronegativity "
     "qelectronegativity "
     "qincrement dielectric manybody eam_density eam_functional eam_alloy meam_density "
     "meam_functional brenner edip reaxff uff gfnff kim_model atomab "
     "epsilon "
     "einstein tether boonebody 3coulomb g3coulomb ashift shift scale cutmany valence bocharge "
     "botwobody borepulsive "
     "boattractive "
     "units anisotropic cosmo solvent 14_scale threshold"},
    {nothing, true, "title observables variables element"},
    {nothing, false,
     "accuracy bulk_modulus broaden connect constrain contents covalent ionic vdw mass region "
     "centre vacancy interstitial impurity size finite slower deflist reldef move_2a mode2a cuts "
     "cutb cutd rspeed ewald time print terse dump output write maxcyc gtol ftol xtol stepmx "
     "switch "
     "update minimum maximum dmaximum dminimum gmax genetic configurations best mutation "
     "tournament "
     "discrete seed unique pressure stress strain temperature ensemble equilibration production "
     "sample integrator iterations mdarchive tau_barostat tau_thermostat shellmass current_time "
     "velocities shrink kpoints dispersion project_dos frequency omega odirection lowest_mode "
     "gamma_direction gamma_angular elastic piezoelectric static refractive monopoleq energy "
     "entropy gradients youngs_modulus poisson_ratio shear_modulus born potgrid potsites potential "
     "fbond fangle reaction default_weight weight scan_cell translate fix_atom delta delf "
     "lbfgs_order "
     "rfo line extracutoff rtol nobond pdf qgrid parallel decimal marvin start gdcrit maths "
     "primitive_vectors slice growth dhkl sbulkenergy totalenergy cstrain"},
};

// Keywords that change the energy, and `fit`, which changes what numbers at the end of a line mean.
constexpr std::string_view changing =
    "c6 fit molecule molq molmec noelectrostatics noreal norecip eem qeq gasteiger pacha sm dipole "
    "cosmo "
    "cosmic gfnff gwolf eht minimum_image nofirst_point oldunits umorse polarisation norepulsive "
    "zero_potential";
constexpr std::string_view harmless =
    "optimise conp conv property phonon nofrequency nofreq comp compare gradient simultaneous "
    "single single_point defect relax md montecarlo genetic predict full unfix nobreathe breathe "
    "isotropic orthorhombic cellonly shell noflags nodensity noden nosymmetry nod2sym nodpsym "
    "distance angle bond torsion average hessian hill efg pot static_first free_energy zsisa lbfgs "
    "conjugate unit rfo dfp bfgs numdiag numerical spatial storevectors verbose debug outcon "
    "noautobond nolist_md noanal nononanal broaden_dos eigenvectors intensity thermal qok regi "
    "bulk_noopt bulk anneal global steepest simplex transition_state isotropic linmin nomodcoord "
    "nokpoints noksymmetry nosderv noexclude nozeropt operators prt_eam prt_two prt_three prt_four "
    "restore save strain voigt reuss xray decimal_only msd neb nowidth nopartial madelung "
    "marvinse dcharge atomic_stress positive preserve_q site_energy stress_out include_imaginary "
    "veck spme hexagonal lower_symmetry allow kcal kjmol hideshells thermalconductivity rigid "
    "shopt sopt optlower qiterative force_minimisation eckart strict newda nod3 nosort fastfd "
    "groupvelocity grueneisen meanke noenergy raman prt_var alamode";

/// How many letters a word and a name begin with in common.
std::size_t common(std::string_view word, std::string_view name) {
  return std::size_t(std::ranges::mismatch(word, name).in1 - word.begin());
}

/// The name of a list that has most letters in common with the word, four at least (GULP looks at
/// these only) or three that are the whole word; of several the first. And how many these are.
std::pair<std::string_view, std::size_t> match(std::string_view word, std::string_view list) {
  std::pair<std::string_view, std::size_t> best{"", 0};
  for (std::size_t begin = 0; begin < list.size();) {
    std::size_t const end = std::min(list.find(' ', begin), list.size());
    std::string_view const name = list.substr(begin, end - begin);
    std::size_t const letters = common(word, name);
    bool const is_name = word == name, is_short = letters >= 3 && letters == word.size();
    if ((is_name || is_short || letters >= 4) && letters + is_name > best.second)
      best = {name, letters + is_name};
    begin = end + 1;
  }
  return best;
}

}  // namespace

std::optional<GulpOptionKind> find_gulp_option(std::string_view word) {
  std::optional<GulpOptionKind> best;
  std::size_t most = 0;
  for (Names const& kind : options)
    if (auto const [name, letters] = match(word, kind.names); letters > most) {
      best = GulpOptionKind{name, kind.use, kind.ends};
      most = letters;
    }
  return best;
}

std::optional<std::string_view> find_gulp_keyword(std::string_view word) {
  auto const [name, letters] = match(word, changing);
  std::size_t const others = match(word, harmless).second;
  if (letters > 0 && letters >= others) return name;
  if (others > 0) return "";
  return {};
}

}  // namespace ionscape
