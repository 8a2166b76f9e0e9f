// Hops made from a perfect crystal: of an ion into a vacancy, and of an interstitial ion.
#pragma once

#include <cstddef>
#include <string>

#include <ionscape/barriers/crystal_hop.hpp>
#include <ionscape/core/supercell.hpp>
#include <ionscape/potentials/pair/potential_set.hpp>

namespace ionscape {

/// The crystal n times without ion `vacancy` of its first cell. An image of ion `hop` goes there: the
/// nearest, or that from which `way` (Å, as the ion goes) leads. Ions count from 0 in the given crystal;
/// what is fixed there stays fixed in all images. The hop's name is "Li12-Li13", vacancy first.
///
/// Of images that are equally near (to 1e-3 Å) the one is taken whose way is largest along x, then y,
/// then z; there is a warning unless symmetry makes all of these ways equal. Another warns of a hop by
/// half a supercell, which has its vacancy before and behind it.
///
/// Throws InputError for ions that are not there or of different species, an ion that is fixed, a way
/// that leads to the vacancy from no image, and for a supercell so small that an image of the vacancy
/// is nearer than the way is long. `hop` may be `vacancy` itself: its own image.
CrystalHop vacancy_hop(Crystal const& perfect, CellSize n, std::size_t vacancy, std::size_t hop);
CrystalHop vacancy_hop(Crystal const& perfect, CellSize n, std::size_t vacancy, std::size_t hop,
                       Vec3 way);

/// The crystal n times with one more ion, of `species` and the last, which goes from `from` to `to`
/// (fractional, in the perfect cell) as these are stated, not wrapped; there is a warning if it is not
/// the nearest way. Charges are the set's. The hop's name is "Li_i". Throws InputError for a species
/// that the set does not know, for places that are closer than 0.5 Å to an ion, and for equal places.
CrystalHop interstitial_hop(Crystal const& perfect, CellSize n, std::string const& species,
                            Vec3 from, Vec3 to, PotentialSet const& set);

}  // namespace ionscape
