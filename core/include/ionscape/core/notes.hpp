// What a user has to know about a result, beside its numbers: each note has a name, which stands in
// tables, and a sentence, which explains it.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace ionscape {

/// In the order in which a table lists them.
enum class Note : unsigned {
  outside_domain,
  extrapolated,
  no_interior_saddle,
  path_below_ends,
  inside_buckingham_well,
  oct_not_minimum,
  tet_not_minimum,
  end_left_its_site,
};
inline constexpr std::size_t note_count = 8;
std::array<Note, note_count> all_notes();

/// "extrapolated"
char const* to_string(Note note);
/// "charge, volume or distortion outside the range in which the potential was fitted"
char const* explanation(Note note);

/// A set of notes.
class Notes {
 public:
  Notes() = default;
  Notes(std::initializer_list<Note> notes) {
    for (Note note : notes) add(note);
  }
  void add(Note note) { bits_ |= bit(note); }
  bool has(Note note) const { return (bits_ & bit(note)) != 0; }
  bool empty() const { return bits_ == 0; }
  friend bool operator==(Notes, Notes) = default;

 private:
  static unsigned bit(Note note) { return 1u << static_cast<unsigned>(note); }
  unsigned bits_ = 0;
};

/// The names, joined by ';': how a column of a table holds them.
std::string to_string(Notes notes);
/// The inverse, in any order; nothing if a name is not known.
std::optional<Notes> parse_notes(std::string_view text);

}  // namespace ionscape
