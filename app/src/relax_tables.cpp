// What `ionscape relax` prints.
#include <algorithm>
#include <iostream>
#include <map>

#include <ionscape/core/io/format.hpp>

#include "relax_report.hpp"

namespace ionscape::app {

namespace {

constexpr std::size_t most_rows = 40;  // more fill the screen: then those that failed alone

std::string of_cell(RelaxRun const& run, double value, int digits) {
  return run.options.cell == CellFreedom::none ? "-" : fixed(value, digits);
}

void print_rows(RelaxRun const& run) {
  TextTable table({"structure", "status", "steps", "energy/eV", "volume/Å^3", "change/%",
                   "force/(eV/Å)", "stress+p/GPa"});
  bool const all = run.size() <= most_rows;
  std::size_t rows = 0;
  for (std::size_t k = 0; k < run.size() && rows < most_rows; ++k) {
    RelaxedCrystal const& r = run.results[k];
    if (!all && r.converged()) continue;
    ++rows;
    if (!run.computed(k)) {
      table.row({run.structure(k).name, to_string(r.status), "-", "-", "-", "-", "-", "-"});
      continue;
    }
    double const volume = r.crystal.cell.volume();
    table.row({run.structure(k).name, to_string(r.status), std::to_string(r.steps),
               fixed(r.energy, 6), fixed(volume, 4),
               of_cell(run, 100 * (volume / run.start(k).cell.volume() - 1), 2),
               scientific(r.max_force), of_cell(run, r.max_stress * gigapascal_per_eV_per_A3, 4)});
  }
  if (rows > 0) table.print(std::cout);
  if (!all) std::cout << "(of " << run.size() << " structures, those that did not converge)\n";
}

/// The cell before and after, where there is one structure.
void print_cells(RelaxRun const& run) {
  if (run.size() > 1 || !run.computed(0) || run.options.cell == CellFreedom::none) return;
  TextTable table({"cell", "a/Å", "b/Å", "c/Å", "alpha/deg", "beta/deg", "gamma/deg"});
  for (auto const& [name, cell] :
       {std::pair("start", run.start(0).cell), std::pair("relaxed", run.results[0].crystal.cell)})
    table.row({name, fixed(norm(cell.a), 5), fixed(norm(cell.b), 5), fixed(norm(cell.c), 5),
               fixed(angle_deg(cell.b, cell.c), 3), fixed(angle_deg(cell.c, cell.a), 3),
               fixed(angle_deg(cell.a, cell.b), 3)});
  std::cout << '\n';
  table.print(std::cout);
}

void print_space_groups(RelaxRun const& run) {
  SpaceGroups const& groups = run.space_groups[0];
  if (run.size() == 1 && !groups.relaxed.empty())
    std::cout << "\nspace group: " << groups.start << " at the start, " << groups.relaxed
              << " relaxed\n";
}

/// What --check found.
void print_check(RelaxRun const& run) {
  if (run.size() > 1 || run.checks.empty() || !run.checks[0]) return;
  MinimumCheck const& check = *run.checks[0];
  std::cout << "\nlowest curvatures at Gamma/(eV/Å^2):";
  for (double curvature : check.lowest) std::cout << ' ' << fixed(curvature, 4);
  std::cout << (check.lowest.empty() ? " none" : "")
            << (check.is_minimum() ? "; a minimum\n" : "; no minimum\n");
}

void print_counts(RelaxRun const& run) {
  std::map<std::string, int> by_status;
  long steps = 0, evaluations = 0;
  for (RelaxedCrystal const& r : run.results) {
    ++by_status[to_string(r.status)];
    steps += r.steps, evaluations += r.evaluations;
  }
  std::cout << run.size() << (run.size() == 1 ? " structure" : " structures");
  char const* separator = ": ";
  for (auto const& [status, n] : by_status) {
    std::cout << separator << n << ' ' << status;
    separator = ", ";
  }
  std::cout << "; " << steps << " steps, " << evaluations << " evaluations\n";
}

/// Each sentence once, with the first structure that has it.
void print_warnings(RelaxRun const& run) {
  constexpr int most = 10;
  int printed = 0;
  std::map<std::string, int> notes;
  for (std::size_t k = 0; k < run.size(); ++k)
    for (auto const* list : {&run.warnings[k], &run.results[k].warnings})
      for (Warning const& warning : *list)
        if (notes[warning.note]++ == 0 && ++printed <= most)
          std::cout << "warning: " << run.structure(k).name << ": " << warning.text << '\n';
  for (auto const& [note, count] : notes)
    if (count > 1) std::cout << "         " << note << ": " << count << " times\n";
}

void print_reasons(RelaxRun const& run) {
  constexpr int most = 20;
  int printed = 0, left = 0;
  for (std::size_t k = 0; k < run.size(); ++k) {
    if (run.results[k].converged()) continue;
    if (++printed > most)
      ++left;
    else if (std::string const& error = run.structure(k).error; !error.empty())
      std::cout << "failed: " << error << '\n';
    else
      std::cout << to_string(run.results[k].status) << ": " << run.structure(k).name << ": "
                << run.results[k].reason << '\n';
  }
  if (left > 0) std::cout << "and " << left << " more (relax.csv)\n";
}

}  // namespace

void print_relaxed(RelaxRun const& run) {
  std::cout << "potential: " << run.set.name << " (" << run.set.file.string()
            << ")\ncell: " << cell_names()[std::size_t(run.options.cell)];
  if (run.options.cell != CellFreedom::none)
    std::cout << ", pressure " << shortest(run.options.pressure * gigapascal_per_eV_per_A3)
              << " GPa";
  std::cout << "\n\n";
  print_rows(run);
  print_cells(run);
  print_space_groups(run);
  print_check(run);
  if (run.size() > 1) print_counts(run);
  print_reasons(run);
  print_warnings(run);
}

}  // namespace ionscape::app
