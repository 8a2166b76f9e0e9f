#include <ionscape/core/io/words.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>

namespace ionscape {

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

}  // namespace ionscape
