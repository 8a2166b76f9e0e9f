// Where the bands of a run of `ionscape neb` are, kept on disk until its results are written: a run
// that was killed goes on from there.
#pragma once

#include <chrono>
#include <filesystem>
#include <vector>

#include <ionscape/barriers/solve_hops.hpp>

namespace ionscape::app {

/// A file for each hop in a folder, named by everything that its result depends on: version, set,
/// options, both ends. Records of other runs are left alone.
class NebRecords {
 public:
  NebRecords(std::filesystem::path folder, PotentialSet const& set, HopOptions const& options);

  /// The task with the ends and the path that were kept; unchanged without a record, or with one that
  /// is damaged.
  HopTaskOfCrystal resumed(HopTaskOfCrystal const& task) const;
  /// `task` as it was asked for.
  void write(HopTaskOfCrystal const& task, CrystalPath const& path) const;
  void remove(HopTaskOfCrystal const& task) const;

  std::filesystem::path const& folder() const { return folder_; }

 private:
  std::filesystem::path file(HopTaskOfCrystal const& task) const;
  std::filesystem::path folder_;
  std::string common_;
};

}  // namespace ionscape::app
