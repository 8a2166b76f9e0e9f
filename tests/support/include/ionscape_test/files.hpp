#pragma once
// Files for tests: a folder that is gone afterwards, and the error text of bad input.

#include <atomic>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

#include <unistd.h>

#include <ionscape/core/error.hpp>

namespace ionscape_test {

class TemporaryFolder {
 public:
  TemporaryFolder() {
    static std::atomic<int> count = 0;
    path_ = std::filesystem::temp_directory_path() /
            ("ionscape-test-" + std::to_string(::getpid()) + "-" + std::to_string(count++));
    std::filesystem::create_directories(path_);
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(TemporaryFolder const&) = delete;
  TemporaryFolder& operator=(TemporaryFolder const&) = delete;

  std::filesystem::path const& path() const { return path_; }
  std::filesystem::path operator/(std::string const& name) const { return path_ / name; }

  /// Writes a file there and returns its path.
  std::filesystem::path write(std::string const& name, std::string_view text) const {
    std::filesystem::create_directories((path_ / name).parent_path());
    std::ofstream(path_ / name, std::ios::binary) << text;
    return path_ / name;
  }

 private:
  std::filesystem::path path_;
};

inline std::string text_of(std::filesystem::path const& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

/// what() of the InputError that `action` throws, with the folders before the file's name cut off;
/// empty if none.
template <class Action>
std::string input_error(Action&& action) {
  try {
    action();
  } catch (ionscape::InputError const& error) {
    std::string text = error.what();
    std::string const folder = error.where().file.parent_path().string();
    if (!folder.empty() && text.starts_with(folder + "/")) text.erase(0, folder.size() + 1);
    return text;
  }
  return {};
}

}  // namespace ionscape_test
