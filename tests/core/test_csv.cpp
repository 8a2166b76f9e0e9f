#include <cmath>
#include <limits>
#include <sstream>

#include <ionscape_test/catch.hpp>
#include <ionscape_test/files.hpp>

#include <ionscape/core/io/csv.hpp>
#include <ionscape/core/io/format.hpp>

using namespace ionscape;
using ionscape_test::input_error;
using ionscape_test::TemporaryFolder;

namespace {

CsvTable read(std::string const& text) {
  TemporaryFolder const folder;
  return CsvTable::read(folder.write("map.csv", text));
}

}  // namespace

TEST_CASE("A table is read by column name") {
  CsvTable const table = read(
      "\xEF\xBB\xBF# made by hand\r\nanion, volume_A3,note\r\n\r\nS,38.5,\"a, \"\"b\"\"\nc\"\r\n# "
      "skipped\r\nO,,\r\n");
  CHECK(table.columns() == std::vector<std::string>{"anion", "volume_A3", "note"});
  REQUIRE(table.rows() == 2);
  CHECK(table.text(0, "anion") == "S");
  CHECK(table.number(0, "volume_A3") == 38.5);
  CHECK(table.text(0, "note") == "a, \"b\"\nc");
  CHECK(table.where(0).line == 4);
  CHECK(table.where(1).line == 7);
  CHECK_FALSE(table.optional_number(1, "volume_A3"));
  CHECK(table.optional_number(0, "volume_A3") == 38.5);
  CHECK(table.text(1, "note").empty());
  CHECK(table.has("note"));
  CHECK_FALSE(table.has("charge_e"));
}

TEST_CASE("A bad table is refused with line, finding and expectation") {
  CHECK(input_error([] { read("a,b\n1,2\n3\n"); }) ==
        "map.csv:3: found 1 fields, expected 2 as in the header");
  CHECK(input_error([] { read("a,a\n"); }) ==
        "map.csv:1: found 'a', expected a header of different column names");
  CHECK(input_error([] { read("# only this\n"); }) == "map.csv: no header row");
  CHECK(input_error([] { read("a\n\"x\n"); }) == "map.csv:2: a quote is not closed");
  CHECK(input_error([] { read("a\n\"x\"y\n"); }) ==
        "map.csv:2: found text behind the closing quote of 'x'");
  CsvTable const table = read("# c\nvolume_A3,x\nbig,\n");
  CHECK(input_error([&] { table.number(0, "volume_A3"); }) ==
        "map.csv:3: found 'big', expected a number: volume_A3");
  CHECK(input_error([&] { table.number(0, "x"); }) == "map.csv:3: found '', expected a number: x");
  CHECK(input_error([&] { table.text(0, "volume_A"); }) ==
        "map.csv:2: no column 'volume_A'; columns: volume_A3, x, did you mean 'volume_A3'?");
}

TEST_CASE("What is written is read back, numbers bit by bit") {
  double const values[] = {0.1, 1.0 / 3, -2.5e-300, 1e21, -0.0, std::numeric_limits<double>::max()};
  std::string const words[] = {
      "plain", "with, comma", "with \"quote\"", "# no comment", " blank ", "two\nlines", ""};
  std::ostringstream out;
  write_csv_row(out, "word", "number", "count");
  for (std::string const& word : words)
    for (double value : values) write_csv_row(out, word, value, 7);
  write_csv_row(out, "none", std::nan(""), -1);
  CsvTable const table = read(out.str());
  std::size_t row = 0;
  for (std::string const& word : words)
    for (double value : values) {
      CHECK(table.text(row, "word") == word);
      CHECK(table.number(row, "number") == value);
      CHECK(table.text(row, "count") == "7");
      ++row;
    }
  CHECK_FALSE(table.optional_number(row, "number"));
}

TEST_CASE("Numbers are printed as short as they read back") {
  CHECK(shortest(0.1) == "0.1");
  CHECK(shortest(-2) == "-2");
  CHECK(shortest(1e-8) == "1e-08");
}

TEST_CASE("Only close names are suggested") {
  std::vector<std::string> const known{"cutoff", "charges", "pair"};
  CHECK(suggestion("cutof", known) == ", did you mean 'cutoff'?");
  CHECK(suggestion("charge", known) == ", did you mean 'charges'?");
  CHECK(suggestion("spring", known).empty());
  CHECK(suggestion(std::string(1000, 'x'), known).empty());
}
