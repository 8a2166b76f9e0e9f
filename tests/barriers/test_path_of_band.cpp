#include <algorithm>
#include <cmath>

#include <ionscape_test/catch.hpp>
#include <ionscape_test/files.hpp>

#include <ionscape/barriers/start_path.hpp>
#include <ionscape/core/io/read_band.hpp>

using namespace ionscape;
using Catch::Matchers::ContainsSubstring;
using ionscape_test::input_error;

namespace {

/// Li goes over a corner from one side of O to the other; the path's length is 2 + 2 Å.
Band corner() {
  Crystal image{{{8, 0, 0}, {0, 9, 0}, {0, 0, 10}}, {"Li", "Li", "O"}, {}, {}, ""};
  Band band;
  for (Vec3 li : {Vec3{7, 1, 5}, {7.5, 1, 5}, {8, 1, 5}, {9, 1, 5}, {9, 2, 5}, {9, 3, 5}}) {
    image.positions = {li, {4, 4, 1}, {7, 3, 5}};
    band.images.push_back(image);
  }
  return band;
}

CrystalHop hop_of(Band const& band) { return {"Li1", band.images.front(), band.images.back(), {}}; }

std::vector<Vec3> li_of(CrystalPath const& path) {
  std::vector<Vec3> places;
  for (auto const& image : path) places.push_back(image[0]);
  return places;
}

void check_same(std::vector<Vec3> const& found, std::vector<Vec3> const& expected) {
  REQUIRE(found.size() == expected.size());
  for (std::size_t k = 0; k < found.size(); ++k) {
    CAPTURE(k);
    CHECK(norm(found[k] - expected[k]) < 1e-12);
  }
}

}  // namespace

TEST_CASE(
    "a band is followed as it is, or in even steps if another number of images is asked for") {
  Band const band = corner();
  CrystalHop const hop = hop_of(band);
  check_same(li_of(path_of_band(hop, band, 6)),
             {{7, 1, 5}, {7.5, 1, 5}, {8, 1, 5}, {9, 1, 5}, {9, 2, 5}, {9, 3, 5}});
  check_same(li_of(path_of_band(hop, band, 3)), {{7, 1, 5}, {9, 1, 5}, {9, 3, 5}});
  check_same(li_of(path_of_band(hop, band, 9)), {{7, 1, 5},
                                                 {7.5, 1, 5},
                                                 {8, 1, 5},
                                                 {8.5, 1, 5},
                                                 {9, 1, 5},
                                                 {9, 1.5, 5},
                                                 {9, 2, 5},
                                                 {9, 2.5, 5},
                                                 {9, 3, 5}});
}

TEST_CASE("a band read from folders, wrapped, is the hop's path, wherever the hop's ions are") {
  Band band = corner();
  CrystalHop hop = hop_of(band);
  CrystalPath const expected = path_of_band(hop, band, 6);
  for (Crystal& image : band.images)
    for (Vec3& r : image.positions) {
      Vec3 f = image.cell.to_fractional(r);
      f = {f.x - std::floor(f.x), f.y - std::floor(f.y), f.z - std::floor(f.z)};
      r = image.cell.to_cartesian(f);
    }
  ionscape_test::TemporaryFolder folder;
  write_band(folder.path(), band);
  Vec3 const away{16, -9, 10};
  for (Crystal* end : {&hop.initial, &hop.final_}) end->positions[0] += away;
  CrystalPath const path = path_of_band(hop, read_band(folder.path()), 6, folder.path());
  CHECK(path.front() == hop.initial.positions);
  CHECK(path.back() == hop.final_.positions);
  for (std::size_t k = 0; k < 6; ++k) {
    CHECK(norm(path[k][0] - (expected[k][0] + away)) < 1e-9);
    for (std::size_t i : {1u, 2u}) CHECK(norm(path[k][i] - expected[k][i]) < 1e-9);
  }
}

TEST_CASE("where the hop's ends have been relaxed the band goes with them") {
  Band const band = corner();
  CrystalHop hop = hop_of(band);
  hop.initial.positions[0] += Vec3{0.2, 0, 0};
  hop.final_.positions[0] += Vec3{0, 0, -0.5};
  check_same(
      li_of(path_of_band(hop, band, 6)),
      {{7.2, 1, 5}, {7.66, 1, 4.9}, {8.12, 1, 4.8}, {9.08, 1, 4.7}, {9.04, 2, 4.6}, {9, 3, 4.5}});
}

TEST_CASE("a band of other ions, in another order or another cell is refused") {
  Band const sound = corner();
  CrystalHop const hop = hop_of(sound);
  auto const refusal = [&](auto const& change) {
    Band band = sound;
    change(band);
    return input_error([&] { path_of_band(hop, band, 5, "band.extxyz"); });
  };
  CHECK(refusal([](Band&) {}).empty());
  CHECK(refusal([](Band& b) {
          for (Crystal& c : b.images) {
            c.species.pop_back();
            c.positions.pop_back();
          }
        }) == "band.extxyz: image 0 has 2 ions, but the hop 3");
  CHECK(refusal([](Band& b) {
          for (Crystal& c : b.images) c.species = {"Li", "O", "Li"};
        }) ==
        "band.extxyz: image 0: ion 2 is O, but Li in the hop: the band must list the same ions in "
        "the same order");
  CHECK_THAT(refusal([](Band& b) {
               for (Crystal& c : b.images) std::swap(c.positions[0], c.positions[1]);
             }),
             ContainsSubstring("the band's first image has ion 1 (Li)"));
  CHECK_THAT(refusal([](Band& b) { b.images[5].positions[0].x -= 8; }),
             ContainsSubstring("the band's last image has ion 1 (Li) 8 Å from where"));
  CHECK_THAT(refusal([](Band& b) { b.images[2].cell.b.x = 0.1; }),
             ContainsSubstring("image 2: the cell differs from the hop's by 0.1 Å"));
  CHECK_THAT(refusal([](Band& b) { b.images.resize(2); }),
             ContainsSubstring("holds 2 images, expected at least 3"));
  CHECK_THAT(input_error([&] { path_of_band(hop, sound, 2); }),
             ContainsSubstring("path of 2 images"));
}

TEST_CASE("fixed ions stay where they are in a band, and one that moves is refused") {
  Band band = corner();
  CrystalHop hop = hop_of(band);
  hop.initial.fixed = {{false, false, true}, {false, false, false}, {true, true, true}};
  band.images[2].positions[2].y += 1e-5;
  for (int n : {6, 8})
    for (auto const& image : path_of_band(hop, band, n))
      CHECK(image[2] == hop.initial.positions[2]);
  band.images[3].positions[0].z += 0.2;
  CHECK(input_error([&] { path_of_band(hop, band, 6); }) ==
        "image 3: ion 1 (Li) is fixed, but the band moves it by 0.2 Å");
}
