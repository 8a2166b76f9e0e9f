// A folder of results that belongs to one run at a time.
#pragma once

#include <filesystem>

namespace ionscape {

/// Holds a folder from construction to destruction, by a lock (flock) on the file .lock in it. The
/// system gives the lock back when a process ends, however it ends: a file that a killed run has
/// left behind blocks nobody.
class FolderLock {
 public:
  /// Makes the folder if need be. Throws InputError, with folder and process, if another run holds
  /// it. On file systems without locks it holds nothing.
  explicit FolderLock(std::filesystem::path const& folder);
  /// Removes .lock, and the folder if it is empty.
  ~FolderLock();
  FolderLock(FolderLock const&) = delete;
  FolderLock& operator=(FolderLock const&) = delete;

  /// The lock's file, for a signal handler that ends the program.
  std::filesystem::path const& file() const { return file_; }

 private:
  std::filesystem::path file_;
  int descriptor_ = -1;
};

}  // namespace ionscape
