// Places, cell lists and wave vectors of IonMoves.
//
// Every step is at most two places, each with an occupant before and one after: a move empties one
// and fills another, a swap changes both. The energy of a place's occupant with all other ions but
// those that take part, E_after - E_before summed over the places, is the real-space difference:
// ions that swap are symmetric partners of each other and drop out. Reciprocal space. Wave vectors
// of the half space, in rows (h, k) with neighbouring l in the lanes: exp(iG.r) = X[h] Y[k] Z[l].
// Real space. One cell list for each species; distances of whole bins are tested lane by lane and
// those within the cutoffs collected in short buffers, on which the pair functions then run.
#include <ionscape/potentials/ions/ion_moves.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>
#include <set>
#include <vector>

#include <Eigen/Eigenvalues>

#include <ionscape/core/error.hpp>
#include <ionscape/potentials/ewald/reciprocal_kernel.hpp>

#include "device/neighbour_buffer.hpp"
#include "ewald/lattice_tails.hpp"

namespace ionscape {

namespace {

using detail::add_to_lane;
using detail::choose;
using detail::far_away;
using detail::horizontal_min;
using detail::horizontal_sum;
using detail::Lanes;
using detail::lanes_within;
using detail::less;
using detail::load;
using detail::native_width;
using detail::Neighbours;
using detail::ReciprocalKernel;
using detail::store;
using detail::whole_vectors;

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double closest_allowed = 0.1;

/// Where something lies: Å in the home cell, and fractions of it.
struct Point {
  Vec3 r, f;
};

Point home_point(Cell const& cell, Vec3 r) {
  Vec3 f = cell.to_fractional(r);
  f = {f.x - std::floor(f.x), f.y - std::floor(f.y), f.z - std::floor(f.z)};
  return {cell.to_cartesian(f), f};
}

struct Occupant {
  int type = -1;  // none
  double charge = 0;
};

struct Place {
  Point point;
  Occupant before, after;
};

struct Step {
  std::array<Place, 2> places;
  int n_places = 0;
  int part[2] = {-1, -1};  // ions that take part
  bool swapped = false;
};

/// The ions of one species in bins of the home cell.
class Bins {
 public:
  Bins(Cell const& cell, double reach, std::size_t ions) : cell_(cell), reach_(reach) {
    double const edge = std::cbrt(cell.volume() / std::max(1.0, double(ions) / occupancy));
    Vec3 const faces = cell.face_distances();
    double const face[3] = {faces.x, faces.y, faces.z};
    for (int d = 0; d < 3; ++d) bins_[d] = std::max(1, int(face[d] / edge));
    for (int corner = 0; corner < 4; ++corner)
      radius_ = std::max(
          radius_, norm(cell.to_cartesian({0.5 / bins_[0], (corner & 1 ? 0.5 : -0.5) / bins_[1],
                                           (corner & 2 ? 0.5 : -0.5) / bins_[2]})));
    // A bin m bins away is separated from the home bin by m - 1 bins.
    for (int d = 0; d < 3; ++d) {
      int const margin = margin_[d] = int(reach * bins_[d] / face[d]) + 1;
      for (int i = -margin; i < bins_[d] + margin; ++i) {
        int const cells = i >= 0 ? i / bins_[d] : -((-i + bins_[d] - 1) / bins_[d]);
        wrap_[d].push_back({i - cells * bins_[d], double(cells)});
      }
    }
    double const farthest = reach + 2 * radius_;
    for (int i = -margin_[0]; i <= margin_[0]; ++i)
      for (int j = -margin_[1]; j <= margin_[1]; ++j)
        for (int k = -margin_[2]; k <= margin_[2]; ++k) {
          Vec3 const c =
              cell.to_cartesian({double(i) / bins_[0], double(j) / bins_[1], double(k) / bins_[2]});
          if (dot(c, c) > farthest * farthest) continue;
          offsets_.push_back({i, j, k});
          x_offset_.push_back(c.x), y_offset_.push_back(c.y), z_offset_.push_back(c.z);
        }
    for (auto* v : {&x_offset_, &y_offset_, &z_offset_})
      v->resize(std::size_t(whole_vectors(int(v->size()))), far_away);
    count_.assign(std::size_t(bins_[0] * bins_[1] * bins_[2]), 0);
    resize(whole_vectors(int(occupancy)));
  }

  int size() const { return size_; }

  /// Puts an ion into its bin; slots[ion] says where it is from now on.
  void insert(int ion, Point const& p, double charge, std::vector<int>& slots) {
    int bin = 0;
    for (int d = 0; d < 3; ++d) bin = bin * bins_[d] + coordinate(p.f, d);
    if (count_[bin] == capacity_) {
      resize(2 * capacity_);
      for (std::size_t s = 0; s < ion_.size(); ++s)
        if (ion_[s] >= 0) slots[std::size_t(ion_[s])] = int(s);
    }
    int const slot = bin * capacity_ + count_[bin]++;
    fill(slot, p.r, charge, ion);
    slots[std::size_t(ion)] = slot;
    ++size_;
  }

  void erase(int slot, std::vector<int>& slots) {
    int const bin = slot / capacity_, last = bin * capacity_ + --count_[bin];
    fill(slot, {x_[last], y_[last], z_[last]}, charge_[last], ion_[last]);
    slots[std::size_t(ion_[last])] = slot;
    fill(last, {far_away, far_away, far_away}, 0, -1);
    --size_;
  }

  void rename(int slot, int ion) { ion_[slot] = ion; }

  /// Calls take(squared distances, charges) for vectors of ions and images that contain all within
  /// the reach of p; entries that are none, and those in the two slots (-1: none), are far away.
  template <class Take>
  void visit(Point const& p, int const (&without)[2], Take const& take) const {
    int const home[3] = {coordinate(p.f, 0), coordinate(p.f, 1), coordinate(p.f, 2)};
    Vec3 const d = p.r - cell_.to_cartesian({(home[0] + 0.5) / bins_[0], (home[1] + 0.5) / bins_[1],
                                             (home[2] + 0.5) / bins_[2]});
    double const limit = (reach_ + radius_) * (reach_ + radius_);
    for (std::size_t o = 0; o < offsets_.size(); o += native_width) {
      Lanes const dx = load(&x_offset_[o]) - Lanes(d.x), dy = load(&y_offset_[o]) - Lanes(d.y),
                  dz = load(&z_offset_[o]) - Lanes(d.z);
      for (unsigned bits = lanes_within(dx * dx + dy * dy + dz * dz, limit); bits != 0;
           bits &= bits - 1) {
        auto const& offset = offsets_[o + std::size_t(std::countr_zero(bits))];
        Wrap const a = wrap_[0][home[0] + offset[0] + margin_[0]],
                   b = wrap_[1][home[1] + offset[1] + margin_[1]],
                   c = wrap_[2][home[2] + offset[2] + margin_[2]];
        visit_bin((a.bin * bins_[1] + b.bin) * bins_[2] + c.bin,
                  cell_.to_cartesian({a.cells, b.cells, c.cells}) - p.r, without, take);
      }
    }
  }

 private:
  static constexpr double occupancy = 12;

  struct Wrap {
    int bin;
    double cells;
  };

  int coordinate(Vec3 f, int d) const {
    double const along = d == 0 ? f.x : d == 1 ? f.y : f.z;
    return std::clamp(int(along * bins_[d]), 0, bins_[d] - 1);
  }

  void fill(int slot, Vec3 r, double charge, int ion) {
    x_[slot] = r.x, y_[slot] = r.y, z_[slot] = r.z, charge_[slot] = charge, ion_[slot] = ion;
  }

  void resize(int capacity) {
    auto const spread = [&](auto& values, auto nothing) {
      std::remove_reference_t<decltype(values)> wider(count_.size() * std::size_t(capacity),
                                                      nothing);
      for (std::size_t bin = 0; bin < count_.size(); ++bin)
        for (int s = 0; s < count_[bin]; ++s)
          wider[bin * std::size_t(capacity) + s] = values[bin * std::size_t(capacity_) + s];
      values.swap(wider);
    };
    spread(x_, far_away), spread(y_, far_away), spread(z_, far_away), spread(charge_, 0.0),
        spread(ion_, -1);
    capacity_ = capacity;
  }

  template <class Take>
  void visit_bin(int bin, Vec3 shift, int const (&without)[2], Take const& take) const {
    int const begin = bin * capacity_, end = begin + count_[bin];
    double const *const x = x_.data(), *const y = y_.data(), *const z = z_.data(),
                        *const charge = charge_.data();
    for (int s = begin; s < end; s += native_width) {
      Lanes const dx = load(x + s) + Lanes(shift.x), dy = load(y + s) + Lanes(shift.y),
                  dz = load(z + s) + Lanes(shift.z);
      Lanes square = dx * dx + dy * dy + dz * dz;
      for (int slot : without)
        if (slot >= s && slot < s + native_width)
          add_to_lane(square, slot - s, far_away * far_away);
      take(square, load(charge + s));
    }
  }

  Cell cell_;
  double reach_, radius_ = 0;
  int bins_[3], margin_[3];
  std::vector<Wrap> wrap_[3];  // bin coordinates beyond the home cell
  std::vector<std::array<int, 3>> offsets_;
  std::vector<double> x_offset_, y_offset_, z_offset_;  // of the bins' centres
  std::vector<int> count_;
  int capacity_ = 0, size_ = 0;
  std::vector<double> x_, y_, z_, charge_;  // (bins, capacity)
  std::vector<int> ion_;
};

/// What two species do to each other.
struct PairRule {
  PairFunction function;
  PairEnd end;
  double cutoff_square = -1;  // none
  double C = 0;               // of the lattice sum of -C/r^6
  double turnover = 0;
  double tail = 0;  // eV per pair of ions
};

template <class Term>
Lanes sum_pairs(Term const& term, PairRule const& rule, Neighbours const& near) {
  double const wall_square = rule.function.wall * rule.function.wall;
  PairEnd const& end = rule.end;
  Lanes sum(0.0);
  for (int i = 0; i < near.n; i += native_width) {
    Lanes const square = load(near.square + i), inverse = detail::inverse_sqrt(square),
                r = square * inverse;
    Lanes v(0.0), unused(0.0);
    term.add(r, inverse, v, unused);
    if (wall_square > 0) {
      Lanes const s = inverse * inverse, s3 = s * s * s;
      v = choose(less(square, Lanes(wall_square)), Lanes(end.wall_B) * s3 * s3 + Lanes(end.wall_D),
                 v);
    }
    v -= Lanes(end.shift) + (r - Lanes(rule.function.cutoff)) * Lanes(end.slope);
    sum += choose(less(Lanes(rule.cutoff_square), square), Lanes(0.0), v);
  }
  return sum;
}

/// Energy in eV of the pairs of one occupant with all neighbours, which are padded.
double pair_energy(PairRule const& rule, Neighbours const& near) {
  return std::visit(
      [&](auto const& form) {
        using Form = std::remove_cvref_t<decltype(form)>;
        if constexpr (std::is_same_v<Form, std::monostate>)
          return 0.0;
        else if constexpr (std::is_same_v<Form, PairTable>)
          return horizontal_sum(
              sum_pairs(Tabulated{form.coefficients->data(), form.first, 1 / form.step,
                                  int(form.coefficients->size() / 4)},
                        rule, near));
        else
          return horizontal_sum(sum_pairs(form, rule, near));
      },
      rule.function.form);
}

/// Sum of q erfc(alpha r)/r over padded neighbours.
double screened_sum(double alpha, Neighbours const& near) {
  Lanes sum(0.0);
  for (int i = 0; i < near.n; i += native_width) {
    Lanes const square = load(near.square + i), inverse = detail::inverse_sqrt(square);
    Lanes unused;
    sum += load(near.value + i) * detail::erfc_positive(square * inverse * Lanes(alpha), unused) *
           inverse;
  }
  return horizontal_sum(sum);
}

double dispersion_energy(double C, double alpha, Neighbours const& near) {
  DispersionReal const term{C, alpha};
  Lanes sum(0.0), unused(0.0);
  for (int i = 0; i < near.n; i += native_width) {
    Lanes const square = load(near.square + i), inverse = detail::inverse_sqrt(square);
    term.add(square * inverse, inverse, sum, unused);
  }
  return horizontal_sum(sum);
}

/// One lattice sum with a number s for each ion: Coulomb, or an eigenvalue of C_ab.
struct Channel {
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

void fill_phases(double f, int first, int count, double* re, double* im) {
  for (int n = 0; n < count; n += native_width) {
    Lanes sine, cosine;
    detail::sincos_2pi((detail::lane_numbers() + Lanes(double(first + n))) * Lanes(f), sine,
                       cosine);
    store(re + n, cosine);
    store(im + n, sine);
  }
}

}  // namespace

struct IonMoves::State {
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
  std::vector<Bins> bins;        // for each type
  std::vector<double> count_of;  // for each type

  // Sums.
  double alpha = 0, real_cutoff = 0, reciprocal_cutoff = 0, reach = 0;
  std::vector<Channel> channels;
  std::vector<Row> rows;
  int h_max = 0, k_max = 0, l_max = 0;
  double wave_vectors = 0;
  double own_screened = 0;         // sum over the images of an ion of erfc(alpha r)/r, Å^-1
  std::vector<double> own_pairs;   // eV for each type, half of the pairs of an ion with its images
  double own_distance = infinity;  // Å to the nearest image

  State(Crystal given, PotentialSet const& s, PairSums const& e, double a)
      : crystal(std::move(given)), cell{}, set(s), ends(e), accuracy(a) {
    if (!(accuracy >= 1e-12 && accuracy <= 1e-2))
      fail_input({}, "accuracy ", accuracy, " eV, expected 1e-12 to 1e-2");
    if (crystal.charges.size() != crystal.size())
      fail_input({}, "IonMoves: the crystal has no charges");
    validate(crystal, "the crystal of IonMoves", closest_allowed);
    cell = reduced(crystal.cell).cell;
    std::set<std::string> known(crystal.species.begin(), crystal.species.end());
    for (auto const& [name, charge] : set.charges) known.insert(name);
    for (PairTerm const& pair : set.pairs) known.insert(pair.species.begin(), pair.species.end());
    names.assign(known.begin(), known.end());
    rules.resize(std::size_t(types() * types()));
    for (int i = 0; i < types() - 1; ++i)
      for (int j = 0; j < types() - 1; ++j)
        rules[std::size_t(i * types() + j)] = make_rule(names[i], names[j]);
    build();
  }

  PairRule make_rule(std::string const& a, std::string const& b) const {
    PairRule rule{set.function(a, b, ends), {}, -1, set.lattice_dispersion(a, b, ends), 0, 0};
    rule.end = pair_end(rule.function);
    if (!std::holds_alternative<std::monostate>(rule.function.form))
      rule.cutoff_square = rule.function.cutoff * rule.function.cutoff;
    if (PairTerm const* const term = set.find(a, b); term && rule.function.cutoff > 0) {
      rule.turnover = turnover_radius(term->term);
      if (rule.function.wall >= rule.turnover) rule.turnover = 0;  // nothing of the well is left
    }
    if (ends.tail) rule.tail = tail_correction(rule.function, 1 / cell.volume()).energy;
    return rule;
  }

  int type_named(std::string const& name) const {
    auto const at = std::ranges::lower_bound(names, name);
    return at != names.end() && *at == name ? int(at - names.begin()) : types() - 1;
  }

  Occupant occupant(int ion) const {
    return {type_of[std::size_t(ion)], crystal.charges[std::size_t(ion)]};
  }
  Point point(int ion) const { return home_point(cell, crystal.positions[std::size_t(ion)]); }

  // --- -------------------------------------------------------------------------------------------
  // tables

  /// Everything that follows from the crystal and the set.
  void build() {
    std::size_t const n = crystal.size();
    type_of.clear();
    count_of.assign(std::size_t(types()), 0.0);
    for (std::string const& name : crystal.species) {
      type_of.push_back(type_named(name));
      ++count_of[std::size_t(type_of.back())];
    }
    choose_splitting();
    reach = std::max(real_cutoff, closest_allowed);
    for (PairRule const& r : rules)
      if (r.cutoff_square > 0) reach = std::max(reach, r.function.cutoff);
    bins.clear();
    for (int t = 0; t < types(); ++t)
      bins.emplace_back(cell, reach, std::size_t(count_of[std::size_t(t)]));
    slot_of.assign(n, -1);
    for (int i = 0; i < int(n); ++i)
      bins[type_of[i]].insert(i, point(i), crystal.charges[i], slot_of);
    sum_own_images();
    make_channels();
    make_rows();
    for (int i = 0; i < int(n); ++i)
      add_to_structure_factors({{{{point(i), {}, occupant(i)}}}, 1, {}, false});
  }

  /// The cheapest alpha and cutoffs that keep the promise: reciprocal space and real space each get
  /// their share of the accuracy.
  void choose_splitting() {
    double const volume = cell.volume(), n = std::max(1.0, double(crystal.size()));
    double sum = 0, squares = 0, largest = 0, C = 0;
    for (double q : crystal.charges) {
      sum += std::fabs(q), squares += q * q;
      largest = std::max(largest, std::fabs(q));
    }
    for (auto const& [name, q] : set.charges) largest = std::max(largest, std::fabs(q));
    if (largest == 0) largest = 1;
    sum = std::max(sum, largest), squares = std::max(squares, largest * largest);
    for (PairRule const& r : rules) C = std::max(C, std::fabs(r.C));

    // A step changes at most two places by two charges each, and the crystal may have twice as many
    // ions as now.
    double const change = 4 * largest, spacing = std::cbrt(volume / n), share = accuracy / 4;
    auto const real_error = [&](double a, double rc) {
      double error = change * detail::coulomb_tail(a, rc, 2 * sum / volume, spacing);
      if (C > 0) error += 4 * C * detail::dispersion_tail(a, rc, 2 * n / volume, spacing);
      return error;
    };
    // |S|^2 is the sum of the squared charges, on average over wave vectors of about one length, in
    // perfect crystals too.
    auto const reciprocal_error = [&](double a, double gc) {
      ReciprocalKernel const coulomb{ReciprocalKernel::coulomb, a, volume, coulomb_constant};
      double error =
          (std::sqrt(2 * squares) + change / 2) * change * detail::reciprocal_tail(coulomb, gc);
      if (C > 0) {
        ReciprocalKernel const dispersion{ReciprocalKernel::dispersion, a, volume, C};
        error += (std::sqrt(2 * n) + 2) * 4 * detail::reciprocal_tail(dispersion, gc);
      }
      return error;
    };
    constexpr double neighbour_cost = 20;  // in wave vectors, measured
    double least = infinity;
    double const balanced =
        std::pow(2 * pi * pi * pi * n * neighbour_cost / (volume * volume), 1.0 / 6);
    for (double a = 0.4 * balanced; a < 2.5 * balanced; a *= 1.05) {
      double const rc =
          detail::solve_cutoff([&](double r) { return real_error(a, r); }, share, 0.5 / a, 9 / a);
      double const gc =
          detail::solve_cutoff([&](double g) { return reciprocal_error(a, g); }, share, a, 18 * a);
      double const cost = neighbour_cost * 4 * pi / 3 * n / volume * rc * rc * rc +
                          volume / (12 * pi * pi) * gc * gc * gc;
      if (cost < least) least = cost, alpha = a, real_cutoff = rc, reciprocal_cutoff = gc;
    }
  }

  void sum_own_images() {
    Vec3 const faces = cell.face_distances();
    int const na = int(reach / faces.x) + 1, nb = int(reach / faces.y) + 1,
              nc = int(reach / faces.z) + 1;
    own_screened = 0, own_distance = infinity;
    own_pairs.assign(std::size_t(types()), 0.0);
    for (int a = -na; a <= na; ++a)
      for (int b = -nb; b <= nb; ++b)
        for (int c = -nc; c <= nc; ++c) {
          double const r = norm(cell.to_cartesian({double(a), double(b), double(c)}));
          if (a == 0 && b == 0 && c == 0) continue;
          own_distance = std::min(own_distance, r);
          if (r <= real_cutoff) own_screened += std::erfc(alpha * r) / r;
          for (int t = 0; t < types(); ++t) {
            PairRule const& own = rule(t, t);
            double pair = 0, unused = 0;
            if (r * r <= own.cutoff_square) pair += evaluate(own.function, own.end, r).energy;
            if (r <= real_cutoff) DispersionReal{own.C, alpha}.add(r, 1 / r, pair, unused);
            own_pairs[std::size_t(t)] += 0.5 * pair;
          }
        }
  }

  void make_channels() {
    double const volume = cell.volume();
    channels.assign(
        1, {{ReciprocalKernel::coulomb, alpha, volume, coulomb_constant}, {}, {}, {}, {}, 0});
    Eigen::MatrixXd C(types(), types());
    for (int a = 0; a < types(); ++a)
      for (int b = 0; b < types(); ++b) C(a, b) = rule(a, b).C;
    if (C.isZero(0)) return;
    Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> const eigen(C);
    for (int m = 0; m < types(); ++m) {
      if (std::fabs(eigen.eigenvalues()(m)) < 1e-14 * C.norm()) continue;
      Eigen::VectorXd const v = eigen.eigenvectors().col(m);
      channels.push_back({{ReciprocalKernel::dispersion, alpha, volume, eigen.eigenvalues()(m)},
                          {v.data(), v.data() + v.size()},
                          {},
                          {},
                          {},
                          0});
    }
  }

  void make_rows() {
    Cell const reciprocal = cell.reciprocal();
    double const limit = reciprocal_cutoff * reciprocal_cutoff;
    auto const highest = [&](Vec3 edge) { return int(reciprocal_cutoff * norm(edge) / (2 * pi)); };
    h_max = highest(cell.a), k_max = highest(cell.b), l_max = highest(cell.c);
    rows.clear();
    wave_vectors = 0;
    auto const square = [&](int h, int k, int l) {
      Vec3 const g = reciprocal.to_cartesian({double(h), double(k), double(l)});
      return dot(g, g);
    };
    for (int h = 0; h <= h_max; ++h)
      for (int k = h == 0 ? 0 : -k_max; k <= k_max; ++k) {
        int const lowest = h == 0 && k == 0 ? 1 : -l_max;
        int begin = lowest, end = l_max;
        while (begin <= l_max && square(h, k, begin) > limit) ++begin;
        while (end >= begin && square(h, k, end) > limit) --end;
        if (begin > end) continue;
        int const n = end - begin + 1, padded = whole_vectors(n),
                  at = int(channels[0].weight.size());
        rows.push_back({h, k, begin, padded / native_width, at});
        wave_vectors += n;
        for (Channel& channel : channels) {
          for (int l = begin; l < begin + padded; ++l)
            channel.weight.push_back(l <= end ? channel.kernel.value(square(h, k, l)) : 0.0);
          channel.real.resize(channel.weight.size(), 0.0);
          channel.imag.resize(channel.weight.size(), 0.0);
        }
      }
  }

  // --- reciprocal --------------------------------------------------------------------------------
  // space

  /// Tables of the step's places, in memory of the calling thread.
  std::array<PhaseTables, 2> phases(Step const& step) const {
    thread_local std::vector<double> scratch;
    int const x = whole_vectors(h_max + 1), y = whole_vectors(2 * k_max + 1),
              z = whole_vectors(2 * l_max + 1) + native_width;
    std::size_t const each = std::size_t(2 * (x + y + z));
    if (scratch.size() < 2 * each) scratch.resize(2 * each);
    std::array<PhaseTables, 2> tables{};
    for (int p = 0; p < step.n_places; ++p) {
      double* const s = scratch.data() + std::size_t(p) * each;
      PhaseTables& t = tables[p] = {
          s, s + x, s + 2 * x, s + 2 * x + y, s + 2 * x + 2 * y, s + 2 * x + 2 * y + z};
      Vec3 const f = step.places[p].point.f;
      fill_phases(f.x, 0, x, t.x_re, t.x_im);
      fill_phases(f.y, -k_max, y, t.y_re, t.y_im);
      fill_phases(f.z, -l_max, z, t.z_re, t.z_im);
    }
    return tables;
  }

  /// Calls use(first index of a vector of l, Re dS, Im dS) for all wave vectors; `change` is the
  /// change of s at each place.
  template <int Places, class Use>
  void for_each_vector(std::array<PhaseTables, 2> const& tables,
                       std::array<double, 2> const& change, Use const& use) const {
    for (Row const& row : rows) {
      Lanes re[Places], im[Places];
      double const *z_re[Places], *z_im[Places];
      for (int p = 0; p < Places; ++p) {
        PhaseTables const& t = tables[p];
        double const xr = change[p] * t.x_re[row.h], xi = change[p] * t.x_im[row.h];
        double const yr = t.y_re[row.k + k_max], yi = t.y_im[row.k + k_max];
        re[p] = Lanes(xr * yr - xi * yi);
        im[p] = Lanes(xr * yi + xi * yr);
        z_re[p] = t.z_re + row.l_begin + l_max;
        z_im[p] = t.z_im + row.l_begin + l_max;
      }
      for (int v = 0; v < row.vectors; ++v) {
        Lanes s_re(0.0), s_im(0.0);
        for (int p = 0; p < Places; ++p) {
          Lanes const zr = load(z_re[p] + v * native_width), zi = load(z_im[p] + v * native_width);
          s_re += re[p] * zr, s_re -= im[p] * zi;
          s_im += re[p] * zi, s_im += im[p] * zr;
        }
        use(std::size_t(row.at + v * native_width), s_re, s_im);
      }
    }
  }

  template <class Use>
  void for_each_vector(Step const& step, std::array<PhaseTables, 2> const& tables,
                       std::array<double, 2> const& change, Use const& use) const {
    if (step.n_places == 1)
      for_each_vector<1>(tables, change, use);
    else
      for_each_vector<2>(tables, change, use);
  }

  static std::array<double, 2> change_of(Channel const& channel, Step const& step) {
    std::array<double, 2> change{};
    for (int p = 0; p < step.n_places; ++p)
      change[p] = channel.s(step.places[p].after) - channel.s(step.places[p].before);
    return change;
  }

  double reciprocal_difference(Step const& step) const {
    auto const tables = phases(step);
    double energy = 0;
    for (Channel const& channel : channels) {
      auto const change = change_of(channel, step);
      if (change[0] == 0 && change[1] == 0) continue;
      double const *weight = channel.weight.data(), *real = channel.real.data(),
                   *imag = channel.imag.data();
      Lanes sum(0.0);
      for_each_vector(step, tables, change, [&](std::size_t at, Lanes re, Lanes im) {
        Lanes const sr = load(real + at), si = load(imag + at);
        sum += load(weight + at) * (re * (sr + sr + re) + im * (si + si + im));
      });
      energy += horizontal_sum(sum);
      // What is left: G = 0, and what each s would have with itself in the sums above.
      double const total = change[0] + change[1];
      double squares = 0;
      for (int p = 0; p < step.n_places; ++p) {
        double const after = channel.s(step.places[p].after),
                     before = channel.s(step.places[p].before);
        squares += after * after - before * before;
      }
      energy += 0.5 * channel.kernel.mean() * total * (2 * channel.total + total) -
                0.5 * channel.kernel.self() * squares;
    }
    return energy;
  }

  void add_to_structure_factors(Step const& step) {
    auto const tables = phases(step);
    for (Channel& channel : channels) {
      auto const change = change_of(channel, step);
      if (change[0] == 0 && change[1] == 0) continue;
      double *real = channel.real.data(), *imag = channel.imag.data();
      for_each_vector(step, tables, change, [&](std::size_t at, Lanes re, Lanes im) {
        store(real + at, load(real + at) + re);
        store(imag + at, load(imag + at) + im);
      });
      channel.total += change[0] + change[1];
    }
  }

  // --- real --------------------------------------------------------------------------------------
  // space

  /// Energy of the occupant after less that of the one before with all ions but those that take
  /// part; `approach` is lowered to the smallest distance over turnover radius of the occupant
  /// after. Throws InputError for an occupant that comes too close.
  double real_difference(Place const& place, Step const& step, double& approach) const {
    Occupant const &before = place.before, &after = place.after;
    double const charge = after.charge * (after.type >= 0) - before.charge * (before.type >= 0);
    double energy = 0;
    for (int t = 0; t < types(); ++t) {
      if (bins[t].size() == 0) continue;
      PairRule const *const rule_after = after.type >= 0 ? &rule(after.type, t) : nullptr,
                            *const rule_before = before.type >= 0 ? &rule(before.type, t) : nullptr;
      double const C = (rule_after ? rule_after->C : 0) - (rule_before ? rule_before->C : 0);
      double const lattice_limit = charge != 0 || C != 0 ? real_cutoff * real_cutoff : -1;
      double const pair_limit = before.type == after.type
                                    ? -1
                                    : std::max(rule_after ? rule_after->cutoff_square : -1,
                                               rule_before ? rule_before->cutoff_square : -1);
      Neighbours pairs, lattice;
      auto const flush_pairs = [&] {
        pairs.pad();
        if (rule_after) energy += pair_energy(*rule_after, pairs);
        if (rule_before) energy -= pair_energy(*rule_before, pairs);
        pairs.n = 0;
      };
      auto const flush_lattice = [&] {
        lattice.pad();
        if (charge != 0) energy += coulomb_constant * charge * screened_sum(alpha, lattice);
        if (C != 0) energy += dispersion_energy(C, alpha, lattice);
        lattice.n = 0;
      };
      int without[2] = {-1, -1};
      for (int i = 0; i < 2; ++i)
        if (step.part[i] >= 0 && type_of[std::size_t(step.part[i])] == t)
          without[i] = slot_of[std::size_t(step.part[i])];
      Lanes closest(far_away * far_away);
      bins[t].visit(place.point, without, [&](Lanes square, Lanes charges) {
        closest = detail::min(closest, square);
        if (pair_limit > 0) {
          if (pairs.full()) flush_pairs();
          pairs.append(square, charges, pair_limit);
        }
        if (lattice_limit > 0) {
          if (lattice.full()) flush_lattice();
          lattice.append(square, charges, lattice_limit);
        }
      });
      if (pairs.n > 0) flush_pairs();
      if (lattice.n > 0) flush_lattice();
      if (!rule_after) continue;
      double const distance = std::sqrt(horizontal_min(closest));
      if (distance < closest_allowed && before.type < 0)
        fail_input({}, "an ion at ", place.point.r.x, " ", place.point.r.y, " ", place.point.r.z,
                   " Å would be ", distance, " Å from another, at least ", closest_allowed,
                   " Å are needed");
      if (rule_after->turnover > 0 && distance <= reach)
        approach = std::min(approach, distance / rule_after->turnover);
    }
    return energy;
  }

  Difference difference(Operation operation) const {
    Step const step = plan(operation);
    Difference result{0, infinity, std::move(operation)};
    for (int p = 0; p < step.n_places; ++p) {
      Place const& place = step.places[p];
      result.energy += real_difference(place, step, result.approach);
      for (auto const& [o, sign] : {std::pair{place.after, 1.0}, std::pair{place.before, -1.0}})
        if (o.type >= 0)
          result.energy += sign * (0.5 * coulomb_constant * o.charge * o.charge * own_screened +
                                   own_pairs[std::size_t(o.type)]);
      if (place.after.type < 0) continue;
      if (double const turnover = rule(place.after.type, place.after.type).turnover; turnover > 0)
        result.approach = std::min(result.approach, own_distance / turnover);
    }
    if (step.swapped) {
      Vec3 const d = minimum_image(cell, step.places[1].point.r - step.places[0].point.r);
      if (double const turnover =
              rule(step.places[0].after.type, step.places[1].after.type).turnover;
          turnover > 0)
        result.approach = std::min(result.approach, norm(d) / turnover);
    }
    if (ends.tail) result.energy += tail_difference(step);
    result.energy += reciprocal_difference(step);
    return result;
  }

  /// E_tail = sum over types a, b of N_a N_b tail_ab, place by place.
  double tail_difference(Step const& step) const {
    double energy = 0;
    std::array<Occupant, 4> changed;  // what came and went so far
    std::array<double, 4> sign{};
    int n = 0;
    for (int p = 0; p < step.n_places; ++p)
      for (auto const& [o, s] :
           {std::pair{step.places[p].before, -1.0}, std::pair{step.places[p].after, 1.0}}) {
        if (o.type < 0) continue;
        for (int t = 0; t < types(); ++t)
          energy += s * 2 * count_of[std::size_t(t)] * rule(o.type, t).tail;
        for (int i = 0; i < n; ++i) energy += s * 2 * sign[i] * rule(o.type, changed[i].type).tail;
        energy += rule(o.type, o.type).tail;
        changed[n] = o, sign[n++] = s;
      }
    return energy;
  }

  // --- -------------------------------------------------------------------------------------------
  // operations

  void check_index(int ion) const {
    if (ion < 0 || ion >= int(crystal.size()))
      fail_input({}, "no ion ", ion, ", the crystal has ", crystal.size(), " ions, counted from 0");
  }

  Point checked_point(Vec3 r) const {
    if (!std::isfinite(r.x + r.y + r.z))
      fail_input({}, "a position of ", r.x, " ", r.y, " ", r.z, " Å");
    return home_point(cell, r);
  }

  double charge_for(std::string const& species, std::optional<double> charge) const {
    if (charge) {
      if (!std::isfinite(*charge)) fail_input({}, "a charge of ", *charge, " e");
      return *charge;
    }
    auto const known = set.charges.find(species);
    if (known == set.charges.end())
      fail_input({set.file}, "no charge for species ", species,
                 " in [charges], and none was given");
    return known->second;
  }

  Step plan(Operation const& o) const {
    Step step;
    if (o.kind != Operation::add) {
      check_index(o.ion);
      step.part[0] = o.ion;
    }
    auto const put = [&](Point const& point, Occupant before, Occupant after) {
      step.places[std::size_t(step.n_places++)] = {point, before, after};
    };
    switch (o.kind) {
      case Operation::move:
        put(point(o.ion), occupant(o.ion), {});
        put(checked_point(o.to), {}, occupant(o.ion));
        break;
      case Operation::add:
        put(checked_point(o.to), {}, {type_named(o.species), o.charge});
        break;
      case Operation::remove:
        put(point(o.ion), occupant(o.ion), {});
        break;
      case Operation::change:
        put(point(o.ion), occupant(o.ion), {type_named(o.species), o.charge});
        break;
      case Operation::swap:
        check_index(o.other);
        if (o.other == o.ion) {
          put(point(o.ion), occupant(o.ion), occupant(o.ion));
          break;
        }
        step.part[1] = o.other;
        step.swapped = true;
        put(point(o.ion), occupant(o.ion), occupant(o.other));
        put(point(o.other), occupant(o.other), occupant(o.ion));
        break;
    }
    return step;
  }

  void take_out(int ion) { bins[type_of[ion]].erase(slot_of[ion], slot_of); }
  void put_in(int ion) {
    bins[type_of[ion]].insert(ion, point(ion), crystal.charges[ion], slot_of);
  }

  void apply(Operation const& o) {
    Step const step = plan(o);
    add_to_structure_factors(step);
    for (int p = 0; p < step.n_places; ++p) {
      Place const& place = step.places[p];
      if (place.before.type >= 0) --count_of[place.before.type];
      if (place.after.type >= 0) ++count_of[place.after.type];
    }
    auto const last = int(crystal.size()) - 1;
    switch (o.kind) {
      case Operation::move:
        take_out(o.ion);
        crystal.positions[o.ion] = o.to;
        put_in(o.ion);
        break;
      case Operation::add:
        crystal.species.push_back(o.species);
        crystal.positions.push_back(o.to);
        crystal.charges.push_back(o.charge);
        type_of.push_back(type_named(o.species));
        slot_of.push_back(-1);
        put_in(last + 1);
        break;
      case Operation::remove:
        take_out(o.ion);
        if (o.ion != last) {
          bins[type_of[last]].rename(slot_of[last], o.ion);
          std::swap(crystal.species[o.ion], crystal.species[last]);
          crystal.positions[o.ion] = crystal.positions[last];
          crystal.charges[o.ion] = crystal.charges[last];
          type_of[o.ion] = type_of[last], slot_of[o.ion] = slot_of[last];
        }
        crystal.species.pop_back(), crystal.positions.pop_back(), crystal.charges.pop_back();
        type_of.pop_back(), slot_of.pop_back();
        break;
      case Operation::change:
        take_out(o.ion);
        crystal.species[o.ion] = o.species;
        crystal.charges[o.ion] = o.charge;
        type_of[o.ion] = type_named(o.species);
        put_in(o.ion);
        break;
      case Operation::swap:
        if (o.ion == o.other) break;
        take_out(o.ion), take_out(o.other);
        std::swap(crystal.species[o.ion], crystal.species[o.other]);
        std::swap(crystal.charges[o.ion], crystal.charges[o.other]);
        std::swap(type_of[o.ion], type_of[o.other]);
        put_in(o.ion), put_in(o.other);
        break;
    }
  }

  double energy() const {
    double sum = 0, unused = infinity;
    std::vector<double> squares(channels.size(), 0.0);
    for (int i = 0; i < int(crystal.size()); ++i) {
      Occupant const o = occupant(i);
      Step step;
      step.part[0] = i;
      sum -= 0.5 * real_difference({point(i), o, {}}, step, unused);  // the ion leaves
      sum += 0.5 * coulomb_constant * o.charge * o.charge * own_screened +
             own_pairs[std::size_t(o.type)];
      for (std::size_t c = 0; c < channels.size(); ++c)
        squares[c] += channels[c].s(o) * channels[c].s(o);
      if (ends.tail)
        for (int t = 0; t < types(); ++t) sum += count_of[std::size_t(t)] * rule(o.type, t).tail;
    }
    for (std::size_t c = 0; c < channels.size(); ++c) {
      Channel const& channel = channels[c];
      for (std::size_t g = 0; g < channel.weight.size(); ++g)
        sum += channel.weight[g] *
               (channel.real[g] * channel.real[g] + channel.imag[g] * channel.imag[g]);
      sum += 0.5 * channel.kernel.mean() * channel.total * channel.total -
             0.5 * channel.kernel.self() * squares[c];
    }
    return sum;
  }
};

IonMoves::IonMoves(Crystal crystal, PotentialSet const& set, PairSums const& ends, double accuracy)
    : state_(std::make_unique<State>(std::move(crystal), set, ends, accuracy)) {}
IonMoves::~IonMoves() = default;
IonMoves::IonMoves(IonMoves const& other) : state_(std::make_unique<State>(*other.state_)) {}
IonMoves& IonMoves::operator=(IonMoves const& other) {
  if (this != &other) state_ = std::make_unique<State>(*other.state_);
  return *this;
}
IonMoves::IonMoves(IonMoves&&) noexcept = default;
IonMoves& IonMoves::operator=(IonMoves&&) noexcept = default;

IonMoves::Difference IonMoves::move(int ion, Vec3 to) const {
  return state_->difference({Operation::move, ion, 0, to, {}, 0});
}
IonMoves::Difference IonMoves::add(std::string const& species, Vec3 at,
                                   std::optional<double> charge) const {
  return state_->difference(
      {Operation::add, 0, 0, at, species, state_->charge_for(species, charge)});
}
IonMoves::Difference IonMoves::remove(int ion) const {
  return state_->difference({Operation::remove, ion, 0, {}, {}, 0});
}
IonMoves::Difference IonMoves::swap(int ion, int other) const {
  return state_->difference({Operation::swap, ion, other, {}, {}, 0});
}
IonMoves::Difference IonMoves::change(int ion, std::string const& species,
                                      std::optional<double> charge) const {
  return state_->difference(
      {Operation::change, ion, 0, {}, species, state_->charge_for(species, charge)});
}

void IonMoves::apply(Difference const& difference) { state_->apply(difference.operation); }
void IonMoves::refresh() { state_->build(); }
Crystal const& IonMoves::crystal() const { return state_->crystal; }
double IonMoves::energy() const { return state_->energy(); }

IonMoves::Work IonMoves::work() const {
  State const& s = *state_;
  double const density = double(s.crystal.size()) / s.cell.volume();
  return {s.alpha, s.real_cutoff, s.reciprocal_cutoff, s.wave_vectors,
          4 * pi / 3 * density * std::pow(s.real_cutoff, 3)};
}

}  // namespace ionscape
