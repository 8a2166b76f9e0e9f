// Files as the readers meet them: compressed, or nothing that could be read.
#include <chrono>
#include <string>

#include <sys/stat.h>
#include <zlib.h>

#include <ionscape_test/catch.hpp>
#include <ionscape_test/files.hpp>

#include <ionscape/core/io/csv.hpp>
#include <ionscape/core/io/read_crystal.hpp>
#include <ionscape/core/io/read_text.hpp>
#include <ionscape/core/io/toml.hpp>

using namespace ionscape;
using Catch::Matchers::ContainsSubstring;
using ionscape_test::input_error;
using ionscape_test::TemporaryFolder;

namespace {

std::filesystem::path write_gz(TemporaryFolder const& folder, std::string const& name,
                               std::string const& text, int times = 1) {
  auto const file = folder / name;
  gzFile const stream = gzopen(file.c_str(), "wb1");
  for (int i = 0; i < times; ++i) gzwrite(stream, text.data(), static_cast<unsigned>(text.size()));
  gzclose(stream);
  return file;
}

double seconds_of(auto&& action) {
  auto const start = std::chrono::steady_clock::now();
  action();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

std::string const poscar = "Li\n1.0\n4 0 0\n0 5 0\n0 0 6\nLi O\n1 1\nDirect\n0 0 0\n.5 .5 0\n";

}  // namespace

TEST_CASE("Compressed files of every format are read") {
  TemporaryFolder const folder;
  CHECK(read_crystal(write_gz(folder, "POSCAR.gz", poscar)).size() == 2);
  CHECK(read_crystal(write_gz(folder, "a.vasp.gz", "\xEF\xBB\xBF" + poscar)).size() == 2);
  CHECK(read_crystal(write_gz(folder, "a.extxyz.GZ", "1\nLattice=\"4 0 0 0 5 0 0 0 6\"\nO 0 0 0\n"))
            .size() == 1);
  CHECK(read_crystal(write_gz(folder, "a.cif.gz",
                              "data_x\n_cell_length_a 4\n_cell_length_b 4\n_cell_length_c 4\n"
                              "_cell_angle_alpha 90\n_cell_angle_beta 90\n_cell_angle_gamma 90\n"
                              "_space_group_name_H-M_alt 'P 1'\nloop_\n_atom_site_label\n"
                              "_atom_site_fract_x\n_atom_site_fract_y\n_atom_site_fract_z\n"
                              "Na1 0 0 0\n"))
            .size() == 1);
  CHECK(CsvTable::read(write_gz(folder, "a.csv.gz", "a,b\n1,2\n")).number(0, "b") == 2);
  CHECK(TomlReader::from_file(write_gz(folder, "a.toml.gz", "a = 3\n")).required<int>("a") == 3);
  // The content decides, not the name.
  CHECK(read_crystal(write_gz(folder, "POSCAR", poscar)).size() == 2);
  CHECK(read_crystal(folder.write("POSCAR.plain.gz", poscar)).size() == 2);
}

TEST_CASE("A damaged compressed file is refused") {
  TemporaryFolder const folder;
  std::string const whole = ionscape_test::text_of(write_gz(folder, "POSCAR.gz", poscar));
  folder.write("POSCAR.gz", whole.substr(0, whole.size() - 12));
  CHECK_THAT(input_error([&] { read_crystal(folder / "POSCAR.gz"); }),
             ContainsSubstring("POSCAR.gz: cannot be read as gzip: "));
  std::string changed = whole;
  changed[whole.size() - 8] ^= 1;  // of the checksum
  folder.write("POSCAR.gz", changed);
  CHECK_THAT(input_error([&] { read_crystal(folder / "POSCAR.gz"); }),
             ContainsSubstring("POSCAR.gz: cannot be read as gzip: "));
}

TEST_CASE("What never ends or is no text is refused at once") {
  TemporaryFolder const folder;
  auto const error = [&](std::string const& name) {
    return input_error([&] { read_text(folder / name); });
  };
  std::filesystem::create_symlink("/dev/zero", folder / "z.vasp");
  mkfifo((folder / "pipe.vasp").c_str(), 0600);
  std::filesystem::create_directory(folder / "d.vasp");
  folder.write("huge.vasp", "x");
  std::filesystem::resize_file(folder / "huge.vasp", std::uintmax_t{1} << 40);  // sparse
  folder.write("utf16.vasp", std::string_view("\xFF\xFEL\0i\0", 6));
  write_gz(folder, "zeros.vasp.gz", std::string(1 << 20, '\0'), 100);
  double const seconds = seconds_of([&] {
    CHECK(error("z.vasp") == "z.vasp: is a device, a pipe or a socket, expected a regular file");
    CHECK_THAT(error("pipe.vasp"), ContainsSubstring("expected a regular file"));
    CHECK(error("d.vasp") == "d.vasp: is a folder, expected a file");
    CHECK(error("huge.vasp") ==
          "huge.vasp: holds 1099511627776 bytes, expected at most 1073741824");
    CHECK(error("utf16.vasp") == "utf16.vasp: is UTF-16 text, expected plain text or UTF-8");
    CHECK(error("zeros.vasp.gz") == "zeros.vasp.gz: is a binary file, expected text");
    CHECK(error("gone.vasp") == "gone.vasp: no such file");
  });
  CHECK(seconds < 1);
}
