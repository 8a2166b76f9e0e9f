#include <cmath>
#include <ionscape/core/io/csv.hpp>
#include <ionscape/core/io/read_crystal.hpp>
#include <ionscape_test/catch.hpp>

#include "program.hpp"

using namespace ionscape_test;
using namespace ionscape;
using Catch::Matchers::ContainsSubstring;

namespace {

/// mgo_poscar with other lattice constants, and one ion moved by a little.
std::string mgo(double a, double shift) {
  std::string const text = replaced(mgo_poscar, "4.2\n", std::to_string(a) + "\n");
  return replaced(text, "0.5 0.5 0.5", "0.5 0.5 " + std::to_string(0.5 + shift));
}

/// n cells along each edge, every ion moved somewhere.
std::string large_mgo(int n) {
  std::string text = "MgO\n" + std::to_string(4.25 * n) + "\n1 0 0\n0 1 0\n0 0 1\nMg O\n";
  std::string positions[2];
  int count = 0;
  for (int i = 0; i < 2 * n; ++i)
    for (int j = 0; j < 2 * n; ++j)
      for (int k = 0; k < 2 * n; ++k, ++count) {
        std::string line;
        for (int at : {i, j, k})
          line += std::to_string((at + 0.05 * std::sin(3.0 * count + at)) / (2 * n)) + " ";
        positions[(i + j + k) % 2] += line + "\n";
      }
  std::string const half = std::to_string(count / 2);
  return text + half + " " + half + "\nDirect\n" + positions[0] + positions[1];
}

nlohmann::json result_of(Path const& folder) {
  return nlohmann::json::parse(read_file(folder / "relax.json"));
}

}  // namespace

TEST_CASE("A crystal is relaxed to a table, JSON and a structure of its name") {
  Folder const folder;
  folder.write("start/MgO.vasp", mgo(4.3, 0.03));
  folder.write("set.toml", replaced(mgo_set, "cutoff = 9.0", "cutoff = 12.0"));
  Outcome const o =
      folder.run({"relax", "start/MgO.vasp", "--potential", "set.toml", "--cell", "full",
                  "--stress-tolerance", "0.001", "--pictures", "--out", "out"});
  CAPTURE(o.err);
  REQUIRE(o.code == 0);
  CHECK(o.err.empty());
  CHECK(std::filesystem::file_size(folder / "out/MgO.vasp-steps.png") > 1000);
  for (std::string const word : {"converged", "energy/eV", "change/%", "written: relax.csv"})
    CHECK_THAT(o.out, ContainsSubstring(word));

  // LAMMPS: a = 4.1983 Å, -41.3120 eV for each MgO.
  auto const csv = CsvTable::read(folder / "out/relax.csv");
  REQUIRE(csv.rows() == 1);
  CHECK(csv.text(0, "structure") == "start/MgO.vasp");
  CHECK(csv.text(0, "status") == "converged");
  CHECK(csv.number(0, "energy_eV") == Approx(-4 * 41.3120).margin(4e-3));
  CHECK(csv.number(0, "a_A") == Approx(4.1983).margin(1e-3));
  CHECK(csv.number(0, "gamma_deg") == Approx(90).margin(0.02));
  CHECK(csv.number(0, "max_force_eV_per_A") < 1e-4);
  CHECK(csv.number(0, "max_stress_GPa") < 0.001);
  CHECK(csv.text(0, "initial_space_group") == "P4mm");  // one ion moved along x
  CHECK(csv.text(0, "space_group") == "Fm-3m");
  CHECK_THAT(o.out, ContainsSubstring("space group: P4mm at the start, Fm-3m relaxed"));
  Crystal const relaxed = read_crystal(folder / "out/MgO.vasp");
  CHECK(relaxed.cell.volume() == Approx(csv.number(0, "volume_A3")).epsilon(1e-12));

  auto const json = result_of(folder / "out");
  CHECK(json["cell"] == "full");
  CHECK(json["structures"][0]["energy_eV"] == csv.number(0, "energy_eV"));
  // A line for the start and each step, and one above them.
  std::string const drawn = read_file(folder / "out/MgO.vasp-steps.dat");
  CHECK(std::count(drawn.begin(), drawn.end(), '\n') == 2 + csv.number(0, "steps"));
  CHECK(json["structures"][0]["cell_A"][0][0] == relaxed.cell.a.x);
  CHECK(json["structures"][0]["warnings"].empty());
  CHECK_FALSE(std::filesystem::exists(folder / "out/.finished"));
  CHECK_FALSE(std::filesystem::exists(folder / "out/.lock"));

  // The energy of the relaxed structure is what `energy` finds.
  auto const again =
      folder.run_json({"energy", "out/MgO.vasp", "--potential", "set.toml", "--json"});
  CHECK(double(again["energy_eV"]) == Approx(csv.number(0, "energy_eV")).margin(1e-5));
}

TEST_CASE("The cell stays unless it is asked for, and selective dynamics is honoured") {
  Folder const folder;
  std::string text = replaced(mgo(4.25, 0.03), "Direct", "Selective dynamics\nDirect");
  for (std::string const ion : {"0 0 0\n", "0 0.5 0.5\n", "0.5 0 0.5\n", "0.5 0.5 0\n"})
    text = replaced(text, "\n" + ion, "\n" + ion.substr(0, ion.size() - 1) + " T T T\n");
  text = replaced(text, "0.530000", "0.530000 T T F");
  for (std::string const ion : {"0.5 0 0\n", "0 0.5 0\n", "0 0 0.5\n"})
    text = replaced(text, "\n" + ion, "\n" + ion.substr(0, ion.size() - 1) + " T T T\n");
  folder.write("POSCAR", text);
  folder.write("set.toml", mgo_set);
  for (std::string const format : {"poscar", "extxyz", "cif"})
    REQUIRE(folder
                .run({"relax", "POSCAR", "--potential", "set.toml", "--format", format, "--fix",
                      "1,Mg", "--out", "out"})
                .code == 0);
  Crystal const start = read_crystal(folder / "POSCAR");
  REQUIRE(start.fixed.size() == 8);
  Crystal const relaxed = read_crystal(folder / "out/POSCAR.vasp");
  CHECK(relaxed.cell.a == start.cell.a);
  for (std::size_t i = 0; i < 4; ++i) {
    CHECK(norm(relaxed.positions[i] - start.positions[i]) < 1e-12);
    CHECK(relaxed.fixed[i] == std::array{true, true, true});
  }
  CHECK(std::fabs(relaxed.positions[4].z - start.positions[4].z) < 1e-12);
  CHECK(relaxed.fixed[4] == std::array{false, false, true});
  CHECK(norm(relaxed.positions[7] - start.positions[7]) > 1e-4);
  Crystal const frame = read_crystal(folder / "out/POSCAR.extxyz");
  CHECK(norm(frame.positions[7] - relaxed.positions[7]) < 1e-12);
  CHECK(read_crystal(folder / "out/POSCAR.cif").cell.volume() ==
        Approx(start.cell.volume()).epsilon(1e-12));
}

TEST_CASE("What cannot be read or relaxed costs only its own row, and says why") {
  Folder const folder;
  folder.write("in/a.vasp", mgo(4.2, 0.02));
  folder.write("in/b.vasp", "MgO\n1.0\nnonsense\n");
  folder.write("in/c.vasp", replaced(mgo(4.2, 0.02), "Mg O", "Mg S"));
  folder.write("in/d.vasp", replaced(mgo_poscar, "0.5 0 0\n", "0.5 0.5 0.62\n"));
  folder.write("in/e.vasp", mgo(4.25, 0.01));
  folder.write("set.toml", mgo_set);
  Outcome const o =
      folder.run({"relax", "in", "--potential", "set.toml", "--cell", "full", "--out", "out"});
  CHECK(o.code == 2);
  CHECK_THAT(o.err, ContainsSubstring("not converged: 3 of 5 structures"));
  auto const csv = CsvTable::read(folder / "out/relax.csv");
  REQUIRE(csv.rows() == 5);
  CHECK(csv.text(0, "status") == "converged");
  CHECK(csv.text(1, "status") == "refused");
  CHECK_THAT(csv.text(1, "reason"), ContainsSubstring("b.vasp:3"));
  CHECK(csv.text(1, "energy_eV").empty());
  CHECK(csv.text(2, "status") == "refused");
  CHECK_THAT(csv.text(2, "reason"), ContainsSubstring("S"));
  CHECK(csv.text(3, "status") == "collapsed");
  CHECK_THAT(csv.text(3, "reason"), ContainsSubstring("ions 5 (O) and 6 (O)"));
  CHECK(csv.text(4, "status") == "converged");
  CHECK(std::filesystem::exists(folder / "out/d.vasp"));  // its last structure
  CHECK_FALSE(std::filesystem::exists(folder / "out/b.vasp"));
  CHECK_THAT(o.out, ContainsSubstring("collapsed: in/d.vasp: ions 5 (O) and 6 (O) fell"));
}

TEST_CASE("Too few steps end with code 2 and can be continued") {
  Folder const folder;
  folder.write("MgO.vasp", mgo(4.3, 0.05));
  folder.write("set.toml", mgo_set);
  Words const words{"relax", "MgO.vasp", "--potential", "set.toml", "--cell", "volume"};
  Words few = words;
  few.insert(few.end(), {"--max-steps", "2", "--out", "few"});
  Outcome const o = folder.run(few);
  CHECK(o.code == 2);
  CHECK_THAT(o.out, ContainsSubstring("step_limit: MgO.vasp: the steps were not enough"));
  Words on = words;
  on[1] = "few/MgO.vasp";
  on.insert(on.end(), {"--out", "on"});
  CHECK(folder.run(on).code == 0);
}

TEST_CASE("Structures of one name get names of their own, frames their numbers") {
  Folder const folder;
  folder.write("x/POSCAR", mgo(4.2, 0.02));
  folder.write("y/POSCAR", mgo(4.2, 0.01));
  std::string xyz;
  for (double a : {4.2, 4.3}) {
    std::string const s = std::to_string(a), h = std::to_string(a / 2);
    xyz += "2\nLattice=\"0 " + h + " " + h + " " + h + " 0 " + h + " " + h + " " + h +
           " 0\" Properties=species:S:1:pos:R:3\nMg 0 0 0\nO " + h + " " + h + " " + h + "\n";
  }
  folder.write("z.extxyz", xyz);
  folder.write("set.toml", mgo_set);
  REQUIRE(folder
              .run({"relax", "x/POSCAR", "y/POSCAR", "z.extxyz", "x/POSCAR", "--potential",
                    "set.toml", "--out", "out"})
              .code == 0);
  for (std::string const name :
       {"POSCAR.vasp", "POSCAR-2.vasp", "POSCAR-3.vasp", "z_1.vasp", "z_2.vasp"})
    CHECK(std::filesystem::exists(folder / "out" / name));
  CHECK(CsvTable::read(folder / "out/relax.csv").text(3, "structure") == "z.extxyz#2");
}

TEST_CASE("One thread and four relax to the same bits") {
  Folder const folder;
  folder.write("in/a.vasp", mgo(4.25, 0.03));
  folder.write("in/b.vasp", large_mgo(2));
  folder.write("set.toml", mgo_set);
  for (std::string const threads : {"1", "4"})
    REQUIRE(folder
                .run({"relax", "in", "--potential", "set.toml", "--cell", "full", "--threads",
                      threads, "--out", "out" + threads})
                .code == 0);
  for (std::string const name : {"relax.csv", "relax.json", "a.vasp", "b.vasp"})
    CHECK(read_file(folder / "out1" / name) == read_file(folder / "out4" / name));
}

TEST_CASE("A killed run goes on with what it had finished, and other options begin anew") {
  Folder const folder;
  for (int k = 0; k < 20; ++k)
    folder.write("in/" + std::to_string(100 + k) + ".vasp", mgo(4.2 + 0.001 * k, 0.01 * (k % 5)));
  folder.write("in/large.vasp", large_mgo(5));  // as long as it takes, the others are on disk
  folder.write("set.toml", mgo_set);
  Words const words{"relax", "in", "--potential", "set.toml", "--cell", "full", "--out", "out"};
  Path const kept = folder / "out/.finished";
  pid_t const child = folder.start(words);
  auto const count = [&] {
    std::error_code ignored;
    long n = 0;
    for ([[maybe_unused]] auto const& entry : std::filesystem::directory_iterator(kept, ignored))
      ++n;
    return n;
  };
  for (int tries = 0; tries < 60000 && count() < 3 && kill(child, 0) == 0; ++tries)
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  kill(child, SIGKILL);
  folder.finish(child);
  REQUIRE(count() > 0);
  // A record that says so: whoever reads it has not computed again.
  for (auto const& entry : std::filesystem::directory_iterator(kept)) {
    auto record = nlohmann::json::parse(read_file(entry.path()), nullptr, false);
    if (record.is_discarded()) continue;
    record["evaluations"] = 12345;
    std::ofstream(entry.path()) << record;
  }
  long const finished = count();
  REQUIRE(folder.run(words).code == 0);
  auto const csv = CsvTable::read(folder / "out/relax.csv");
  REQUIRE(csv.rows() == 21);
  long taken = 0;
  for (std::size_t row = 0; row < 21; ++row) {
    taken += csv.text(row, "evaluations") == "12345";
    CHECK(csv.text(row, "status") == "converged");
  }
  CHECK(taken > 0);
  CHECK(taken <= finished);
  CHECK_FALSE(std::filesystem::exists(kept));
}

TEST_CASE("A check tells a minimum from a saddle") {
  Folder const folder;
  folder.write("set.toml", mgo_set);
  folder.write("minimum.vasp", mgo(4.2, 0.02));
  // Mg halfway to a vacancy: held there by symmetry alone.
  folder.write("saddle.vasp",
               "MgO\n4.2\n1 0 0\n0 1 0\n0 0 1\nMg O\n3 4\nDirect\n0 0.25 0.25\n0.5 0 0.5\n0.5 0.5 "
               "0\n0.5 0.5 0.5\n0.5 0 0\n0 0.5 0\n0 0 0.5\n");
  Outcome const o = folder.run({"relax", "minimum.vasp", "saddle.vasp", "--potential", "set.toml",
                                "--check", "--out", "out"});
  CHECK(o.code == 2);
  CHECK_THAT(o.err, ContainsSubstring("no minimum: 1 of 2 structures"));
  CHECK_THAT(o.out, ContainsSubstring("the energy falls in "));
  auto const csv = CsvTable::read(folder / "out/relax.csv");
  CHECK(csv.text(1, "status") == "converged");
  CHECK(csv.number(0, "negative_modes") == 0);
  CHECK(csv.number(0, "lowest_mode_eV_per_A2") > 1);
  CHECK(csv.number(1, "negative_modes") > 0);
  CHECK(csv.number(1, "lowest_mode_eV_per_A2") < 0);
  CHECK(csv.text(1, "warnings") == "net_charge, no_minimum");
}

TEST_CASE("Bad requests for a relaxation are refused before the work") {
  Folder const folder;
  folder.write("MgO.vasp", mgo_poscar);
  folder.write("set.toml", mgo_set);
  folder.write("lis.toml", lis_set);
  Words const words{"relax", "MgO.vasp", "--potential", "set.toml"};
  auto const error = [&](Words more) {
    Words all = words;
    all.insert(all.end(), more.begin(), more.end());
    Outcome const o = folder.run(all);
    CHECK(o.code == 1);
    CHECK(lines_in(o.err) == 1);
    return o.err;
  };
  CHECK_THAT(error({"--cell", "some"}), ContainsSubstring("some"));
  CHECK_THAT(error({"--pressure", "1"}), ContainsSubstring("--cell none"));
  CHECK_THAT(error({"--force-tolerance", "0"}), ContainsSubstring("force-tolerance"));
  CHECK_THAT(error({"--fix", "Xx"}), ContainsSubstring("no structure has this species"));
  CHECK_THAT(error({"--fix", "9"}), ContainsSubstring("the structure has 8 ions"));
  CHECK_THAT(error({"--out", "."}), ContainsSubstring("is an input of this run"));
  CHECK_THAT(folder.run({"relax", "MgO.vasp"}).err, ContainsSubstring("no potential set"));
  CHECK_THAT(folder.run({"relax", "MgO.vasp", "--potential", "lis.toml"}).err,
             ContainsSubstring("insertion"));
}
