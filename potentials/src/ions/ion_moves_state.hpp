// What IonMoves keeps: places, cell lists and wave vectors.
//
// Every step is at most two places, each with an occupant before and one after: a move empties one
// and fills another, a swap changes both. The energy of a place's occupant with all other ions but
// those that take part, E_after - E_before summed over the places, is the real-space difference:
// ions that swap are symmetric partners of each other and drop out. Reciprocal space. Wave vectors
// of the half space, in rows (h, k) with neighbouring l in the lanes: exp(iG.r) = X[h] Y[k] Z[l].
// Real space. One cell list for each species; distances of whole bins are tested lane by lane and
// those within the cutoffs collected in short buffers, on which the pair functions then run.
#pragma once

#include <algorithm>
#include <array>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <ionscape/potentials/ewald/reciprocal_kernel.hpp>
#include <ionscape/potentials/ions/ion_moves.hpp>

#include "ions/cell_list.hpp"
#include "ions/pair_rule.hpp"

namespace ionscape {

namespace detail::moves {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double closest_allowed = 0.1;  // Å

struct Occupant {
  int type = -1;  // none
  double charge = 0;
};

struct Place {
  HomePoint point;
  Occupant before, after;
};

struct Step {
  std::array<Place, 2> places;
  int n_places = 0;
  int part[2] = {-1, -1};  // ions that take part
  bool swapped = false;
};

/// One lattice sum with a number s for each ion: Coulomb, or an eigenvalue of C_ab.
struct LatticeSum {
  ReciprocalKernel kernel;
  std::vector<double> of_type;             // s of each species; empty: s is the charge
  std::vector<double> weight, real, imag;  // w and S of the wave vectors
  double total = 0;                        // sum of s

  double s(Occupant const& o) const {
    return o.type < 0 ? 0 : of_type.empty() ? o.charge : of_type[o.type];
  }
};

/// Wave vectors (h, k, l_begin ... l_begin + vectors * native_width - 1), at `at` in the arrays;
/// weight 0 beyond the sphere.
struct Row {
  int h, k, l_begin, vectors;
  int at;
};

/// Tables of exp(2 pi i n f) for the three directions of one place.
struct PhaseTables {
  double *x_re, *x_im, *y_re, *y_im, *z_re, *z_im;  // h from 0, k from -k_max, l from -l_max
};

}  // namespace detail::moves

struct IonMoves::State {
  using HomePoint = detail::HomePoint;
  using PairRule = detail::PairRule;
  using Occupant = detail::moves::Occupant;
  using Place = detail::moves::Place;
  using Step = detail::moves::Step;
  using LatticeSum = detail::moves::LatticeSum;
  using PhaseTables = detail::moves::PhaseTables;
  static constexpr double infinity = detail::moves::infinity;

  // What was given.
  Crystal crystal;
  Cell cell;  // of the same lattice, its vectors short: all sums and lists use this one
  PotentialSet set;
  PairSums ends;
  double accuracy;

  // Species: those of the crystal and the set by name, and a last one for all others, which have no
  // terms.
  std::vector<std::string> names;
  std::vector<PairRule> rules;  // (types, types)
  int types() const { return int(names.size()) + 1; }
  PairRule const& rule(int a, int b) const { return rules[std::size_t(a * types() + b)]; }

  // Ions.
  std::vector<int> type_of, slot_of;
  std::vector<detail::CellList> bins;  // for each type
  std::vector<double> count_of;        // for each type

  // Sums.
  double alpha = 0, real_cutoff = 0, reciprocal_cutoff = 0, reach = 0;
  std::vector<LatticeSum> lattice_sums;
  std::vector<detail::moves::Row> rows;
  int h_max = 0, k_max = 0, l_max = 0;
  double wave_vectors = 0;
  double own_screened = 0;         // sum over the images of an ion of erfc(alpha r)/r, Å^-1
  std::vector<double> own_pairs;   // eV for each type, half of the pairs of an ion with its images
  double own_distance = infinity;  // Å to the nearest image

  State(Crystal given, PotentialSet const& s, PairSums const& e, double a);

  int type_named(std::string const& name) const {
    auto const at = std::ranges::lower_bound(names, name);
    return at != names.end() && *at == name ? int(at - names.begin()) : types() - 1;
  }

  Occupant occupant(int ion) const {
    return {type_of[std::size_t(ion)], crystal.charges[std::size_t(ion)]};
  }
  HomePoint point(int ion) const {
    return detail::home_point(cell, crystal.positions[std::size_t(ion)]);
  }

  // Tables: ion_moves_tables.cpp.
  PairRule make_rule(std::string const& a, std::string const& b) const;
  /// Everything that follows from the crystal and the set.
  void build();
  /// The cheapest alpha and cutoffs that keep the promise: reciprocal space and real space each get
  /// their share of the accuracy.
  void choose_splitting();
  void sum_own_images();
  void make_lattice_sums();
  void make_rows();

  // Reciprocal space: ion_moves_reciprocal.cpp.
  std::array<PhaseTables, 2> phases(Step const& step) const;
  template <int Places, class Use>
  void for_each_vector(std::array<PhaseTables, 2> const& tables,
                       std::array<double, 2> const& change, Use const& use) const;
  template <class Use>
  void for_each_vector(Step const& step, std::array<PhaseTables, 2> const& tables,
                       std::array<double, 2> const& change, Use const& use) const;
  double reciprocal_difference(Step const& step) const;
  void add_to_structure_factors(Step const& step);

  // Real space, and everything together: ion_moves_energy.cpp.
  /// Energy of the occupant after less that of the one before with all ions but those that take
  /// part; `approach` is lowered to the smallest distance over turnover radius of the occupant
  /// after. Throws InputError for an occupant that comes too close.
  double real_difference(Place const& place, Step const& step, double& approach) const;
  Difference difference(Operation operation) const;
  /// E_tail = sum over types a, b of N_a N_b tail_ab, place by place.
  double tail_difference(Step const& step) const;
  double energy() const;

  // Operations: ion_moves.cpp.
  double charge_for(std::string const& species, std::optional<double> charge) const;
  Step plan(Operation const& o) const;
  void apply(Operation const& o);

 private:
  void check_index(int ion) const;
  HomePoint checked_point(Vec3 r) const;
  void take_out(int ion) { bins[type_of[ion]].erase(slot_of[ion], slot_of); }
  void put_in(int ion) {
    bins[type_of[ion]].insert(ion, point(ion), crystal.charges[ion], slot_of);
  }
};

}  // namespace ionscape
