// Full neighbour lists with periodic images, for one system or thousands, built and kept on the
// device.
//
// Every ion has a list of all images closer than a cutoff + skin, its own images included, as often
// as they occur: two ions may form several pairs, cells may be smaller than the cutoff and as
// skewed as one likes. Pair vector: r_ij = image - ion. There are two shells: near, up to the
// system's cutoff, for all pairs; and far, beyond it up to a cutoff of the two types.
//
// Method: the home cell is cut into bins of a third of the cutoff, for each type of ions; the bins are
// continued periodically beyond its faces as far as the cutoff reaches, and the ions in the continued
// bins are the images, each with a position of its own. A list entry is the index of one image, so a
// kernel needs no lattice shifts. The entries of one ion are grouped by the partner's type and shell,
// and each group is filled up to whole vectors with a far-away dummy image.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <Kokkos_Core.hpp>

#include <ionscape/core/cell.hpp>

namespace ionscape {

/// One system of a batch: ions [ion_begin, ion_end) of the batch's arrays in `cell`; all pairs are
/// listed up to `cutoff` (Å).
struct ListedSystem {
  Cell cell;
  int ion_begin = 0, ion_end = 0;
  double cutoff = 0;
  /// Partners nearer than this (Å) are left out of each other's lists.
  double partners_within = 0;
};

template <class MemorySpace>
class NeighbourList {
 public:
  template <class T>
  using View = Kokkos::View<T*, MemorySpace>;
  using Positions = Kokkos::View<double const**, Kokkos::LayoutRight, MemorySpace>;

  /// types and charges (n_ions) of all systems behind each other, types in [0, n_types).
  /// far_cutoffs (n_types, n_types) in Å. `skin` (Å): how much farther than the cutoffs the lists
  /// reach, so that they serve until an ion has moved by half of it. `memory_limit` in bytes.
  /// partners (n_ions): whom an ion must not find near it (its own shell or core), -1 for nobody;
  /// may be empty.
  NeighbourList(std::span<ListedSystem const> systems, std::span<int const> types, int n_types,
                std::span<double const> charges, std::span<double const> far_cutoffs, double skin,
                double memory_limit, std::span<int const> partners = {});

  /// The systems have other cells from now on. Lists serve on as long as no pair can have come
  /// within its cutoff unnoticed: strain uses up the skin, too.
  void deform(std::span<Cell const> cells);

  /// Brings images and lists up to date with positions (n_ions, 3) in Å, any periodic image. A
  /// system's lists are made anew if one of its ions has moved by more than skin/2 since the last
  /// time (a strain counts as deform() says); those of the others come out as they were, so that
  /// the order of a system's sums does not depend on its batch. Returns whether any were. Waits for
  /// `exec`. Throws InputError if the lists do not fit into the memory limit, with the size needed.
  template <class Exec>
  bool update(Exec const& exec, Positions const& positions);

  /// What kernels read.
  View<double> images;       // (n_images + 1, 4): x, y, z in Å, charge in e; the last is the dummy
  View<int> image_ion;       // (n_images): which ion it is an image of
  View<double> home;         // (n_ions, 4): the same for the ions, wrapped into their cell
  View<int> entries;         // image indices
  View<std::int64_t> begin;  // (n_ions): first entry of an ion, a multiple of the vector width
  View<int>
      // (n_ions, 2 n_types + 1): where each group begins, counted from begin(i); 2 t: near, 2 t +
      // 1: far
      group;
  int n_types = 1;

  /// Bytes held now.
  double memory() const;
  /// Listed pairs including the skin's, without the dummies.
  std::int64_t pairs() const { return pairs_; }

  struct System {
    Cell cell;
    int ion_begin, ion_end;
    double near_square;      // (cutoff + skin)^2
    double reach_square;     // the largest that any pair of its types has
    double partners_square;  // within which partners are left out
    Cell built;              // the cell at the last build
    double reach, stretch;   // largest cutoff; by what strain may have lengthened a pair since then
    int bins[3], margin[3];  // of the home cell; continued beyond each face
    int type_begin, n_types;      // its own types, in types_present
    int home_begin, image_begin;  // first bin in home_start, image_start: those of its first type
    int home_bins, image_bins;    // of each type
    int row_begin, near_row_begin, row_end;  // of rows: for far pairs, then for near ones only
  };

  // Steps of update(); public only because CUDA wants that of functions with kernels in them.
  template <class Exec>
  void build(Exec const& exec);
  /// Of ions at positions in the cells of now, or as they were when the lists were made.
  template <class Exec>
  void place_images(Exec const& exec, Positions const& positions, bool as_built);
  template <class Exec>
  bool take_stale(Exec const& exec, Positions const& positions);

 private:
  double lay_out_bins();

  std::vector<System> records_;  // what systems_ holds
  View<System> systems_;
  View<int> system_of_;  // (n_ions)
  View<int> types_, partners_;
  View<double> far_square_;  // (n_types, n_types): (far cutoff + skin)^2
  View<double> charges_;
  /// (n_ions, 3): where the ions of each system were when its lists were made.
  Kokkos::View<double**, Kokkos::LayoutRight, MemorySpace> built_at_;
  View<int> stale_;            // (n_systems)
  View<int> first_image_;      // (n_systems): of each, as lists were made
  View<int> entries_before_;   // lists of the time before: room for the next ones
  View<int> wrap_;             // (n_ions, 3): whole cells taken off
  View<int> bin_of_, sorted_;  // (n_ions); ions by home bin
  /// Each system's own types, and which of them an ion (n_ions) has.
  View<int> types_present_, slot_of_;
  /// (rows, 2): bins along c in which something may be near enough to an ion, the first counted from
  /// the first continued one for an ion in the first bin; and how many.
  View<int> rows_;
  View<int> home_start_, image_start_;    // (bins + 1)
  View<int> home_system_, image_system_;  // (bins): whose bin it is
  View<int> image_cell_;                  // (n_images): shift of the image, packed
  View<int> slots_;
  double skin_, memory_limit_;
  std::int64_t pairs_ = 0;
  int n_images_ = 0;
  bool built_ = false, deformed_ = false;
};

}  // namespace ionscape
