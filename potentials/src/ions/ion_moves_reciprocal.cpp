// Reciprocal space of IonMoves: what a step does to the structure factors and their energy.
#include "ions/ion_moves_state.hpp"

namespace ionscape {

using detail::horizontal_sum;
using detail::Lanes;
using detail::load;
using detail::native_width;
using detail::store;
using detail::whole_vectors;
using detail::moves::LatticeSum;
using detail::moves::PhaseTables;
using detail::moves::Row;
using detail::moves::Step;

namespace {

void fill_phases(double f, int first, int count, double* re, double* im) {
  for (int n = 0; n < count; n += native_width) {
    Lanes sine, cosine;
    detail::sincos_2pi((detail::lane_numbers() + Lanes(double(first + n))) * Lanes(f), sine,
                       cosine);
    store(re + n, cosine);
    store(im + n, sine);
  }
}

std::array<double, 2> change_of(LatticeSum const& lattice_sum, Step const& step) {
  std::array<double, 2> change{};
  for (int p = 0; p < step.n_places; ++p)
    change[p] = lattice_sum.s(step.places[p].after) - lattice_sum.s(step.places[p].before);
  return change;
}

}  // namespace

/// Tables of the step's places, in memory of the calling thread.
std::array<detail::moves::PhaseTables, 2> IonMoves::State::phases(Step const& step) const {
  thread_local std::vector<double> scratch;
  int const x = whole_vectors(h_max + 1), y = whole_vectors(2 * k_max + 1),
            z = whole_vectors(2 * l_max + 1) + native_width;
  std::size_t const each = std::size_t(2 * (x + y + z));
  if (scratch.size() < 2 * each) scratch.resize(2 * each);
  std::array<PhaseTables, 2> tables{};
  for (int p = 0; p < step.n_places; ++p) {
    double* const s = scratch.data() + std::size_t(p) * each;
    PhaseTables& t =
        tables[p] = {s, s + x, s + 2 * x, s + 2 * x + y, s + 2 * x + 2 * y, s + 2 * x + 2 * y + z};
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
void IonMoves::State::for_each_vector(std::array<PhaseTables, 2> const& tables,
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
void IonMoves::State::for_each_vector(Step const& step, std::array<PhaseTables, 2> const& tables,
                                      std::array<double, 2> const& change, Use const& use) const {
  if (step.n_places == 1)
    for_each_vector<1>(tables, change, use);
  else
    for_each_vector<2>(tables, change, use);
}

double IonMoves::State::reciprocal_difference(Step const& step) const {
  auto const tables = phases(step);
  double energy = 0;
  for (LatticeSum const& lattice_sum : lattice_sums) {
    auto const change = change_of(lattice_sum, step);
    if (change[0] == 0 && change[1] == 0) continue;
    double const *weight = lattice_sum.weight.data(), *real = lattice_sum.real.data(),
                 *imag = lattice_sum.imag.data();
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
      double const after = lattice_sum.s(step.places[p].after),
                   before = lattice_sum.s(step.places[p].before);
      squares += after * after - before * before;
    }
    energy += 0.5 * lattice_sum.kernel.mean() * total * (2 * lattice_sum.total + total) -
              0.5 * lattice_sum.kernel.self() * squares;
  }
  return energy;
}

void IonMoves::State::add_to_structure_factors(Step const& step) {
  auto const tables = phases(step);
  for (LatticeSum& lattice_sum : lattice_sums) {
    auto const change = change_of(lattice_sum, step);
    if (change[0] == 0 && change[1] == 0) continue;
    double *real = lattice_sum.real.data(), *imag = lattice_sum.imag.data();
    for_each_vector(step, tables, change, [&](std::size_t at, Lanes re, Lanes im) {
      store(real + at, load(real + at) + re);
      store(imag + at, load(imag + at) + im);
    });
    lattice_sum.total += change[0] + change[1];
  }
}

}  // namespace ionscape
