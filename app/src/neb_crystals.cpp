// ionscape neb in whole crystals: all ions move.
#include <algorithm>
#include <array>
#include <cmath>
#include <set>

#include <ionscape/barriers/distinct_hops.hpp>
#include <ionscape/barriers/ion_label.hpp>
#include <ionscape/barriers/make_hops.hpp>
#include <ionscape/barriers/match_ends.hpp>
#include <ionscape/barriers/start_path.hpp>
#include <ionscape/core/error.hpp>
#include <ionscape/core/io/csv.hpp>
#include <ionscape/core/io/format.hpp>
#include <ionscape/core/io/read_band.hpp>
#include <ionscape/core/io/read_crystal.hpp>
#include <ionscape/report/map_plots.hpp>

#include "interruption.hpp"
#include "kokkos_session.hpp"
#include "neb_crystals_report.hpp"
#include "neb_modes.hpp"
#include "neb_records.hpp"
#include "potential_option.hpp"
#include "progress.hpp"
#include "structures.hpp"
#include "subcommands.hpp"

namespace ionscape::app {

namespace {

constexpr std::size_t certified_up_to = 200;  // ions, if nothing is said
constexpr double images_apart = 8;            // Å, of a supercell that nobody chose

// --- what the user gives -------------------------------------------------------------------------

/// "0.1,0.2,0.3".
Vec3 read_place(std::string const& option, std::vector<std::string> const& words) {
  double f[3];
  bool right = words.size() == 3;
  for (std::size_t k = 0; right && k < 3; ++k) {
    auto const number = finite_number(words[k]);
    right = number && std::fabs(*number) <= 100;
    if (right) f[k] = *number;
  }
  if (!right)
    throw InputError("--" + option + ": found '" + joined(words) +
                     "', expected three fractions of the cell, as 0.25,0.25,0.5");
  return {f[0], f[1], f[2]};
}

CellSize read_size(Arguments const& arguments, Cell const& cell) {
  auto const words = arguments.list("supercell");
  if (words.empty()) return size_for(cell, images_apart);
  CellSize size{};
  bool right = words.size() == 3;
  for (std::size_t k = 0; right && k < 3; ++k) {
    auto const n = finite_number(words[k]);
    right = n && *n == std::floor(*n) && *n >= 1 && *n <= 50;
    if (right) size[k] = int(*n);
  }
  if (!right)
    throw InputError("--supercell: found '" + joined(words) +
                     "', expected three whole numbers, as 2,2,1");
  return size;
}

std::vector<double> read_temperatures(Arguments const& arguments) {
  std::vector<double> temperatures;
  for (std::string const& word : arguments.list("temperatures")) {
    auto const T = finite_number(word);
    if (!T || *T <= 0 || *T > 1e5)
      throw InputError("--temperatures: found '" + word +
                       "', expected numbers above 0, up to 100000 K");
    temperatures.push_back(*T);
  }
  if (temperatures.empty())
    for (int T = 300; T <= 1500; T += 100) temperatures.push_back(T);
  return temperatures;
}

Crystal read_end(std::filesystem::path const& file) {
  Crystal crystal = read_crystal(file);
  print_notes(file.string(), crystal);
  return crystal;
}

void take_charges(CrystalHopRun& hop, PotentialSet const& set) {
  for (Crystal* end : {&hop.task.hop.initial, &hop.task.hop.final_})
    for (Warning const& warning : take_charges_of_set(*end, set))
      if (end == &hop.task.hop.initial) hop.warnings.push_back(warning.text);
}

/// What reads the hops and remembers every file that was read.
class HopReader {
 public:
  HopReader(Arguments const& arguments, CrystalNebRun& run) : arguments_(arguments), run_(run) {}

  void read() {
    if (arguments_.has("pairs")) return read_pairs();
    if (arguments_.has("initial") || arguments_.has("final")) return read_two();
    read_made();
  }

  Paths const& files() const { return files_; }

 private:
  void read_two() {
    arguments_.refuse(
        {"structure", "vacancy", "hop", "all-hops", "within", "interstitial", "to", "supercell"},
        "--initial and --final");
    auto const initial = arguments_.path("initial"), final_ = arguments_.path("final");
    if (!initial || !final_) throw InputError("a hop needs both --initial and --final");
    files_ = {*initial, *final_};
    CrystalHopRun hop;
    match(hop, *initial, *final_);
    hop.name = hop.task.hop.name;
    take_charges(hop, run_.set);
    if (auto const path = arguments_.path("path")) {
      files_.push_back(*path);
      Band const band = read_band(*path);
      int const n = arguments_.has("images") ? run_.options.band.images : int(band.images.size());
      hop.task.path = path_of_band(hop.task.hop, band, n, *path);
    }
    run_.hops.push_back(std::move(hop));
  }

  static void match(CrystalHopRun& hop, std::filesystem::path const& initial,
                    std::filesystem::path const& final_) {
    hop.input = {{"initial", initial.string()}, {"final", final_.string()}};
    hop.task.hop = match_ends(read_end(initial), read_end(final_), {initial, final_});
  }

  /// A pair that cannot be used costs its own row.
  void read_pairs() {
    arguments_.refuse({"initial", "final", "structure", "vacancy", "hop", "all-hops", "within",
                       "interstitial", "to", "supercell", "path"},
                      "--pairs");
    std::filesystem::path const file = *arguments_.path("pairs");
    files_ = {file};
    CsvTable const table = CsvTable::read(file);
    std::set<std::string> names;
    for (std::size_t row = 0; row < table.rows(); ++row) {
      CrystalHopRun hop;
      auto const beside = [&](char const* column) {
        return file.parent_path() / std::filesystem::path(table.text(row, column));
      };
      std::filesystem::path const from = beside("initial"), to = beside("final");
      files_.push_back(from), files_.push_back(to);
      hop.name = table.has("name") ? table.text(row, "name") : "hop-" + std::to_string(row + 1);
      if (hop.name.empty() || hop.name.find('/') != hop.name.npos || !names.insert(hop.name).second)
        fail_input(table.where(row), "name '", hop.name,
                   "', expected one for each hop, which is to be a folder's");
      hop.input = {{"initial", from.string()}, {"final", to.string()}};
      try {
        match(hop, from, to);
        take_charges(hop, run_.set);
      } catch (InputError const& error) {
        hop.error = error.what();
      }
      run_.hops.push_back(std::move(hop));
    }
    if (run_.hops.empty()) fail_input({file}, "no pairs");
  }

  void read_made() {
    auto const file = arguments_.path("structure");
    arguments_.refuse({"path"}, "hops that are made from STRUCTURE");
    files_ = {*file};
    Crystal perfect = read_end(*file);
    for (Warning const& warning : take_charges_of_set(perfect, run_.set))
      run_.notes.push_back("warning: " + warning.text);
    CellSize const size = read_size(arguments_, perfect.cell);
    run_.notes.push_back("cell: " + file->string() + ", " + std::to_string(size[0]) + " x " +
                         std::to_string(size[1]) + " x " + std::to_string(size[2]));
    perfect_ = perfect;
    if (arguments_.has("all-hops"))
      make_all(perfect, size, *file);
    else if (arguments_.has("vacancy"))
      make_vacancy(perfect, size, *file);
    else if (arguments_.has("interstitial"))
      make_interstitial(perfect, size, *file);
    else
      throw InputError(
          "STRUCTURE needs --vacancy and --hop, --interstitial and --to, or --all-hops");
  }

  static Json input_of(std::filesystem::path const& file, CellSize const& size) {
    return {{"structure", file.string()}, {"supercell", size}};
  }

  void add(CrystalHop hop, Json input) {
    CrystalHopRun run;
    run.name = hop.name;
    run.input = std::move(input);
    run.task.hop = std::move(hop);
    run_.hops.push_back(std::move(run));
  }

  void make_vacancy(Crystal const& perfect, CellSize const& size,
                    std::filesystem::path const& file) {
    arguments_.refuse({"interstitial", "to", "within"}, "--vacancy");
    auto const hop = arguments_.text("hop");
    if (!hop) throw InputError("--vacancy needs --hop, the ion that takes its place");
    std::size_t const vacancy = ion_named(perfect, *arguments_.text("vacancy")),
                      ion = ion_named(perfect, *hop);
    Json input = input_of(file, size);
    input["vacancy"] = vacancy + 1, input["hop"] = ion + 1;
    add(vacancy_hop(perfect, size, vacancy, ion), std::move(input));
  }

  void make_interstitial(Crystal const& perfect, CellSize const& size,
                         std::filesystem::path const& file) {
    arguments_.refuse({"vacancy", "hop", "within"}, "--interstitial");
    auto words = arguments_.list("interstitial");
    if (words.size() != 4)
      throw InputError("--interstitial: found '" + joined(words) +
                       "', expected SPECIES,X,Y,Z, as Li,0.25,0.25,0.5");
    if (!arguments_.has("to")) throw InputError("--interstitial needs --to, where the ion goes");
    std::string const species = words[0];
    words.erase(words.begin());
    Vec3 const from = read_place("interstitial", words),
               to = read_place("to", arguments_.list("to"));
    Json input = input_of(file, size);
    input["species"] = species, input["from"] = to_json(from), input["to"] = to_json(to);
    add(interstitial_hop(perfect, size, species, from, to, run_.set), std::move(input));
  }

  void make_all(Crystal const& perfect, CellSize const& size, std::filesystem::path const& file) {
    arguments_.refuse({"vacancy", "hop", "interstitial", "to"}, "--all-hops");
    double const within = arguments_.number("within", between(0.1, 20)).value_or(4);
    for (DistinctHop const& kind : distinct_hops(perfect, *arguments_.text("all-hops"), within)) {
      Json input = input_of(file, size);
      input["vacancy"] = kind.vacancy + 1, input["hop"] = kind.hop + 1;
      input["length_A"] = kind.distance(), input["multiplicity"] = kind.count;
      input["symmetric"] = kind.symmetric;
      add(vacancy_hop(perfect, size, kind), std::move(input));
    }
  }

  Arguments const& arguments_;
  CrystalNebRun& run_;
  Paths files_;

 public:
  std::optional<Crystal> perfect_;  // that hops were made from
};

// --- what is computed ----------------------------------------------------------------------------

/// A crystal that hops are made from should be at rest with the set.
void judge_perfect(CrystalNebRun& run, Crystal const& perfect) {
  EnergyResult const result =
      std::move(energies_of(std::span(&perfect, 1), run.set, run.options.band.energy).front());
  double stress = 0;
  for (auto const& row : result.stress)
    for (double element : row) stress = std::max(stress, std::fabs(element));
  stress *= gigapascal_per_eV_per_A3;
  double const force = largest_force(result);
  std::string left;
  if (force > 0.05) left = "force " + significant(force, 2) + " eV/Å";
  if (stress > 0.5)
    left += (left.empty() ? "" : ", ") + ("stress " + significant(stress, 2) + " GPa");
  if (!left.empty())
    run.notes.push_back("warning: the perfect crystal is not at rest with this set (" + left +
                        "): relax it first ('ionscape relax --cell full')");
}

void judge_input(CrystalHopRun& hop, PotentialSet const& set) {
  Evaluation evaluation;
  add_warnings(evaluation, hop.task.hop.initial, set);
  for (Warning const& warning : evaluation.warnings)
    if (warning.note != "not_finite") hop.warnings.push_back(warning.text);
}

/// Goes on from the records of a run that was ended.
void compute(CrystalNebRun& run, NebRecords const& records, bool quiet) {
  std::vector<HopTaskOfCrystal> tasks;
  std::vector<CrystalHopRun*> runs;
  for (CrystalHopRun& hop : run.hops) {
    if (!hop.error.empty()) continue;
    judge_input(hop, run.set);
    tasks.push_back(records.resumed(hop.task));
    runs.push_back(&hop);
  }
  ProgressBar bar(tasks.size(), quiet || tasks.size() < 2, "hops");
  HopProgress progress;
  progress.finished = [&](std::size_t n) { bar.update(n); };
  progress.keep = [&](std::size_t k, CrystalPath const& path) {
    records.write(runs[k]->task, path);
  };
  std::vector<SolvedHop> solved = solve_hops(tasks, run.set, run.options, progress);
  for (std::size_t k = 0; k < runs.size(); ++k) {
    runs[k]->solved = std::move(solved[k]);
    runs[k]->path = whole_path(runs[k]->solved);
  }
}

HopOptions read_options(Arguments const& arguments, CrystalNebRun const& run) {
  HopOptions options;
  static_cast<NebOptions&>(options.band) = run.options.band;
  std::size_t largest = 0;
  for (CrystalHopRun const& hop : run.hops) largest = std::max(largest, hop.task.hop.size());
  if (arguments.has("certify") && arguments.has("no-certify"))
    throw InputError("--certify and --no-certify exclude each other");
  options.certify =
      !arguments.has("no-certify") && (arguments.has("certify") || largest <= certified_up_to);
  bool const made = arguments.has("structure");
  options.band.relax_endpoints = made || arguments.has("relax-endpoints");
  return options;
}

void draw(CrystalHopRun const& hop) {
  if (hop.path.n_images == 0 || hop.path.saddle_image < 0) return;
  draw_if_possible([&] {
    for (auto const& picture : plot_profile(hop.path, hop.name + " hop, all ions move", hop.folder))
      std::cout << "picture: " << picture.string() << '\n';
  });
}

int exit_code(CrystalNebRun const& run, bool proof_asked) {
  std::size_t open = 0, unproved = 0;
  for (CrystalHopRun const& hop : run.hops) {
    if (!hop.error.empty() || !hop.solved.converged())
      ++open;
    else if (!hop.solved.certified())
      ++unproved;
  }
  std::cout.flush();
  if (open > 0)
    std::cerr << "ionscape: not converged: " << open << " of " << run.hops.size()
              << (run.hops.size() == 1 ? " hop" : " hops") << '\n';
  if (proof_asked && unproved > 0)
    std::cerr << "ionscape: not certified: " << unproved << " of " << run.hops.size()
              << (run.hops.size() == 1 ? " hop" : " hops") << '\n';
  return open > 0 || (proof_asked && unproved > 0) ? not_converged : good;
}

}  // namespace

int neb_in_crystals(Arguments const& arguments) {
  arguments.refuse({"host", "mobile", "volume", "charge", "distortion", "accuracy"},
                   "hops in which all ions move (--freeze-host holds the others)");
  if (std::ranges::none_of(std::array{"structure", "initial", "final", "pairs"},
                           [&](char const* name) { return arguments.has(name); }))
    throw InputError(
        "which hop? Give --initial and --final; or STRUCTURE with --vacancy and --hop, "
        "--interstitial and --to, or --all-hops; or --anion, --volume and --charge (see "
        "'ionscape neb --help')");
  CrystalNebRun run;
  static_cast<NebOptions&>(run.options.band) = read_neb_options(arguments, 7);
  run.temperatures = read_temperatures(arguments);
  run.folder = arguments.path("out").value_or("results/neb");
  run.set = read_set_with_charges(arguments);
  HopReader reader(arguments, run);
  reader.read();
  run.options = read_options(arguments, run);
  auto const threads = arguments.threads();

  bool const several = run.hops.size() > 1 || arguments.has("pairs") || arguments.has("all-hops");
  Paths inputs = reader.files();
  inputs.push_back(run.set.file);
  ResultsFolder const folder(run.folder, inputs,
                             several ? std::vector{"hops.csv", "hops.json"} : hop_files());
  for (CrystalHopRun& hop : run.hops) {
    hop.folder = several ? run.folder / hop.name : run.folder;
    check_files(inputs, touched_in(hop.folder));
  }

  KokkosSession const kokkos(threads);
  if (reader.perfect_) judge_perfect(run, *reader.perfect_);
  NebRecords const records(run.folder / ".unfinished", run.set, run.options);
  {
    Interruption const interruption(folder.lock(), records.folder(),
                                    "the bands, as far as they are,");
    compute(run, records, arguments.has("quiet"));
  }
  for (CrystalHopRun const& hop : run.hops)
    if (hop.error.empty()) write_hop(run, hop);
  if (several) {
    write_hops(run);
    print_hops(run);
    std::cout << "\nwritten: hops.csv, hops.json in " << run.folder.string()
              << ", and a folder for each hop\n";
  } else {
    print_hop(run, run.hops.front());
    std::cout
        << "\nwritten: neb.json, profile.csv, rates.csv, band.extxyz, saddle.vasp, 00/CONTCAR "
           "... in "
        << run.folder.string() << '\n';
  }
  for (CrystalHopRun const& hop : run.hops)
    if (hop.error.empty()) records.remove(hop.task);
  if (!arguments.has("no-pictures"))
    for (CrystalHopRun const& hop : run.hops) draw(hop);
  return exit_code(run, arguments.has("certify"));
}

}  // namespace ionscape::app
