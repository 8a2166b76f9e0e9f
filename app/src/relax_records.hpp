// What a run of `ionscape relax` has finished, kept on disk until its tables are written: a run that
// was killed goes on where it was.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include <ionscape/crystals/relax_crystals.hpp>

namespace ionscape::app {

/// A file for each crystal in a folder, named by everything that its result depends on: version,
/// set, options, and the crystal itself. Records of other runs are left alone.
class RelaxRecords {
 public:
  RelaxRecords(std::filesystem::path folder, PotentialSet const& set,
               CrystalRelaxOptions const& options);

  /// The result, if it was finished earlier; nothing for a record that is damaged.
  std::optional<RelaxedCrystal> read(Crystal const& start) const;
  void write(Crystal const& start, RelaxedCrystal const& result) const;
  /// Removes the record of a crystal, and the folder if nothing else is in it.
  void remove(Crystal const& start) const;

  std::filesystem::path const& folder() const { return folder_; }

 private:
  std::filesystem::path file(Crystal const& start) const;
  std::filesystem::path folder_;
  std::string common_;  // what all of the run's results depend on
};

}  // namespace ionscape::app
