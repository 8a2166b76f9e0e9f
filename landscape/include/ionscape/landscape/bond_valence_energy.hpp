// Bond-valence site energies: the energy of one ion in a host of fixed ions of formal states.
//
//   E(x) = sum over counter-ions of M(R) + sum over like ions of C(R)
//   M(R) = h D0 {[exp(alpha (Rmin - R)) - 1]^2 - 1}
//   C(R) = k_e z z_j / (sqrt(n n_j) R) erfc(R / (f (r + r_j)))
//
// R: distance to an image of a host ion, n: principal quantum numbers, r: covalent radii. S. Adams,
// R. P. Rao, Phys. Status Solidi A 208, 1746 (2011); H. Chen, L. L. Wong, S. Adams, Acta Cryst. B
// 75, 18 (2019). Constants: bond_valence_parameters.hpp.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <ionscape/core/crystal.hpp>
#include <ionscape/landscape/site_energy.hpp>

namespace ionscape {

/// What becomes of the crystal's own ions of the mobile element.
enum class HostMobileIons {
  left_out,     // softBV's way: the mobile ion alone in an empty framework
  kept,         // they repel it as other like ions do
  one_vacancy,  // the same, but one is taken out
};

/// Covalent radii in the screening of like ions.
enum class CovalentRadii {
  softbv,   // softBV's own
  cordero,  // Cordero et al., Dalton Trans. 2008, 2832, as BVlain takes them
};

struct BondValenceOptions {
  std::string mobile;                  // element of the mobile ion
  std::optional<double> mobile_state;  // e; else that of the crystal's ions, or of the table
  HostMobileIons host_mobile = HostMobileIons::left_out;
  int vacancy = -1;  // ion taken out, from 0, with one_vacancy
  /// h: 1 as published; 1/2 in BVlain and He et al., Sci. Data 7, 151 (2020).
  double morse_factor = 0.5;
  CovalentRadii radii = CovalentRadii::softbv;
  double screening = 0.74;   // f
  double morse_cutoff = 10;  // Å
  /// Å; softBV's. With 10 in its place barriers of real compounds change by 0.02 eV at most.
  double coulomb_cutoff = 6;
  /// Over the last `taper` Å before a cutoff a term goes smoothly to zero, twice differentiable; 0:
  /// it jumps there, as in other programs.
  double taper = 0.5;
  /// Elastic counter-ions: one that the mobile ion compresses steps back by u >= 0 on a spring k
  /// (eV/Å^2), and M(R) becomes min over u of M(R + u) + k u^2 / 2. The second derivative then
  /// jumps where R = Rmin. Nothing: they do not move.
  std::optional<double> spring;
};

class BondValenceEnergy final : public SiteEnergy {
 public:
  /// `states` (e, one an ion; oxidation_states.hpp) of the crystal's ions, whose species are
  /// element symbols. Throws InputError where the table has no constants, for options that are no
  /// numbers of their kind, and where the mobile ions have different states.
  BondValenceEnergy(Crystal const& crystal, std::span<double const> states,
                    BondValenceOptions const& options);
  ~BondValenceEnergy() override;
  BondValenceEnergy(BondValenceEnergy&&) noexcept;
  BondValenceEnergy& operator=(BondValenceEnergy&&) noexcept;

  Cell const& cell() const override;
  /// On the calling thread. Fastest where neighbours in the list are neighbours in space.
  void energies(std::span<Vec3 const> places, std::span<double> energies) const override;
  LocalEnergy local(Vec3 place) const override;

  double mobile_state() const;  // e
  /// What a user has to know about the constants, one sentence each.
  std::vector<std::string> const& remarks() const;

 private:
  struct Host;
  std::unique_ptr<Host const> host_;
};

}  // namespace ionscape
