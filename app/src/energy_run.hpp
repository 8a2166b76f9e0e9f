// What `ionscape energy` computes: structures from files, folders and trajectories, evaluated in
// one batch; how exact that was; and what has to be said about it.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include <ionscape/potentials/ions/energy_model.hpp>

namespace ionscape::app {

/// Something to doubt: a word for tables, and a sentence.
struct Warning {
  std::string note, text;
};

/// How far a result lies from one that is a hundred times more exact.
struct Measured {
  double energy = 0;                    // eV
  double force_rms = 0, force_max = 0;  // eV/Å
  double stress = 0;                    // eV/Å^3, largest element
};

struct EnergyRun {
  // What is asked. `set` is the file's with the command line's changes; options.force_error holds
  // for all structures.
  PotentialSet set;
  bool cutoff_asked = false;
  EnergyOptions options;
  bool reference = false;  // by the plain oracle in place of the engine

  // The structures, charges assigned.
  struct Source {
    std::filesystem::path file;
    int frame = 1;
    std::string name;  // the file, and "#frame" if it has several
  };
  std::vector<Crystal> crystals;
  std::vector<Source> sources;
  std::vector<std::filesystem::path>
      passed_over;  // files in folders that are no structures by their names

  // What came out, for each structure; `measured` is empty unless certify() was called.
  PairSums sums;
  std::vector<EnergyResult> results;
  std::vector<Measured> measured;
  std::vector<std::vector<Warning>> warnings;
};

/// Reads all structures of files and folders. Throws InputError for the first that cannot be used.
void read_structures(EnergyRun& run, std::vector<std::filesystem::path> const& paths);

/// A fraction of the smallest force scale of the structures, in eV/Å.
double absolute_force_error(EnergyRun const& run, double relative);

using Progress = std::function<void(std::size_t finished)>;
/// Energies of all structures, and the warnings that belong to them.
void evaluate(EnergyRun& run, Progress const& progress);
/// The same once more, with a force error a hundred times smaller (where double precision can keep
/// it) and another splitting; the differences are the errors.
void certify(EnergyRun& run, Progress const& progress);
/// Whether no structure has the warning not_finite.
bool all_finite(EnergyRun const& run);

/// How the term of two species ends.
struct PairEnding {
  std::string pair, form;
  double cutoff = 0;   // Å
  std::string origin;  // of the cutoff
  double wall = 0;     // Å; 0: none
  enum class Dispersion { none, cut_off, lattice_sum } dispersion = Dispersion::none;
  double left_out =
      // eV in one structure: about what is missing to the complete sum; 0 with a tail correction
      0;
};
/// Of all terms that act in one structure.
std::vector<PairEnding> pair_endings(EnergyRun const& run, Crystal const& crystal);
double left_out(EnergyRun const& run, Crystal const& crystal);
/// All that is said of cutoffs, in one line.
std::string describe_pairs(EnergyRun const& run, Crystal const& crystal);

/// The truncations and methods as users name them.
std::vector<std::string> const& truncation_names();
std::vector<std::string> const& method_names();
std::string method_name(EnergyRun const& run, EwaldMethod method);

struct PairEnergy {
  std::string pair;
  double energy;  // eV
};
/// The short-range energy of one structure by pairs of species: the same sum, all other terms and
/// charges left out.
std::vector<PairEnergy> pair_energies(EnergyRun const& run, std::size_t structure);

double net_charge(Crystal const& crystal);
double largest_force(EnergyResult const& result);  // eV/Å
double rms_force(EnergyResult const& result);      // eV/Å
double pressure(EnergyResult const& result);       // GPa, positive: the cell wants to grow

}  // namespace ionscape::app
