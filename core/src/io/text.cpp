#include "text.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace ionscape {

std::string_view without_byte_order_mark(std::string_view text) {
  return text.starts_with("\xEF\xBB\xBF") ? text.substr(3) : text;
}

std::vector<std::string_view> words_of(std::string_view line) {
  std::vector<std::string_view> words;
  constexpr std::string_view blanks = " \t\r\v\f";
  for (std::size_t begin = line.find_first_not_of(blanks); begin != line.npos;) {
    std::size_t const end = std::min(line.find_first_of(blanks, begin), line.size());
    words.push_back(line.substr(begin, end - begin));
    begin = line.find_first_not_of(blanks, end);
  }
  return words;
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view blanks = " \t\r\v\f";
  std::size_t const begin = text.find_first_not_of(blanks);
  if (begin == text.npos) return {};
  return text.substr(begin, text.find_last_not_of(blanks) - begin + 1);
}

std::string one_line(std::string text) {
  for (char& c : text)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
  return text;
}

std::string in_quotes(std::string_view text) {
  constexpr std::size_t longest = 60;
  return "'" + one_line(std::string(text.substr(0, longest))) +
         (text.size() > longest ? "...'" : "'");
}

bool parse_number(std::string_view word, double& number) {
  std::string text(word);
  if (text.size() > 1 && text[0] == '+' && text[1] != '-') text.erase(0, 1);
  for (char& c : text)
    if (c == 'd' || c == 'D') c = 'e';
  char const* const end = text.data() + text.size();
  auto const [stop, error] = std::from_chars(text.data(), end, number);
  return error == std::errc{} && stop == end && std::isfinite(number);
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
  if (begin_ >= text_.size()) fail_input({file_, line_}, "the file ends here, expected ", what);
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
