#include <ionscape/core/io/folder_lock.hpp>

#include <array>
#include <cerrno>
#include <cstring>
#include <string>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <ionscape/core/error.hpp>

namespace ionscape {

namespace {

/// "process 1234 on node7", as the holder has written it.
std::string this_process() {
  std::array<char, 256> host{};
  ::gethostname(host.data(), host.size() - 1);
  return "process " + std::to_string(::getpid()) + " on " + host.data();
}

std::string holder_of(int descriptor) {
  std::array<char, 400> text{};
  auto const n = ::pread(descriptor, text.data(), text.size(), 0);
  return n > 0 ? std::string(text.data(), std::size_t(n)) : "an unknown process";
}

/// Whether the open file is still the one of that name: its last holder may just have removed it.
bool still_named(int descriptor, std::filesystem::path const& file) {
  struct stat opened, named;
  return ::fstat(descriptor, &opened) == 0 && ::stat(file.c_str(), &named) == 0 &&
         opened.st_ino == named.st_ino && opened.st_dev == named.st_dev;
}

}  // namespace

FolderLock::FolderLock(std::filesystem::path const& folder) : file_(folder / ".lock") {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) fail_input({folder}, "cannot make the folder: ", error.message());
  for (;;) {
    descriptor_ = ::open(file_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (descriptor_ < 0) fail_input({file_}, "cannot be written: ", std::strerror(errno));
    if (::flock(descriptor_, LOCK_EX | LOCK_NB) != 0) {
      if (errno != EWOULDBLOCK) return;
      std::string const holder = holder_of(descriptor_);
      ::close(descriptor_);
      fail_input({folder}, "another run writes into this folder (", holder,
                 "): wait for its end, or choose another folder");
    }
    if (still_named(descriptor_, file_)) break;
    ::close(descriptor_);
  }
  std::string const holder = this_process();
  // Only for the message of others: that it cannot be written is no fault.
  if (::ftruncate(descriptor_, 0) == 0) [[maybe_unused]]
    auto const written = ::pwrite(descriptor_, holder.data(), holder.size(), 0);
}

FolderLock::~FolderLock() {
  std::error_code ignored;
  std::filesystem::remove(file_, ignored);
  ::close(descriptor_);
  std::filesystem::remove(file_.parent_path(), ignored);  // does nothing to one that is not empty
}

}  // namespace ionscape
