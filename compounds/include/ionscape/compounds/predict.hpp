// Barriers of real compounds: geometry from a structure, charge from a named source, E_a by three
// models side by side.
//
//   C-V      the undistorted fcc cell at the compound's anion charge C and volume per anion V
//            Xu, Chen, Chen, Li, Zhu, npj Comput. Mater. 6, 47 (2020)
//   C-V-D    the same cell sheared (WindowShear) until a site's CSM, D, is the compound's
//            Ouyang, Xu, Zhu, J. Chem. Phys. 158, 174705 (2023)
//   CI-NEB   the compound's own anion framework, held fixed
// C-V and C-V-D are models of fcc frameworks: for hcp, bcc and others they are outside their
// domain, and their error there is not known. All three see the anions alone, which a background
// neutralises: other cations only block hops. Nothing is interpolated: every number is computed at
// the compound's own values.
//
// E_a comes in two kinds, which differ where the site in the middle of a hop is the deeper one:
//   span      highest minus lowest energy along the path: the E_a of the published maps
//   from end  highest energy minus that of the hop's end, the Tet of a Tet-Oct-Tet hop or the Oct
//             of an Oct-Tet-Oct one: the barrier that a Li which sits there meets first, and what a
//             published NEB between two such sites counts
// each from three points (centres of sites and faces, Li unrelaxed) and from a relaxed band (ends
// held at the centres).
#pragma once

#include <cmath>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <ionscape/core/crystal.hpp>
#include <ionscape/core/statistics.hpp>
#include <ionscape/lattice/framework.hpp>
#include <ionscape/lattice/hop.hpp>
#include <ionscape/neb/options.hpp>
#include <ionscape/potentials/pair/potential_set.hpp>

namespace ionscape {

// --- geometry ------------------------------------------------------------------------------------

/// Ions within this (Å) of their image count as equal when hops are told apart: the rounding of
/// files and the noise of a relaxation.
inline constexpr double symmetry_tolerance_A = 0.01;

/// Where symmetry leaves more different hops than this (thermal noise, random cations), those that
/// look alike are taken as one: same kind, same sites taken, same descriptors within 2 % (CSM: 5 %
/// or 0.02), or within twice that, and so on, until there are no more than this. A remark says so.
inline constexpr int most_different_hops = 40;

/// Hops that the crystal's symmetry makes equal, in either direction; or that look alike
/// (most_different_hops).
struct CompoundHop {
  Hop hop;                           // one of them
  int count = 0;                     // in the cell
  double csm_tet = 0, csm_oct = 0;   // mean over the hop's sites of each kind
  double csm_tet_range[2] = {0, 0};  // least and largest of these means among the `count`
  double csm_oct_range[2] = {0, 0};
  double tet_volume_A3 = 0, oct_volume_A3 = 0;             // mean over the hop's sites
  double bottleneck_area_A2 = 0, bottleneck_radius_A = 0;  // the narrower window
  double length_A = 0;          // through the centres of sites and windows
  double span_A = 0;            // from the first to the last site, straight
  int mobile_ends = 0;          // ends where a mobile ion stands
  bool mobile_between = false;  // one stands in the middle site
  std::string blocked_by;       // "Mn3": other cations in the hop's sites; empty: none
};

struct CompoundGeometry {
  FrameworkMatch framework;
  bool in_domain = true;             // of C-V and C-V-D: an fcc framework without empty space
  std::string anion;                 // the one species of the framework
  std::vector<std::size_t> anions;   // indices of its ions
  double volume_A3 = 0;              // V, per anion
  std::vector<std::size_t> mobile;   // indices of the mobile ions
  std::map<std::string, int> taken;  // "Li in tet": number of ions, all cations
  std::string space_group;           // of the crystal, within symmetry_tolerance_A
  int space_group_number = 1;
  std::vector<CompoundHop> hops;
  int different_hops = 0;            // by symmetry alone; more than `hops` where those are groups
  std::vector<std::string> remarks;  // what to doubt
};

/// Sites, ions in them, and the hops of the wanted kinds (tet_oct_tet, oct_tet_oct) that begin or
/// end at a mobile ion; all hops if there is no mobile ion. Throws InputError if `anion` is not
/// there.
CompoundGeometry analyse_compound(Crystal const& crystal, std::string const& anion,
                                  std::string const& mobile, std::span<HopKind const> kinds);

/// The distortion d >= 1 (WindowShear::factor) of the model cell where the Tet (Oct) has this CSM;
/// 1 for a CSM of 0. CSM grows monotonically with d. Nothing where more than d = 1.4 would be
/// needed.
std::optional<double> distortion_with_csm(SiteKind kind, double csm);

// --- models --------------------------------------------------------------------------------------

/// A number with its standard uncertainty; NaN where it is not known.
struct Estimate {
  double value = std::nan("");
  double uncertainty = std::nan("");
};

/// What one model says of a hop. Uncertainties combine the potential's own error, that of C, and
/// the spread of D among alike hops; parts that are not known are left out, and `notes` say so. Far
/// outside the fitted range (FittedRange::nearly_contains) nothing is known.
struct ModelBarrier {
  Estimate span_three_point_eV, span_neb_eV;
  Estimate from_end_three_point_eV, from_end_neb_eV;
  double distortion = 1;  // d of the cell; NaN in a compound's own framework
  double E_tet_minus_E_oct_eV = std::nan("");
  std::string status;  // of the band
  std::vector<std::string>
      notes;  // of the map (map.hpp), and what lies outside the calibrated range
};

/// What the C-V and the C-V-D model ask.
struct ModelQuestion {
  std::string anion;
  HopKind kind = HopKind::tet_oct_tet;              // says which site is the end
  double volume_A3 = 0;                             // V, per anion
  double charge_e = 0, charge_uncertainty_e = 0;    // C
  SiteKind csm_of = SiteKind::tet;                  // whose CSM
  double csm = 0, csm_lowest = 0, csm_highest = 0;  // D, and its range among alike hops
  bool in_domain = true;  // if not, the answers bear the note `outside_domain` and no uncertainty
};

struct ModelAnswer {
  ModelBarrier cv, cvd;  // cvd: NaN where the CSM is beyond the model cell
};

struct PredictOptions {
  std::map<std::string, PotentialSet> potentials;  // by anion
  double accuracy = 1e-8;                          // eV and eV/Å
  NebOptions neb;                                  // of the model cell
  /// Of a compound's own hops, two steps long and often bent. With 13 images and springs of 5
  /// eV/Å^2 bands that bend at a flat saddle did not settle: 5 of 308 hops of examples/compounds,
  /// none with these.
  NebOptions own_neb = [] {
    NebOptions options;
    options.images = 17;
    options.spring = 1;
    return options;
  }();
  /// Called on the host with what is counted ("model cells", then "bands"), how many are finished,
  /// and of how many; the last call of each says all.
  std::function<void(char const* what, std::size_t finished, std::size_t total)> progress;
};

/// Both models for all questions, in one sweep. Kokkos must be running.
std::vector<ModelAnswer> ask_models(std::span<ModelQuestion const> questions,
                                    PredictOptions const& options);

/// Hops in one frozen anion framework.
struct FrameworkQuestion {
  Crystal anions;  // of one species; charges are not read
  double charge_e = 0, charge_uncertainty_e = 0;
  std::vector<CompoundHop> hops;
};

/// CI-NEB for all hops of all compounds, in one batch; one list for each question. Where the path
/// lies lower than its ends (note path_below_ends) the span depends on where the springs put the
/// lowest image; the barrier from the end does not. Kokkos must be running.
std::vector<std::vector<ModelBarrier>> relax_in_frameworks(
    std::span<FrameworkQuestion const> questions, PredictOptions const& options);

/// What lies outside the range that a set was fitted in, in words; nothing if all is inside.
std::vector<std::string> outside_range(PotentialSet const& set, double charge_e, double volume_A3,
                                       double d);

// --- compounds from a table ----------------------------------------------------------------------

/// A compound by its numbers, and what others found for it.
struct TableCompound {
  std::string formula, path;  // path: TOT or OTO
  ModelQuestion question;
  double reference_eV = std::nan("");  // E_a, DFT NEB
  double published_cv_eV = std::nan(""),
         published_cvd_eV = std::nan("");  // of the published models
  int line = 0;
};

struct CompoundTable {
  std::vector<TableCompound> compounds;
  std::vector<std::string> left_out;  // rows without V, C or D
};

/// Columns formula, path (or path_type), volume_A3 (or volume_per_anion_A3), charge_e, csm; and, if
/// there, anion (else from the formula), Ea_NEB_eV, Ea_CV_eV, Ea_CVD_eV. `csm_of`: whose CSM the
/// column holds. Throws InputError with file and line.
CompoundTable read_compound_table(std::filesystem::path const& file,
                                  SiteKind csm_of = SiteKind::tet);

}  // namespace ionscape
