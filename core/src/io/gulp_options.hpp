// The options and keywords of GULP, and what they are to us.
#pragma once

#include <optional>
#include <string_view>

#include <ionscape/core/io/gulp_input.hpp>

namespace ionscape {

struct GulpOptionKind {
  std::string_view name;
  GulpUse use;
  bool ends;  // its lines go on to the word `end`
};

/// The option that a word (in small letters) means: as in GULP its first four letters decide, where
/// several have these the most letters in common; nothing if none.
std::optional<GulpOptionKind> find_gulp_option(std::string_view word);

/// A keyword that changes energies or structures, in full; "" for one that does not; nothing for a
/// word that is no keyword.
std::optional<std::string_view> find_gulp_keyword(std::string_view word);

}  // namespace ionscape
