#include <ionscape/core/io/atomic_file.hpp>

#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstring>
#include <mutex>
#include <set>
#include <vector>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <ionscape/core/error.hpp>

namespace ionscape {

namespace {

constexpr std::string_view part = ".part-";  // and the writer's process number

/// Whether a part file's writer is gone: no such process here, and nobody, on another machine with
/// the same folder, holds the file's lock.
bool is_leftover(std::filesystem::path const& file) {
  std::string const name = file.filename().string();
  std::size_t const at = name.rfind(part);
  if (!name.starts_with('.') || at == name.npos) return false;
  pid_t writer = 0;
  char const* const end = name.data() + name.size();
  auto const [stop, error] = std::from_chars(name.data() + at + part.size(), end, writer);
  if (error != std::errc{} || stop != end || writer <= 0) return false;
  if (::kill(writer, 0) == 0 || errno != ESRCH) return false;
  int const descriptor = ::open(file.c_str(), O_RDWR | O_CLOEXEC);
  if (descriptor < 0) return false;
  bool const unlocked = ::flock(descriptor, LOCK_EX | LOCK_NB) == 0;
  ::close(descriptor);
  return unlocked;
}

/// A folder is looked through once a process: not for each of thousands of files.
void remove_leftovers_once(std::filesystem::path const& folder) {
  static std::mutex mutex;
  static std::set<std::filesystem::path> done;
  std::lock_guard const lock(mutex);
  if (done.insert(folder).second) remove_leftovers(folder);
}

/// What the system says of a failed write. A stream does not keep it: it writes once more.
std::string reason_of_failure(std::ofstream& stream) {
  stream.clear();
  errno = 0;
  stream.flush();
  return errno != 0 ? std::strerror(errno) : "a full disk, or a limit on the size of files";
}

}  // namespace

AtomicFile::AtomicFile(std::filesystem::path const& file) : file_(file) {
  if (std::filesystem::is_directory(file))
    fail_input({file}, "is a folder, expected a file to write");
  std::error_code error;
  // Renaming onto a device or a pipe would put a file in its place.
  if (std::filesystem::exists(file, error) && !std::filesystem::is_regular_file(file, error))
    fail_input({file}, "is a device, a pipe or a socket, expected a file to write");
  if (auto const folder = file.parent_path(); !folder.empty())
    std::filesystem::create_directories(folder, error);
  if (error) fail_input({file}, "cannot make the folder: ", error.message());
  // A link stays a link: what it points to is replaced.
  if (auto const target = std::filesystem::weakly_canonical(file, error); !error) file_ = target;
  remove_leftovers_once(file_.parent_path());
  temporary_ = file_.parent_path() /
               ("." + file_.filename().string() + std::string(part) + std::to_string(::getpid()));
  stream_.open(temporary_, std::ios::binary | std::ios::trunc);
  if (!stream_) fail_input({file}, "cannot be written: ", std::strerror(errno));
  lock_ = ::open(temporary_.c_str(), O_WRONLY | O_CLOEXEC);
  if (lock_ >= 0) ::flock(lock_, LOCK_EX | LOCK_NB);
}

AtomicFile::~AtomicFile() {
  if (lock_ >= 0) ::close(lock_);
  if (temporary_.empty()) return;
  stream_.close();
  std::error_code ignored;
  std::filesystem::remove(temporary_, ignored);
}

void AtomicFile::commit() {
  if (!stream_.flush()) fail_input({file_}, "cannot be written: ", reason_of_failure(stream_));
  stream_.close();
  if (!stream_ || lock_ < 0 || ::fsync(lock_) != 0)
    fail_input({file_}, "cannot be written: ", std::strerror(errno));
  std::error_code error;
  std::filesystem::rename(temporary_, file_, error);
  if (error) fail_input({file_}, "cannot be replaced: ", error.message());
  temporary_.clear();
}

void remove_leftovers(std::filesystem::path const& folder) {
  std::error_code ignored;
  std::vector<std::filesystem::path> leftovers;
  for (auto const& entry : std::filesystem::directory_iterator(folder, ignored))
    if (is_leftover(entry.path())) leftovers.push_back(entry.path());
  for (auto const& file : leftovers) std::filesystem::remove(file, ignored);
}

void write_text(std::filesystem::path const& file, std::string_view text) {
  AtomicFile out(file);
  out.stream() << text;
  out.commit();
}

void check_writable(std::filesystem::path const& file) {
  std::error_code error;
  std::vector<std::filesystem::path>
      missing;  // folders that have to be made for it, the deepest first
  for (auto folder = std::filesystem::absolute(file).parent_path();
       !std::filesystem::exists(folder, error); folder = folder.parent_path())
    missing.push_back(folder);
  { AtomicFile const probe(file); }
  for (auto const& folder : missing)
    std::filesystem::remove(folder, error);  // does nothing to one that is not empty
}

}  // namespace ionscape
