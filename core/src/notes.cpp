#include <ionscape/core/notes.hpp>

#include <algorithm>

namespace ionscape {

namespace {

struct Entry {
  Note note;
  char const *name, *explanation;
};

constexpr std::array<Entry, note_count> entries{{
    {Note::outside_domain, "outside_domain",
     "the framework is not the fcc one that the model is calibrated for"},
    {Note::extrapolated, "extrapolated",
     "charge, volume or distortion outside the range in which the potential was fitted"},
    {Note::no_interior_saddle, "no_interior_saddle",
     "the highest point of the relaxed band is one of its ends"},
    {Note::path_below_ends, "path_below_ends",
     "the relaxed band lies lower than both of its ends: see depth_below_ends_eV"},
    {Note::inside_buckingham_well, "inside_buckingham_well",
     "an ion is closer than the turnover radius: these energies mean nothing"},
    {Note::oct_not_minimum, "oct_not_minimum",
     "a free ion would leave the Oct centre, where the band's end is held"},
    {Note::tet_not_minimum, "tet_not_minimum",
     "a free ion would leave the Tet centre, where the band's end is held"},
    {Note::end_left_its_site, "end_left_its_site",
     "a relaxed end of the band has left the site where it was put"},
}};

constexpr bool in_order() {
  for (std::size_t i = 0; i < note_count; ++i)
    if (static_cast<std::size_t>(entries[i].note) != i) return false;
  return true;
}
static_assert(in_order(), "entries stand in the order of Note");

Entry const& entry(Note note) { return entries[static_cast<std::size_t>(note)]; }

}  // namespace

std::array<Note, note_count> all_notes() {
  std::array<Note, note_count> notes{};
  std::ranges::transform(entries, notes.begin(), &Entry::note);
  return notes;
}

char const* to_string(Note note) { return entry(note).name; }
char const* explanation(Note note) { return entry(note).explanation; }

std::string to_string(Notes notes) {
  std::string text;
  for (Entry const& e : entries)
    if (notes.has(e.note)) text += (text.empty() ? "" : ";") + std::string(e.name);
  return text;
}

std::optional<Notes> parse_notes(std::string_view text) {
  Notes notes;
  while (!text.empty()) {
    std::string_view const name = text.substr(0, text.find(';'));
    auto const known = std::ranges::find(entries, name, &Entry::name);
    if (known == entries.end()) return {};
    notes.add(known->note);
    text.remove_prefix(std::min(name.size() + 1, text.size()));
  }
  return notes;
}

}  // namespace ionscape
