#include <ionscape/core/io/format.hpp>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <numeric>
#include <vector>

namespace ionscape {

namespace {

/// Insertions, deletions and substitutions that turn one word into the other (Levenshtein).
std::size_t edit_distance(std::string_view from, std::string_view to) {
  std::vector<std::size_t> row(to.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < from.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < to.size(); ++j) {
      std::size_t const substituted = diagonal + (from[i] != to[j]);
      diagonal = row[j + 1];
      row[j + 1] = std::min({row[j] + 1, row[j + 1] + 1, substituted});
    }
  }
  return row.back();
}

/// `format` takes a precision and a number.
std::string printed(char const* format, int precision, double number) {
  std::string text(std::size_t(std::snprintf(nullptr, 0, format, precision, number)), '\0');
  std::snprintf(text.data(), text.size() + 1, format, precision, number);
  return text;
}

}  // namespace

std::string shortest(double number) {
  char text[32];
  return {text, std::to_chars(text, text + sizeof text, number).ptr};
}

std::string decimals(double number, int n) { return printed("%.*f", n, number); }

std::string significant(double number, int digits) { return printed("%.*g", digits, number); }

std::string suggestion(std::string_view word, std::span<std::string const> known) {
  if (word.size() > 80) return {};
  std::size_t const allowed = std::max<std::size_t>(1, word.size() / 3);
  std::string const* best = nullptr;
  std::size_t best_distance = allowed + 1;
  for (std::string const& candidate : known)
    if (std::size_t const distance = edit_distance(word, candidate); distance < best_distance) {
      best = &candidate;
      best_distance = distance;
    }
  return best ? ", did you mean '" + *best + "'?" : std::string{};
}

std::string joined(std::span<std::string const> words) {
  std::string text;
  for (std::string const& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

}  // namespace ionscape
