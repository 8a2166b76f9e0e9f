#include <ionscape/barriers/solve_hops.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

#include <ionscape/core/io/format.hpp>

#include "certify_part.hpp"
#include "solver.hpp"

namespace ionscape {

double HopPart::top_energy() const {
  if (certificate && certificate->saddle.is_saddle()) return certificate->saddle.energy;
  return band.band.saddle_energy;
}

std::size_t SolvedHop::highest() const {
  auto const top = std::ranges::max_element(
      parts, [](HopPart const& a, HopPart const& b) { return a.top_energy() < b.top_energy(); });
  return std::size_t(top - parts.begin());
}

double SolvedHop::forward_barrier() const {
  if (parts.empty()) return std::numeric_limits<double>::quiet_NaN();
  return parts[highest()].top_energy() - parts.front().first_energy();
}

double SolvedHop::reverse_barrier() const { return forward_barrier() - rise(); }

double SolvedHop::rise() const {
  if (parts.empty()) return std::numeric_limits<double>::quiet_NaN();
  return parts.back().last_energy() - parts.front().first_energy();
}

bool SolvedHop::certified() const {
  return converged() && std::ranges::all_of(parts, [](HopPart const& part) {
           return part.certificate && part.certificate->certified();
         });
}

std::vector<std::string> HopPart::missing() const {
  if (band.band.saddle_kind == SaddleKind::interior)
    return certificate ? certificate->missing : std::vector<std::string>();
  std::vector<std::string> words{
      "the highest point of the path is an end: no saddle is in between"};
  for (std::size_t side : {0, 1})
    if (double const force = band.band.end_force[side]; force > at_rest)
      words.push_back(detail::not_at_rest(side == 0 ? "first" : "last", force));
  return words;
}

std::string SolvedHop::verdict() const {
  if (!converged()) return "not certified: " + reason;
  std::string missing;
  for (std::size_t k = 0; k < parts.size(); ++k)
    for (std::string const& what : parts[k].missing())
      missing += (missing.empty() ? "" : "; ") +
                 (parts.size() > 1 ? "part " + std::to_string(k + 1) + ": " : "") + what;
  if (!missing.empty()) return "not certified: " + missing;
  if (!certified()) return "not certified: nobody asked for it";
  if (parts.size() == 1)
    return "certified: one direction falls at the saddle, none at the ends, and the ways down lead "
           "to them";
  return "certified: " + std::to_string(parts.size()) + " saddles with " +
         std::to_string(parts.size() - 1) + (parts.size() == 2 ? " minimum" : " minima") +
         " between them, each proved";
}

std::vector<SolvedHop> solve_hops(std::span<HopTaskOfCrystal const> tasks, PotentialSet const& set,
                                  HopOptions const& options, HopProgress const& progress) {
  return detail::Solver(tasks, set, options, progress).run();
}

}  // namespace ionscape
