#include "fit_model.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <tuple>

#include <ionscape/lattice/distortion.hpp>
#include <ionscape/lattice/fcc.hpp>
#include <ionscape/potentials/ewald/reference.hpp>

namespace ionscape {

namespace {

constexpr int path_points =
    25;  // Oct to Tet, equally spaced; every fourth is an image of the published bands
constexpr int face_point = 16;  // 2/3 of the way: the centre of the shared face
constexpr double reach = 3.5;   // a; exp(-3.5 a / rho) is below 1e-8 for rho up to 0.75 Å

/// The anions around a point: distances that agree to 1e-9 are one shell.
Shells shells_around(Crystal const& framework, Vec3 point) {
  Shells shells;
  std::vector<double> distances;
  int const images = 3;
  for (Vec3 r : framework.positions)
    for (int a = -images; a <= images; ++a)
      for (int b = -images; b <= images; ++b)
        for (int c = -images; c <= images; ++c) {
          double const d =
              norm(r + framework.cell.to_cartesian({double(a), double(b), double(c)}) - point);
          if (d < reach) distances.push_back(d);
        }
  std::ranges::sort(distances);
  for (double d : distances) {
    if (shells.distance.empty() || d - shells.distance.back() > 1e-9)
      shells.distance.push_back(d), shells.count.push_back(0);
    shells.count.back() += 1;
  }
  std::vector<HostIon> host;
  for (Vec3 r : framework.positions) host.push_back({r, 1.0, 0, {}, -1.0});
  auto const ewald = ewald_parameters(framework.cell, framework.size(), 1e-14);
  HostEnergy const site = reference_site_energy(framework.cell, host, point, ewald);
  shells.potential = site.coulomb / coulomb_constant;
  shells.dispersion = site.short_range;
  return shells;
}

/// Oct, face and Tet, or the whole straight path, of the model cell with a = 1.
std::vector<Shells> points_of(double distortion) {
  auto const ideal = fcc_model(0.25, conventional_cells(2, 2, 2), "X", -1, HopKind::oct_tet);
  auto const distorted = distort(ideal.framework, ideal.hop, WindowShear{distortion});
  Vec3 const oct = distorted.hop.sites[0].position, tet = distorted.hop.sites[1].position;
  std::vector<Shells> points;
  for (int i = 0; i < path_points; ++i)
    if (distortion == 1 || i == 0 || i == face_point || i == path_points - 1)
      points.push_back(
          shells_around(distorted.framework, oct + (double(i) / (path_points - 1)) * (tet - oct)));
  return points;
}

int n_points(double distortion) { return distortion == 1 ? path_points : 3; }

/// Index among the points of a state.
int oct_of(double) { return 0; }
int face_of(double distortion) { return distortion == 1 ? face_point : 1; }
int tet_of(double distortion) { return distortion == 1 ? path_points - 1 : 2; }

/// Highest energy of the path: the parabola through the highest point and its neighbours.
template <class T>
T top_of(T const* e) {
  using fit_terms::value_of;
  int top = 0;
  for (int i = 1; i < path_points; ++i)
    if (value_of(e[i]) > value_of(e[top])) top = i;
  if (top == 0 || top == path_points - 1) return e[top];
  T const slope = (e[top + 1] - e[top - 1]) * 0.5, bend = e[top + 1] - 2.0 * e[top] + e[top - 1];
  if (!(value_of(bend) < 0)) return e[top];
  return e[top] - slope * slope / (2.0 * bend);
}

template <class T>
T const& lower(T const& a, T const& b) {
  return fit_terms::value_of(b) < fit_terms::value_of(a) ? b : a;
}
template <class T>
T const& higher(T const& a, T const& b) {
  return fit_terms::value_of(b) > fit_terms::value_of(a) ? b : a;
}

template <class T>
T prediction(FitObservation const& o, T const* e, T const* twin, double d) {
  T const &oct = e[oct_of(d)], &face = e[face_of(d)], &tet = e[tet_of(d)];
  switch (o.quantity) {
    case Quantity::image:
      return e[o.image * (path_points - 1) / 6] - oct;
    case Quantity::tet_minus_oct:
      return tet - oct;
    case Quantity::barrier:
      return top_of(e) - lower(oct, tet);
    case Quantity::barrier_three_point:
      return higher(higher(oct, face), tet) - lower(lower(oct, face), tet);
    case Quantity::dE_oct:
      return oct - twin[oct_of(1)];
    case Quantity::dE_tet:
      return tet - twin[tet_of(1)];
    case Quantity::E_tet:
      break;
  }
  return T(0.0);
}

}  // namespace

FitModel::FitModel(FitPlan const& plan, FitForm const& form,
                   std::vector<ReferenceValue> const& rows)
    : plan_(plan), form_(form) {
  std::map<std::tuple<int, double, double, double>, int> known;
  auto const state_of = [&](int anion, double volume, double charge, double distortion) {
    auto const [at, is_new] =
        known.emplace(std::tuple(anion, volume, charge, distortion), int(states_.size()));
    if (is_new) {
      states_.push_back({anion, volume, charge, distortion, std::cbrt(4 * volume)});
      auto const d = std::ranges::find(distortions_, distortion);
      distortion_of_.push_back(int(d - distortions_.begin()));
      if (d == distortions_.end()) {
        distortions_.push_back(distortion);
        points_.push_back(points_of(distortion));
      }
      first_energy_.push_back(n_energies_);
      n_energies_ += n_points(distortion);
    }
    return at->second;
  };
  for (ReferenceValue const& row : rows) {
    int const anion = int(std::ranges::find(plan.anions, row.anion) - plan.anions.begin());
    FitObservation o;
    o.quantity = row.quantity, o.image = row.image;
    o.state = state_of(anion, row.volume_A3, row.charge_e, row.distortion);
    bool const change = row.quantity == Quantity::dE_oct || row.quantity == Quantity::dE_tet;
    o.undistorted = change ? state_of(anion, row.volume_A3, row.charge_e, 1) : o.state;
    observations_.push_back(o);
  }

  for (std::string const& anion : plan.anions)
    if (plan.radius_A.contains(anion))
      mean_radius_ += plan.radius_A.at(anion) / double(plan.anions.size());
  for (FitParameter const& p : form.parameters) {
    first_free_.push_back(p.free ? n_free_ : -1);
    if (!p.free) continue;
    bool const log = p.logarithmic();
    auto const scaled = [log](double v) { return log ? std::log(std::fabs(v)) : v; };
    double const lower = scaled(p.sign() > 0 ? p.min : p.max),
                 upper = scaled(p.sign() > 0 ? p.max : p.min);
    double const sign = log ? p.sign() : 0;
    if (p.across == Across::own)
      for (std::string const& anion : plan.anions)
        bounds_.push_back({scaled(p.start), lower, upper, p.name, anion, sign});
    else
      bounds_.push_back({scaled(p.start), lower, upper, p.name, "all", sign});
    if (p.across == Across::trend)
      bounds_.push_back({0, lower - upper, upper - lower,
                         (log ? "ln " : "") + p.name + " per Å of radius", "all", 0});
    n_free_ = int(bounds_.size());
  }
}

std::string const& FitModel::anion_name(std::size_t anion) const {
  std::size_t const n = plan_.anions.size();
  return anion < n ? plan_.anions[anion] : plan_.predicted[anion - n];
}

template <class T>
std::vector<T> FitModel::parameters(T const* x, std::size_t anion) const {
  using std::exp;
  std::vector<T> values;
  for (std::size_t i = 0; i < form_.parameters.size(); ++i) {
    FitParameter const& p = form_.parameters[i];
    if (!p.free) {
      values.push_back(T(p.fixed(anion_name(anion))));
      continue;
    }
    T const* const at = x + first_free_[i];
    T v = p.across == Across::own ? at[anion] : at[0];
    if (p.across == Across::trend)
      v = v + at[1] * (plan_.radius_A.at(anion_name(anion)) - mean_radius_);
    values.push_back(p.logarithmic() ? p.sign() * exp(v) : v);
  }
  return values;
}

template <class Term, class T>
void FitModel::add_term(int first_parameter, std::vector<std::vector<T>> const& parameters,
                        std::vector<T>& energies) const {
  auto const of = [&](FitState const& state) {
    return parameters[state.anion].data() + first_parameter;
  };
  std::vector<T> strengths;
  for (FitState const& state : states_)
    strengths.push_back(Term::strength(of(state), state.charge, state.a));
  auto const add_shape = [&](auto shape) {
    using fit_terms::Varies;
    std::map<std::tuple<int, int, double>, std::vector<T>>
        sums;  // anion, distortion, what the shape varies with
    for (std::size_t s = 0; s < states_.size(); ++s) {
      FitState const& state = states_[s];
      double const with = shape.varies == Varies::with_charge   ? state.charge
                          : shape.varies == Varies::with_volume ? state.volume
                                                                : 0;
      auto const [at, is_new] =
          sums.emplace(std::tuple(state.anion, distortion_of_[s], with), std::vector<T>{});
      if (is_new)
        for (Shells const& shells : points_[distortion_of_[s]])
          at->second.push_back(shape.of(of(state), shells, state.a, state.charge));
      for (std::size_t k = 0; k < at->second.size(); ++k)
        energies[first_energy_[s] + k] += strengths[s] * at->second[k];
    }
  };
  std::apply([&](auto... shape) { (add_shape(shape), ...); }, typename Term::Shapes{});
}

template <class T>
void FitModel::predict(T const* x, T* predictions) const {
  std::vector<std::vector<T>> parameters;
  for (std::size_t anion = 0; anion < plan_.anions.size(); ++anion)
    parameters.push_back(this->parameters(x, anion));
  std::vector<T> energies(n_energies_, T(0.0));
  for (std::size_t t = 0; t < form_.terms.size(); ++t) {
    auto const first =
        std::ranges::find(form_.parameters, int(t), &FitParameter::term) - form_.parameters.begin();
    with_fit_term(form_.terms[t],
                  [&](auto term) { add_term<decltype(term)>(int(first), parameters, energies); });
  }
  for (std::size_t i = 0; i < observations_.size(); ++i) {
    FitObservation const& o = observations_[i];
    predictions[i] =
        prediction(o, &energies[first_energy_[o.state]], &energies[first_energy_[o.undistorted]],
                   states_[o.state].distortion);
  }
}

template std::vector<double> FitModel::parameters(double const*, std::size_t) const;
template void FitModel::predict(double const*, double*) const;
template void FitModel::predict(FitJet const*, FitJet*) const;

}  // namespace ionscape
