// The example CIFs list their symmetry operations, since other programs do not know every name of a
// setting: ASE 3.22 refuses 'R -3 m:H' and 'C 1 2/m 1', pymatgen 2022 reads 3 ions of LiMn2O4 from
// 'F d -3 m:2'.
#include <filesystem>

#include "cif_text.hpp"

using namespace cif_test;

namespace {

/// The text without its loop of operations, and how many there were.
std::string without_operations(std::string const& text, int& count) {
  std::istringstream in(text);
  std::string out;
  count = 0;
  for (std::string line; std::getline(in, line);) {
    if (line == "_space_group_symop_operation_xyz") {
      out.erase(out.rfind("loop_"));
    } else if (line.starts_with('\'')) {
      ++count;
    } else {
      out += line + '\n';
    }
  }
  return out;
}

}  // namespace

TEST_CASE("Every example CIF lists the operations of the group that it names") {
  int files = 0;
  for (auto const& entry :
       std::filesystem::recursive_directory_iterator(IONSCAPE_SOURCE_DIR "/examples")) {
    if (entry.path().extension() != ".cif") continue;
    INFO(entry.path().filename().string());
    ++files;
    std::string const text = ionscape_test::text_of(entry.path());
    int count = 0;
    std::string const named = without_operations(text, count);
    CHECK(count > 1);
    Crystal const listed = read(text).at(0), expected = read(named).at(0);
    CHECK(listed.notes.empty());
    CHECK(listed.species == expected.species);
    CHECK(listed.positions == expected.positions);
  }
  CHECK(files >= 15);
}
