#include "host/host_waves.hpp"

#include <algorithm>
#include <cmath>
#include <complex>
#include <limits>

#include "ewald/lattice_tails.hpp"

namespace ionscape::detail::host {

namespace {

/// Ewald weight of the Coulomb sum, per unit of charge factor, in reduced lengths.
double coulomb_weight(double g_square, double alpha, double volume) {
  return 4 * pi / volume * std::exp(-g_square / (4 * alpha * alpha)) / g_square;
}

/// The same of the cloud that screens a unit charge: all of it is summed in reciprocal space.
double screening_weight(double g_square, double width, double volume) {
  return width > 0 ? -coulomb_weight(g_square, 1 / (std::sqrt(2.0) * width), volume) : 0;
}

double dispersion_weight(double g_square, double alpha, double volume) {
  double const b = std::sqrt(g_square) / (2 * alpha);
  return -sqrt_pi * pi * alpha * alpha * alpha / (3 * volume) *
         ((1 - 2 * b * b) * std::exp(-b * b) + 2 * sqrt_pi * b * b * b * std::erfc(b));
}

struct Wave {
  int h, k, l;
  double g;
  std::complex<double> coulomb, dispersion;
};

/// The sums of |charge| and |dispersion| of a framework's ions.
struct Magnitudes {
  double charge = 0, dispersion = 0;

  explicit Magnitudes(HostFramework const& host) {
    for (int t : host.type_of) {
      charge += std::fabs(host.types[t].charge);
      dispersion += std::fabs(host.types[t].dispersion);
    }
  }
};

/// The sphere beyond which even |S| = sum |charge| adds nothing; within it the real S decides.
double outermost(HostFramework const& host, Magnitudes const& sum, Strengths const& strengths,
                 double alpha, double accuracy) {
  double const volume = host.cell.volume();
  auto const bound = [&](double g) {
    double const term =
        strengths.coulomb * sum.charge *
            (coulomb_weight(g * g, alpha, volume) -
             screening_weight(g * g, host.screening_width, volume)) +
        strengths.dispersion * sum.dispersion * std::fabs(dispersion_weight(g * g, alpha, volume));
    // number of wave vectors in a shell of thickness alpha, times energy and force of each
    return term * (1 + g * strengths.inverse_length) * volume / (2 * pi * pi) * g * g * alpha;
  };
  double const g_first = 1e-3 * alpha;
  return g_first + solve_cutoff([&](double g) { return g < 2 * alpha ? 1e300 : bound(g); },
                                0.1 * accuracy, 0, 20 * alpha);
}

/// The half space within g_max, G = 0 left out: by h, then k, then l.
std::vector<Wave> half_space(Cell const& cell, Cell const& reciprocal, double g_max) {
  // |h| = |G.a|/2pi <= |G||a|/2pi
  int const H = int(g_max * norm(cell.a) / (2 * pi)), K = int(g_max * norm(cell.b) / (2 * pi)),
            L = int(g_max * norm(cell.c) / (2 * pi));
  std::vector<Wave> waves;
  for (int h = 0; h <= H; ++h)
    for (int k = (h == 0 ? 0 : -K); k <= K; ++k)
      for (int l = (h == 0 && k == 0 ? 1 : -L); l <= L; ++l) {
        Vec3 const g = reciprocal.to_cartesian({double(h), double(k), double(l)});
        double const square = dot(g, g);
        if (square <= g_max * g_max) waves.push_back({h, k, l, std::sqrt(square), 0, 0});
      }
  return waves;
}

// The operator of std::complex looks for infinities, which takes several times as long.
std::complex<double> times(std::complex<double> u, std::complex<double> v) {
  return std::complex<double>(u.real() * v.real() - u.imag() * v.imag(),
                              u.real() * v.imag() + u.imag() * v.real());
}

/// Assigns the conjugated structure factors times their weights.
void add_structure_factors(std::vector<Wave>& waves, HostFramework const& host, double alpha) {
  double const volume = host.cell.volume();
  int H = 0, K = 0, L = 0;
  for (Wave const& w : waves)
    H = std::max(H, w.h), K = std::max(K, std::abs(w.k)), L = std::max(L, std::abs(w.l));
  std::vector<std::complex<double>> X(H + 1), Y(2 * K + 1), Z(2 * L + 1);
  for (std::size_t i = 0; i < host.positions.size(); ++i) {
    Vec3 const f = host.cell.to_fractional(host.positions[i]);
    for (int h = 0; h <= H; ++h) X[h] = std::polar(1.0, -2 * pi * h * f.x);
    for (int k = -K; k <= K; ++k) Y[k + K] = std::polar(1.0, -2 * pi * k * f.y);
    for (int l = -L; l <= L; ++l) Z[l + L] = std::polar(1.0, -2 * pi * l * f.z);
    auto const& type = host.types[host.type_of[i]];
    for (Wave& w : waves) {
      std::complex<double> const phase = times(times(X[w.h], Y[w.k + K]), Z[w.l + L]);
      w.coulomb += type.charge * phase;
      w.dispersion += type.dispersion * phase;
    }
  }
  for (Wave& w : waves) {
    w.coulomb *= 2 * (coulomb_weight(w.g * w.g, alpha, volume) +
                      screening_weight(w.g * w.g, host.screening_width, volume));
    w.dispersion *= 2 * dispersion_weight(w.g * w.g, alpha, volume);
  }
}

/// The radius outside which all terms together stay below the accuracy, whatever their phases.
double sphere_needed(std::vector<Wave> const& waves, Strengths const& strengths, double g_max,
                     double accuracy) {
  std::vector<int> order(waves.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = int(i);
  std::sort(order.begin(), order.end(), [&](int i, int j) { return waves[i].g < waves[j].g; });
  double rest = 0, g_cut = g_max;
  for (std::size_t i = order.size(); i-- > 0;) {
    Wave const& w = waves[order[i]];
    rest +=
        (strengths.coulomb * std::abs(w.coulomb) + strengths.dispersion * std::abs(w.dispersion)) *
        std::max(1.0, w.g * strengths.inverse_length);
    if (rest > accuracy) break;
    g_cut = w.g;
  }
  return g_cut * (1 + 1e-9);  // waves of one length stay together
}

/// The blocks of neighbouring k of all waves within g_cut, and their coefficients.
void make_blocks(FrameworkTables& out, std::vector<Wave> const& waves, double g_cut) {
  FrameworkRecord const& record = out.record;
  std::size_t begin = 0;
  while (begin < waves.size()) {
    int const h = waves[begin].h;
    std::size_t end = begin;
    while (end < waves.size() && waves[end].h == h) ++end;
    int k_low = std::numeric_limits<int>::max(), k_high = std::numeric_limits<int>::min();
    for (std::size_t i = begin; i < end; ++i)
      if (waves[i].g < g_cut)
        k_low = std::min(k_low, waves[i].k), k_high = std::max(k_high, waves[i].k);
    for (int k0 = k_low; k0 <= k_high; k0 += block_width) {
      int l_low = std::numeric_limits<int>::max(), l_high = std::numeric_limits<int>::min();
      auto const inside = [&](Wave const& w) {
        return w.g < g_cut && w.k >= k0 && w.k < k0 + block_width &&
               (w.coulomb != 0.0 || w.dispersion != 0.0);
      };
      for (std::size_t i = begin; i < end; ++i)
        if (inside(waves[i]))
          l_low = std::min(l_low, waves[i].l), l_high = std::max(l_high, waves[i].l);
      if (l_low > l_high) continue;
      Block const block{h, k0, l_low, l_high - l_low + 1, long(out.coulomb.size())};
      out.blocks.push_back(block);
      out.coulomb.resize(out.coulomb.size() + std::size_t(2 * block.l_count) * block_width, 0.0);
      if (record.dispersion) out.dispersion.resize(out.coulomb.size(), 0.0);
      for (std::size_t i = begin; i < end; ++i)
        if (Wave const& w = waves[i]; inside(w)) {
          std::size_t const at = std::size_t(block.coefficients) +
                                 std::size_t(2 * (w.l - l_low)) * block_width + (w.k - k0);
          out.coulomb[at] = w.coulomb.real(), out.coulomb[at + block_width] = w.coulomb.imag();
          if (record.dispersion)
            out.dispersion[at] = w.dispersion.real(),
            out.dispersion[at + block_width] = w.dispersion.imag();
          out.wave_vectors += 1;
        }
    }
    begin = end;
  }
}

}  // namespace

void build_waves(FrameworkTables& out, HostFramework const& host, double accuracy) {
  FrameworkRecord& record = out.record;
  Magnitudes const sum(host);
  double const g_max = outermost(host, sum, out.strengths, record.alpha, accuracy);
  auto waves = half_space(host.cell, record.reciprocal, g_max);
  add_structure_factors(waves, host, record.alpha);
  record.dispersion = sum.dispersion > 0 && out.strengths.dispersion > 0;
  make_blocks(out, waves, sphere_needed(waves, out.strengths, g_max, accuracy));
  for (Block const& block : out.blocks) {
    record.h_max = std::max(record.h_max, block.h);
    record.k_max = std::max(
        {record.k_max, std::abs(block.k_begin), std::abs(block.k_begin + block_width - 1)});
    record.l_max = std::max(
        {record.l_max, std::abs(block.l_begin), std::abs(block.l_begin + block.l_count - 1)});
  }
}

}  // namespace ionscape::detail::host
