// What a long run says when a signal ends it.
#pragma once

#include <filesystem>
#include <string>

#include <ionscape/core/io/folder_lock.hpp>

namespace ionscape::app {

/// As long as it lives, SIGINT and SIGTERM end the program with a line that says that `kept`
/// ("the finished points") are kept in `folder` and the same command goes on from there, or that nothing was
/// written where there is no such folder; and the lock's file is removed. One at a time.
class Interruption {
 public:
  Interruption(FolderLock const& lock, std::filesystem::path const& folder,
               std::string const& kept);
  ~Interruption();
  Interruption(Interruption const&) = delete;
  Interruption& operator=(Interruption const&) = delete;
};

}  // namespace ionscape::app
