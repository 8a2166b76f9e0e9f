#include <ionscape_test/catch.hpp>
#include <ionscape_test/files.hpp>

#include <ionscape/core/io/read_crystal.hpp>

using namespace ionscape;
using Catch::Matchers::ContainsSubstring;
using ionscape_test::input_error;

namespace {

std::string header(std::string const& comment, std::string const& c) {
  return comment + "\n   1.0\n 4 0 0\n 0 5 0\n 0 0 " + c + "\n Li O\n 1 1\n";
}
std::string configuration(int number, std::string const& first) {
  return "Direct configuration=  " + std::to_string(number) + "\n " + first +
         " 0 0\n 0.5 0.5 0.5\n";
}

std::vector<Crystal> read(std::string const& text) { return read_crystals(text, "XDATCAR"); }
std::string error(std::string const& text) {
  return input_error([&] { read(text); });
}

}  // namespace

TEST_CASE("The configurations of an XDATCAR are frames") {
  auto const frames = read(header("run", "6") + configuration(1, "0.0") + configuration(2, "0.1") +
                           configuration(3, "-.125"));
  REQUIRE(frames.size() == 3);
  CHECK(frames[2].species == std::vector<std::string>{"Li", "O"});
  CHECK(frames[0].positions[1] == Vec3{2, 2.5, 3});
  CHECK(frames[2].positions[0] == Vec3{-0.5, 0, 0});
  CHECK(frames[1].cell.c == Vec3{0, 0, 6});
  CHECK(frames[1].comment == "run");
}

TEST_CASE("A run that changes its cell repeats the header") {
  for (std::string const comment : {"run", "", "  "}) {
    INFO("comment: " << comment);
    auto const frames = read(header(comment, "6") + configuration(1, "0.0") +
                             header(comment, "6.5") + configuration(2, "0.1") + "\n");
    REQUIRE(frames.size() == 2);
    CHECK(frames[0].cell.c == Vec3{0, 0, 6});
    CHECK(frames[1].cell.c == Vec3{0, 0, 6.5});
    CHECK(frames[1].positions[1] == Vec3{2, 2.5, 3.25});
  }
}

TEST_CASE("A broken XDATCAR is refused with the line") {
  std::string const good = header("run", "6") + configuration(1, "0.0");
  CHECK(error(header("run", "6")) ==
        "XDATCAR:7: the file ends here, expected 'Direct configuration='");
  CHECK(error(header("run", "6") + "Direct configuration= 1\n 0 0 0\n") ==
        "XDATCAR:9: the file ends here, expected position of O ion 1 of 1");
  CHECK(error(header("run", "6") + "Direct\n0 0 0\n.5 .5 .5\n") ==
        "XDATCAR:8: found 'Direct', expected 'Direct configuration='");
  CHECK_THAT(error(good + configuration(2, "0.5") + configuration(3, "x")),
             ContainsSubstring("XDATCAR:15: found 'x', expected a number"));
  CHECK_THAT(error(good + "Direct configuration= 2\n.5 .5 .5\n.5 .5 .5\n"),
             ContainsSubstring("XDATCAR:11: structure 2: ions 1 (Li) and 2 (O) overlap"));
}

TEST_CASE("A last configuration that a killed run has cut off costs only itself") {
  std::string const whole =
      header("run", "6") + configuration(1, "0.00") + configuration(2, "0.10");
  std::string const next = header("run", "6.5") + configuration(3, "0.20");
  for (std::size_t length = 1; length < next.size(); ++length) {
    INFO("cut after '" << next.substr(0, length) << "'");
    auto const frames = read(whole + next.substr(0, length));
    bool const complete = length + 1 == next.size();  // only the end of the line is missing
    REQUIRE(frames.size() == (complete ? 3 : 2));
    CHECK(frames[1].positions[0] == Vec3{0.4, 0, 0});
    CHECK(frames[1].cell.c == Vec3{0, 0, 6});
    CHECK(frames[0].notes.empty());
    if (complete)
      CHECK(frames.back().notes.empty());
    else
      CHECK(frames[1].notes == std::vector<std::string>{"the file ends within the next "
                                                        "configuration, number 3, which is left "
                                                        "out"});
  }
}

TEST_CASE("An error within the file is none of a killed run") {
  std::string const good = header("run", "6") + configuration(1, "0.0");
  CHECK_THAT(error(good + "Direct configuration= 2\n 0 0 0\n.5 .5 x\n"),
             ContainsSubstring("XDATCAR:13: found 'x', expected a number"));
  CHECK_THAT(error(good + "Direct configuration= 2\n 0 0 0\n" + configuration(3, "0.1")),
             ContainsSubstring("XDATCAR:13: found 'Direct'"));
}
