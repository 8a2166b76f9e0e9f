// Notes, and tables whose columns are named once.
#include <cmath>
#include <set>
#include <sstream>

#include <ionscape/core/notes.hpp>
#include <ionscape/core/table.hpp>
#include <ionscape_test/catch.hpp>
#include <ionscape_test/files.hpp>

using namespace ionscape;
using Catch::Matchers::StartsWith;
using ionscape_test::input_error;
using ionscape_test::TemporaryFolder;

namespace {

struct Hop {
  double length = 0;
  std::string kind;
};

constexpr Column<Hop> columns[] = {
    {"length_A", [](Hop const& h) { return h.length; }, nullptr,
     [](Hop& h, Field f) { return h.length = f.number, true; }},
    {"kind", nullptr, [](Hop const& h) { return h.kind; },
     [](Hop& h, Field f) { return h.kind = f.text, f.text != "none"; }},
};
constexpr std::span<Column<Hop> const> hop_columns = columns;

}  // namespace

TEST_CASE("A table comes back as it was written, its missing numbers too") {
  TemporaryFolder const folder;
  std::vector<Hop> const hops{{1.0 / 3, "oct-tet"}, {std::nan(""), "a, \"b\""}};
  std::ostringstream out;
  write_csv(out, hop_columns, std::span<Hop const>(hops));
  CHECK_THAT(out.str(), StartsWith("length_A,kind\n0.3333333333333333,oct-tet\n,\"a, \"\"b\"\"\""));
  auto const read = read_rows(CsvTable::read(folder.write("t.csv", out.str())), hop_columns);
  REQUIRE(read.size() == 2);
  CHECK(read[0].length == 1.0 / 3);
  CHECK(std::isnan(read[1].length));
  CHECK(read[1].kind == hops[1].kind);
}

TEST_CASE("A field that a column does not understand is refused with its line") {
  TemporaryFolder const folder;
  auto const error = [&](std::string const& rows) {
    auto const file = folder.write("t.csv", "kind,length_A\n" + rows);
    return input_error([&] { read_rows(CsvTable::read(file), hop_columns); });
  };
  CHECK(error("oct,1\n").empty());
  CHECK_THAT(error("oct,1\nnone,2\n"), StartsWith("t.csv:3: kind: found 'none'"));
  CHECK_THAT(error("oct,x\n"), StartsWith("t.csv:2: found 'x'"));
}

TEST_CASE("Notes are written in one order and read in any") {
  CHECK(to_string(Notes{}).empty());
  Notes const notes{Note::tet_not_minimum, Note::extrapolated, Note::tet_not_minimum};
  CHECK(to_string(notes) == "extrapolated;tet_not_minimum");
  CHECK(parse_notes("tet_not_minimum;extrapolated") == notes);
  CHECK(parse_notes("") == Notes{});
  CHECK_FALSE(parse_notes("extrapolated;unheard_of"));
  CHECK_FALSE(parse_notes(";extrapolated"));
  std::set<std::string> names, sentences;
  for (Note note : all_notes()) {
    CHECK(parse_notes(to_string(note)) == Notes{note});
    names.insert(to_string(note)), sentences.insert(explanation(note));
  }
  CHECK(names.size() == note_count);
  CHECK(sentences.size() == note_count);
}
