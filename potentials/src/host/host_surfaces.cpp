#include "host/host_surfaces.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <ionscape/core/error.hpp>

#include "ewald/lattice_tails.hpp"

namespace ionscape::detail::host {

namespace {

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
// where V decays within less than the spacing of the ions (shell_factor in lattice_tails.hpp).

/// Reduced cutoff of a repulsion between the mobile ion and one type.
double repulsion_cutoff(BornMayer const& term, double density, double inverse_length,
                        double accuracy) {
  if (term.A == 0) return 0;
  double const rho = 1 / term.inverse_rho;
  return solve_cutoff(
      [&](double r) {
        return 4 * pi * density * std::fabs(term.A) * std::exp(-r / rho) * rho *
               (r * r + 2 * r * rho + 2 * rho * rho) * (1 + inverse_length / rho) *
               shell_factor(std::cbrt(1 / density), rho);
      },
      accuracy, 0, 60 * rho);
}

/// Reduced cutoff of charge_product erfc(alpha r)/r.
double coulomb_cutoff(double charge_product, double alpha, double density, double inverse_length,
                      double accuracy) {
  double const square = alpha * alpha;
  return solve_cutoff(
      [&](double r) {
        return 2 * pi * density * std::fabs(charge_product) / square * std::exp(-square * r * r) *
               (1 + 2 * square * r * inverse_length) *
               shell_factor(std::cbrt(1 / density), 1 / (2 * square * r + 1e-9));
      },
      accuracy, 0, 8 / alpha);
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
               shell_factor(std::cbrt(1 / density), 1 / (2 * alpha * std::sqrt(b2)));
      },
      accuracy, 0, 8 / alpha);
}

/// What the lattice sums of a type's charge and C leave in real space, with the cutoffs.
TypeRecord lattice_terms(SurfaceRecord const& surface, HostFramework::Type const& type,
                         double width, double alpha, double density, double accuracy) {
  TypeRecord out{};
  out.charge_product = surface.coulomb_weight * type.charge;
  out.C = surface.dispersion_weight * type.dispersion;
  out.beta = width > 0 ? 1 / (std::sqrt(2.0) * width) : 0;
  out.real_coulomb =
      out.charge_product != 0 && std::fabs(1 - std::sqrt(2.0) * width * alpha) > 1e-12;
  double const inverse_length = surface.inverse_length;
  if (out.real_coulomb)
    out.cutoff = coulomb_cutoff(out.charge_product, alpha, density, inverse_length, accuracy);
  if (out.C != 0)
    out.cutoff =
        std::max(out.cutoff, dispersion_cutoff(out.C, alpha, density, inverse_length, accuracy));
  if (out.real_coulomb && out.beta > 0)
    out.gaussian_cutoff =
        coulomb_cutoff(out.charge_product, out.beta, density, inverse_length, accuracy);
  return out;
}

/// Adds the records of one surface to the tables.
void add_surface(SurfaceTables& out, HostFramework const& host, HostSurface const& surface,
                 double alpha, double accuracy) {
  double const length = surface.length, inverse_length = 1 / length, volume = host.cell.volume();
  SurfaceRecord whole{surface.framework,
                      int(out.types.size()),
                      inverse_length,
                      surface.charge_factor * coulomb_constant * inverse_length,
                      surface.dispersion_factor * std::pow(inverse_length, 6),
                      0};
  double neighbours = 0;
  for (std::size_t t = 0; t < host.types.size(); ++t) {
    double const n = double(std::count(host.type_of.begin(), host.type_of.end(), int(t))),
                 density = n / volume;
    auto const add_neighbours = [&](double cutoff) {
      neighbours += 4 * pi / 3 * density * std::pow(cutoff, 3);
      double& farthest = out.list_cutoff[surface.framework];
      farthest = std::max(farthest, cutoff);
    };
    auto const& here = surface.types[t];
    double const C = surface.dispersion_factor * host.types[t].dispersion;
    TypeRecord type = lattice_terms(whole, host.types[t], here.width, alpha, density, accuracy);
    whole.mean -= n * pi / volume *
                  (type.charge_product * (1 / (alpha * alpha) - 2 * here.width * here.width) +
                   type.C * sqrt_pi * alpha * alpha * alpha / 3);
    add_neighbours(type.cutoff);
    add_neighbours(type.gaussian_cutoff);
    type.repulsion_begin = int(out.repulsions.size());
    for (BornMayer const& term : here.repulsion) {
      BornMayer const reduced{term.A, term.inverse_rho * length};
      out.repulsions.push_back(
          {reduced, repulsion_cutoff(reduced, density, inverse_length, accuracy)});
      add_neighbours(out.repulsions.back().cutoff);
    }
    type.repulsion_end = int(out.repulsions.size());
    type.turnover = turnover_radius(here.repulsion, C) * inverse_length;
    out.types.push_back(type);
  }
  out.surfaces.push_back(whole);
  out.neighbours.push_back(neighbours);
}

}  // namespace

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

std::vector<FrameworkTables> split_frameworks(std::span<HostFramework const> frameworks,
                                              std::span<HostSurface const> surfaces) {
  std::vector<FrameworkTables> split(frameworks.size());
  std::vector<Widths> widths(frameworks.size());
  for (HostSurface const& surface : surfaces) {
    Strengths& s = split[surface.framework].strengths;
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
    FrameworkRecord& record = split[f].record;
    record.cell = frameworks[f].cell;
    record.reciprocal = record.cell.reciprocal();
    record.alpha = choose_alpha(frameworks[f], widths[f]);
  }
  return split;
}

SurfaceTables surface_tables(std::span<HostFramework const> frameworks,
                             std::span<HostSurface const> surfaces,
                             std::vector<FrameworkTables> const& split, double accuracy) {
  SurfaceTables out;
  out.list_cutoff.assign(frameworks.size(), 0.0);
  for (HostSurface const& surface : surfaces)
    add_surface(out, frameworks[surface.framework], surface, split[surface.framework].record.alpha,
                accuracy);
  return out;
}

}  // namespace ionscape::detail::host
