// What tables and JSON of `ionscape energy` share.
#include <algorithm>
#include <cmath>

#include <ionscape/core/io/format.hpp>

#include "energy_report.hpp"

namespace ionscape::app {

std::string describe_pairs(EnergyRun const& run, Crystal const& crystal) {
  std::vector<std::string> parts;
  for (PairEnding const& e : pair_endings(run.plan.set, run.plan.sums, crystal))
    parts.push_back(
        e.pair + " " + e.form + " to " + shortest(e.cutoff) + " Å (" + origin_of_cutoff(run, e) +
        ")" + (e.wall > 0 ? ", wall below " + shortest(e.wall) + " Å" : "") +
        (e.dispersion == PairEnding::Dispersion::lattice_sum ? ", -C/r^6 summed over the lattice"
                                                             : ""));
  if (parts.empty()) return "none";
  return joined(parts) + "; " + truncation_names()[std::size_t(run.plan.sums.truncation)] +
         " truncation, " + (run.plan.sums.tail ? "with" : "no") + " tail correction";
}

std::vector<std::string> const& truncation_names() {
  static std::vector<std::string> const names{"plain", "shifted", "force-shifted"};
  return names;
}

std::vector<std::string> const& method_names() {
  static std::vector<std::string> const names{"auto", "direct", "mesh", "reference"};
  return names;
}

std::string method_name(EnergyRun const& run, EwaldMethod method) {
  return method_names()[run.plan.reference ? 3 : std::size_t(method)];
}

std::string origin_of_cutoff(EnergyRun const& run, PairEnding const& ending) {
  switch (ending.origin) {
    case PairEnding::Origin::of_pair:
      return "of the pair";
    case PairEnding::Origin::of_set:
      return run.cutoff_asked ? "asked for" : "of the set";
    case PairEnding::Origin::chosen:
      break;
  }
  return "chosen";
}

double left_out(EnergyRun const& run, Crystal const& crystal) {
  return ionscape::left_out(run.plan.set, run.plan.sums, crystal);
}

std::vector<std::string> notes_of(std::vector<Warning> const& warnings) {
  std::vector<std::string> notes;
  for (Warning const& warning : warnings)
    if (std::ranges::find(notes, warning.note) == notes.end()) notes.push_back(warning.note);
  return notes;
}

std::vector<std::string> sentences(EnergyRun const& run, std::size_t k) {
  constexpr double negligible = 1e-6;  // eV for each ion: not worth a sentence
  std::vector<std::string> texts;
  for (Warning const& warning : run.evaluations[k].warnings) texts.push_back(warning.text);
  double const missing = left_out(run, run.crystal(k));
  if (std::fabs(missing) > negligible * double(run.crystal(k).size())) {
    bool const dispersion = std::ranges::any_of(
        pair_endings(run.plan.set, run.plan.sums, run.crystal(k)),
        [](PairEnding const& e) { return e.dispersion == PairEnding::Dispersion::cut_off; });
    texts.push_back("the cutoffs leave out about " + fixed(missing, 6) +
                    " eV (--tail adds this estimate" +
                    (dispersion ? ", --dispersion lattice-sum all of -C/r^6)" : ")"));
  }
  return texts;
}

}  // namespace ionscape::app
