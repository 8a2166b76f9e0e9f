// Published barriers read, and models scored against them.
#include <cmath>
#include <fstream>

#include <ionscape/core/error.hpp>
#include <ionscape/fit/published_barriers.hpp>
#include <ionscape_test/catch.hpp>
#include <ionscape_test/files.hpp>

using namespace ionscape;
using namespace ionscape_test;
using Catch::Matchers::ContainsSubstring;

namespace {

std::string frame(std::string const& id, std::string const& end, double x,
                  std::string const& first = "Li") {
  return "2\nLattice=\"4 0 0 0 4 0 0 0 4\" Properties=species:S:1:pos:R:3 pbc=\"T T T\" id=" + id +
         " end=" + end + "\n" + first + " " + std::to_string(x) + " 0 0\nO 2 2 2\n";
}

std::string const csv =
    "id,class,composition,mobile,Ea_DFT_eV,Ea_MACE_eV\na,SPINEL,LiO,Li,0.4,0.5\n"
    "b,OLIVINE,LiO,Li,0.7,\n";

}  // namespace

TEST_CASE("A folder of published barriers is read with both ends of each") {
  TemporaryFolder const folder;
  folder.write("barriers.csv", csv);
  folder.write("paths.extxyz", frame("a", "initial", 0) + frame("a", "final", 1) +
                                   frame("b", "final", 2) + frame("b", "initial", 0.5));
  auto const entries = read_published_barriers(folder.path());
  REQUIRE(entries.size() == 2);
  CHECK(entries[0].barrier == 0.4);
  CHECK(entries[0].kind == "SPINEL");
  CHECK(entries[0].other_models.at("MACE") == 0.5);
  CHECK(entries[1].other_models.empty());
  CHECK(entries[1].initial.positions[0].x == 0.5);
  CHECK(entries[1].final_.positions[0].x == 2);
  CHECK(entries[1].host == "O");
}

TEST_CASE("A row whose ions lie in each other has an error, and the others are read") {
  TemporaryFolder const folder;
  folder.write("barriers.csv", csv);
  std::string broken = frame("b", "initial", 0);
  broken.replace(broken.find("O 2 2 2"), 7, "O 0 0 0");
  folder.write("paths.extxyz",
               frame("a", "initial", 0) + frame("a", "final", 1) + broken + frame("b", "final", 1));
  auto const entries = read_published_barriers(folder.path());
  REQUIRE(entries.size() == 2);
  CHECK(entries[0].error.empty());
  CHECK_THAT(entries[1].error, ContainsSubstring("overlap"));
}

TEST_CASE("Rows without their frames, and frames that are no hop, are refused") {
  TemporaryFolder const folder;
  folder.write("barriers.csv", csv);
  auto const refused = [&](std::string const& frames, std::string const& expected) {
    folder.write("paths.extxyz", frames);
    CHECK_THROWS_WITH(read_published_barriers(folder.path()), ContainsSubstring(expected));
  };
  std::string const a = frame("a", "initial", 0) + frame("a", "final", 1);
  refused(a, "b: paths.extxyz has not both of its ends");
  refused(a + frame("b", "initial", 0), "b: paths.extxyz has not both of its ends");
  refused(a + a, "two frames with id=a end=initial");
  refused(frame("a", "middle", 0), "expected id=... and end=initial or end=final");
  refused(a + frame("b", "initial", 0, "Na") + frame("b", "final", 1, "Na"),
          "the first ion is Na, expected the mobile Li");
  refused(a + frame("b", "initial", 0) + frame("b", "final", 1, "Na"), "different ions");
}

TEST_CASE(
    "The line of least absolute deviations ignores a wild point and no grid of lines beats it") {
  std::vector<double> const x{0.1, 0.4, 0.9, 1.3, 2.0, 3.0, 0.7},
      y{0.25, 0.4, 0.65, 0.85, 1.2, 1.7, 9};
  Recalibration const line = recalibrated(x, y);
  CHECK(line.offset == Approx(0.2).margin(1e-12));
  CHECK(line.slope == Approx(0.5).margin(1e-12));
  std::vector<double> const rough{0.3, 0.1, 0.9, 0.6, 1.9, 0.8, 1.1};
  Recalibration const best = recalibrated(x, rough);
  auto const deviation = [&](Recalibration const& l) {
    double sum = 0;
    for (std::size_t k = 0; k < x.size(); ++k) sum += std::fabs(l(x[k]) - rough[k]);
    return sum;
  };
  for (double offset = -0.5; offset < 1.5; offset += 0.01)
    for (double slope = -1; slope < 2; slope += 0.01)
      CHECK(deviation(best) <= deviation({offset, slope}) + 1e-12);
  CHECK(line(100) == line(4));
}

TEST_CASE("Scores count what has a value, and blocks never calibrate themselves") {
  std::vector<double> const published{0.3, 0.6, 0.9, 1.2, 0.4},
      model{0.2, 0.7, std::nan(""), 1.4, 0.6};
  BarrierScore const s = score(model, published);
  CHECK(s.asked == 5);
  CHECK(s.errors.count == 4);
  CHECK(s.coverage() == Approx(0.8));
  CHECK(s.errors.mae == Approx((0.1 + 0.1 + 0.2 + 0.2) / 4));
  CHECK(s.hits == Approx(0.75));
  // Block "b" lies on another line than "a": its own entries do not help it.
  std::vector<double> const m{0, 1, 2, 3, 0, 1, 2}, p{0.5, 1, 1.5, 2, 3, 3, 3};
  std::vector<std::string> const block{"a", "a", "a", "a", "b", "b", "b"};
  auto const by_others = recalibrated_by_others(m, p, block);
  CHECK(by_others[4] == Approx(0.5));
  CHECK(by_others[5] == Approx(1.0));
  CHECK(by_others[0] == Approx(3.0));
}
