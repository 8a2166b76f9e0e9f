#include <ionscape_test/catch.hpp>

#include "program.hpp"

using namespace ionscape_test;
using Catch::Matchers::ContainsSubstring;

TEST_CASE("The help lists every subcommand") {
  Folder const folder;
  Outcome const o = folder.run({"--help"});
  CHECK(o.code == 0);
  for (std::string const name : {"sweep", "plot", "energy", "relax", "properties", "neb", "sites",
                                 "calibrate", "compare", "predict", "regress", "--version"})
    CHECK_THAT(o.out, ContainsSubstring(name));
  CHECK(o.err.empty());
  CHECK(folder.run({}).code == 1);
}

TEST_CASE("Every subcommand's help has a synopsis, units and an example") {
  Folder const folder;
  for (std::string const name : {"sweep", "plot", "energy", "relax", "properties", "neb", "sites",
                                 "calibrate", "compare", "predict", "regress"}) {
    CAPTURE(name);
    for (std::string const option : {"--help", "-h"}) {
      Outcome const o = folder.run({name, option});
      CHECK(o.code == 0);
      CHECK(o.err.empty());
      CHECK_THAT(o.out, ContainsSubstring("Usage:\n  ionscape " + name));
      CHECK_THAT(o.out, ContainsSubstring("Example:\n  ionscape "));
      CHECK_THAT(o.out, !ContainsSubstring("OPTION...] positional"));
    }
  }
  CHECK_THAT(folder.run({"neb", "--help"}).out, ContainsSubstring("eV/Å (default: 0.01)"));
}

TEST_CASE("The version names commit, compiler and Kokkos") {
  Folder const folder;
  Outcome const o = folder.run({"--version"});
  CHECK(o.code == 0);
  for (std::string const word : {"ionscape 0.", "commit", "compiler", "Kokkos"})
    CHECK_THAT(o.out, ContainsSubstring(word));
}

TEST_CASE("A wrong subcommand or option is named, with the one that was meant") {
  Folder const folder;
  for (auto const& [words, expected] :
       {std::pair<Words, std::string>({"swep"}, "did you mean 'sweep'?"),
        {{"neb", "--imges", "7"}, "did you mean '--images'?"},
        {{"sites", "--anions"}, "anions"},
        {{"plot", "a", "b"}, "unexpected argument 'b'"},
        {{"sweep"}, "no grid"},
        {{"energy"}, "no structure file"}}) {
    Outcome const o = folder.run(words);
    CAPTURE(o.err);
    CHECK(o.code == 1);
    CHECK(lines_in(o.err) == 1);
    CHECK_THAT(o.err,
               Catch::Matchers::StartsWith("ionscape: error: ") && ContainsSubstring(expected));
    CHECK(o.out.empty());
  }
}
