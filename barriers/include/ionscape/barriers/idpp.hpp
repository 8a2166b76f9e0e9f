// The image dependent pair potential: Smidstrup, Pedersen, Stokbro, Jónsson, J. Chem. Phys. 140,
// 214106 (2014). A surface for each image of a band on which its ions are as far apart as if all
// distances changed evenly from end to end.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include <ionscape/barriers/crystal_hop.hpp>

namespace ionscape {

/// S = sum over pairs of (D - d)^2/d^4, eq. 4 with w(d) = 1/d^4, where D goes evenly from d at the
/// initial to d at the final end. Pairs are all images of two ions that are closer than a cutoff
/// somewhere on the straight path; which they are does not change, and S is smooth.
class IdppSurface {
 public:
  struct Pair {
    std::size_t first, second;  // ions, first < second
    Vec3 shift;                 // Å: the vector of the pair is r[second] + shift - r[first]
    double initial, final_;     // its length at the ends, Å
  };

  /// `cutoff` in Å. Throws InputError if it is not a positive number, or ends have different ions.
  IdppSurface(CrystalHop const& hop, double cutoff);

  /// S in Å^-2 for positions r (n, Å) of the image at `share` of the way, 0 to 1. Assigns the
  /// gradient (n, Å^-3). Infinite where two ions coincide.
  double operator()(double share, std::span<Vec3 const> r, std::span<Vec3> gradient) const;

  std::vector<Pair> const& pairs() const { return pairs_; }

 private:
  std::vector<Pair> pairs_;
};

}  // namespace ionscape
