// The hops of a crystal that symmetry tells apart.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include <ionscape/barriers/make_hops.hpp>

namespace ionscape {

/// One vacancy hop of a kind, in a perfect crystal.
struct DistinctHop {
  std::string
      name;  // "Li12-Li13": vacancy, ion that hops; then "Li12-Li13.2" for another image of it
  std::size_t vacancy = 0, hop = 0;  // ions, counted from 0; vacancy <= hop
  Vec3 way;                 // Å, of the ion that hops: from an image of `hop` to `vacancy`
  int count = 0;            // hops of this kind in the crystal's cell, there and back once
  bool equal_ends = false;  // an operation takes one ion to the other
  bool symmetric = false;   // one exchanges them: the path is its own reverse

  double distance() const { return norm(way); }  // Å
};

/// All hops of `species` over at most `within` Å (to 1e-3 Å), shortest first: straight ways from ion to ion, also to
/// its own image. Ways are of one kind where an operation of the crystal, within `tolerance` Å, takes
/// one to the other or to its reverse (symmetry.hpp). Throws InputError if there is no such ion or no
/// hop, for `within` not above 0, and for more than 100000 ways.
std::vector<DistinctHop> distinct_hops(Crystal const& perfect, std::string const& species,
                                       double within, double tolerance = 0.01);

/// The hop in a supercell; throws as vacancy_hop.
CrystalHop vacancy_hop(Crystal const& perfect, CellSize n, DistinctHop const& hop);

}  // namespace ionscape
