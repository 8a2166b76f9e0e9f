#include <ionscape/crystals/descent.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

#include <ionscape/core/error.hpp>

namespace ionscape {

namespace {

constexpr double sufficient = 1e-4;       // of the slope's promise that the energy must fall by
constexpr double sufficient_slope = 0.1;  // the same for the slope alone
constexpr int most_rejections = 8;        // of one line before it is given up
constexpr int most_times_in_fire = 3;     // the last time it stays
constexpr double shortest_time_step = 1e-5;

/// Sums in a fixed order: the same bits in any batch.
double dot(std::span<double const> u, std::span<double const> v) {
  double sum = 0;
  for (std::size_t k = 0; k < u.size(); ++k) sum += u[k] * v[k];
  return sum;
}

bool all_finite(std::span<double const> v) {
  return std::all_of(v.begin(), v.end(), [](double number) { return std::isfinite(number); });
}

/// Where the cubic through both energies and slopes has its minimum, as a fraction of the length;
/// of the slopes alone where the energies say nothing.
double cubic_minimum(double energy_change, double slope0, double slope1, double noise) {
  if (std::fabs(energy_change) <= noise) return slope1 > slope0 ? -slope0 / (slope1 - slope0) : 0.5;
  double const s = slope0 + slope1 - 3 * energy_change;
  double const root = s * s - slope0 * slope1;
  if (!(root >= 0)) return 0.5;
  double const w = std::sqrt(root);
  return 1 - (slope1 + w - s) / (slope1 - slope0 + 2 * w);
}

void validate(std::span<double const> x, std::span<double const> stiffness,
              DescentOptions const& o) {
  if (stiffness.size() != x.size())
    fail_input({}, "descent: ", stiffness.size(), " stiffnesses for ", x.size(), " numbers");
  for (double k : stiffness)
    if (!(k > 0) || !std::isfinite(k))
      fail_input({}, "descent: stiffness ", k, ", expected a positive number");
  if (!all_finite(x)) fail_input({}, "descent: the start has numbers that are not finite");
  if (o.group < 1 || x.size() % std::size_t(o.group) != 0)
    fail_input({}, "descent: ", x.size(), " numbers do not make groups of ", o.group);
  if (!(o.max_step_length > 0) || !(o.tolerance >= 0) || !(o.noise >= 0) || o.memory < 1 ||
      o.max_steps < 0)
    fail_input({}, "descent: an option is out of range");
}

}  // namespace

char const* to_string(DescentStatus status) {
  switch (status) {
    case DescentStatus::running:
      return "running";
    case DescentStatus::converged:
      return "converged";
    case DescentStatus::step_limit:
      return "step_limit";
    case DescentStatus::bad_step:
      return "bad_step";
    case DescentStatus::not_finite:
      return "not_finite";
    case DescentStatus::stopped:
      return "stopped";
  }
  return "unknown";
}

Descent::Descent(std::span<double const> x, std::span<double const> stiffness,
                 DescentOptions const& options)
    : options_(options), stiffness_(stiffness.begin(), stiffness.end()) {
  validate(x, stiffness, options);
  gradient_.resize(x.size());
  restart(x);
}

void Descent::restart(std::span<double const> x) {
  x_.assign(x.begin(), x.end());
  trial_ = x_;
  mode_ = Mode::start;
  status_ = DescentStatus::running;
  steps_ = evaluations_ = times_in_fire_ = 0;
}

DescentStatus Descent::take(double energy, std::span<double const> gradient, bool good_enough) {
  if (status_ != DescentStatus::running) return status_;
  ++evaluations_;
  bool const finite = std::isfinite(energy) && all_finite(gradient);
  if (mode_ == Mode::start && !finite) {
    gradient_.assign(gradient.begin(), gradient.end());
    energy_ = energy;
    return status_ = DescentStatus::not_finite;
  }
  if (mode_ == Mode::line && !(finite && acceptable(energy, gradient))) {
    reject(energy, gradient, finite);
  } else if (mode_ == Mode::fire && !finite) {
    retreat_of_fire();
  } else {
    accept(energy, gradient);
    if (good_enough || largest_group(gradient_) < options_.tolerance)
      return status_ = DescentStatus::converged;
    if (steps_ >= options_.max_steps) return status_ = DescentStatus::step_limit;
    next();
  }
  if (status_ == DescentStatus::running && evaluations_ > 2 * options_.max_steps) {
    status_ = DescentStatus::step_limit;
    trial_ = x_;
  }
  return status_;
}

void Descent::accept(double energy, std::span<double const> gradient) {
  if (mode_ != Mode::start) {
    learn(gradient);
    ++steps_;
  }
  x_ = trial_;
  energy_ = energy;
  gradient_.assign(gradient.begin(), gradient.end());
}

/// A step along which the gradient does not grow says nothing that a positive definite matrix could
/// hold: it is passed over, and every direction stays one of descent.
void Descent::learn(std::span<double const> gradient) {
  Pair pair;
  pair.step.resize(x_.size());
  pair.change.resize(x_.size());
  double stiff = 0;
  for (std::size_t k = 0; k < x_.size(); ++k) {
    pair.step[k] = trial_[k] - x_[k];
    pair.change[k] = gradient[k] - gradient_[k];
    stiff += stiffness_[k] * pair.step[k] * pair.step[k];
  }
  pair.curvature = dot(pair.step, pair.change);
  if (!(pair.curvature > 1e-5 * stiff)) return;
  if (int(pairs_.size()) == options_.memory) pairs_.erase(pairs_.begin());
  pairs_.push_back(std::move(pair));
}

bool Descent::acceptable(double energy, std::span<double const> gradient) const {
  double const rise = energy - energy_;
  if (rise <= sufficient * length_ * slope_) return true;
  double const noise = options_.noise + 1e-14 * std::fabs(energy_);
  return rise <= noise && dot(gradient, direction_) <= -(1 - 2 * sufficient_slope) * slope_;
}

void Descent::next() {
  if (mode_ == Mode::fire) {
    bool const calm = scaled_square(gradient_) < 0.01 * fire_.gradient_at_entry;
    if (!calm || times_in_fire_ >= most_times_in_fire) return fire_step();
    forget();
  }
  begin_line();
}

// --- L-BFGS --------------------------------------------------------------------------------------

Descent::Numbers Descent::lbfgs_direction() const {
  Numbers d(gradient_.size());
  for (std::size_t k = 0; k < d.size(); ++k) d[k] = -gradient_[k];
  Numbers weight(pairs_.size());
  for (std::size_t p = pairs_.size(); p-- > 0;) {
    Pair const& pair = pairs_[p];
    weight[p] = dot(pair.step, d) / pair.curvature;
    for (std::size_t k = 0; k < d.size(); ++k) d[k] -= weight[p] * pair.change[k];
  }
  double const scale =
      pairs_.empty() ? 1 : pairs_.back().curvature / scaled_square(pairs_.back().change);
  for (std::size_t k = 0; k < d.size(); ++k) d[k] *= scale / stiffness_[k];
  for (std::size_t p = 0; p < pairs_.size(); ++p) {
    Pair const& pair = pairs_[p];
    double const correction = weight[p] - dot(pair.change, d) / pair.curvature;
    for (std::size_t k = 0; k < d.size(); ++k) d[k] += correction * pair.step[k];
  }
  return d;
}

void Descent::begin_line() {
  mode_ = Mode::line;
  rejections_ = 0;
  direction_ = lbfgs_direction();
  slope_ = dot(gradient_, direction_);
  if (!(slope_ < 0) && !pairs_.empty()) {  // rounding has spoilt the pairs
    forget();
    direction_ = lbfgs_direction();
    slope_ = dot(gradient_, direction_);
  }
  double const longest = largest_group(direction_);
  put_trial(direction_,
            longest > options_.max_step_length ? options_.max_step_length / longest : 1);
}

/// Shorter along the same line; then along the gradient; then FIRE.
void Descent::reject(double energy, std::span<double const> gradient, bool finite) {
  if (++rejections_ > most_rejections) {
    if (pairs_.empty()) return begin_fire();
    forget();
    return begin_line();
  }
  double shorten = 0.25;
  if (finite) {
    double const noise = options_.noise + 1e-14 * std::fabs(energy_);
    shorten = cubic_minimum(energy - energy_, length_ * slope_, length_ * dot(gradient, direction_),
                            noise);
  }
  if (!(shorten >= 0.1)) shorten = 0.1;
  put_trial(direction_, length_ * std::min(shorten, 0.7));
}

void Descent::put_trial(Numbers const& direction, double length) {
  length_ = length;
  for (std::size_t k = 0; k < x_.size(); ++k) trial_[k] = x_[k] + length * direction[k];
}

// --- FIRE: Bitzek et al., Phys. Rev. Lett. 97, 170201 (2006), with its recommended numbers --------

void Descent::begin_fire() {
  mode_ = Mode::fire;
  ++times_in_fire_;
  fire_ = {};
  fire_.velocity.assign(x_.size(), 0.0);
  fire_.gradient_at_entry = scaled_square(gradient_);
  fire_step();
}

void Descent::fire_step() {
  Numbers& v = fire_.velocity;
  double const power = -dot(gradient_, v);
  if (power > 0) {
    double speed = 0;
    for (std::size_t k = 0; k < v.size(); ++k) speed += stiffness_[k] * v[k] * v[k];
    double const along = fire_.mixing * std::sqrt(speed / scaled_square(gradient_));
    for (std::size_t k = 0; k < v.size(); ++k)
      v[k] = (1 - fire_.mixing) * v[k] - along * gradient_[k] / stiffness_[k];
    if (++fire_.downhill_steps > 5) {
      fire_.time_step = std::min(1.1 * fire_.time_step, 1.0);
      fire_.mixing *= 0.99;
    }
  } else {
    if (power < 0) fire_.time_step *= 0.5;  // not at the start, where the velocity is zero
    fire_.mixing = 0.1;
    fire_.downhill_steps = 0;
    std::fill(v.begin(), v.end(), 0.0);
  }
  for (std::size_t k = 0; k < v.size(); ++k) v[k] -= fire_.time_step * gradient_[k] / stiffness_[k];
  if (fire_.time_step < shortest_time_step) {
    status_ = DescentStatus::bad_step;
    trial_ = x_;
    return;
  }
  double const longest = fire_.time_step * largest_group(v);
  put_trial(v, longest > options_.max_step_length
                   ? fire_.time_step * options_.max_step_length / longest
                   : fire_.time_step);
}

/// Back from a point that has no energy, and more slowly.
void Descent::retreat_of_fire() {
  std::fill(fire_.velocity.begin(), fire_.velocity.end(), 0.0);
  fire_.time_step *= 0.25;
  fire_.downhill_steps = 0;
  fire_step();
  if (status_ == DescentStatus::bad_step) status_ = DescentStatus::not_finite;
}

// --- norms ---------------------------------------------------------------------------------------

/// Sum of g^2 / stiffness: twice the energy that the estimate of the stiffness promises.
double Descent::scaled_square(std::span<double const> g) const {
  double sum = 0;
  for (std::size_t k = 0; k < g.size(); ++k) sum += g[k] * g[k] / stiffness_[k];
  return sum;
}

double Descent::largest_group(std::span<double const> v) const {
  double largest = 0;
  std::size_t const group = std::size_t(options_.group);
  for (std::size_t k = 0; k < v.size(); k += group)
    largest = std::max(largest, dot(v.subspan(k, group), v.subspan(k, group)));
  return std::sqrt(largest);
}

}  // namespace ionscape
