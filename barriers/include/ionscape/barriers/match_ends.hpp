// Two structures made one hop: whose ion is whose, and which way each goes.
#pragma once

#include <filesystem>

#include <ionscape/barriers/crystal_hop.hpp>

namespace ionscape {

/// For errors; empty: none.
struct EndFiles {
  std::filesystem::path initial, final_;
};

/// The hop from one structure to the other. The final's ions are put into the order of the initial's;
/// cell, charges and what is fixed are the initial's. How the final lists and wraps its ions does not
/// matter, nor does a common drift (up to half way to the next ion if they are listed otherwise): the
/// final structure is moved until the median of the ions' ways is zero along x, y and z, so that ions
/// that hop do not count however far they go. Where an ion is fixed nothing is moved. Each ion goes by
/// displacement() (core/cell.hpp): one that hops by half a cell as its files say.
///
/// Species by species, ions are assigned to places such that the sum of (way)^1.5 is least, ways
/// being those to the nearest image: one long way costs less than two short ones at a right angle, so
/// that ions that can stay do, but more than two in a line, where the ion between is pushed along.
/// The order as listed is kept where it makes sense, since it alone can state a ring or a sharp turn:
/// where it costs at most 10 % more; where one ion hops in it; or where no ion goes further than 1.2
/// times to the nearest of its species, and the farthest way is shorter than the assignment's by 10 %
/// at least, or the assignment leaves (nearly) all ions where they are.
///
/// An ion hops if its way is longer than 1 Å or than half of the longest. Warns where several hop,
/// where one has equally near ways, and where the order was changed. The name is that of the ions that
/// hop, "Li33" or "Li33+Li40" (numbers of the initial, from 1).
///
/// Throws InputError where cells differ by more than 1e-3 Å (the same lattice by other vectors
/// differs), species or numbers of ions differ, a fixed ion moved or nothing did; and, for ions that
/// are listed in another order, where it is open which goes where: another assignment costs at most
/// 10 % more, or more than 6 ions hop.
CrystalHop match_ends(Crystal const& initial, Crystal const& final_, EndFiles const& files = {});

}  // namespace ionscape
