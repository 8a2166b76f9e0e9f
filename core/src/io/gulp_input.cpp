#include <ionscape/core/io/gulp_input.hpp>

#include <algorithm>
#include <array>
#include <cctype>

#include "formats.hpp"
#include "gulp_options.hpp"
#include "text.hpp"

namespace ionscape {

namespace {

std::string in_small_letters(std::string_view word) {
  std::string text(word);
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return std::tolower(c); });
  return text;
}

bool is_letter(char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0; }

/// The lines of the file without comments and without what `ignore` hides, continued ones joined.
std::vector<GulpLine> lines_of(std::string_view text, std::filesystem::path const& file) {
  std::vector<GulpLine> lines;
  LineReader in(text, file);
  bool hidden = false, continued = false;
  while (in.more()) {
    std::string_view line = in.next("");
    line = line.substr(0, line.find('#'));
    std::size_t const more = line.find('&');
    auto const words = words_of(line.substr(0, more));
    std::string const first = words.empty() ? "" : in_small_letters(words[0]);
    if (hidden || first == "ignore") {
      hidden = first != "erongi";
      continue;
    }
    if (first == "stop") break;
    if (!continued) lines.push_back({{}, in.where()});
    for (std::string_view const word : words) lines.back().words.emplace_back(word);
    continued = more != line.npos;
  }
  std::erase_if(lines, [](GulpLine const& line) { return line.words.empty(); });
  return lines;
}

/// Whether a line can only stand below an option: it begins with a number or a species.
bool is_data(GulpLine const& line) {
  return gulp_number(line.words[0]) || gulp_label(line.words[0]);
}

void take_keywords(GulpLine const& line, std::size_t from, GulpInput& input) {
  for (std::size_t k = from; k < line.words.size(); ++k) {
    auto const keyword = find_gulp_keyword(in_small_letters(line.words[k]));
    if (!keyword)
      fail_input(line.where, "unknown keyword ", in_quotes(line.words[k]),
                 ", expected one of GULP's (docs/potentials.md)");
    if (keyword->empty()) {
      input.tasks.push_back(line.words[k]);
      continue;
    }
    input.keywords.emplace_back(*keyword);
    input.keywords_where = line.where;
  }
}

/// An input begins with a line of keywords; a library, and what somebody cut out of an input, with an
/// option.
bool has_keywords(std::vector<GulpLine> const& lines, std::filesystem::path const& file) {
  if (lines.empty() || file.extension() == ".lib") return false;
  auto const& words = lines[0].words;
  bool const all = std::ranges::all_of(words, [](std::string const& word) {
    return find_gulp_keyword(in_small_letters(word)).has_value();
  });
  return all || !find_gulp_option(in_small_letters(words[0]));
}

/// The lines below `title` are counted, or go on to `end`.
std::size_t behind_lines_to_end(std::vector<GulpLine> const& lines, std::size_t next,
                                GulpLine const& head) {
  if (head.words.size() > 1)
    if (auto const count = gulp_number(head.words[1]); count && *count >= 0 && *count < 1000)
      return std::min(lines.size(), next + std::size_t(*count));
  while (next < lines.size() && in_small_letters(lines[next].words[0]) != "end") ++next;
  return std::min(lines.size(), next + 1);
}

}  // namespace

std::string element_of_label(std::string_view label) {
  return std::string(label.begin(), std::ranges::find_if_not(label, is_letter));
}

std::optional<std::string> gulp_label(std::string_view word) {
  std::string label(word);
  std::size_t const letters = element_of_label(word).size();
  if (letters == 0 || letters > 2) return {};
  label[0] = char(std::toupper(static_cast<unsigned char>(label[0])));
  if (letters == 2) label[1] = char(std::tolower(static_cast<unsigned char>(label[1])));
  std::size_t const behind = std::min(label.find_first_not_of("0123456789", letters), label.size());
  if ((behind < label.size() && label[behind] != '_') || !find_element(label.substr(0, letters)))
    return {};
  return label;
}

std::optional<double> gulp_number(std::string_view word) {
  std::size_t const slash = word.find('/');
  double above = 0, below = 1;
  if (!parse_number(word.substr(0, slash), above)) return {};
  if (slash == word.npos) return above;
  if (!parse_number(word.substr(slash + 1), below) || below == 0) return {};
  return above / below;
}

GulpInput read_gulp_input(std::string_view text, std::filesystem::path const& file) {
  auto const lines = lines_of(without_byte_order_mark(text), file);
  GulpInput input;
  bool const begins_with_keywords = has_keywords(lines, file);
  if (begins_with_keywords) take_keywords(lines[0], 0, input);
  for (std::size_t k = begins_with_keywords; k < lines.size(); ++k) {
    GulpLine const& line = lines[k];
    // A space group stands alone below its option, and may look like anything.
    bool const is_group = !input.options.empty() && input.options.back().name == "spacegroup" &&
                          input.options.back().head.words.size() == 1 &&
                          input.options.back().lines.empty();
    auto const option = is_group ? std::nullopt : find_gulp_option(in_small_letters(line.words[0]));
    if (!option) {
      if (input.options.empty() || !(is_group || is_data(line)))
        fail_input(line.where, "unknown option ", in_quotes(line.words[0]),
                   ", expected one of GULP's (docs/potentials.md)");
      input.options.back().lines.push_back(line);
      continue;
    }
    if (option->name == "keyword") take_keywords(line, 1, input);
    input.options.push_back({std::string(option->name), option->use, line, {}});
    if (option->ends) k = behind_lines_to_end(lines, k + 1, line) - 1;
  }
  return input;
}

bool is_gulp_input(std::string_view text, std::filesystem::path const& file) {
  std::string const ending = in_small_letters(file.extension().string());
  if (ending == ".gin" || ending == ".grs" || ending == ".gulp" || ending == ".lib") return true;
  if (ending == ".toml") return false;
  LineReader in(without_byte_order_mark(text), file);
  while (in.more()) {
    auto const words = words_of(in.next(""));
    if (words.empty() || (words.size() > 1 && words[1].starts_with('='))) continue;
    std::string const first = in_small_letters(words[0]);
    for (std::string_view const option : {"species", "buckingham", "fractional", "spring"})
      if (first == option || (first.size() >= 4 && option.starts_with(first))) return true;
  }
  return false;
}

}  // namespace ionscape
