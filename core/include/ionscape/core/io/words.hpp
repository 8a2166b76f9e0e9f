// Words and numbers in a line of text, and text as error messages show it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace ionscape {

/// The words between blanks (space, tab, CR).
std::vector<std::string_view> words_of(std::string_view line);

std::string_view trimmed(std::string_view text);

/// Text found in a file as an error message shows it: on one line, in quotes, cut if long.
std::string in_quotes(std::string_view text);

/// The same text on one line: control characters become blanks.
std::string one_line(std::string text);

/// True if the whole word is a finite number; Fortran's "1.0d-3" and a leading '+' are understood.
bool parse_number(std::string_view word, double& number);

}  // namespace ionscape
