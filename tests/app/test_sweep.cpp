#include <cmath>
#include <ionscape/core/io/csv.hpp>
#include <ionscape_test/catch.hpp>

#include "program.hpp"

using namespace ionscape_test;
using Catch::Matchers::ContainsSubstring;
using ionscape::CsvTable;

namespace {

void check_equal(CsvTable const& a, CsvTable const& b, double tolerance) {
  REQUIRE(a.rows() == b.rows());
  REQUIRE(a.columns() == b.columns());
  for (std::size_t row = 0; row < a.rows(); ++row)
    for (std::string const& column : a.columns()) {
      if (a.text(row, column) == b.text(row, column)) continue;
      CAPTURE(row, column);
      CHECK(a.number(row, column) == Approx(b.number(row, column)).margin(tolerance));
    }
}

std::string grid_of(int volumes) {
  std::string text = small_grid;
  return text.replace(text.find("[40, 50, 60]"), 12,
                      "{from = 40, to = 60, points = " + std::to_string(volumes) + "}");
}

}  // namespace

TEST_CASE("A sweep writes one row for each point, in the order of the grid, and a summary") {
  Folder const folder;
  folder.write("set.toml", lis_set);
  folder.write("grid.toml", small_grid);
  Outcome const o = folder.run({"sweep", "grid.toml"});
  CAPTURE(o.err);
  REQUIRE(o.code == 0);
  CHECK(o.err.empty());  // no progress bar where there is no terminal, no warnings
  for (std::string const word : {"12 points", "12 converged", "measured", "E_a three-point/eV",
                                 "E_a NEB/eV", "< 0.4 eV", "results/grid/map.csv", "points/s"})
    CHECK_THAT(o.out, ContainsSubstring(word));
  CHECK(lines_in(o.out) < 24);

  auto const map = CsvTable::read(folder / "results/grid/map.csv");
  REQUIRE(map.rows() == 12);
  std::size_t row = 0;
  for (double distortion : {1.0, 1.08})
    for (double charge : {-1.5, -1.0})
      for (double volume : {40.0, 50.0, 60.0}) {
        CHECK(map.number(row, "distortion") == distortion);
        CHECK(map.number(row, "charge_e") == charge);
        CHECK(map.number(row, "volume_A3") == volume);
        CHECK(map.text(row, "status") == "converged");
        CHECK(map.number(row, "Ea_three_point_eV") > 0);
        ++row;
      }
  auto const json = nlohmann::json::parse(read_file(folder / "results/grid/map.json"));
  CHECK(json.contains("version"));
  CHECK_FALSE(std::filesystem::exists(folder / "results/grid/.checkpoint"));
}

TEST_CASE("A list of points gives the same rows as the grid") {
  Folder const folder;
  folder.write("set.toml", lis_set);
  folder.write("grid.toml", small_grid);
  folder.write("list.csv", "anion,volume_A3,charge_e,distortion\nS,50,-1.5,1.08\nS,40,-1,1\n");
  REQUIRE(folder.run({"sweep", "grid.toml", "--out", "grid"}).code == 0);
  REQUIRE(folder.run({"sweep", "--points", "list.csv", "--potential", "set.toml", "--out", "list"})
              .code == 0);
  auto const grid = CsvTable::read(folder / "grid/map.csv"),
             list = CsvTable::read(folder / "list/map.csv");
  REQUIRE(list.rows() == 2);
  for (std::string const column : {"E_tet_eV", "E_oct_eV", "Ea_neb_eV", "csm_tet"}) {
    CHECK(list.number(0, column) == Approx(grid.number(7, column)).margin(1e-7));
    CHECK(list.number(1, column) == Approx(grid.number(3, column)).margin(1e-7));
  }
}

TEST_CASE("One thread and four give the same map") {
  Folder const folder;
  folder.write("set.toml", lis_set);
  folder.write("grid.toml", grid_of(20));
  REQUIRE(folder.run({"sweep", "grid.toml", "--threads", "1", "--out", "one"}).code == 0);
  Outcome const four = folder.run({"sweep", "grid.toml", "--threads", "4", "--out", "four"});
  REQUIRE(four.code == 0);
  CHECK_THAT(folder.run({"sweep", "grid.toml", "--threads", "1", "--out", "again"}).out,
             ContainsSubstring("1 thread)"));
  check_equal(CsvTable::read(folder / "one/map.csv"), CsvTable::read(folder / "four/map.csv"),
              1e-12);
}

TEST_CASE("A sweep that was interrupted says how to go on, and ends as if nothing had happened") {
  for (int const signal : {SIGINT, SIGKILL}) {
    Folder const folder;
    CAPTURE(signal);
    folder.write("set.toml", lis_set);
    folder.write("grid.toml", grid_of(40));
    Words const words{"sweep", "grid.toml", "--batch", "8", "--out", "cut"};
    pid_t const child = folder.start(words);
    for (int wait = 0; wait < 10000 && !std::filesystem::exists(folder / "cut/.checkpoint"); ++wait)
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    std::this_thread::sleep_for(std::chrono::milliseconds(30));
    kill(child, signal);
    Outcome const cut = folder.finish(child);
    if (cut.code != 0) {  // a very fast machine may have finished
      CHECK(cut.code == -signal);
      CHECK_FALSE(std::filesystem::exists(folder / "cut/map.csv"));
      if (signal == SIGINT)
        CHECK_THAT(cut.err, ContainsSubstring("the same command goes on from there"));
    }
    Outcome const resumed = folder.run(words),
                  whole = folder.run({"sweep", "grid.toml", "--batch", "8", "--out", "whole"});
    CAPTURE(resumed.err, whole.err);
    REQUIRE(whole.code != 1);
    REQUIRE(resumed.code == whole.code);
    check_equal(CsvTable::read(folder / "cut/map.csv"), CsvTable::read(folder / "whole/map.csv"),
                0);
    CHECK_FALSE(std::filesystem::exists(folder / "cut/.checkpoint"));
  }
}

TEST_CASE("A second sweep into a folder is refused while the first one runs, not after it") {
  Folder const folder;
  folder.write("set.toml", lis_set);
  folder.write("grid.toml", grid_of(200));
  folder.write("other.toml", small_grid);
  pid_t const child = folder.start({"sweep", "grid.toml", "--batch", "8", "--out", "results"});
  for (int wait = 0; wait < 10000 && !std::filesystem::exists(folder / "results/.checkpoint");
       ++wait)
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  Outcome const second = folder.run({"sweep", "other.toml", "--out", "results"});
  bool const still_running = waitpid(child, nullptr, WNOHANG) == 0;
  if (!still_running) return;  // a very fast machine may have finished
  CHECK(second.code == 1);
  CHECK_THAT(second.err,
             ContainsSubstring("results: another run writes into this folder (process " +
                               std::to_string(child)));
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  CHECK(folder.run({"sweep", "other.toml", "--out", "results"}).code == 0);
  CHECK_FALSE(std::filesystem::exists(folder / "results/.lock"));
}

TEST_CASE("Points that do not converge stay in the map, and the exit code is 2") {
  Folder const folder;
  folder.write("set.toml", lis_set);
  folder.write("grid.toml", std::string("[neb]\nmax_steps = 1\n") + small_grid);
  Outcome const o = folder.run({"sweep", "grid.toml"});
  CHECK(o.code == 2);
  CHECK_THAT(o.err, ContainsSubstring("not converged: "));
  auto const map = CsvTable::read(folder / "results/grid/map.csv");
  REQUIRE(map.rows() == 12);
  CHECK(map.text(11, "status") == "step_limit");
}
