// A result file that appears whole or not at all.
#pragma once

#include <filesystem>
#include <fstream>
#include <string_view>

namespace ionscape {

/// Writes beside `file` and renames onto it in commit(): a run that fails or is killed leaves the
/// earlier file as it was.
///
///   AtomicFile csv(folder / "map.csv");
///   csv.stream() << ...;
///   csv.commit();
class AtomicFile {
 public:
  /// Makes the folder if need be, and removes what killed runs have left half written there. Throws
  /// InputError if `file` cannot be written there.
  explicit AtomicFile(std::filesystem::path const& file);
  /// Without commit(): removes what was written.
  ~AtomicFile();
  AtomicFile(AtomicFile const&) = delete;
  AtomicFile& operator=(AtomicFile const&) = delete;

  std::ostream& stream() { return stream_; }

  /// Brings the text to the disk and into place. Throws InputError if anything could not be written
  /// (a full disk).
  void commit();

 private:
  std::filesystem::path file_;
  std::filesystem::path temporary_;
  int lock_ = -1;  // held on the temporary file as long as its writer lives
  std::ofstream stream_;
};

/// A whole file from one text.
void write_text(std::filesystem::path const& file, std::string_view text);

/// Removes the temporary files in `folder` whose writers are dead.
void remove_leftovers(std::filesystem::path const& folder);

/// Throws InputError if `file` cannot be written where it is to stand; leaves nothing behind. For
/// long work, before it begins.
void check_writable(std::filesystem::path const& file);

}  // namespace ionscape
