#include "run_files.hpp"

#include <ionscape/core/error.hpp>
#include <ionscape/core/io/atomic_file.hpp>

namespace ionscape::app {

namespace {

/// The same file under two names, or the same name of a file that is not there yet.
bool same_file(std::filesystem::path const& a, std::filesystem::path const& b) {
  std::error_code error;
  if (std::filesystem::equivalent(a, b, error)) return true;
  auto const resolved = [](std::filesystem::path const& file) {
    std::error_code ignored;
    auto const place = std::filesystem::weakly_canonical(std::filesystem::absolute(file), ignored);
    return ignored ? file.lexically_normal() : place;
  };
  return resolved(a) == resolved(b);
}

/// The folder, into which these results can be written.
std::filesystem::path const& checked(std::filesystem::path const& folder, Paths const& inputs,
                                     std::vector<char const*> const& names) {
  Paths results;
  for (char const* name : names) results.push_back(folder / name);
  check_files(inputs, results);
  return folder;
}

}  // namespace

void check_files(Paths const& inputs, Paths const& outputs) {
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    for (auto const& input : inputs)
      if (!std::filesystem::is_directory(input) && same_file(outputs[i], input))
        fail_input({outputs[i]}, "is an input of this run, which a result would overwrite");
    for (std::size_t j = 0; j < i; ++j)
      if (same_file(outputs[i], outputs[j]))
        fail_input({outputs[i]}, "two results of this run would be written into this one file");
  }
  for (auto const& output : outputs) check_writable(output);
}

ResultsFolder::ResultsFolder(std::filesystem::path folder, Paths const& inputs,
                             std::vector<char const*> const& names)
    : folder_(std::move(folder)), lock_(checked(folder_, inputs, names)) {}

}  // namespace ionscape::app
