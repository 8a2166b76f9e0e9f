#include <ionscape_test/catch.hpp>
#include <ionscape_test/files.hpp>

#include <ionscape/core/io/read_band.hpp>
#include <ionscape/core/io/write_crystal.hpp>

using namespace ionscape;
using Catch::Matchers::ContainsSubstring;
using ionscape_test::input_error;
using ionscape_test::TemporaryFolder;

namespace {

/// Li moves along x through the cell's boundary, `images` images, beside an O that stays.
Band hop(int images) {
  Band band;
  for (int k = 0; k < images; ++k)
    band.images.push_back({{{4, 0, 0}, {0, 4, 0}, {0, 0, 4}},
                           {"Li", "O"},
                           {{3.5 + 0.25 * k, 0, 0}, {2, 2, 2}},
                           {},
                           "hop"});
  return band;
}

Band wrapped(Band band) {
  for (Crystal& image : band.images)
    if (image.positions[0].x >= 4) image.positions[0].x -= 4;
  return band;
}

}  // namespace

TEST_CASE("A band is read from folders and made continuous") {
  TemporaryFolder const folder;
  Band const band = hop(12);
  write_band(folder.path(), wrapped(band));
  Band const back = read_band(folder.path());
  REQUIRE(back.images.size() == 12);
  for (std::size_t k = 0; k < 12; ++k)
    CHECK(norm(back.images[k].positions[0] - band.images[k].positions[0]) < 1e-12);
}

TEST_CASE("Images half a cell apart stay where the files put them") {
  TemporaryFolder const folder;
  for (double side : {1.0, -1.0}) {
    Band band = hop(3);
    for (int k = 0; k < 3; ++k) band.images[k].positions[0] = {1 + side * 2 * k, 0.5, 0};
    write_extxyz(folder / "band.extxyz", band.images);
    Band const back = read_band(folder / "band.extxyz");
    for (int k = 0; k < 3; ++k) CHECK(back.images[k].positions[0].x == 1 + side * 2 * k);
  }
}

TEST_CASE("A band is read from the frames of one file") {
  TemporaryFolder const folder;
  write_extxyz(folder / "band.extxyz", wrapped(hop(5)).images);
  CHECK(norm(read_band(folder / "band.extxyz").images.at(4).positions[0] - Vec3{4.5, 0, 0}) <
        1e-12);
}

TEST_CASE("A CONTCAR goes before the POSCAR unless it is empty") {
  TemporaryFolder const folder;
  Band const band = hop(3);
  write_band(folder.path(), band);
  Crystal relaxed = band.images[1];
  relaxed.positions[0].y = 0.5;
  write_poscar(folder / "01/CONTCAR", relaxed);
  folder.write("02/CONTCAR", "");
  Band const back = read_band(folder.path());
  CHECK(back.images.at(1).positions[0].y == 0.5);
  CHECK(back.images.at(2).positions[0].y == 0);
}

TEST_CASE("A band whose images do not belong together is refused") {
  TemporaryFolder const folder;
  Band band = hop(3);
  auto const error = [&] {
    write_band(folder.path(), band);
    return input_error([&] { read_band(folder.path()); });
  };
  SECTION("other species") {
    band.images[2].species[1] = "S";
    CHECK(error() == "POSCAR: image 2: ion 2 is S, expected O as in the image before");
  }
  SECTION("other number of ions") {
    band.images[1].species.push_back("O");
    band.images[1].positions.push_back({1, 1, 1});
    CHECK(error() == "POSCAR: image 1: 3 ions, expected 2 as in the image before");
  }
  SECTION("other cell") {
    band.images[1].cell.a.x = 4.1;
    CHECK_THAT(error(), ContainsSubstring("POSCAR: image 1: a lattice vector differs by 0.1"));
  }
  SECTION("a gap") {
    write_poscar(folder / "04/POSCAR", band.images[0]);
    CHECK_THAT(error(), ContainsSubstring("has a folder 04 but no folder 03"));
  }
  SECTION("one image") {
    band.images.resize(1);
    CHECK_THAT(error(), ContainsSubstring("holds 1 images, expected at least two"));
  }
  SECTION("an image without structure") {
    std::filesystem::create_directory(folder / "03");
    CHECK(error() == "POSCAR: no such file");
  }
  SECTION("nothing there") {
    CHECK(input_error([&] { read_band(folder / "POSCARs"); }) == "POSCARs: no such file");
  }
}
