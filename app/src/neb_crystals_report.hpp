// How `ionscape neb` says what it found in whole crystals.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <ionscape/barriers/solve_hops.hpp>
#include <ionscape/barriers/whole_path.hpp>
#include <ionscape/neb/profile.hpp>

#include "output.hpp"
#include "run_files.hpp"

namespace ionscape::app {

/// A hop that was asked for, and what came out.
struct CrystalHopRun {
  std::string name;  // of its row, and of its folder if there are several
  Json input;        // as the user gave it
  HopTaskOfCrystal task;
  std::string error;                  // why it could not be computed; empty: it was
  std::vector<std::string> warnings;  // of its input
  SolvedHop solved;
  BandResult path;               // whole_path()
  std::filesystem::path folder;  // its results
};

struct CrystalNebRun {
  PotentialSet set;
  HopOptions options;
  std::vector<double> temperatures;  // K
  std::vector<CrystalHopRun> hops;
  std::filesystem::path folder;
  std::vector<std::string> notes;  // what was done to the input
};

/// In the hop's folder: neb.json, profile.csv, rates.csv, band.extxyz, saddle.vasp, nebef.dat,
/// spline.dat, 00/CONTCAR ... as VTST's scripts name them.
void write_hop(CrystalNebRun const& run, CrystalHopRun const& hop);
/// hops.csv and hops.json: a row for each.
void write_hops(CrystalNebRun const& run);
/// The names of a hop's files.
std::vector<char const*> const& hop_files();
/// All files that a hop's results replace or remove in its folder: images that are there, too.
Paths touched_in(std::filesystem::path const& folder);

/// Maxima and minima along the path, for tables; none where energies are not finite.
std::vector<ProfileExtremum> turning_points(BandResult const& path);

void print_hop(CrystalNebRun const& run, CrystalHopRun const& hop);
void print_hops(CrystalNebRun const& run);

}  // namespace ionscape::app
