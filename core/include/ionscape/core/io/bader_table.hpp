// ACF.dat, the table of Bader volumes that the program bader writes (Henkelman, Arnaldsson, Jonsson,
// Comput. Mater. Sci. 36, 354 (2006)).
#pragma once

#include <filesystem>
#include <string_view>
#include <vector>

#include <ionscape/core/cell.hpp>

namespace ionscape {

struct BaderTable {
  std::vector<Vec3> positions;    // in the unit of the density's file: Å, or bohr of a cube file
  std::vector<double> electrons;  // of each ion's volume
};

/// Whether a text begins with the table's heading, # X Y Z CHARGE.
bool is_bader_table(std::string_view text);

/// A heading, a line of dashes, one row an ion, a line of dashes, sums. Throws InputError, with the
/// line, for a row that is not the next ion's, and where there is no heading. `file` is for errors.
BaderTable read_bader_table(std::string_view text, std::filesystem::path const& file);

}  // namespace ionscape
