// All files that a run reads and writes, told in one place before anything is computed: no result
// overwrites an input or another result, every result can be written, and no other run writes there.
#pragma once

#include <filesystem>
#include <vector>

#include <ionscape/core/io/folder_lock.hpp>

namespace ionscape::app {

using Paths = std::vector<std::filesystem::path>;

/// Throws InputError if an output is one of the inputs (also through a link), stands twice among
/// the outputs, or cannot be written. Leaves nothing behind. Inputs may be folders: they are left
/// out of the comparison.
void check_files(Paths const& inputs, Paths const& outputs);

/// Stands for the pictures among the names of a folder's results.
inline constexpr char const* pictures_in_folder = "pictures/style.gp";

/// A folder of results: checked, then held against other runs.
class ResultsFolder {
 public:
  /// `names`: of the results in it. Throws as check_files and FolderLock do.
  ResultsFolder(std::filesystem::path folder, Paths const& inputs,
                std::vector<char const*> const& names);

  std::filesystem::path const& path() const { return folder_; }
  FolderLock const& lock() const { return lock_; }

 private:
  std::filesystem::path folder_;
  FolderLock lock_;
};

}  // namespace ionscape::app
