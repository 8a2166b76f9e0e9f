#include "text.hpp"

#include <algorithm>
#include <charconv>

namespace ionscape {

std::string_view without_byte_order_mark(std::string_view text) {
  return text.starts_with("\xEF\xBB\xBF") ? text.substr(3) : text;
}

double to_number(std::string_view word, SourceLocation const& where, std::string_view what) {
  double number = 0;
  if (!parse_number(word, number))
    fail_input(where, "found ", in_quotes(word), ", expected a number: ", what);
  return number;
}

int to_integer(std::string_view word, SourceLocation const& where, std::string_view what,
               int least) {
  int number = 0;
  auto const [stop, error] = std::from_chars(word.data(), word.data() + word.size(), number);
  if (error != std::errc{} || stop != word.data() + word.size())
    fail_input(where, "found ", in_quotes(word), ", expected a whole number: ", what);
  if (number < least)
    fail_input(where, "found ", number, ", expected at least ", least, ": ", what);
  return number;
}

Vec3 three_numbers(std::string_view line, SourceLocation const& where, std::string_view what) {
  auto const words = words_of(line);
  double extra = 0;
  if (words.size() < 3 || (words.size() > 3 && parse_number(words[3], extra)))
    fail_input(where, "found ", in_quotes(trimmed(line)), ", expected three numbers: ", what);
  return {to_number(words[0], where, what), to_number(words[1], where, what),
          to_number(words[2], where, what)};
}

std::string_view LineReader::peek() const {
  std::string_view const line = text_.substr(begin_, text_.find('\n', begin_) - begin_);
  return line.ends_with('\r') ? line.substr(0, line.size() - 1) : line;
}

std::string_view LineReader::next(std::string_view what) {
  if (begin_ >= text_.size()) {
    ran_out_ = true;
    fail_input({file_, line_}, "the file ends here, expected ", what);
  }
  std::string_view const line = peek();
  begin_ = std::min(text_.find('\n', begin_), text_.size() - 1) + 1;
  ++line_;
  return line;
}

bool LineReader::skip_blank_lines() {
  while (begin_ < text_.size() && trimmed(peek()).empty()) next("");
  return begin_ < text_.size();
}

}  // namespace ionscape
