// The species of a GULP file: their charges, and which labels a word of it means.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include <ionscape/potentials/pair/potential_set.hpp>

#include "pair/gulp_terms.hpp"

namespace ionscape::detail {

class GulpSpecies {
 public:
  /// Reads `species`; where it is silent, charges that stand behind positions; and takes note of
  /// labels (O1) that only potentials have, whose charge is that of their element. Throws InputError.
  GulpSpecies(GulpInput const& input, std::filesystem::path const& file);

  /// The labels that a species of a potential means. Throws InputError if the file knows charges of
  /// that element, but not of this label; none if it knows none of the element: no crystal has it.
  std::vector<std::string> meant_by(GulpParticle const& particle,
                                    SourceLocation const& where) const;
  bool has_shell(std::string const& label) const;
  /// What a label is called in the set: the element where it is the only label of that.
  std::string name(std::string const& label) const;
  /// What its core or shell is called. Throws InputError for a shell that it does not have.
  std::string particle(std::string const& label, bool shell, SourceLocation const& where) const;

  /// Charges of whole ions and the rules of labels; shells without their springs.
  void write_to(PotentialSet& set) const;

 private:
  struct Charges {
    std::optional<double> core, shell;
    SourceLocation where;
  };
  using Table = std::map<std::string, Charges>;

  static void take(GulpLine const& line, std::size_t charge_at, Table& table);
  void take_labels_of_potentials(GulpInput const& input);

  Table species_;
  std::map<std::string, int> labels_of_element_;
};

}  // namespace ionscape::detail
