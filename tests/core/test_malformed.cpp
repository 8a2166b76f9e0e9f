// Damaged files: each must give a valid crystal or an InputError, nothing else (run it in the asan
// preset).
#include <random>

#include <ionscape_test/catch.hpp>
#include <ionscape_test/files.hpp>

#include <ionscape/core/io/csv.hpp>
#include <ionscape/core/io/read_crystal.hpp>
#include <ionscape/core/io/toml.hpp>

using namespace ionscape;
using ionscape_test::TemporaryFolder;

namespace {

struct Sample {
  std::string name;
  std::string text;
};

std::vector<Sample> const samples{
    {"POSCAR",
     "Li O\n-120\n4 0 0\n0 5 0\n0.2 0 6\nLi_sv O\n2 1\nSelective\nDirect\n0 0 0 T T T\n.5 .5 0 F F "
     "F\n.5 0 .5 T T T\n"},
    {"a.extxyz",
     "2\nLattice=\"4 0 0 0 5 0 0 1 6\" Properties=species:S:1:pos:R:3:charge:R:1 pbc=\"T T T\"\nLi "
     "0 0 0 1\nO 1 2 3 "
     "-1\n"},
    {"a.cif",
     "data_x\n_cell_length_a 4.1(2)\n_cell_length_b 4\n_cell_length_c 5\n_cell_angle_alpha "
     "90\n_cell_angle_beta 90\n"
     "_cell_angle_gamma "
     "120\nloop_\n_symmetry_equiv_pos_as_xyz\n'x,y,z'\n'-x,-y,z+1/2'\nloop_\n_atom_site_label\n"
     "_atom_site_type_symbol\n_atom_site_fract_x\n_atom_site_fract_y\n_atom_site_fract_z\n_atom_"
     "site_occupancy\n"
     "O1 O2- 0.3333 0.6667 0 1\nLi1 Li 0.1 0.2 0.3 1\n"},
    {"b.cif",
     "data_x\n_cell_length_a 4\n_cell_length_b 4\n_cell_length_c 4\n_cell_angle_alpha "
     "90\n_cell_angle_beta 90\n"
     "_cell_angle_gamma 90\n_space_group_name_Hall '-F 4 2 "
     "3'\nloop_\n_atom_site_label\n_atom_site_fract_x\n"
     "_atom_site_fract_y\n_atom_site_fract_z\nNa1 0 0 0\nCl1 .5 .5 .5\n"},
    {"c.cif",
     "data_x\n_cell_length_a 4\n_cell_length_b 4\n_cell_length_c 4\n_cell_angle_alpha "
     "90\n_cell_angle_beta 90\n"
     "_cell_angle_gamma 90\n_space_group_name_H-M_alt 'P "
     "1'\nloop_\n_atom_site_label\n_atom_site_fract_x\n"
     "_atom_site_fract_y\n_atom_site_fract_z\nNa1 0 0 0\nCl1 .5 .5 .5\n"},
    {"a.toml",
     "name = \"S\"\n[v]\naxis = {from = 1, to = 3, step = 0.5}\nlist = [1, 2.5, "
     "-3e2]\n[[pair]]\nrho = 0.3\n"},
    {"a.csv", "# c\na,\"b\"\n1,\"x\"\"y\"\n2.5,\n"}};

void read(std::filesystem::path const& file) {
  auto const kind = file.extension();
  if (kind == ".toml") {
    TomlReader toml = TomlReader::from_file(file);
    toml.required<std::string>("name");
    TomlReader v = toml.table("v");
    v.axis("axis");
    v.optional<std::vector<double>>("list");
    for (TomlReader& pair : toml.tables("pair")) pair.required<double>("rho", above(0));
    toml.reject_unknown_keys();
  } else if (kind == ".csv") {
    CsvTable const table = CsvTable::read(file);
    for (std::size_t row = 0; row < table.rows(); ++row) table.optional_number(row, "a");
  } else {
    for (Crystal const& crystal : read_crystals(file)) validate(crystal, "what was read");
  }
}

/// True if the text was read; an InputError is the only other way out.
bool survives(TemporaryFolder const& folder, std::string const& name, std::string const& text) {
  auto const file = folder.write(name, text);
  try {
    read(file);
    return true;
  } catch (InputError const& error) {
    std::string const what = error.what();
    if (what.find(name) == what.npos || what.size() > 600) FAIL("poor message: " << what);
  } catch (std::exception const& error) {
    FAIL("not an InputError: " << error.what() << "\nfor\n" << text);
  }
  return false;
}

}  // namespace

TEST_CASE("Files cut off anywhere give an InputError or a crystal") {
  TemporaryFolder const folder;
  for (Sample const& sample : samples) {
    INFO(sample.name);
    CHECK(survives(folder, sample.name, sample.text));
    for (std::size_t length = 0; length < sample.text.size(); ++length)
      survives(folder, sample.name, sample.text.substr(0, length));
  }
}

TEST_CASE("Files with changed, lost and doubled characters give an InputError or a crystal") {
  TemporaryFolder const folder;
  std::mt19937 random(11);
  constexpr std::string_view replacements =
      "0123456789-+.eEdD \t\n\r\"'#;:,=[]{}()xyzTFnaif/_?\\\x01\xff";
  auto const below = [&](std::size_t n) {
    return std::uniform_int_distribution<std::size_t>(0, n - 1)(random);
  };
  for (Sample const& sample : samples)
    for (int trial = 0; trial < 300; ++trial) {
      std::string text = sample.text;
      for (std::size_t change = 0; change <= below(3); ++change) {
        std::size_t const at = below(text.size());
        char const replacement = replacements[below(replacements.size())];
        switch (below(4)) {
          case 0:
            text.erase(at, 1);
            break;
          case 1:
            text.insert(at, 1, replacement);
            break;
          case 2:
            text.insert(at, text.substr(at, below(20)));
            break;
          default:
            text[at] = replacement;
        }
      }
      survives(folder, sample.name, text);
    }
}

TEST_CASE("Random bytes give an InputError") {
  TemporaryFolder const folder;
  std::mt19937 random(5);
  for (Sample const& sample : samples)
    for (int trial = 0; trial < 30; ++trial) {
      std::string text(1 + random() % 300, ' ');
      for (char& c : text) c = static_cast<char>(random() % 256);
      survives(folder, sample.name, text);
    }
}
