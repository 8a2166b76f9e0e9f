// Small helpers for text that goes to files and to users.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace ionscape {

/// The shortest decimal text that reads back as exactly this number ("0.1", "1e-08", "nan").
std::string shortest(double number);

/// A fixed number of decimals: decimals(1.25, 1) is "1.2".
std::string decimals(double number, int n);

/// At most so many significant digits: significant(2.0 / 3, 4) is "0.6667", significant(2, 4) is
/// "2".
std::string significant(double number, int digits);

/// ", did you mean 'cutoff'?" if one of the known names is close to `word`, else empty: for the end
/// of an error message.
std::string suggestion(std::string_view word, std::span<std::string const> known);

/// "a, b, c".
std::string joined(std::span<std::string const> words);

}  // namespace ionscape
