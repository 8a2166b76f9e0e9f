// The one way in which ionscape refuses bad input: an InputError that says where, what was found,
// what was expected. The program turns it into one line on stderr and exit code 1.
#pragma once

#include <filesystem>
#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>

namespace ionscape {

/// Where in the user's input something stands; line 0 means "the file as a whole", an empty file
/// means "no file" (a command line option, a value handed over by a calling program).
struct SourceLocation {
  std::filesystem::path file;
  int line = 0;
};

/// Input that cannot be used. what() reads "file:line: message" with the parts that are known.
class InputError : public std::runtime_error {
 public:
  InputError(SourceLocation where, std::string const& message)
      : std::runtime_error(format(where, message)), where_(std::move(where)) {}
  explicit InputError(std::string const& message) : InputError(SourceLocation{}, message) {}

  SourceLocation const& where() const noexcept { return where_; }

 private:
  static std::string format(SourceLocation const& where, std::string const& message) {
    std::ostringstream text;
    if (!where.file.empty()) text << where.file.string();
    if (!where.file.empty() && where.line > 0) text << ':' << where.line;
    if (!where.file.empty()) text << ": ";
    text << message;
    return text.str();
  }
  SourceLocation where_;
};

/// Throws InputError with all pieces streamed into one message: fail_input(where, "volume ", v, "
/// Å^3, expected > 0").
template <class... Pieces>
[[noreturn]] void fail_input(SourceLocation const& where, Pieces const&... pieces) {
  std::ostringstream message;
  message.precision(10);
  (message << ... << pieces);
  throw InputError(where, message.str());
}

}  // namespace ionscape
