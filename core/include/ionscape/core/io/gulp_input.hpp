// Input and library files of GULP (J. D. Gale and A. L. Rohl, Mol. Simul. 29, 291 (2003)), cut into
// their options: what is common to the reader of structures and to that of potentials.
//
// Lines end at '#', '&' continues them, `ignore` to `erongi` and all behind `stop` is passed over.
// The first line of an input has keywords, a library (.lib) has none. Options are known by their
// first letters (`buck` is buckingham), as in GULP. An option that is not known is an error: nothing
// is skipped in silence. docs/potentials.md lists what is used, passed over and refused.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <ionscape/core/error.hpp>

namespace ionscape {

/// One line, with those that continue it.
struct GulpLine {
  std::vector<std::string> words;
  SourceLocation where;
};

enum class GulpUse {
  structure,     // read with the structure
  potential,     // read with the potentials
  unsummed,      // a potential that GULP knows and we do not
  not_of_cell,   // changes the structure in a way that is not read
  not_of_terms,  // changes the energy in a way that is not read
  nothing,       // concerns neither: what to compute, how, and what to print
};

/// An option and what stands below it.
struct GulpOption {
  std::string name;  // in full: "buckingham"
  GulpUse use = GulpUse::nothing;
  GulpLine head;  // the line of the option itself, its word included
  std::vector<GulpLine> lines;
};

struct GulpInput {
  std::vector<std::string> keywords;  // in full, of those that matter: "c6", "molecule", "fit"
  SourceLocation keywords_where;
  std::vector<std::string> tasks;  // keywords that say what to do, as they stand: "opti", "conp"
  std::vector<GulpOption> options;
};

/// Throws InputError for an option or keyword that GULP does not have.
GulpInput read_gulp_input(std::string_view text, std::filesystem::path const& file);

/// Whether name or text say that the file is GULP's: .gin, .grs, .gulp, .lib, or options of GULP at
/// the beginning of lines.
bool is_gulp_input(std::string_view text, std::filesystem::path const& file);

/// The label of a species as GULP understands it: "O", "o1" (O1), "AL" (Al), "O_OH"; nothing of a
/// word that begins with no element.
std::optional<std::string> gulp_label(std::string_view word);

/// The element that a label begins with: "O" of "O1" and "O_OH"; empty where it begins with none.
std::string element_of_label(std::string_view label);

/// A number, or a fraction such as 1/3; nothing of another word.
std::optional<double> gulp_number(std::string_view word);

}  // namespace ionscape
