#include <cmath>
#include <ionscape/core/io/csv.hpp>
#include <ionscape/core/io/read_crystal.hpp>
#include <ionscape/core/io/write_crystal.hpp>
#include <ionscape/lattice/distortion.hpp>
#include <ionscape/lattice/fcc.hpp>
#include <ionscape_test/catch.hpp>

#include "program.hpp"

using namespace ionscape_test;
using namespace ionscape;
using Catch::Matchers::ContainsSubstring;

namespace {

constexpr double volume = 46.81;

Distorted make_host(double distortion) {
  auto const ideal = fcc_model(volume, conventional_cells(2, 2, 2), "S", -1);
  return distort(ideal.framework, ideal.hop, WindowShear{distortion});
}

/// The host with a Li at `position`, as a user would hand it over.
void write_structure(Folder const& folder, Path const& name, Crystal const& host, Vec3 position) {
  Crystal crystal = host;
  crystal.charges.clear();
  crystal.species.push_back("Li");
  crystal.positions.push_back(position);
  write_poscar(folder / name, crystal);
}

Words grid_hop(Words const& more = {}) {
  Words words{"neb", "--anion",       "S",     "--volume", "46.81", "--charge",
              "-1",  "--no-pictures", "--out", "grid"};
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

Words file_hop(Words const& more = {}) {
  Words words{"neb",           "--initial",     "initial.vasp", "--final", "final.vasp",
              "--freeze-host", "--no-pictures", "--out",        "files"};
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

nlohmann::json result(Folder const& folder, std::string const& directory) {
  return nlohmann::json::parse(read_file(folder / directory / "neb.json"));
}

}  // namespace

TEST_CASE("A hop from grid values equals the same hop from two structures") {
  for (double const distortion : {1.0, 1.08}) {
    Folder const folder;
    CAPTURE(distortion);
    auto const host = make_host(distortion);
    write_structure(folder, "initial.vasp", host.framework, host.hop.sites[0].position);
    // Into another cell: the shortest way counts.
    write_structure(folder, "final.vasp", host.framework,
                    host.hop.sites[1].position + host.framework.cell.b);
    folder.write("set.toml", lis_set);
    Outcome const grid = folder.run(
        grid_hop({"--distortion", std::to_string(distortion), "--potential", "set.toml"}));
    Outcome const files = folder.run(file_hop({"--potential", "set.toml", "--charge", "-1"}));
    CAPTURE(grid.err, files.err);
    REQUIRE(grid.code == 0);
    REQUIRE(files.code == 0);
    auto const a = result(folder, "grid"), b = result(folder, "files");
    CHECK(a["status"] == "converged");
    CHECK(double(a["max_minus_min_eV"]) == Approx(double(b["max_minus_min_eV"])).margin(1e-6));
    CHECK(double(a["forward_barrier_eV"]) == Approx(double(b["forward_barrier_eV"])).margin(1e-6));
    REQUIRE(a["images"].size() == 7);
    for (std::size_t i = 0; i < 7; ++i)
      CHECK(double(a["images"][i]["energy_eV"]) ==
            Approx(double(b["images"][i]["energy_eV"])).margin(1e-6));
    CHECK(double(a["accuracy"]["measured_eV"]) < 1e-7);
    CHECK(double(a["forward_barrier_eV"]) - double(a["reverse_barrier_eV"]) ==
          Approx(double(a["images"][6]["energy_eV"]) - double(a["images"][0]["energy_eV"]))
              .margin(1e-10));
  }
}

namespace {

/// Li in a tetragonal cell of four O, as two structures; `height` is that of the cell.
void write_half_cell_hop(Folder const& folder, std::string const& height, std::string const& end) {
  auto const text = [&](std::string const& f) {
    return "hop\n1.0\n5 0 0\n0 5 0\n0 0 " + height + "\nLi O\n1 4\nDirect\n" + f + " " + f + " " +
           f + "\n0 0 0\n0 0.5 0.5\n0.5 0 0.5\n0.5 0.5 0\n";
  };
  folder.write("initial.vasp", text("0.25"));
  folder.write("final.vasp", text(end));
}

Words rigid_hop() {
  return file_hop({"--potential", IONSCAPE_SOURCE_DIR "/examples/potentials/Li2O-rigid.toml"});
}

}  // namespace

TEST_CASE("A hop of half a cell goes the way that the files say, and is called ambiguous") {
  for (auto const& [height, barrier] :
       {std::pair("5", 0.881134), {"4.5", 0.674905}, {"5.5", 0.888930}, {"6", 0.698238}})
    for (std::string const end : {"0.75", "0.7499999", "0.7500001"}) {
      Folder const folder;
      CAPTURE(height, end);
      write_half_cell_hop(folder, height, end);
      Outcome const o = folder.run(rigid_hop());
      CAPTURE(o.err);
      REQUIRE(o.code == 0);
      CHECK_THAT(o.out, ContainsSubstring("warning: the hop is ambiguous: 8 images of its end"));
      auto const json = result(folder, "files");
      CHECK(double(json["forward_barrier_eV"]) == Approx(barrier).margin(2e-6));
      CHECK(double(json["reverse_barrier_eV"]) == Approx(barrier).margin(2e-6));
      CHECK(double(json["saddle"]["position_A"][0]) == Approx(2.5).margin(1e-4));
      CHECK(json["input"]["equally_near_ends"] == 8);
    }
}

TEST_CASE("A straight path that runs into an ion names it") {
  Folder const folder;
  write_half_cell_hop(folder, "5", "-0.25");
  Outcome const o = folder.run(rigid_hop());
  CHECK(o.code == 1);
  CHECK_THAT(o.err, ContainsSubstring("final.vasp: the straight path to this structure runs into O "
                                      "(ion 2): 0.000 Å from it at 0.0000 0.0000 0.0000 Å"));
  CHECK_FALSE(std::filesystem::exists(folder / "files"));
}

TEST_CASE("Host ions that moved between the structures are held where --host says") {
  Folder const folder;
  auto const host = make_host(1.0);
  Vec3 const oct = host.hop.sites[0].position, tet = host.hop.sites[1].position;
  folder.write("set.toml", lis_set);
  Crystal moved = host.framework;
  Vec3 const far = moved.cell.c;  // the same place, in another cell
  moved.positions[4] += Vec3{0.02, 0, 0} + far;
  moved.positions[9] += Vec3{0, 0.04, 0};
  write_structure(folder, "initial.vasp", host.framework, oct);
  write_structure(folder, "final.vasp", moved, tet);
  Crystal mean = host.framework;
  mean.positions[4] += Vec3{0.01, 0, 0};
  mean.positions[9] += Vec3{0, 0.02, 0};
  Words const options{"--potential", "set.toml", "--charge", "-1"};
  for (auto const& [name, crystal] :
       {std::pair("initial", &host.framework), {"final", &moved}, {"mean", &mean}}) {
    CAPTURE(name);
    Words words = file_hop(options);
    words.insert(words.end(), {"--host", name});
    Outcome const o = folder.run(words);
    REQUIRE(o.code == 0);
    CHECK_THAT(o.out, ContainsSubstring("2 host ions moved between the two structures, the "
                                        "farthest 10 (S, 0.040 Å); they are held at the " +
                                        std::string(name) + " positions"));
    double const barrier = result(folder, "files")["forward_barrier_eV"];
    CHECK(double(result(folder, "files")["input"]["largest_host_move_A"]) ==
          Approx(0.04).margin(1e-9));
    // The same from two structures that agree.
    write_structure(folder, "a.vasp", *crystal, oct);
    write_structure(folder, "b.vasp", *crystal, tet);
    Words plain{"neb",    "--freeze-host", "--initial", "a.vasp", "--final",
                "b.vasp", "--no-pictures", "--out",     "same"};
    plain.insert(plain.end(), options.begin(), options.end());
    REQUIRE(folder.run(plain).code == 0);
    CHECK(double(result(folder, "same")["forward_barrier_eV"]) == Approx(barrier).margin(1e-7));
  }
  moved.positions[9] += Vec3{0, 1.5, 0};
  write_structure(folder, "final.vasp", moved, tet);
  Words words = file_hop(options);
  words.insert(words.end(), {"--host", "mean"});
  CHECK_THAT(folder.run(words).err, ContainsSubstring("more than one ion hops"));
}

TEST_CASE("Rigid charges and the same product of charges give the same hop") {
  Folder const folder;
  auto const host = make_host(1.04);
  write_structure(folder, "initial.vasp", host.framework, host.hop.sites[0].position);
  write_structure(folder, "final.vasp", host.framework, host.hop.sites[1].position);
  std::string const pair =
      "[[pair]]\nspecies = [\"Li\", \"S\"]\nform = \"buckingham\"\nA = 5770.0\nrho = 0.277\nC = "
      "30.0\n";
  folder.write("rigid.toml",
               "name = \"a\"\nsource = \"b\"\n[charges]\nLi = 0.7\nS = -1.4\n" + pair);
  folder.write("product.toml",
               "name = \"a\"\nsource = \"b\"\n[insertion]\nmobile = \"Li\"\nframework = \"S\"\nz = "
               "0.98\nz0 = 0.0\n" +
                   pair);
  Outcome const rigid = folder.run(file_hop({"--potential", "rigid.toml"}));
  CAPTURE(rigid.err);
  REQUIRE(rigid.code == 0);
  REQUIRE(folder.run(grid_hop({"--distortion", "1.04", "--potential", "product.toml"})).code == 0);
  auto const a = result(folder, "files"), b = result(folder, "grid");
  for (std::size_t i = 0; i < 7; ++i)
    CHECK(double(a["images"][i]["energy_eV"]) ==
          Approx(double(b["images"][i]["energy_eV"])).margin(1e-6));
}

TEST_CASE("The table, the CSV, the JSON and the images tell the same story") {
  Folder const folder;
  Outcome const o = folder.run(grid_hop({"--hop", "tet-oct-tet", "--images", "9"}));
  REQUIRE(o.code == 0);
  CHECK(o.err.empty());
  for (std::string const word :
       {"forward barrier", "reverse barrier", "max - min", "eV/Å", "eigenvalues", "converged"})
    CHECK_THAT(o.out, ContainsSubstring(word));
  auto const table = CsvTable::read(folder / "grid/profile.csv");
  auto const json = result(folder, "grid");
  auto const images = read_crystals(folder / "grid/band.extxyz");
  REQUIRE(table.rows() == 9);
  REQUIRE(images.size() == 9);
  for (std::size_t i = 0; i < 9; ++i) {
    CHECK(table.number(i, "energy_eV") == double(json["images"][i]["energy_eV"]));
    CHECK(images[i].positions.back().x == table.number(i, "x_A"));
    CHECK(images[i].species.back() == "Li");
  }
  // Symmetric: Tet to Tet over Oct.
  CHECK(double(json["forward_barrier_eV"]) ==
        Approx(double(json["reverse_barrier_eV"])).margin(1e-6));
  CHECK(json["first"]["falling_directions"] == 0);
}

TEST_CASE("An end that leaves its site while it relaxes, or rests on a maximum, is named") {
  Folder const folder;
  auto const hop = [&](Words const& more) {
    Words words{"neb",          "--anion",  "S",  "--volume",
                "46.81",        "--charge", "-1", "--relax-endpoints",
                "--no-pictures"};
    words.insert(words.end(), more.begin(), more.end());
    return folder.run(words).out;
  };
  CHECK_THAT(hop({"--distortion", "1.08"}), ContainsSubstring("warning: the first end has moved") &&
                                                ContainsSubstring("it has left its site"));
  CHECK_THAT(hop({}), ContainsSubstring("warning: the first end is no minimum (maximum)"));
}

TEST_CASE("A band that does not converge is written, and the exit code is 2") {
  Folder const folder;
  Outcome const o = folder.run(grid_hop({"--distortion", "1.08", "--max-steps", "1"}));
  CHECK(o.code == 2);
  CHECK_THAT(o.err, ContainsSubstring("not converged"));
  CHECK(result(folder, "grid")["status"] == "step_limit");
  CHECK(CsvTable::read(folder / "grid/profile.csv").rows() == 7);
}

TEST_CASE("Structures that are no hop of one ion are refused, with the ions' names") {
  Folder const folder;
  folder.write("set.toml", lis_set);
  auto const host = make_host(1);
  Vec3 const oct = host.hop.sites[0].position, tet = host.hop.sites[1].position;
  write_structure(folder, "initial.vasp", host.framework, oct);
  auto const refused = [&](Words const& more, std::string const& expected) {
    Outcome const o = folder.run(file_hop(more));
    CAPTURE(o.err);
    CHECK(o.code == 1);
    CHECK_THAT(o.err,
               Catch::Matchers::StartsWith("ionscape: error: ") && ContainsSubstring(expected));
    CHECK_FALSE(std::filesystem::exists(folder / "files"));
  };
  Words const good{"--potential", "set.toml", "--charge", "-1"};
  write_structure(folder, "final.vasp", host.framework, oct);
  refused(good, "no ion has moved");
  Crystal moved = host.framework;
  moved.positions[4] = moved.positions[4] + Vec3{0.01, 0, 0};
  write_structure(folder, "final.vasp", moved, tet);
  refused(good, "Å), 5 (S, 0.010 Å); expected one, in a frozen host (--host");
  write_structure(folder, "final.vasp", moved, oct);
  refused(good, "expected one of Li");
  moved = host.framework;
  moved.cell.a.x += 0.1;
  write_structure(folder, "final.vasp", moved, tet);
  refused(good, "the cell differs");
  write_structure(folder, "final.vasp", host.framework, tet);
  refused({"--potential", "set.toml"}, "--charge");
  refused({"--potential", "set.toml", "--charge", "-1", "--mobile", "Na"}, "expected one of Na");
}

TEST_CASE("OpenMP's settings stay the user's own, and Kokkos does not complain") {
  for (Words const& environment :
       std::vector<Words>{{},
                          {"OMP_PROC_BIND=spread", "OMP_PLACES=threads"},
                          {"OMP_PLACES=cores"},
                          {"OMP_WAIT_POLICY=active", "OMP_NUM_THREADS=1"}}) {
    Folder const folder;
    CAPTURE(environment);
    Outcome const o = folder.run(grid_hop(), environment);
    CHECK(o.code == 0);
    CHECK_THAT(o.err, !ContainsSubstring("Kokkos") &&
                          !ContainsSubstring("WARNING"));  // libgomp may speak of its own
  }
}
