// Finished batches as files in a folder. Each file is a comment line with the number of rows and the
// CRC-32 of all that follows, then the rows as in map.csv.
//
//     # 4096 rows, crc32 9ae0daaf
//     anion,volume_A3,...
#pragma once

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <ionscape/sweep/map.hpp>

namespace ionscape {

/// The plan's key is part of the files' names: batches of other plans are left alone.
class Checkpoint {
 public:
  /// `batch`: points computed together.
  Checkpoint(std::filesystem::path const& folder, SweepPlan const& plan, std::size_t batch);

  /// The rows of the points, if they were finished earlier. Nothing for a damaged file, which gets a
  /// remark.
  std::optional<std::vector<MapRow>> read(std::size_t batch, std::span<SweepPoint const> points,
                                          std::vector<std::string>& remarks) const;
  void write(std::size_t batch, std::vector<MapRow> const& rows) const;

  /// Removes everything with the key in its name, half files of killed runs too, and the folder if
  /// nothing else is in it.
  void remove() const;

 private:
  std::filesystem::path file(std::size_t batch) const;
  std::filesystem::path folder_;
  std::string key_;
};

}  // namespace ionscape
