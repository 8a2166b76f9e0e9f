// Reading text files line by line, with errors that name the place.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include <ionscape/core/cell.hpp>
#include <ionscape/core/error.hpp>
#include <ionscape/core/io/words.hpp>

namespace ionscape {

/// Without the byte order mark that Windows programs and spreadsheets write.
std::string_view without_byte_order_mark(std::string_view text);

/// A finite number, as parse_number (words.hpp).
double to_number(std::string_view word, SourceLocation const& where, std::string_view what);

/// A whole number in [least, 2^31).
int to_integer(std::string_view word, SourceLocation const& where, std::string_view what,
               int least);

/// The three numbers that a line begins with; a fourth is an error, other text behind them is
/// passed over.
Vec3 three_numbers(std::string_view line, SourceLocation const& where, std::string_view what);

/// The lines of a text, which must outlive the reader, one after the other, without their ends (LF
/// or CR LF). `file` is for errors.
class LineReader {
 public:
  LineReader(std::string_view text, std::filesystem::path const& file) : file_(file), text_(text) {}

  /// The next line. Throws InputError "the file ends, expected <what>" after the last.
  std::string_view next(std::string_view what);
  /// The next line without taking it; empty after the last.
  std::string_view peek() const;
  /// Whether there is a next line.
  bool more() const { return begin_ < text_.size(); }
  /// Whether the text may have been cut off: a line was asked for behind the last, or the last line
  /// has been taken and has no end.
  bool ends_early() const { return ran_out_ || (!more() && text_.back() != '\n'); }
  /// Takes blank lines; false if nothing else is left.
  bool skip_blank_lines();

  /// The line taken last (1, 2, ...).
  SourceLocation where() const { return {file_, line_}; }

 private:
  std::filesystem::path file_;
  std::string_view text_;
  std::size_t begin_ = 0;  // of the next line
  int line_ = 0;
  bool ran_out_ = false;
};

}  // namespace ionscape
