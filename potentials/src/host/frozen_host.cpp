// Tables and kernel of FrozenHost.
//
// Reciprocal space.  E = sum over half of all G of Re c(G) exp(iG.r) with c(G) = 2 w(G) conj S(G),
// force = sum G Im(...). G = (h, k, l): wave vectors with the same h and `width` neighbouring k
// form a block; its coefficients lie as [l][re, im][width], so that one vector instruction serves
// `width` values of k and l runs in the inner loop. Real space.  The cell is divided into bins;
// each bin has, for each type of ion, the list of all ions and images in thin shells around the
// bin's centre. A point at distance s from the centre reads the first shells, up to cutoff + s.
// Every term has a sum and a cutoff of its own: a soft repulsion reaches several times as far as
// what the lattice sums leave, with a third of their instructions at each neighbour. Gaussian
// charges: the Fourier sum is that of Gaussians of width 1/(sqrt(2) alpha), the same for all
// surfaces; real space has the rest, erfc(alpha r)/r - erfc(beta r)/r with beta = 1/(sqrt(2)
// sigma), nothing where alpha = beta.
#include <ionscape/potentials/host/frozen_host.hpp>

#include <algorithm>
#include <cmath>
#include <complex>
#include <limits>
#include <type_traits>
#include <utility>

#include <ionscape/core/error.hpp>
#include <ionscape/potentials/point_set.hpp>

#include "device/device_memory.hpp"
#include "device/host_threads.hpp"
#include "device/native.hpp"

namespace ionscape {

namespace {

using detail::Lanes;
using detail::load;
using detail::native_width;
using detail::on_all_threads;
using detail::upload;
using detail::whole_vectors;

// Lanes of a block or of a list: on a GPU a block is read by neighbouring threads instead of one
// vector register.
constexpr int block_width = native_width == 1 ? 32 : native_width;

struct Block {
  int h, k_begin;  // k = k_begin ... k_begin + block_width - 1
  int l_begin, l_count;
  long coefficients;  // offset of [l_count][2][block_width]
};

/// What surrounds the ions of a framework. Frameworks with the same ions share it.
struct Bins {
  int count[3];
  int list_begin;        // the lists: list_begin + bin * n_types + type
  int n_shells;          // of each list
  double inverse_shell;  // shell of an entry: int(distance^2 * inverse_shell)
};

struct FrameworkRecord {
  Cell cell, reciprocal;
  double alpha;
  bool dispersion;
  int block_begin, block_end;
  int h_max, k_max, l_max;
  int n_types;
  Bins bins;
};

struct List {
  int begin, count;
  int shells;  // offset of its shells
};

struct TypeRecord {
  double charge_product;   // k_e e^2 in eV per reduced length
  double C;                // eV reduced length^6
  double beta;             // reduced; 0 = point charge
  bool real_coulomb;       // whether anything of the charge is left in real space
  double cutoff;           // reduced, of what the lattice sums of points leave in real space
  double gaussian_cutoff;  // reduced, of the difference between a point and a Gaussian
  int repulsion_begin, repulsion_end;
  double turnover;  // reduced
};

struct RepulsionRecord {
  BornMayer term;  // eV, per reduced length
  double cutoff;   // reduced
};

struct SurfaceRecord {
  int framework;
  int type_begin;
  double inverse_length;
  double coulomb_weight, dispersion_weight;  // eV: multiply the tables of the framework
  double mean;                               // eV, the G = 0 terms
};

/// Energy and force, in reduced lengths, as sums over lanes.
struct LaneSum {
  Lanes energy = Lanes(0.0), x = Lanes(0.0), y = Lanes(0.0), z = Lanes(0.0);
};

}  // namespace

template <class MemorySpace>
struct FrozenHost<MemorySpace>::Tables {
  template <class T>
  using View = Kokkos::View<T*, MemorySpace>;
  View<FrameworkRecord> frameworks;
  View<SurfaceRecord> surfaces;
  View<TypeRecord> types;
  View<RepulsionRecord> repulsions;
  View<Block> blocks;
  View<double> coulomb, dispersion;  // coefficients c(G)
  View<List> lists;
  View<int> shells;      // where each shell of a list ends, counted from the list's begin
  View<double> x, y, z;  // entries of the lists
  int h_max = 0, k_max = 0, l_max = 0;
  std::vector<Work> work;
};

namespace {

// --- host ----------------------------------------------------------------------------------------

constexpr double sqrt_pi = 1.77245385090551602730;

/// Smallest x in [0, limit] with tail(x) <= accuracy, tail falling.
template <class Tail>
double solve_cutoff(Tail const& tail, double accuracy, double limit) {
  double low = 0, high = limit;
  while (high - low > 1e-3 * limit) {
    double const middle = 0.5 * (low + high);
    (tail(middle) > accuracy ? low : high) = middle;
  }
  return high;
}

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

/// The largest factors with which the surfaces of one framework multiply its tables, per Å of force
/// and eV of energy.
struct Strengths {
  double coulomb = 0, dispersion = 0, inverse_length = 0;
};

/// Everything that one framework contributes to the tables.
struct FrameworkTables {
  FrameworkRecord record{};
  std::vector<Block> blocks;
  std::vector<double> coulomb, dispersion;
  double wave_vectors = 0;
};

void build_reciprocal(FrameworkTables& out, HostFramework const& host, Strengths const& strength,
                      double accuracy) {
  FrameworkRecord& record = out.record;
  double const volume = host.cell.volume(), alpha = record.alpha;
  Cell const b = record.reciprocal;

  // The sphere beyond which even |S| = sum |charge| adds nothing; within it the real S decides.
  double charge = 0, dispersion = 0;
  for (int t : host.type_of) {
    charge += std::fabs(host.types[t].charge);
    dispersion += std::fabs(host.types[t].dispersion);
  }
  auto const bound = [&](double g) {
    double const term =
        strength.coulomb * charge *
            (coulomb_weight(g * g, alpha, volume) -
             screening_weight(g * g, host.screening_width, volume)) +
        strength.dispersion * dispersion * std::fabs(dispersion_weight(g * g, alpha, volume));
    // number of wave vectors in a shell of thickness alpha, times energy and force of each
    return term * (1 + g * strength.inverse_length) * volume / (2 * pi * pi) * g * g * alpha;
  };
  double const g_first = 1e-3 * alpha;
  double const g_max =
      g_first + solve_cutoff([&](double g) { return g < 2 * alpha ? 1e300 : bound(g); },
                             0.1 * accuracy, 20 * alpha);

  // Conjugated structure factors times weights for the half space, G = 0 left out.
  auto const faces = host.cell;  // |h| = |G.a|/2pi <= |G||a|/2pi
  int const H = int(g_max * norm(faces.a) / (2 * pi)), K = int(g_max * norm(faces.b) / (2 * pi)),
            L = int(g_max * norm(faces.c) / (2 * pi));
  struct Wave {
    int h, k, l;
    double g;
    std::complex<double> coulomb, dispersion;
  };
  std::vector<Wave> waves;
  for (int h = 0; h <= H; ++h)
    for (int k = (h == 0 ? 0 : -K); k <= K; ++k)
      for (int l = (h == 0 && k == 0 ? 1 : -L); l <= L; ++l) {
        Vec3 const g = b.to_cartesian({double(h), double(k), double(l)});
        double const square = dot(g, g);
        if (square <= g_max * g_max) waves.push_back({h, k, l, std::sqrt(square), 0, 0});
      }
  // The operator of std::complex looks for infinities, which takes several times as long.
  auto const times = [](std::complex<double> u, std::complex<double> v) {
    return std::complex<double>(u.real() * v.real() - u.imag() * v.imag(),
                                u.real() * v.imag() + u.imag() * v.real());
  };
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

  // Keep the sphere outside which all terms together stay below the accuracy, whatever their
  // phases.
  std::vector<int> order(waves.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = int(i);
  std::sort(order.begin(), order.end(), [&](int i, int j) { return waves[i].g < waves[j].g; });
  double rest = 0, g_cut = g_max;
  for (std::size_t i = order.size(); i-- > 0;) {
    Wave const& w = waves[order[i]];
    rest +=
        (strength.coulomb * std::abs(w.coulomb) + strength.dispersion * std::abs(w.dispersion)) *
        std::max(1.0, w.g * strength.inverse_length);
    if (rest > accuracy) break;
    g_cut = w.g;
  }
  g_cut *= 1 + 1e-9;  // waves of one length stay together

  // Blocks of neighbouring k.
  record.dispersion = dispersion > 0 && strength.dispersion > 0;
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
  for (Block const& block : out.blocks) {
    record.h_max = std::max(record.h_max, block.h);
    record.k_max = std::max(
        {record.k_max, std::abs(block.k_begin), std::abs(block.k_begin + block_width - 1)});
    record.l_max = std::max(
        {record.l_max, std::abs(block.l_begin), std::abs(block.l_begin + block.l_count - 1)});
  }
}

/// Edge of the bins of the neighbour lists.
constexpr double bin_edge = 0.55;  // in units of (volume per ion)^(1/3)
/// Shells per square of that unit, equally thick in distance^2: a vector's worth of ions in each at
/// the usual cutoffs.
constexpr double shells_per_square = 5;

/// For each framework the first one with the same ions: what surrounds them is listed once.
std::vector<std::size_t> first_with_same_ions(std::span<HostFramework const> frameworks) {
  std::vector<std::size_t> first(frameworks.size());
  for (std::size_t f = 0; f < frameworks.size(); ++f) {
    HostFramework const& host = frameworks[f];
    while (first[f] < f) {
      HostFramework const& other = frameworks[first[f]];
      if (host.cell.a == other.cell.a && host.cell.b == other.cell.b &&
          host.cell.c == other.cell.c && host.positions == other.positions &&
          host.type_of == other.type_of && host.types.size() == other.types.size())
        break;
      ++first[f];
    }
  }
  return first;
}

/// Refuses hosts whose lists would not fit; `first` as first_with_same_ions() says.
void check_memory(std::span<HostFramework const> frameworks, std::vector<std::size_t> const& first,
                  std::vector<double> const& cutoffs) {
  constexpr double most_entries = 6e7, bytes = 3 * sizeof(double);
  double entries = 0;
  for (std::size_t f = 0; f < frameworks.size(); ++f) {
    if (first[f] != f) continue;
    double const n = double(frameworks[f].positions.size()),
                 spacing = std::cbrt(frameworks[f].cell.volume() / n);
    double const reach = cutoffs[f] / spacing + bin_edge;
    entries += n / (bin_edge * bin_edge * bin_edge) * 4 * pi / 3 * reach * reach * reach;
  }
  if (entries > most_entries)
    fail_input({}, "the neighbour lists of these hosts would take ",
               std::round(entries * bytes / 1e8) / 10, " GB, at most ", most_entries * bytes / 1e9,
               " GB are allowed: a volume is very small for the potential's range, a charge very "
               "large, or ",
               "there are too many or too large frameworks at once");
}

/// The bins and shells of a framework, and all that lies around each bin.
class Surroundings {
 public:
  Surroundings(HostFramework const& host, double cutoff) : host_(&host) {
    Cell const& cell = host.cell;
    double const spacing = std::cbrt(cell.volume() / double(host.positions.size()));
    Vec3 const faces = cell.face_distances();
    int* const n = bins_.count;
    n[0] = std::max(1, int(faces.x / (bin_edge * spacing)));
    n[1] = std::max(1, int(faces.y / (bin_edge * spacing)));
    n[2] = std::max(1, int(faces.z / (bin_edge * spacing)));
    double radius = 0;  // the farthest corner of a bin from its centre
    for (int corner = 0; corner < 4; ++corner)
      radius =
          std::max(radius, norm(cell.to_cartesian({0.5 / n[0], (corner & 1 ? 0.5 : -0.5) / n[1],
                                                   (corner & 2 ? 0.5 : -0.5) / n[2]})));
    double const reach = cutoff + radius;
    reach_square_ = reach * reach;
    bins_.inverse_shell = shells_per_square / (spacing * spacing);
    bins_.n_shells = int(reach_square_ * bins_.inverse_shell) + 1;

    for (Vec3 r : host.positions) {
      Vec3 const f = cell.to_fractional(r);
      home_.push_back(
          cell.to_cartesian({f.x - std::floor(f.x), f.y - std::floor(f.y), f.z - std::floor(f.z)}));
    }
    // Both points lie in the home cell, less than one cell apart along each axis.
    int const shifts[3] = {int(reach / faces.x) + 1, int(reach / faces.y) + 1,
                           int(reach / faces.z) + 1};
    for (int a = -shifts[0]; a <= shifts[0]; ++a)
      for (int b = -shifts[1]; b <= shifts[1]; ++b)
        for (int c = -shifts[2]; c <= shifts[2]; ++c)
          translations_.push_back(cell.to_cartesian({double(a), double(b), double(c)}));
  }

  /// All but list_begin is known.
  Bins const& bins() const { return bins_; }
  int n_bins() const { return bins_.count[0] * bins_.count[1] * bins_.count[2]; }

  /// Calls visit(type, shell, position) for every ion and image around a bin, always in the same
  /// order.
  template <class Visit>
  void around(int bin, Visit const& visit) const {
    int const* const n = bins_.count;
    int const z = bin % n[2], y = bin / n[2] % n[1], x = bin / n[2] / n[1];
    Vec3 const centre =
        host_->cell.to_cartesian({(x + 0.5) / n[0], (y + 0.5) / n[1], (z + 0.5) / n[2]});
    for (std::size_t i = 0; i < home_.size(); ++i)
      for (Vec3 translation : translations_) {
        Vec3 const r = home_[i] + translation, d = r - centre;
        double const square = dot(d, d);
        if (square <= reach_square_) visit(host_->type_of[i], int(square * bins_.inverse_shell), r);
      }
  }

 private:
  Bins bins_;
  HostFramework const* host_;
  double reach_square_;
  std::vector<Vec3> home_, translations_;
};

/// The lists of all frameworks, and the bins in their records: first counted, then filled in.
template <class Tables>
void build_lists(Tables& tables, std::vector<FrameworkTables>& built,
                 std::span<HostFramework const> frameworks, std::vector<std::size_t> const& first,
                 std::vector<double> const& cutoffs) {
  std::vector<std::pair<Surroundings, FrameworkRecord const*>> all;
  std::vector<List> lists;
  int n_shells = 0;
  for (std::size_t f = 0; f < frameworks.size(); ++f) {
    FrameworkRecord& record = built[f].record;
    record.n_types = int(frameworks[f].types.size());
    if (first[f] != f) {
      record.bins = built[first[f]].record.bins;
      continue;
    }
    Surroundings const& here =
        all.emplace_back(Surroundings(frameworks[f], cutoffs[f]), &record).first;
    record.bins = here.bins();
    record.bins.list_begin = int(lists.size());
    for (int l = 0; l < here.n_bins() * record.n_types; ++l, n_shells += record.bins.n_shells)
      lists.push_back({0, 0, n_shells});
  }
  auto const for_each_bin = [&](char const* label, auto const& work) {
    for (auto const& [here, record] : all)
      on_all_threads(label, here.n_bins(), [&, &here = here, record = record](int bin) {
        work(here, bin,
             std::span(&lists[record->bins.list_begin + bin * record->n_types], record->n_types));
      });
  };

  tables.shells = decltype(tables.shells)("ionscape::potentials::shells", n_shells);
  auto const shells = Kokkos::create_mirror_view(tables.shells);
  Kokkos::deep_copy(shells, 0);
  for_each_bin("ionscape::potentials::count_lists", [&](Surroundings const& here, int bin,
                                                        std::span<List> of_type) {
    here.around(bin, [&](int type, int shell, Vec3) { ++shells(of_type[type].shells + shell); });
    for (List& list : of_type)  // from numbers to where each shell begins
      for (int s = 0; s < here.bins().n_shells; ++s)
        list.count += std::exchange(shells(list.shells + s), list.count);
  });
  int n_entries = 0;
  for (List& list : lists) {
    list.begin = n_entries;
    list.count = whole_vectors(list.count);
    n_entries += list.count;
  }

  auto const allocate = [&](auto& view, char const* label) {
    view = std::remove_cvref_t<decltype(view)>(
        Kokkos::view_alloc(Kokkos::WithoutInitializing, std::string(label)), n_entries);
    return Kokkos::create_mirror_view(view);
  };
  auto const x = allocate(tables.x, "ionscape::potentials::x"),
             y = allocate(tables.y, "ionscape::potentials::y"),
             z = allocate(tables.z, "ionscape::potentials::z");
  for_each_bin("ionscape::potentials::fill_lists", [&](Surroundings const& here, int bin,
                                                       std::span<List> of_type) {
    auto const put = [&](int at, Vec3 r) { x(at) = r.x, y(at) = r.y, z(at) = r.z; };
    here.around(bin, [&](int type, int shell, Vec3 r) {  // each shell's begin moves on to its end
      List const& list = of_type[type];
      put(list.begin + shells(list.shells + shell)++, r);
    });
    // Padded to whole vectors with points so far away that nothing is left of any term.
    for (List const& list : of_type)
      for (int i = shells(list.shells + here.bins().n_shells - 1); i < list.count; ++i)
        put(list.begin + i, {1e5, 1e5, 1e5});
  });
  Kokkos::deep_copy(tables.x, x), Kokkos::deep_copy(tables.y, y), Kokkos::deep_copy(tables.z, z);
  Kokkos::deep_copy(tables.shells, shells);
  tables.lists =
      upload<typename decltype(tables.x)::memory_space>("ionscape::potentials::lists", lists);
}

/// The narrowest and the widest of the charges on all surfaces of a framework, in its length.
struct Widths {
  double least = std::numeric_limits<double>::infinity(), most = 0;
  void add(double width) { least = std::min(least, width), most = std::max(most, width); }
};

/// The splitting parameter of a framework. Gaussians of one width need no Coulomb sum in real space
/// when the splitting is their own; otherwise both sums are balanced with the measured cost of a
/// neighbour over that of a wave vector.
double choose_alpha(HostFramework const& host, Widths widths) {
  double const volume = host.cell.volume();
  double const n = double(host.positions.size());
  constexpr double cost_ratio = 15;
  // neighbours 4 pi/3 n/V (x/alpha)^3 times their cost = wave vectors V/(12 pi^2) (2 alpha x)^3
  double const balanced = std::pow(2 * pi * pi * pi * n * cost_ratio / (volume * volume), 1.0 / 6);
  double const own = widths.most > 0 ? 1 / (std::sqrt(2.0) * widths.most)
                                     : std::numeric_limits<double>::infinity();
  bool const one_width = !(widths.least < widths.most);
  return one_width && own < 2.2 * balanced ? own : balanced;
}

// Each tail is 4 pi n times the integral of |V| + |V'| over r^2 from the cutoff outwards, and more
// where V decays within less than the spacing of the ions: there a single shell can hold several
// times the mean.
double shells(double density, double decay) { return 1 + 0.3 * std::cbrt(1 / density) / decay; }

/// Reduced cutoff of a repulsion between the mobile ion and one type.
double repulsion_cutoff(BornMayer const& term, double density, double inverse_length,
                        double accuracy) {
  if (term.A == 0) return 0;
  double const rho = 1 / term.inverse_rho;
  return solve_cutoff(
      [&](double r) {
        return 4 * pi * density * std::fabs(term.A) * std::exp(-r / rho) * rho *
               (r * r + 2 * r * rho + 2 * rho * rho) * (1 + inverse_length / rho) *
               shells(density, rho);
      },
      accuracy, 60 * rho);
}

/// Reduced cutoff of charge_product erfc(alpha r)/r.
double coulomb_cutoff(double charge_product, double alpha, double density, double inverse_length,
                      double accuracy) {
  double const square = alpha * alpha;
  return solve_cutoff(
      [&](double r) {
        return 2 * pi * density * std::fabs(charge_product) / square * std::exp(-square * r * r) *
               (1 + 2 * square * r * inverse_length) * shells(density, 1 / (2 * square * r + 1e-9));
      },
      accuracy, 8 / alpha);
}

/// Reduced cutoff of what the lattice sum of -C/r^6 leaves in real space.
double dispersion_cutoff(double C, double alpha, double density, double inverse_length,
                         double accuracy) {
  return solve_cutoff(
      [&](double r) {
        double const b2 = alpha * alpha * r * r + 1e-6;
        double const v =
            std::fabs(C) * std::pow(alpha, 6) * std::exp(-b2) * (1 / b2 + 1 + 0.5 * b2) / (b2 * b2);
        return 2 * pi * density * v / std::pow(alpha, 3) * std::sqrt(b2) *
               (1 + (6 / std::sqrt(b2) + 2 * std::sqrt(b2)) * alpha * inverse_length) *
               shells(density, 1 / (2 * alpha * std::sqrt(b2)));
      },
      accuracy, 8 / alpha);
}

void check(std::span<HostFramework const> frameworks, std::span<HostSurface const> surfaces,
           double accuracy) {
  if (!(accuracy >= 1e-14 && accuracy <= 1e-2))
    fail_input({}, "accuracy ", accuracy, " eV, expected 1e-14 to 1e-2");
  if (surfaces.empty()) fail_input({}, "a frozen host needs at least one surface");
  for (HostFramework const& host : frameworks) {
    if (host.positions.empty()) fail_input({}, "a frozen host needs at least one ion");
    if (!(host.cell.volume() > 0)) fail_input({}, "the cell of a frozen host is singular");
    if (host.type_of.size() != host.positions.size())
      fail_input({}, "a frozen host needs a type for every ion");
    for (int t : host.type_of)
      if (t < 0 || t >= int(host.types.size())) fail_input({}, "a frozen host has no type ", t);
  }
  for (HostSurface const& surface : surfaces) {
    if (surface.framework < 0 || surface.framework >= int(frameworks.size()))
      fail_input({}, "a surface names framework ", surface.framework, " of ", frameworks.size());
    if (!(surface.length > 0))
      fail_input({}, "a surface has the length ", surface.length, " Å, expected above 0");
    if (surface.types.size() != frameworks[surface.framework].types.size())
      fail_input({}, "a surface has ", surface.types.size(), " types of ions, its framework ",
                 frameworks[surface.framework].types.size());
    for (auto const& type : surface.types) {
      if (!(type.width >= 0 && std::isfinite(type.width)))
        fail_input({}, "a surface has ions of the width ", type.width, ", expected 0 or more");
      for (BornMayer const& term : type.repulsion)
        if (term.A != 0 && !(term.inverse_rho > 0 && std::isfinite(term.inverse_rho)))
          fail_input({}, "a surface has a repulsion of the range ", 1 / term.inverse_rho,
                     " Å, expected above 0");
    }
  }
}

// --- device --------------------------------------------------------------------------------------

/// Adds the sums of `terms` over the list entries [begin, begin + count) to `sum`; thread `rank` of
/// `size` takes its share.
template <class... Terms>
KOKKOS_INLINE_FUNCTION void add_pairs(LaneSum& sum, double const* x, double const* y,
                                      double const* z, int count, int rank, int size, Vec3 r,
                                      Terms const&... terms) {
  using detail::inverse_sqrt;
  for (int i = rank * native_width; i < count; i += size * native_width) {
    Lanes const dx = load(x + i) - Lanes(r.x), dy = load(y + i) - Lanes(r.y),
                dz = load(z + i) - Lanes(r.z);
    Lanes const square = dx * dx + dy * dy + dz * dz;
    Lanes const inverse = inverse_sqrt(square);
    Lanes const d = square * inverse;
    Lanes force_over_r(0.0);
    (terms.add(d, inverse, sum.energy, force_over_r), ...);
    sum.x -= force_over_r * dx;
    sum.y -= force_over_r * dy;
    sum.z -= force_over_r * dz;
  }
}

/// exp(2 pi i n f) for n = 0 ... n_max, by recurrence; re and im have a stride of 1.
KOKKOS_INLINE_FUNCTION void fill_phases(double f, int n_max, double* re, double* im) {
  double const c = Kokkos::cos(2 * pi * f), s = Kokkos::sin(2 * pi * f);
  re[0] = 1, im[0] = 0;
  for (int n = 1; n <= n_max; ++n) {
    re[n] = re[n - 1] * c - im[n - 1] * s;
    im[n] = re[n - 1] * s + im[n - 1] * c;
  }
}

template <class Exec>
struct EvaluatePoints {
  using MemorySpace = typename Exec::memory_space;
  using Tables = typename FrozenHost<MemorySpace>::Tables;
  using Policy = Kokkos::TeamPolicy<Exec, Kokkos::Schedule<Kokkos::Dynamic>>;
  using Member = typename Policy::member_type;

  // copied by value to the device; Tables itself has host members
  Kokkos::View<FrameworkRecord*, MemorySpace> frameworks;
  Kokkos::View<SurfaceRecord*, MemorySpace> surfaces;
  Kokkos::View<TypeRecord*, MemorySpace> types;
  Kokkos::View<RepulsionRecord*, MemorySpace> repulsions;
  Kokkos::View<Block*, MemorySpace> blocks;
  Kokkos::View<double*, MemorySpace> coulomb, dispersion;
  Kokkos::View<List*, MemorySpace> lists;
  Kokkos::View<int*, MemorySpace> shells;
  Kokkos::View<double*, MemorySpace> x, y, z;
  int h_size, k_size, l_size;  // of the phase tables; k and l hold negative indices too
  Points<MemorySpace> points;

  EvaluatePoints(Tables const& t, Points<MemorySpace> const& i)
      : frameworks(t.frameworks),
        surfaces(t.surfaces),
        types(t.types),
        repulsions(t.repulsions),
        blocks(t.blocks),
        coulomb(t.coulomb),
        dispersion(t.dispersion),
        lists(t.lists),
        shells(t.shells),
        x(t.x),
        y(t.y),
        z(t.z),
        h_size(t.h_max + 1),
        k_size(2 * t.k_max + 1),
        l_size(2 * t.l_max + 1),
        points(i) {}

  KOKKOS_FUNCTION std::size_t scratch_doubles() const {
    return std::size_t(2 * h_size + 3 * k_size + 4 * l_size + 2 * native_width);
  }

  /// Where a point lies: wrapped fractional coordinates, Cartesian (reduced), and the lists of its
  /// bin.
  struct Place {
    Vec3 f, r;
    int list;
    double off_centre;
  };
  KOKKOS_INLINE_FUNCTION static Place place(FrameworkRecord const& host, Vec3 reduced) {
    Place p;
    p.f = host.cell.to_fractional(reduced);
    p.f = {p.f.x - Kokkos::floor(p.f.x), p.f.y - Kokkos::floor(p.f.y),
           p.f.z - Kokkos::floor(p.f.z)};
    p.r = host.cell.to_cartesian(p.f);
    int const* const n = host.bins.count;
    int const bx = bin_of(p.f.x, n[0]), by = bin_of(p.f.y, n[1]), bz = bin_of(p.f.z, n[2]);
    Vec3 const centre =
        host.cell.to_cartesian({(bx + 0.5) / n[0], (by + 0.5) / n[1], (bz + 0.5) / n[2]});
    p.off_centre = norm(p.r - centre);
    p.list = host.bins.list_begin + ((bx * n[1] + by) * n[2] + bz) * host.n_types;
    return p;
  }
  /// NaN goes to bin 0: the sums then carry it to the result.
  KOKKOS_INLINE_FUNCTION static int bin_of(double f, int n) {
    double const b = f * n;
    return b > 0 && b < n ? int(b) : (b >= n ? n - 1 : 0);
  }

  /// Number of entries of a list closer than `radius` to the bin's centre, and some more: whole
  /// shells and whole vectors.
  KOKKOS_INLINE_FUNCTION int entries_within(Bins const& bins, List const& list,
                                            double radius) const {
    double const shell = radius * radius * bins.inverse_shell;
    int const last = shell < bins.n_shells ? int(shell) : bins.n_shells - 1;
    return whole_vectors(shells(list.shells + last));
  }

  KOKKOS_INLINE_FUNCTION void add_real_space(LaneSum& sum, FrameworkRecord const& host,
                                             TypeRecord const* type, Place const& p, int rank,
                                             int size) const {
    for (int t = 0; t < host.n_types; ++t, ++type) {
      List const list = lists(p.list + t);
      auto const add = [&](double cutoff, auto const&... terms) {
        add_pairs(sum, &x(list.begin), &y(list.begin), &z(list.begin),
                  entries_within(host.bins, list, cutoff + p.off_centre), rank, size, p.r,
                  terms...);
      };
      CoulombReal<false> const point{type->charge_product, host.alpha},
          gaussian{-type->charge_product, type->beta};
      DispersionReal const r6{type->C, host.alpha};
      if (type->real_coulomb && type->C != 0)
        add(type->cutoff, point, r6);
      else if (type->real_coulomb)
        add(type->cutoff, point);
      else if (type->C != 0)
        add(type->cutoff, r6);
      if (type->real_coulomb && type->beta > 0) add(type->gaussian_cutoff, gaussian);
      for (int k = type->repulsion_begin; k < type->repulsion_end; ++k)
        add(repulsions(k).cutoff, repulsions(k).term);
    }
  }

  /// Adds the Fourier sum; x, y, z of `sum` are the components along the reciprocal rows.
  template <bool Dispersion>
  KOKKOS_INLINE_FUNCTION void add_reciprocal_space(LaneSum& sum, FrameworkRecord const& host,
                                                   SurfaceRecord const& surface,
                                                   double const* scratch, int rank,
                                                   int size) const {
    constexpr int per_block =
        block_width / native_width;  // threads that share one block: 1 on a CPU
    double const *xr = scratch, *xi = xr + h_size, *yr = xi + h_size, *yi = yr + k_size,
                 *yk = yi + k_size, *zs = yk + k_size;
    Lanes const wq(surface.coulomb_weight), wd(surface.dispersion_weight);
    int const n = (host.block_end - host.block_begin) * per_block;
    for (int i = rank; i < n; i += size) {
      Block const& block = blocks(host.block_begin + i / per_block);
      int const lane = i % per_block * native_width;
      double const* c = &coulomb(block.coefficients + lane);
      double const* d = Dispersion ? &dispersion(block.coefficients + lane) : nullptr;
      double const* zl = zs + 4 * (block.l_begin + l_size / 2);
      // a = sum c Z, b = sum l c Z; the four products of each complex product have their own sums,
      // for short chains
      Lanes a_rr(0.0), a_ii(0.0), a_ri(0.0), a_ir(0.0), b_rr(0.0), b_ii(0.0), b_ri(0.0), b_ir(0.0);
      for (int l = 0; l < block.l_count; ++l, c += 2 * block_width, zl += 4) {
        Lanes cr = load(c), ci = load(c + block_width);
        if constexpr (Dispersion) {
          cr = wq * cr + wd * load(d), ci = wq * ci + wd * load(d + block_width);
          d += 2 * block_width;
        }
        Lanes const zr(zl[0]), zi(zl[1]), lzr(zl[2]), lzi(zl[3]);
        a_rr += cr * zr, a_ii += ci * zi, a_ri += cr * zi, a_ir += ci * zr;
        b_rr += cr * lzr, b_ii += ci * lzi, b_ri += cr * lzi, b_ir += ci * lzr;
      }
      int const k = block.k_begin + k_size / 2 + lane;
      Lanes const y_re = load(yr + k), y_im = load(yi + k);
      Lanes const p_re = y_re * Lanes(xr[block.h]) - y_im * Lanes(xi[block.h]);
      Lanes const p_im = y_re * Lanes(xi[block.h]) + y_im * Lanes(xr[block.h]);
      Lanes const a_re = a_rr - a_ii, a_im = a_ri + a_ir;
      Lanes const im = p_re * a_im + p_im * a_re;
      sum.energy += p_re * a_re - p_im * a_im;
      sum.x += Lanes(double(block.h)) * im;
      sum.y += load(yk + k) * im;
      sum.z += p_re * (b_ri + b_ir) + p_im * (b_rr - b_ii);
    }
    if constexpr (!Dispersion) {
      sum.energy = sum.energy * wq;
      sum.x = sum.x * wq, sum.y = sum.y * wq, sum.z = sum.z * wq;
    }
  }

  KOKKOS_INLINE_FUNCTION void operator()(Member const& team) const {
    using detail::horizontal_sum;
    int const point = points.active(team.league_rank());
    SurfaceRecord const surface = surfaces(points.surface(point));
    FrameworkRecord const& host = frameworks(surface.framework);
    double const s = surface.inverse_length;
    Place const p = place(host, {s * points.coordinates(point, 0), s * points.coordinates(point, 1),
                                 s * points.coordinates(point, 2)});
    int const rank = team.team_rank(), size = team.team_size();

    // Phase tables: X (h >= 0), Y with k as a number beside it, Z with l Z beside it.
    double* const scratch =
        static_cast<double*>(team.team_shmem().get_shmem(scratch_doubles() * sizeof(double)));
    double *xr = scratch, *xi = xr + h_size, *yr = xi + h_size, *yi = yr + k_size,
           *yk = yi + k_size, *zs = yk + k_size;
    for (int axis = rank; axis < 3; axis += size) {
      if (axis == 0) {
        fill_phases(p.f.x, h_size - 1, xr, xi);
      } else if (axis == 1) {
        int const K = k_size / 2;
        fill_phases(p.f.y, K, yr + K, yi + K);
        for (int k = 0; k <= K; ++k)
          yr[K - k] = yr[K + k], yi[K - k] = -yi[K + k], yk[K + k] = k, yk[K - k] = -k;
      } else {
        int const L = l_size / 2;
        double const c = Kokkos::cos(2 * pi * p.f.z), sn = Kokkos::sin(2 * pi * p.f.z);
        double re = 1, im = 0;
        for (int l = 0; l <= L; ++l) {
          double *up = zs + 4 * (L + l), *down = zs + 4 * (L - l);
          up[0] = re, up[1] = im, up[2] = l * re, up[3] = l * im;
          down[0] = re, down[1] = -im, down[2] = -l * re, down[3] = l * im;
          double const next = re * c - im * sn;
          im = re * sn + im * c;
          re = next;
        }
      }
    }
    team.team_barrier();

    LaneSum reciprocal;
    if (host.dispersion)
      add_reciprocal_space<true>(reciprocal, host, surface, scratch, rank, size);
    else
      add_reciprocal_space<false>(reciprocal, host, surface, scratch, rank, size);
    LaneSum real;
    add_real_space(real, host, &types(surface.type_begin), p, rank, size);

    double const gx = horizontal_sum(reciprocal.x), gy = horizontal_sum(reciprocal.y),
                 gz = horizontal_sum(reciprocal.z);
    Vec3 const g = host.reciprocal.to_cartesian({gx, gy, gz});
    double energy = horizontal_sum(real.energy) + horizontal_sum(reciprocal.energy);
    double fx = horizontal_sum(real.x) + g.x, fy = horizontal_sum(real.y) + g.y,
           fz = horizontal_sum(real.z) + g.z;
    if (size > 1) {
      team.team_reduce(Kokkos::Sum<double>(energy));
      team.team_reduce(Kokkos::Sum<double>(fx));
      team.team_reduce(Kokkos::Sum<double>(fy));
      team.team_reduce(Kokkos::Sum<double>(fz));
    }
    if (rank == 0) {
      points.energy(point) = energy + surface.mean;
      points.force(point, 0) = fx * s;
      points.force(point, 1) = fy * s;
      points.force(point, 2) = fz * s;
    }
  }
};

}  // namespace

SiteEnergy reference_site_energy(HostFramework const& framework, HostSurface const& surface,
                                 Vec3 point) {
  Cell cell = framework.cell;
  for (Vec3* v : {&cell.a, &cell.b, &cell.c}) *v = surface.length * *v;
  std::vector<HostIon> ions;
  for (std::size_t i = 0; i < framework.positions.size(); ++i) {
    auto const& type = framework.types[framework.type_of[i]];
    auto const& here = surface.types[framework.type_of[i]];
    ions.push_back({surface.length * framework.positions[i], surface.charge_factor * type.charge,
                    surface.length * here.width, here.repulsion,
                    surface.dispersion_factor * type.dispersion});
    if (framework.screening_width > 0)
      ions.push_back({surface.length * framework.positions[i], -surface.charge_factor * type.charge,
                      surface.length * framework.screening_width});
  }
  return reference_site_energy(cell, ions, point, ewald_parameters(cell, ions.size(), 1e-15));
}

template <class MemorySpace>
FrozenHost<MemorySpace>::FrozenHost(std::span<HostFramework const> given,
                                    std::span<HostSurface const> surfaces,
                                    FrozenHostOptions const& options)
    : tables_(std::make_unique<Tables>()) {
  check(given, surfaces, options.accuracy);
  // Any cell of a lattice will do: lists and sums are short in that of the shortest vectors.
  std::vector<HostFramework> frameworks(given.begin(), given.end());
  for (HostFramework& host : frameworks) host.cell = reduced(host.cell).cell;
  std::size_t repulsions = 1;  // of a type, at most
  for (HostSurface const& surface : surfaces)
    for (auto const& type : surface.types) repulsions = std::max(repulsions, type.repulsion.size());
  // Reciprocal space, and points, Gaussians, r^-6 and repulsions in real space.
  double const accuracy = options.accuracy / double(4 + repulsions);
  Tables& tables = *tables_;

  std::vector<FrameworkTables> built(frameworks.size());
  std::vector<Strengths> strengths(frameworks.size());
  std::vector<Widths> widths(frameworks.size());
  for (HostSurface const& surface : surfaces) {
    Strengths& s = strengths[surface.framework];
    s.coulomb =
        std::max(s.coulomb, std::fabs(surface.charge_factor) * coulomb_constant / surface.length);
    s.dispersion =
        std::max(s.dispersion, std::fabs(surface.dispersion_factor) / std::pow(surface.length, 6));
    s.inverse_length = std::max(s.inverse_length, 1 / surface.length);
    HostFramework const& host = frameworks[surface.framework];
    for (int t : host.type_of)
      if (host.types[t].charge != 0 || host.types[t].dispersion != 0)
        widths[surface.framework].add(surface.types[t].width);
  }
  for (std::size_t f = 0; f < frameworks.size(); ++f) {
    FrameworkRecord& record = built[f].record;
    record.cell = frameworks[f].cell;
    record.reciprocal = record.cell.reciprocal();
    record.alpha = choose_alpha(frameworks[f], widths[f]);
  }

  // Surfaces, with the cutoffs that decide how far the lists of their framework reach.
  std::vector<SurfaceRecord> surface_records;
  std::vector<TypeRecord> type_records;
  std::vector<RepulsionRecord> repulsion_records;
  std::vector<double> list_cutoff(frameworks.size(), 0.0);
  for (HostSurface const& surface : surfaces) {
    HostFramework const& host = frameworks[surface.framework];
    FrameworkRecord const& record = built[surface.framework].record;
    double const length = surface.length, inverse_length = 1 / length;
    double const alpha = record.alpha, volume = host.cell.volume();
    SurfaceRecord whole{surface.framework,
                        int(type_records.size()),
                        inverse_length,
                        surface.charge_factor * coulomb_constant * inverse_length,
                        surface.dispersion_factor * std::pow(inverse_length, 6),
                        0};
    double neighbours = 0;
    for (std::size_t t = 0; t < host.types.size(); ++t) {
      auto const& type = host.types[t];
      auto const& here = surface.types[t];
      TypeRecord out{};
      out.charge_product = whole.coulomb_weight * type.charge;
      out.C = whole.dispersion_weight * type.dispersion;
      out.beta = here.width > 0 ? 1 / (std::sqrt(2.0) * here.width) : 0;
      out.real_coulomb =
          out.charge_product != 0 && std::fabs(1 - std::sqrt(2.0) * here.width * alpha) > 1e-12;
      double const n = double(std::count(host.type_of.begin(), host.type_of.end(), int(t))),
                   density = n / volume;
      whole.mean -= n * pi / volume *
                    (out.charge_product * (1 / (alpha * alpha) - 2 * here.width * here.width) +
                     out.C * sqrt_pi * alpha * alpha * alpha / 3);
      if (out.real_coulomb)
        out.cutoff = coulomb_cutoff(out.charge_product, alpha, density, inverse_length, accuracy);
      if (out.C != 0)
        out.cutoff = std::max(out.cutoff,
                              dispersion_cutoff(out.C, alpha, density, inverse_length, accuracy));
      if (out.real_coulomb && out.beta > 0)
        out.gaussian_cutoff =
            coulomb_cutoff(out.charge_product, out.beta, density, inverse_length, accuracy);
      auto const add_neighbours = [&](double cutoff) {
        neighbours += 4 * pi / 3 * density * std::pow(cutoff, 3);
        list_cutoff[surface.framework] = std::max(list_cutoff[surface.framework], cutoff);
      };
      add_neighbours(out.cutoff);
      add_neighbours(out.gaussian_cutoff);
      out.repulsion_begin = int(repulsion_records.size());
      for (BornMayer const& term : here.repulsion) {
        BornMayer const reduced{term.A, term.inverse_rho * length};
        repulsion_records.push_back(
            {reduced, repulsion_cutoff(reduced, density, inverse_length, accuracy)});
        add_neighbours(repulsion_records.back().cutoff);
      }
      out.repulsion_end = int(repulsion_records.size());
      out.turnover = turnover_radius(here.repulsion, surface.dispersion_factor * type.dispersion) *
                     inverse_length;
      type_records.push_back(out);
    }
    surface_records.push_back(whole);
    tables.work.push_back({0, neighbours});
  }

  on_all_threads("ionscape::potentials::build_reciprocal", int(frameworks.size()),
                 [&](int f) { build_reciprocal(built[f], frameworks[f], strengths[f], accuracy); });
  auto const first = first_with_same_ions(frameworks);
  for (std::size_t f = 0; f < frameworks.size(); ++f)
    list_cutoff[first[f]] = std::max(list_cutoff[first[f]], list_cutoff[f]);
  check_memory(frameworks, first, list_cutoff);
  build_lists(tables, built, frameworks, first, list_cutoff);

  std::vector<FrameworkRecord> framework_records;
  std::vector<Block> blocks;
  std::vector<double> coulomb, dispersion;
  bool const any_dispersion = std::any_of(strengths.begin(), strengths.end(),
                                          [](Strengths const& s) { return s.dispersion > 0; });
  auto const append = [](std::vector<double>& to, std::vector<double> const& from) {
    to.insert(to.end(), from.begin(), from.end());
  };
  for (FrameworkTables& part : built) {
    part.record.block_begin = int(blocks.size());
    for (Block block : part.blocks) {
      block.coefficients += long(coulomb.size());
      blocks.push_back(block);
    }
    part.record.block_end = int(blocks.size());
    if (any_dispersion) part.dispersion.resize(part.coulomb.size(), 0.0);
    append(coulomb, part.coulomb), append(dispersion, part.dispersion);
    framework_records.push_back(part.record);
    tables.h_max = std::max(tables.h_max, part.record.h_max);
    tables.k_max = std::max(tables.k_max, part.record.k_max);
    tables.l_max = std::max(tables.l_max, part.record.l_max);
  }
  for (std::size_t s = 0; s < surfaces.size(); ++s)
    tables.work[s].wave_vectors = built[surfaces[s].framework].wave_vectors;

  tables.frameworks = upload<MemorySpace>("ionscape::potentials::frameworks", framework_records);
  tables.surfaces = upload<MemorySpace>("ionscape::potentials::surfaces", surface_records);
  tables.types = upload<MemorySpace>("ionscape::potentials::types", type_records);
  tables.repulsions = upload<MemorySpace>("ionscape::potentials::repulsions", repulsion_records);
  tables.blocks = upload<MemorySpace>("ionscape::potentials::blocks", blocks);
  tables.coulomb = upload<MemorySpace>("ionscape::potentials::coulomb", coulomb);
  tables.dispersion = upload<MemorySpace>("ionscape::potentials::dispersion", dispersion);
}

template <class MemorySpace>
FrozenHost<MemorySpace>::~FrozenHost() = default;
template <class MemorySpace>
FrozenHost<MemorySpace>::FrozenHost(FrozenHost&&) noexcept = default;
template <class MemorySpace>
FrozenHost<MemorySpace>& FrozenHost<MemorySpace>::operator=(FrozenHost&&) noexcept = default;

template <class MemorySpace>
int FrozenHost<MemorySpace>::surfaces() const {
  return int(tables_->work.size());
}

template <class MemorySpace>
typename FrozenHost<MemorySpace>::Work FrozenHost<MemorySpace>::work(int surface) const {
  return tables_->work.at(surface);
}

template <class MemorySpace>
template <class Exec>
void FrozenHost<MemorySpace>::evaluate(Exec const& exec, Points<MemorySpace> const& points) const {
  static_assert(Kokkos::SpaceAccessibility<Exec, MemorySpace>::accessible);
  int const n = int(points.active.extent(0));
  if (n == 0) return;
  EvaluatePoints<Exec> const kernel(*tables_, points);
  // One point is one team: a single thread on a CPU, a block of threads on a GPU.
  int const threads =
      native_width == 1 && !std::is_same_v<Exec, Kokkos::DefaultHostExecutionSpace> ? 128 : 1;
  typename EvaluatePoints<Exec>::Policy policy(exec, n, threads, 1);
  policy.set_scratch_size(0, Kokkos::PerTeam(int(kernel.scratch_doubles() * sizeof(double))));
  Kokkos::parallel_for("ionscape::potentials::frozen_host", policy, kernel);
}

template <class MemorySpace>
template <class Exec>
void FrozenHost<MemorySpace>::closest_approach(Exec const& exec, Points<MemorySpace> const& points,
                                               Kokkos::View<double*, MemorySpace> ratio) const {
  EvaluatePoints<Exec> const kernel(*tables_, points);
  Kokkos::parallel_for(
      "ionscape::potentials::closest_approach",
      Kokkos::RangePolicy<Exec>(exec, 0, int(points.active.extent(0))), KOKKOS_LAMBDA(int i) {
        int const point = kernel.points.active(i);
        SurfaceRecord const surface = kernel.surfaces(kernel.points.surface(point));
        FrameworkRecord const& host = kernel.frameworks(surface.framework);
        double const s = surface.inverse_length;
        auto const p = EvaluatePoints<Exec>::place(
            host, {s * kernel.points.coordinates(point, 0), s * kernel.points.coordinates(point, 1),
                   s * kernel.points.coordinates(point, 2)});
        double smallest = 1e300;
        for (int t = 0; t < host.n_types; ++t) {
          double const turnover = kernel.types(surface.type_begin + t).turnover;
          if (turnover <= 0) continue;
          List const list = kernel.lists(p.list + t);
          for (int j = list.begin; j < list.begin + list.count; ++j) {
            Vec3 const d = Vec3{kernel.x(j), kernel.y(j), kernel.z(j)} - p.r;
            smallest = Kokkos::min(smallest, norm(d) / turnover);
          }
        }
        ratio(point) = smallest;
      });
}

template <class Exec>
std::vector<PointResult> evaluate_points(Exec const& exec,
                                         FrozenHost<typename Exec::memory_space> const& model,
                                         std::span<int const> surface,
                                         std::span<Vec3 const> points) {
  PointSet set{3, {}, {surface.begin(), surface.end()}};
  for (Vec3 r : points) set.coordinates.insert(set.coordinates.end(), {r.x, r.y, r.z});
  auto const on_device = upload_points(exec, set);
  Kokkos::View<double*, typename Exec::memory_space> ratio("ionscape::potentials::ratio",
                                                           points.size());
  model.evaluate(exec, on_device);
  model.closest_approach(exec, on_device, ratio);
  auto h_energy = Kokkos::create_mirror_view(on_device.energy);
  auto h_force = Kokkos::create_mirror_view(on_device.force);
  auto h_ratio = Kokkos::create_mirror_view(ratio);
  Kokkos::deep_copy(exec, h_energy, on_device.energy);
  Kokkos::deep_copy(exec, h_force, on_device.force);
  Kokkos::deep_copy(exec, h_ratio, ratio);
  exec.fence("ionscape::potentials::evaluate_points");
  std::vector<PointResult> results(points.size());
  for (std::size_t i = 0; i < results.size(); ++i)
    results[i] = {h_energy(i), {h_force(i, 0), h_force(i, 1), h_force(i, 2)}, h_ratio(i)};
  return results;
}

#define IONSCAPE_INSTANTIATE(EXEC)                                                                 \
  template class FrozenHost<EXEC::memory_space>;                                                   \
  template void FrozenHost<EXEC::memory_space>::evaluate(EXEC const&,                              \
                                                         Points<EXEC::memory_space> const&) const; \
  template void FrozenHost<EXEC::memory_space>::closest_approach(                                  \
      EXEC const&, Points<EXEC::memory_space> const&, Kokkos::View<double*, EXEC::memory_space>)   \
      const;                                                                                       \
  template std::vector<PointResult> evaluate_points(EXEC const&,                                   \
                                                    FrozenHost<EXEC::memory_space> const&,         \
                                                    std::span<int const>, std::span<Vec3 const>);
IONSCAPE_INSTANTIATE(Kokkos::DefaultExecutionSpace)
#if defined(KOKKOS_ENABLE_CUDA) || defined(KOKKOS_ENABLE_HIP) || defined(KOKKOS_ENABLE_SYCL)
IONSCAPE_INSTANTIATE(Kokkos::DefaultHostExecutionSpace)
#endif
#undef IONSCAPE_INSTANTIATE

}  // namespace ionscape
