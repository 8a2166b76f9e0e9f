// The loop over all crystals: those that have ended leave, those that wait get new lists.
#include <ionscape/crystals/relax_crystals.hpp>

#include <algorithm>
#include <cmath>
#include <map>

#include <ionscape/core/error.hpp>
#include <ionscape/core/memory.hpp>

#include "particle_batch.hpp"

namespace ionscape {

namespace {

using detail::ParticleBatch;
using detail::Relaxation;

using Finished = std::function<void(std::size_t, RelaxedCrystal const&)>;

/// Particles evaluated together.
constexpr std::size_t most_particles = 100'000;

RelaxedCrystal refused(Crystal const& crystal, std::string reason) {
  RelaxedCrystal result;
  result.status = CrystalStatus::refused;
  result.reason = std::move(reason);
  result.crystal = crystal;
  result.energy = result.enthalpy = result.max_force = result.max_stress = std::nan("");
  return result;
}

/// Crystals whose pair terms end at the same radius.
class Group {
 public:
  Group(std::span<Crystal const> crystals, PotentialSet const& set,
        CrystalRelaxOptions const& options, std::vector<RelaxedCrystal>& results,
        Finished const& finished)
      : crystals_(crystals), set_(set), options_(options), results_(results), finished_(finished) {}

  void run(std::vector<std::size_t> queue) {
    std::ranges::reverse(queue);
    queue_ = std::move(queue);
    while (!queue_.empty() || !members_.empty()) {
      refill();
      if (members_.empty()) continue;
      try {
        advance();
      } catch (InputError const& error) {
        sort_out(error);
      }
      std::erase_if(members_, [](Member const& m) { return m.relaxation->ended(); });
    }
  }

 private:
  struct Member {
    std::size_t index;
    std::unique_ptr<Relaxation> relaxation;
    bool reported = false;
  };

  void finish(std::size_t index, RelaxedCrystal result) {
    results_[index] = std::move(result);
    if (finished_) finished_(index, results_[index]);
  }

  std::vector<Relaxation*> relaxations() const {
    std::vector<Relaxation*> all;
    for (Member const& member : members_) all.push_back(member.relaxation.get());
    return all;
  }

  std::size_t particles() const {
    std::size_t n = 0;
    for (Member const& member : members_) n += std::size_t(member.relaxation->particles());
    return n;
  }

  void refill() {
    std::size_t n = particles();
    std::vector<std::size_t> coming;
    while (!queue_.empty() && (n == 0 || n < most_)) {
      coming.push_back(queue_.back());
      n += crystals_[queue_.back()].size();
      queue_.pop_back();
    }
    std::vector<std::unique_ptr<Relaxation>> made(coming.size());
    std::vector<std::string> errors(coming.size());
    detail::for_all("ionscape::crystals::begin", coming.size(), [&](std::size_t k) {
      try {
        made[k] = std::make_unique<Relaxation>(crystals_[coming[k]], set_, options_);
      } catch (InputError const& error) {
        errors[k] = error.what();
      }
    });
    for (std::size_t k = 0; k < coming.size(); ++k)
      if (made[k])
        members_.push_back({coming[k], std::move(made[k])});
      else
        finish(coming[k], refused(crystals_[coming[k]], errors[k]));
  }

  /// Until so many have ended or wait that the rest is better off alone.
  void advance() {
    for (Member& member : members_)
      if (member.relaxation->waits()) member.relaxation->renew();
    ParticleBatch batch(relaxations(), set_, options_.energy);
    auto const running = [&] {
      return std::size_t(
          std::ranges::count_if(members_, [](Member const& m) { return m.relaxation->running(); }));
    };
    while (2 * running() > members_.size()) {
      batch.advance();
      for (Member& member : members_)
        if (member.relaxation->ended() && !member.reported) {
          member.reported = true;
          finish(member.index, member.relaxation->result());
        }
    }
  }

  /// The batch was refused: by one that cannot be computed, or because it does not fit.
  void sort_out(InputError const& error) {
    if (members_.size() == 1) {
      finish(members_[0].index, refused(crystals_[members_[0].index], error.what()));
      members_.clear();
      return;
    }
    std::size_t const before = members_.size();
    std::erase_if(members_, [&](Member const& member) {
      Relaxation* const alone = member.relaxation.get();
      try {
        ParticleBatch(std::span(&alone, 1), set_, options_.energy);
        return false;
      } catch (InputError const& own) {
        finish(member.index, refused(crystals_[member.index], own.what()));
        return true;
      }
    });
    if (members_.size() < before) return;
    // Each fits alone: fewer together. Those that are sent back begin anew later.
    most_ = particles() / 2;
    while (members_.size() > 1 && particles() > most_) {
      queue_.push_back(members_.back().index);
      members_.pop_back();
    }
  }

  std::span<Crystal const> crystals_;
  PotentialSet const& set_;
  CrystalRelaxOptions const& options_;
  std::vector<RelaxedCrystal>& results_;
  Finished const& finished_;
  std::vector<std::size_t> queue_;  // the next one last
  std::vector<Member> members_;
  std::size_t most_ = most_particles;
};

void validate(CrystalRelaxOptions const& o) {
  auto const positive = [](char const* name, double value) {
    if (!(value > 0) || !std::isfinite(value))
      fail_input({}, "relax: ", name, " = ", value, ", expected a positive number");
  };
  positive("force_tolerance", o.force_tolerance);
  positive("stress_tolerance", o.stress_tolerance);
  positive("max_step_length", o.max_step_length);
  if (!std::isfinite(o.pressure)) fail_input({}, "relax: pressure is not a finite number");
  if (o.max_steps < 0) fail_input({}, "relax: max_steps = ", o.max_steps, ", expected 0 or more");
}

}  // namespace

char const* to_string(CrystalStatus status) {
  switch (status) {
    case CrystalStatus::converged:
      return "converged";
    case CrystalStatus::step_limit:
      return "step_limit";
    case CrystalStatus::bad_step:
      return "bad_step";
    case CrystalStatus::collapsed:
      return "collapsed";
    case CrystalStatus::shell_ran_away:
      return "shell_ran_away";
    case CrystalStatus::cell_ran_away:
      return "cell_ran_away";
    case CrystalStatus::not_finite:
      return "not_finite";
    case CrystalStatus::refused:
      return "refused";
  }
  return "unknown";
}

std::vector<RelaxedCrystal> relax_crystals(std::span<Crystal const> crystals,
                                           PotentialSet const& set,
                                           CrystalRelaxOptions const& asked,
                                           Finished const& finished) {
  validate(asked);
  CrystalRelaxOptions options = asked;
  options.energy.force_error = std::min(options.energy.force_error, 0.01 * options.force_tolerance);
  if (options.energy.skin <= 0) options.energy.skin = 0.4;
  if (options.energy.memory_limit <= 0) options.energy.memory_limit = 0.9 * available_memory();
  // Each crystal ends its pair terms where it would if it were alone.
  std::map<double, std::vector<std::size_t>> by_cutoff;
  std::map<double, PairSums> sums;
  for (std::size_t k = 0; k < crystals.size(); ++k) {
    PairSums const own = options.energy.pairs
                             ? *options.energy.pairs
                             : pair_sums(set, crystals.subspan(k, 1), options.energy.force_error);
    by_cutoff[own.cutoff].push_back(k);
    sums[own.cutoff] = own;
  }
  std::vector<RelaxedCrystal> results(crystals.size());
  for (auto& [cutoff, members] : by_cutoff) {
    options.energy.pairs = sums[cutoff];
    Group(crystals, set, options, results, finished).run(std::move(members));
  }
  return results;
}

}  // namespace ionscape
