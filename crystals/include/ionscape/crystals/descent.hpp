// Downhill in a function of n numbers whose energy and gradient somebody else computes: one object
// for each crystal of a batch, or for the shells of one. It hands out the point at which it wants
// to know them, takes them in, and hands out the next.
//
// L-BFGS (two-loop recursion of Nocedal, Math. Comp. 35, 773 (1980)) upon a diagonal stiffness that
// the caller estimates, guarded by the energy: Armijo's condition, or where the energies differ by
// no more than their noise, the slope alone ("approximate Wolfe", Hager and Zhang, SIAM J. Optim.
// 16, 170 (2005), eq. 4.1). Where that fails again and again, FIRE goes on, which asks for
// nothing but forces; its masses are the stiffness.
#pragma once

#include <span>
#include <vector>

namespace ionscape {

enum class DescentStatus : int {
  running,
  converged,
  step_limit,  // max_steps were not enough
  bad_step,    // no step downhill, however short: energy and gradient do not go together
  not_finite,  // no finite energy at the start, or in every point tried around the last one
  stopped,     // by stop()
};

char const* to_string(DescentStatus status);

/// Numbers stand in groups, three for an ion: bounds and tolerances are of a group's norm.
struct DescentOptions {
  double tolerance = 1e-4;       // of the gradient of any group, in eV/Å; 0: the caller judges
  double max_step_length = 0.2;  // Å, of any group in one step
  int group = 3;
  int memory = 16;       // pairs of steps and changes of the gradient that are kept
  int max_steps = 1000;  // and at most twice as many evaluations
  double noise = 1e-9;   // eV: differences of energies below it say nothing
};

class Descent {
 public:
  /// From x (n numbers, Å). `stiffness` (n, eV/Å^2, all positive): the curvature along each number,
  /// as far as it is known; what it has of the true one's pattern shortens the way, its scale does
  /// not matter. Throws InputError for numbers or options that make no sense.
  Descent(std::span<double const> x, std::span<double const> stiffness,
          DescentOptions const& options = {});

  /// Where energy and gradient are wanted next; the last point taken in once it is over.
  std::span<double const> wanted() const { return trial_; }

  /// Takes in the energy (eV) and its gradient (n, eV/Å; minus the force) at wanted(). Converged is
  /// a point that was accepted and whose gradient is below the tolerance; or that the caller finds
  /// `good_enough`, if it judges.
  DescentStatus take(double energy, std::span<double const> gradient, bool good_enough = false);

  /// The function has changed a little, as that of shells does when the cores move: begins anew at
  /// x with what was learned of the curvature. Steps and evaluations count from 0 again.
  void restart(std::span<double const> x);
  /// Drops what was learned of the curvature.
  void forget() { pairs_.clear(); }
  /// Ends it for a reason that the caller knows.
  void stop() { status_ = DescentStatus::stopped; }

  DescentStatus status() const { return status_; }
  int steps() const { return steps_; }  // accepted
  int evaluations() const { return evaluations_; }
  bool by_fire() const { return mode_ == Mode::fire; }

  /// The last point accepted, its energy and gradient.
  std::span<double const> point() const { return x_; }
  double energy() const { return energy_; }
  std::span<double const> gradient() const { return gradient_; }

 private:
  enum class Mode { start, line, fire };
  using Numbers = std::vector<double>;

  /// A step and the change of the gradient along it.
  struct Pair {
    Numbers step, change;
    double curvature = 0;  // step . change
  };

  /// Where FIRE stands.
  struct Fire {
    Numbers velocity;
    double time_step = 0.1, mixing = 0.1;
    int downhill_steps = 0;
    double gradient_at_entry = 0;
  };

  void accept(double energy, std::span<double const> gradient);
  void learn(std::span<double const> gradient);
  bool acceptable(double energy, std::span<double const> gradient) const;

  void next();
  void begin_line();
  Numbers lbfgs_direction() const;
  void reject(double energy, std::span<double const> gradient, bool finite);
  void begin_fire();
  void fire_step();
  void retreat_of_fire();

  double scaled_square(std::span<double const> gradient) const;
  double largest_group(std::span<double const> v) const;
  void put_trial(Numbers const& direction, double length);

  DescentOptions options_;
  Numbers stiffness_;
  DescentStatus status_ = DescentStatus::running;
  Mode mode_ = Mode::start;
  int steps_ = 0, evaluations_ = 0;

  Numbers x_, gradient_;
  double energy_ = 0;
  Numbers trial_;

  std::vector<Pair> pairs_;  // the oldest first
  Numbers direction_;
  double slope_ = 0;   // of the energy along direction_
  double length_ = 0;  // of the trial, in units of direction_
  int rejections_ = 0;

  Fire fire_;
  int times_in_fire_ = 0;
};

}  // namespace ionscape
