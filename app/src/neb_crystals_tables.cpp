#include <algorithm>
#include <cmath>
#include <set>

#include <ionscape/barriers/ion_label.hpp>
#include <ionscape/neb/profile.hpp>

#include "neb_crystals_report.hpp"

namespace ionscape::app {

/// Ends are at rest to a tolerance: the dip of a path behind its first and before its last image says
/// nothing.
std::vector<ProfileExtremum> turning_points(BandResult const& path) {
  constexpr double dip = 1e-6;  // eV
  if (path.n_images == 0 || path.saddle_image < 0) return {};
  std::vector<ProfileExtremum> extrema = profile_extrema(path);
  auto const is_dip = [&](ProfileExtremum const& e, double end) {
    return !e.maximum && end - e.energy < dip;
  };
  if (!extrema.empty() && extrema.front().position < path.position[1] &&
      is_dip(extrema.front(), path.energy.front()))
    extrema.erase(extrema.begin());
  if (!extrema.empty() && extrema.back().position > path.position[std::size_t(path.n_images) - 2] &&
      is_dip(extrema.back(), path.energy.back()))
    extrema.pop_back();
  return extrema;
}

namespace {

void print_ends(CrystalHopRun const& hop) {
  for (std::size_t side = 0; side < hop.solved.ends.size(); ++side) {
    RelaxedCrystal const& end = hop.solved.ends[side];
    std::cout << (side == 0 ? "first" : "last") << " end: " << to_string(end.status) << " after "
              << end.steps << " steps, " << fixed(end.energy, 6) << " eV, largest force "
              << scientific(end.max_force) << " eV/Å, farthest ion moved "
              << fixed(hop.solved.end_moved[side], 3) << " Å\n";
  }
}

void print_path(BandResult const& path) {
  TextTable table({"image", "s/Å", "E - E(0)/eV", "dE/ds/(eV/Å)", ""});
  for (int i = 0; i < path.n_images; ++i) {
    auto const k = std::size_t(i);
    table.row({std::to_string(i), fixed(path.position[k], 4),
               fixed(path.energy[k] - path.energy[0], 6), fixed(path.slope[k], 4),
               i == path.saddle_image ? "highest" : ""});
  }
  table.print(std::cout);
}

void print_extrema(BandResult const& path) {
  auto const extrema = turning_points(path);
  if (extrema.size() < 2) return;
  std::cout << "\nalong the path\n";
  TextTable table({"", "s/Å", "E - E(0)/eV"});
  for (ProfileExtremum const& e : extrema)
    table.row({e.maximum ? "maximum" : "minimum", fixed(e.position, 4),
               fixed(e.energy - path.energy[0], 6)});
  table.print(std::cout);
}

void print_moves(CrystalHopRun const& hop) {
  constexpr std::size_t most = 8;
  auto const moves = ion_moves(hop.path);
  if (moves.empty()) return;
  std::cout << "\nions that move by 0.1 Å or more (numbered as in band.extxyz)\n";
  TextTable table({"ion", "to the highest point/Å", "to the end/Å"});
  for (std::size_t k = 0; k < std::min(most, moves.size()); ++k)
    table.row({ion_label(hop.solved.hop.initial, moves[k].ion), fixed(moves[k].to_saddle, 3),
               fixed(moves[k].to_end, 3)});
  table.print(std::cout);
  if (moves.size() > most) std::cout << "and " << moves.size() - most << " more: see neb.json\n";
}

void print_certificate(HopPart const& part) {
  Certificate const& c = *part.certificate;
  TextTable table(
      {"", "E - E(0)/eV", "force/(eV/Å)", "lowest curvatures/(eV/Å^2)", "", "", "falls along"});
  auto const row = [&](char const* name, StationaryPoint const& p) {
    auto const curvature = [&](Eigen::Index k) {
      return k < p.curvature.size() ? fixed(p.curvature[k], 3) : std::string("-");
    };
    if (p.found())
      table.row({name, fixed(p.energy - c.first.energy, 6), scientific(p.max_force), curvature(0),
                 curvature(1), curvature(2), std::to_string(p.falling)});
    else
      table.row({name, "none found", "-", "-", "-", "-", "-"});
  };
  row("first end", c.first);
  row("saddle", c.saddle);
  row("last end", c.last);
  table.print(std::cout);
  if (c.saddle.falling == 1)
    std::cout << "ways down from the saddle lead to: " << to_string(c.down[0].to) << ", "
              << to_string(c.down[1].to) << '\n';
  if (std::isfinite(c.forward.attempt))
    std::cout << "attempt frequency (Vineyard): " << fixed(c.forward.attempt, 3) << " THz there, "
              << fixed(c.reverse.attempt, 3) << " THz back (± " << scientific(c.forward.error)
              << "); rate at 300 K: " << scientific(c.forward.at(300)) << " 1/s\n";
  for (FalseSaddle const& left : part.left)
    std::cout << "left: a stationary point " << fixed(left.barrier, 6)
              << " eV above the first end, at which the energy falls along " << left.falling
              << " directions\n";
}

void print_parts(CrystalHopRun const& hop) {
  auto const& parts = hop.solved.parts;
  for (std::size_t k = 0; k < parts.size(); ++k) {
    if (!parts[k].certificate) continue;
    std::cout << '\n'
              << (parts.size() > 1 ? "part " + std::to_string(k + 1) + " of " +
                                         std::to_string(parts.size()) + '\n'
                                   : "");
    print_certificate(parts[k]);
  }
}

/// Each once, after the first hop that has it.
void print_warnings(CrystalHopRun const& hop, std::set<std::string>& known,
                    std::string const& name = "") {
  auto const print = [&](std::string const& text) {
    if (known.insert(text).second) std::cout << "warning: " << name << text << '\n';
  };
  for (std::string const& warning : hop.warnings) print(warning);
  for (Warning const& warning : hop.solved.warnings) print(warning.text);
}

/// What helps where an end was held and is not at rest.
void print_hint(SolvedHop const& solved) {
  bool const moves = std::ranges::any_of(solved.parts, [](HopPart const& part) {
    return std::ranges::max(part.band.band.end_force) > at_rest;
  });
  if (solved.ends.empty() && moves) std::cout << "--relax-endpoints relaxes both ends first\n";
}

void print_potential(CrystalNebRun const& run) {
  std::cout << "potential: " << run.set.name << " (" << run.set.file.string() << ")\n";
  for (std::string const& note : run.notes) std::cout << note << '\n';
}

}  // namespace

void print_hop(CrystalNebRun const& run, CrystalHopRun const& hop) {
  SolvedHop const& solved = hop.solved;
  std::cout << hop.name << ": " << solved.hop.size() << " ions, all of which may move\n";
  print_potential(run);
  print_ends(hop);
  if (hop.path.n_images > 0) {
    std::cout << "band: " << to_string(solved.status) << " after " << hop.path.steps
              << " steps, largest force " << fixed(hop.path.max_force, 4) << " eV/Å\n\n";
    print_path(hop.path);
    print_extrema(hop.path);
    print_moves(hop);
    print_parts(hop);
    std::cout << '\n';
    TextTable barriers({"", "eV"});
    barriers.row({"forward barrier", fixed(solved.forward_barrier(), 6)});
    barriers.row({"reverse barrier", fixed(solved.reverse_barrier(), 6)});
    barriers.print(std::cout);
  }
  std::cout << solved.verdict() << '\n';
  print_hint(solved);
  std::set<std::string> known;
  print_warnings(hop, known);
}

void print_hops(CrystalNebRun const& run) {
  print_potential(run);
  std::cout << '\n';
  TextTable table({"hop", "length/Å", "in cell", "status", "parts", "forward/eV", "reverse/eV",
                   "attempt/THz", "certified"});
  for (CrystalHopRun const& hop : run.hops) {
    SolvedHop const& solved = hop.solved;
    double attempt = std::nan("");
    if (!solved.parts.empty())
      if (auto const& c = solved.parts[solved.highest()].certificate) attempt = c->forward.attempt;
    table.row(
        {hop.name,
         hop.input.contains("length_A") ? fixed(hop.input["length_A"].get<double>(), 3) : "-",
         hop.input.contains("multiplicity") ? std::to_string(hop.input["multiplicity"].get<int>())
                                            : "-",
         hop.error.empty() ? to_string(solved.status) : "refused",
         std::to_string(solved.parts.size()), fixed(solved.forward_barrier(), 4),
         fixed(solved.reverse_barrier(), 4), fixed(attempt, 2), solved.certified() ? "yes" : "no"});
  }
  table.print(std::cout);
  std::cout << '\n';
  std::set<std::string> known;
  for (CrystalHopRun const& hop : run.hops) {
    if (!hop.solved.certified())
      std::cout << hop.name << ": "
                << (hop.error.empty() ? hop.solved.verdict() : "refused: " + hop.error) << '\n';
    for (HopPart const& part : hop.solved.parts)
      for (FalseSaddle const& left : part.left)
        std::cout << hop.name << ": a stationary point at " << fixed(left.barrier, 4)
                  << " eV, where the energy falls along " << left.falling
                  << " directions, was left\n";
    print_warnings(hop, known, hop.name + ": ");
  }
}

}  // namespace ionscape::app
