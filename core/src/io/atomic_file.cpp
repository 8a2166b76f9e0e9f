#include <ionscape/core/io/atomic_file.hpp>

#include <cerrno>
#include <cstring>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

#include <ionscape/core/error.hpp>

namespace ionscape {

AtomicFile::AtomicFile(std::filesystem::path const& file) : file_(file) {
  if (std::filesystem::is_directory(file))
    fail_input({file}, "is a folder, expected a file to write");
  std::error_code error;
  if (auto const folder = file.parent_path(); !folder.empty())
    std::filesystem::create_directories(folder, error);
  if (error) fail_input({file}, "cannot make the folder: ", error.message());
  // A link stays a link: what it points to is replaced.
  if (auto const target = std::filesystem::weakly_canonical(file, error); !error) file_ = target;
  temporary_ = file_.parent_path() /
               ("." + file_.filename().string() + ".part-" + std::to_string(::getpid()));
  stream_.open(temporary_, std::ios::binary | std::ios::trunc);
  if (!stream_) fail_input({file}, "cannot be written: ", std::strerror(errno));
}

AtomicFile::~AtomicFile() {
  if (temporary_.empty()) return;
  stream_.close();
  std::error_code ignored;
  std::filesystem::remove(temporary_, ignored);
}

void AtomicFile::commit() {
  stream_.close();
  int const descriptor = stream_ ? ::open(temporary_.c_str(), O_WRONLY | O_CLOEXEC) : -1;
  bool const on_disk = descriptor >= 0 && ::fsync(descriptor) == 0;
  int const problem = errno;
  if (descriptor >= 0) ::close(descriptor);
  if (!on_disk) fail_input({file_}, "cannot be written: ", std::strerror(problem));
  std::error_code error;
  std::filesystem::rename(temporary_, file_, error);
  if (error) fail_input({file_}, "cannot be replaced: ", error.message());
  temporary_.clear();
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
