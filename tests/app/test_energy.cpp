#include <cmath>
#include <ionscape_test/catch.hpp>
#include <numeric>
#include <sstream>

#include "program.hpp"

using namespace ionscape_test;
using Catch::Matchers::ContainsSubstring;

namespace {

/// The oracle's structure as POSCAR, its ions sorted by species as the format wants it, and its
/// terms as a set. What the oracle says of each ion is sorted with them.
nlohmann::json write_oracle(Folder const& folder, std::string const& name) {
  auto oracle =
      nlohmann::json::parse(read_file(Path(IONSCAPE_TEST_DATA) / "oracles" / (name + ".json")));
  std::vector<std::size_t> order(oracle["species"].size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  auto const unsorted = oracle;
  std::stable_sort(order.begin(), order.end(), [&](std::size_t i, std::size_t j) {
    return std::string(unsorted["species"][i]) < std::string(unsorted["species"][j]);
  });
  for (std::string const list :
       {"species", "charges", "positions", "forces_coulomb", "forces_short"})
    for (std::size_t i = 0; i < order.size(); ++i) oracle[list][i] = unsorted[list][order[i]];
  Words species;
  std::vector<int> counts;
  std::ostringstream structure, set;
  structure.precision(17), set.precision(17);
  set << "name = \"oracle\"\nsource = \"" << name
      << "\"\ncutoff = " << oracle["buckingham_cutoff_A"] << "\n[charges]\n";
  for (std::size_t i = 0; i < oracle["species"].size(); ++i) {
    if (species.empty() || oracle["species"][i] != species.back()) {
      species.push_back(oracle["species"][i]);
      counts.push_back(0);
      set << species.back() << " = " << oracle["charges"][i] << '\n';
    }
    ++counts.back();
  }
  structure << name << "\n1.0\n";
  for (auto const& v : oracle["cell"])
    structure << double(v[0]) << ' ' << double(v[1]) << ' ' << double(v[2]) << '\n';
  for (auto const& s : species) structure << s << ' ';
  structure << '\n';
  for (int n : counts) structure << n << ' ';
  structure << "\nCartesian\n";
  for (auto const& r : oracle["positions"])
    structure << double(r[0]) << ' ' << double(r[1]) << ' ' << double(r[2]) << '\n';
  for (auto const& [pair, term] : oracle["buckingham"].items())
    set << "[[pair]]\nspecies = [\"" << pair.substr(0, pair.find('-')) << "\", \""
        << pair.substr(pair.find('-') + 1) << "\"]\nform = \"buckingham\"\nA = " << term["A_eV"]
        << "\nrho = " << term["rho_A"] << "\nC = " << term["C_eVA6"] << '\n';
  folder.write("POSCAR", structure.str());
  folder.write("set.toml", set.str());
  return oracle;
}

/// MgO without symmetry.
std::string const displaced_poscar =
    replaced(replaced(mgo_poscar, "0.5 0 0\n", "0.53 0.01 -0.02\n"), "4.2\n", "4.3\n");

/// The primitive cell of MgO, the second time with charges that are not the set's.
char const* const two_frames =
    "2\nLattice=\"0 2.1 2.1 2.1 0 2.1 2.1 2.1 0\" Properties=species:S:1:pos:R:3\nMg 0 0 0\nO 2.1 "
    "2.1 2.1\n"
    "2\nLattice=\"0 2.2 2.2 2.2 0 2.2 2.2 2.2 0\" Properties=species:S:1:pos:R:3:charge:R:1\n"
    "Mg 0 0 0 1.5\nO 2.2 2.2 2.2 -1.5\n";

}  // namespace

TEST_CASE("The energies, forces and stresses of the oracles come out as JSON") {
  for (std::string const name : {"nacl_8", "mgo_64_perturbed", "li_o32_tet_charged"}) {
    Folder const folder;
    CAPTURE(name);
    auto const oracle = write_oracle(folder, name);
    auto const json =
        folder.run_json({"energy", "POSCAR", "--potential", "set.toml", "--json", "--certify"});
    CHECK(double(json["energy_eV"]) == Approx(double(oracle["e_total"])).epsilon(1e-10));
    CHECK(double(json["terms_eV"]["coulomb"]) ==
          Approx(double(oracle["e_coulomb"])).epsilon(1e-10));
    CHECK(double(json["terms_eV"]["short_range"]) ==
          Approx(double(oracle["e_short"])).epsilon(1e-10));
    REQUIRE(json["forces_eV_per_A"].size() == oracle["forces_coulomb"].size());
    double worst = 0;
    for (std::size_t i = 0; i < json["forces_eV_per_A"].size(); ++i)
      for (std::size_t k = 0; k < 3; ++k)
        worst = std::max(worst, std::fabs(double(json["forces_eV_per_A"][i][k]) -
                                          double(oracle["forces_coulomb"][i][k]) -
                                          double(oracle["forces_short"][i][k])));
    CHECK(worst < 1e-9);
    for (std::size_t i = 0; i < 3; ++i)
      for (std::size_t k = 0; k < 3; ++k)
        CHECK(double(json["stress_eV_per_A3"][i][k]) ==
              Approx(double(oracle["stress_eV_A3"][i][k])).margin(1e-10));
    CHECK(double(json["accuracy"]["measured"]["energy_eV"]) < 1e-8);
    CHECK(json["version"].is_string());
    CHECK(json["potential"]["source"] == name);
    CHECK(json["site_potential_V"].size() == oracle["species"].size());
  }
}

TEST_CASE("A charged cell is pointed out") {
  Folder const folder;
  write_oracle(folder, "li_o32_tet_charged");
  auto const json = folder.run_json({"energy", "POSCAR", "--potential", "set.toml", "--json"});
  CHECK(std::fabs(double(json["net_charge_e"])) > 0.1);
  CHECK_THAT(json["warnings"].dump(), ContainsSubstring("net charge"));
}

TEST_CASE("Ions inside a Buckingham well are pointed out, by the engine as by the reference") {
  Folder const folder;
  std::string structure = mgo_poscar;
  folder.write("set.toml", mgo_set);
  folder.write("near.vasp", replaced(structure, "0.5 0 0\n", "0.4 0.4 0.4\n"));
  for (std::string const method : {"auto", "reference"}) {
    auto const json = folder.run_json(
        {"energy", "near.vasp", "--potential", "set.toml", "--json", "--method", method});
    CHECK_THAT(json["warnings"].dump(), ContainsSubstring("ions 5 (O) and 6 (O)") &&
                                            ContainsSubstring("inside the Buckingham well"));
    REQUIRE(json["close_contacts"].size() == 1);
    CHECK(json["close_contacts"][0]["ions"] == nlohmann::json({5, 6}));
    CHECK(double(json["close_contacts"][0]["distance_A"]) <
          double(json["close_contacts"][0]["turnover_A"]));
  }
  folder.write("own.xyz",
               "1\nLattice=\"0.6 0 0 0 5 0 0 0 5\" Properties=species:S:1:pos:R:3\nO 0 0 0\n");
  for (std::string const method : {"auto", "reference"})
    CHECK_THAT(folder.run({"energy", "own.xyz", "--potential", "set.toml", "--method", method}).out,
               ContainsSubstring("ion 1 (O) and its image are 0.600 Å apart"));
  folder.write("POSCAR", mgo_poscar);
  CHECK(folder.run_json({"energy", "POSCAR", "--potential", "set.toml", "--json"})["close_contacts"]
            .empty());
}

TEST_CASE(
    "Without a cutoff the terms are summed completely, with one it is said what is left out") {
  Folder const folder;
  folder.write("complete.toml", replaced(mgo_set, "cutoff = 9.0\n", ""));
  folder.write("set.toml", mgo_set);
  folder.write("POSCAR", mgo_poscar);
  auto const complete =
      folder.run_json({"energy", "POSCAR", "--potential", "complete.toml", "--json"});
  CHECK(complete["warnings"].empty());
  CHECK(complete["pair_terms"][1]["dispersion"] == "lattice-sum");
  CHECK(complete["pair_terms"][1]["cutoff_origin"] == "chosen");
  CHECK(std::fabs(double(complete["left_out_by_cutoffs_eV"])) < 1e-6);

  auto const cut = folder.run_json({"energy", "POSCAR", "--potential", "set.toml", "--json"});
  CHECK_THAT(cut["warnings"].dump(), ContainsSubstring("the cutoffs leave out about -0.01"));
  CHECK(cut["pair_terms"][1]["dispersion"] == "cutoff");
  CHECK(cut["pair_terms"][1]["cutoff_origin"] == "of the set");
  CHECK(cut["pair_terms"][1]["cutoff_A"] == 9);
  double const missing = double(complete["energy_eV"]) - double(cut["energy_eV"]);
  CHECK(double(cut["left_out_by_cutoffs_eV"]) == Approx(missing).epsilon(0.2));
  Words const corrected{"energy", "POSCAR", "--potential", "set.toml", "--json", "--tail"};
  CHECK(double(folder.run_json(corrected)["energy_eV"]) ==
        Approx(double(cut["energy_eV"]) + double(cut["left_out_by_cutoffs_eV"])).epsilon(1e-12));
}

TEST_CASE("The three formats of one crystal agree") {
  Folder const folder;
  folder.write("set.toml", mgo_set);
  folder.write("POSCAR", mgo_poscar);
  folder.write(
      "a.cif",
      "data_MgO\n_cell_length_a 4.2\n_cell_length_b 4.2\n_cell_length_c 4.2\n_cell_angle_alpha 90\n"
      "_cell_angle_beta 90\n_cell_angle_gamma 90\n_space_group_name_H-M_alt 'F m -3 m'\nloop_\n"
      "_atom_site_label\n_atom_site_fract_x\n_atom_site_fract_y\n_atom_site_fract_z\n"
      "Mg1 0 0 0\nO1 0.5 0.5 0.5\n");
  folder.write("primitive.extxyz",
               "2\nLattice=\"0 2.1 2.1 2.1 0 2.1 2.1 2.1 0\" Properties=species:S:1:pos:R:3\nMg 0 "
               "0 0\nO 2.1 2.1 2.1\n");
  auto const energy = [&](std::string const& file) {
    return double(
        folder.run_json({"energy", file, "--potential", "set.toml", "--json"})["energy_eV"]);
  };
  CHECK(energy("a.cif") == Approx(energy("POSCAR")).epsilon(1e-10));
  CHECK(4 * energy("primitive.extxyz") == Approx(energy("POSCAR")).epsilon(1e-10));
}

TEST_CASE("Every method gives the reference's energies, forces and stress, however the terms end") {
  Folder const folder;
  folder.write("set.toml", mgo_set);
  folder.write("POSCAR", displaced_poscar);
  for (Words const& ends : std::vector<Words>{{},
                                              {"--cutoff", "6.5", "--truncation", "shifted"},
                                              {"--truncation", "force-shifted", "--tail"},
                                              {"--dispersion", "lattice-sum"}}) {
    Words words{"energy", "POSCAR", "--potential", "set.toml", "--json", "--method", "reference"};
    words.insert(words.end(), ends.begin(), ends.end());
    auto const expected = folder.run_json(words);
    CHECK(expected["ewald"]["method"] == "reference");
    for (std::string const method : {"direct", "mesh"}) {
      CAPTURE(ends, method);
      words[6] = method;
      auto const json = folder.run_json(words);
      CHECK(json["ewald"]["method"] == method);
      CHECK(double(json["energy_eV"]) == Approx(double(expected["energy_eV"])).epsilon(1e-10));
      CHECK(json["pair_terms"] == expected["pair_terms"]);
      for (auto const& [pair, e] : expected["short_range_by_pair_eV"].items())
        CHECK(double(json["short_range_by_pair_eV"][pair]) == Approx(double(e)).margin(1e-8));
      for (std::size_t i = 0; i < 8; ++i)
        for (std::size_t k = 0; k < 3; ++k)
          CHECK(double(json["forces_eV_per_A"][i][k]) ==
                Approx(double(expected["forces_eV_per_A"][i][k])).margin(1e-8));
      for (std::size_t i = 0; i < 3; ++i)
        for (std::size_t k = 0; k < 3; ++k)
          CHECK(double(json["stress_eV_per_A3"][i][k]) ==
                Approx(double(expected["stress_eV_per_A3"][i][k])).margin(1e-9));
    }
  }
}

TEST_CASE("A certified error is not larger than the error asked for") {
  Folder const folder;
  folder.write("set.toml", mgo_set);
  folder.write("POSCAR", displaced_poscar);
  for (std::string const method : {"direct", "mesh", "reference"})
    for (std::string const error : {"1e-3", "1e-6", "1e-9"}) {
      CAPTURE(method, error);
      auto const json = folder.run_json({"energy", "POSCAR", "--potential", "set.toml", "--json",
                                         "--certify", "--method", method, "--force-error", error});
      auto const& accuracy = json["accuracy"];
      CHECK(double(accuracy["force_error_asked_eV_per_A"]) == std::stod(error));
      CHECK(double(accuracy["measured"]["rms_force_eV_per_A"]) <= std::stod(error));
      CHECK(double(accuracy["measured"]["rms_force_eV_per_A"]) > 1e-6 * std::stod(error));
      CHECK_THAT(json["warnings"].dump(), !ContainsSubstring("larger than asked"));
    }
  CHECK_THAT(folder.run({"energy", "POSCAR", "--potential", "set.toml", "--certify"}).out,
             ContainsSubstring("measured against") && ContainsSubstring("eV/Å rms"));
}

TEST_CASE("Trajectories, files and folders are evaluated together, each structure as if alone") {
  Folder const folder;
  folder.write("set.toml", mgo_set);
  folder.write("in/b.vasp", displaced_poscar);
  folder.write("in/a.extxyz", two_frames);
  folder.write("in/readme.txt", "no structure");
  folder.write("POSCAR", mgo_poscar);
  auto const json = folder.run_json({"energy", "in", "POSCAR", "--potential", "set.toml", "--json",
                                     "--out", "t.csv", "--certify"});
  auto const& rows = json["structures"];
  REQUIRE(rows.size() == 4);
  CHECK(rows[1]["file"] == "in/a.extxyz");
  CHECK(rows[1]["frame"] == 2);
  CHECK(json["passed_over"][0] == "in/readme.txt");
  for (auto const& [row, file] : {std::pair(2, "in/b.vasp"), {3, "POSCAR"}}) {
    auto const alone = folder.run_json({"energy", file, "--potential", "set.toml", "--json"});
    CHECK(rows[row]["file"] == file);
    CHECK(double(rows[row]["energy_eV"]) == Approx(double(alone["energy_eV"])).epsilon(1e-10));
    CHECK(double(rows[row]["pressure_GPa"]) == Approx(double(alone["pressure_GPa"])).epsilon(1e-7));
    CHECK(double(rows[row]["measured_rms_force_error_eV_per_A"]) <=
          double(rows[row]["force_error_asked_eV_per_A"]));
  }
  CHECK(rows[0]["notes"].empty());
  CHECK(rows[1]["notes"] == nlohmann::json({"other_charges_in_file"}));
  std::string const csv = read_file(folder / "t.csv");
  CHECK(lines_in(csv) == 5);
  CHECK_THAT(csv, Catch::Matchers::StartsWith("file,frame,ions,") &&
                      ContainsSubstring("Mg-O buckingham to 9 Å (of the set)"));

  Outcome const o =
      folder.run({"energy", "in", "POSCAR", "--potential", "set.toml", "--out", "t.extxyz"});
  CHECK(o.code == 0);
  CHECK(o.err.empty());
  for (std::string const word :
       {"in/a.extxyz#2", "in/b.vasp", "other_charges_in_file", "structures/s", "readme.txt",
        "plain truncation", "left out by the cutoffs", "written: t.extxyz"})
    CHECK_THAT(o.out, ContainsSubstring(word));
  auto const again = folder.run_json({"energy", "t.extxyz", "--potential", "set.toml", "--json"});
  REQUIRE(again["structures"].size() == 4);
  for (std::size_t k = 0; k < 4; ++k)
    CHECK(double(again["structures"][k]["energy_eV"]) ==
          Approx(double(rows[k]["energy_eV"])).epsilon(1e-12));
  CHECK_THAT(read_file(folder / "t.extxyz"), ContainsSubstring(":initial_charges:R:1:forces:R:3") &&
                                                 ContainsSubstring(" energy=") &&
                                                 ContainsSubstring(" stress=\""));
}

TEST_CASE("The matrix of Coulomb energies adds up to the Coulomb energy") {
  Folder const folder;
  folder.write("set.toml", mgo_set);
  folder.write("POSCAR", displaced_poscar);
  auto const json = folder.run_json(
      {"energy", "POSCAR", "--potential", "set.toml", "--json", "--matrix", "m.csv"});
  std::istringstream lines(read_file(folder / "m.csv"));
  double sum = 0;
  int rows = 0;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with('#')) continue;
    ++rows;
    std::istringstream fields(line);
    for (std::string field; std::getline(fields, field, ',');) sum += std::stod(field);
  }
  CHECK(rows == 8);
  CHECK(sum == Approx(double(json["terms_eV"]["coulomb"])).epsilon(1e-10));
}

TEST_CASE("What does not go together, or cannot be done, is refused, and earlier results stay") {
  Folder const folder;
  folder.write("set.toml", mgo_set);
  folder.write("complete.toml", replaced(mgo_set, "cutoff = 9.0\n", ""));
  folder.write("POSCAR", mgo_poscar);
  folder.write("two.extxyz", two_frames);
  folder.write("empty/notes.txt", "");
  folder.write("out.csv", "earlier");
  for (auto const& [words, expected] :
       {std::pair<Words, std::string>({"--force-error", "1e-6", "--relative-force-error", "1e-6"},
                                      "does not go with"),
        {{"--force-error", "0"}, "--force-error 0"},
        {{"--force-error", "1e-16"}, "double precision"},
        {{"--method", "fast"}, "auto, direct, mesh, reference"},
        {{"--truncation", "smooth"}, "plain, shifted, force-shifted"},
        {{"--dispersion", "none"}, "cutoff, lattice-sum"},
        {{"--out", "out.txt"}, ".csv, .json or .extxyz"},
        {{"two.extxyz", "--matrix", "out.csv"}, "--matrix"},
        {{"empty", "--out", "out.csv"}, "empty: no structures"},
        {{"nowhere", "--out", "out.csv"}, "nowhere: no such file"},
        {{"--potential", "complete.toml", "--tail"}, "--cutoff"},
        {{"--potential", "complete.toml", "--dispersion", "cutoff"}, "--cutoff"},
        {{"--memory", "1e-6", "--out", "out.csv"}, "GB are allowed"}}) {
    Words all{"energy", "POSCAR"};
    if (std::find(words.begin(), words.end(), "--potential") == words.end())
      all.insert(all.end(), {"--potential", "set.toml"});
    all.insert(all.end(), words.begin(), words.end());
    Outcome const o = folder.run(all);
    CAPTURE(all, o.err);
    CHECK(o.code == 1);
    CHECK(o.out.empty());
    CHECK(lines_in(o.err) == 1);
    CHECK_THAT(o.err,
               Catch::Matchers::StartsWith("ionscape: error: ") && ContainsSubstring(expected));
    CHECK(read_file(folder / "out.csv") == "earlier");
  }
}

TEST_CASE("Of a large structure some ions are printed, or all") {
  Folder const folder;
  folder.write("set.toml", mgo_set);
  std::ostringstream structure;
  structure << "216\nLattice=\"12.6 0 0 0 12.6 0 0 0 12.6\" Properties=species:S:1:pos:R:3\n";
  for (int i = 0; i < 6; ++i)
    for (int j = 0; j < 6; ++j)
      for (int k = 0; k < 6; ++k)
        structure << ((i + j + k) % 2 ? "O " : "Mg ") << 2.1 * i << ' ' << 2.1 * j << ' ' << 2.1 * k
                  << '\n';
  folder.write("large.xyz", structure.str());
  Words words{"energy", "large.xyz", "--potential", "set.toml"};
  CHECK_THAT(folder.run(words).out,
             ContainsSubstring("16 more ions") && !ContainsSubstring("\n  216 "));
  words.push_back("--all-ions");
  CHECK_THAT(folder.run(words).out,
             !ContainsSubstring("more ions") && ContainsSubstring("\n  216 "));
}

TEST_CASE("The table shows terms, forces, stress and units") {
  Folder const folder;
  folder.write("set.toml", mgo_set);
  folder.write("POSCAR", mgo_poscar);
  Outcome const o = folder.run({"energy", "POSCAR", "--potential", "set.toml"});
  CHECK(o.code == 0);
  CHECK(o.err.empty());
  for (std::string const word :
       {"Coulomb", "short range Mg-O", "total", "eV/Å^3", "GPa", "site potential/V", "net charge 0",
        "direct Ewald sum", "rms force error: asked", "cut off", "left out/eV"})
    CHECK_THAT(o.out, ContainsSubstring(word));
}

// --- one bad structure, charges, slabs -----------------------------------------------------------

TEST_CASE(
    "A folder with strangers, a bad structure and a compressed one: each good one is computed") {
  Folder const folder;
  folder.write("set.toml", mgo_set);
  folder.write("in/ok.vasp", mgo_poscar);
  folder.write("in/POSCAR", "broken\n");
  folder.write("in/Ca.vasp", replaced(mgo_poscar, "Mg O", "Ca O"));
  folder.write("in/poscar.json", "{}");
  folder.write("in/notes.md", "what these are");
  Outcome const o = folder.run({"energy", "in", "--potential", "set.toml", "--out", "out.csv"});
  CAPTURE(o.out, o.err);
  CHECK(o.code == 2);
  CHECK_THAT(o.err, ContainsSubstring("2 of 3 structures failed"));
  CHECK_THAT(o.out, ContainsSubstring("failed: in/POSCAR:1: ") &&
                        ContainsSubstring("failed: in/Ca.vasp: ") &&
                        ContainsSubstring("no charge for species Ca"));
  std::string const csv = read_file(folder / "out.csv");
  CHECK(lines_in(csv) == 4);
  CHECK_THAT(csv, ContainsSubstring(",computed,\n") && ContainsSubstring(",failed,") &&
                      ContainsSubstring("\nin/Ca.vasp,1,,"));
  Outcome const j = folder.run({"energy", "in", "--potential", "set.toml", "--json"});
  CHECK(j.code == 2);
  auto const rows = nlohmann::json::parse(j.out).at("structures");
  CHECK(rows.at(0).at("status") == "failed");
  CHECK(rows.at(2).at("status") == "computed");
  CHECK(double(rows.at(2).at("energy_eV")) ==
        double(folder.run_json({"energy", "in/ok.vasp", "--potential", "set.toml", "--json"})
                   .at("energy_eV")));
}

TEST_CASE("A bad frame costs only its own row; frames behind it are read") {
  Folder const folder;
  folder.write("set.toml", mgo_set);
  std::string const good =
      "2\nLattice=\"0 2.1 2.1 2.1 0 2.1 2.1 2.1 0\"\nMg 0 0 0\nO 2.1 2.1 2.1\n";
  folder.write("a.xyz", good + replaced(good, "O 2.1", "O x") +
                            replaced(good, "2.1 2.1 2.1\n", "0 0 0.01\n") + good);
  Outcome const o = folder.run({"energy", "a.xyz", "--potential", "set.toml", "--json"});
  CAPTURE(o.out, o.err);
  CHECK(o.code == 2);
  auto const rows = nlohmann::json::parse(o.out).at("structures");
  REQUIRE(rows.size() == 4);
  for (int k : {0, 3}) CHECK(rows.at(k).at("status") == "computed");
  CHECK_THAT(rows.at(1).at("error").get<std::string>(), ContainsSubstring("a.xyz:8: "));
  CHECK_THAT(rows.at(2).at("error").get<std::string>(), ContainsSubstring("overlap"));
  CHECK(double(rows.at(0).at("energy_eV")) == double(rows.at(3).at("energy_eV")));
}

TEST_CASE("Where no structure can be used there is one error, and nothing is written") {
  Folder const folder;
  folder.write("set.toml", mgo_set);
  folder.write("in/a.vasp", "broken\n");
  folder.write("in/b.vasp", "broken\n");
  Outcome const o = folder.run({"energy", "in", "--potential", "set.toml", "--out", "out.csv"});
  CHECK(o.code == 1);
  CHECK(lines_in(o.err) == 1);
  CHECK_THAT(o.err,
             ContainsSubstring("none of 2 structures can be used; the first: in/a.vasp:1: "));
  CHECK_FALSE(std::filesystem::exists(folder / "out.csv"));
}

TEST_CASE("Charges of the structure are taken when asked for") {
  Folder const folder;
  folder.write("set.toml", mgo_set);
  folder.write("half.toml",
               replaced(replaced(mgo_set, "Mg = 2.0", "Mg = 1.5"), "O = -2.0", "O = -1.5"));
  folder.write("two.xyz", two_frames);
  auto const half = folder.run_json({"energy", "two.xyz", "--potential", "half.toml", "--json"});
  Outcome const o =
      folder.run({"energy", "two.xyz", "--potential", "set.toml", "--structure-charges", "--json"});
  CAPTURE(o.err);
  CHECK(o.code == 2);  // the first frame states none
  auto const rows = nlohmann::json::parse(o.out).at("structures");
  CHECK_THAT(rows.at(0).at("error").get<std::string>(), ContainsSubstring("states no charges"));
  CHECK(double(rows.at(1).at("energy_eV")) == double(half.at("structures").at(1).at("energy_eV")));
  folder.write("ions.cif",
               "data_MgO\n_cell_length_a 4.2\n_cell_length_b 4.2\n_cell_length_c 4.2\n"
               "_cell_angle_alpha 90\n_cell_angle_beta 90\n_cell_angle_gamma 90\n"
               "_space_group_name_H-M_alt 'F m -3 m'\nloop_\n_atom_site_type_symbol\n"
               "_atom_site_fract_x\n_atom_site_fract_y\n_atom_site_fract_z\n"
               "Mg2+ 0 0 0\nO2- 0.5 0.5 0.5\n");
  auto const cif = folder.run_json(
      {"energy", "ions.cif", "--potential", "half.toml", "--structure-charges", "--json"});
  for (double charge : cif.at("charges_e").get<std::vector<double>>())
    CHECK(std::fabs(charge) == 2);
}

TEST_CASE("A polar slab between vacuum is warned of, a bulk crystal and a plain slab are not") {
  Folder const folder;
  folder.write("set.toml", mgo_set);
  // MgO(111): one layer of Mg, one of O, 1.2 Å apart in a cell of 15 Å; (100): one plane.
  folder.write("polar.vasp",
               "MgO 111\n1.0\n3 0 0\n0 3 0\n0 0 15\nMg O\n1 1\nCartesian\n0 0 14.5\n1.5 1.5 0.7\n");
  folder.write("flat.vasp",
               "MgO 100\n1.0\n3 0 0\n0 3 0\n0 0 15\nMg O\n1 1\nCartesian\n0 0 0\n1.5 1.5 0\n");
  folder.write("bulk.vasp", mgo_poscar);
  auto const json = folder.run_json({"energy", "polar.vasp", "--potential", "set.toml", "--json"});
  std::string const warnings = json.at("warnings").dump();
  // 2 e times 1.2 Å on 9 Å^2; field 4 pi k 2.4 / 135 V/Å; correction 2 pi k 2.4^2 / 135 eV
  CHECK_THAT(warnings, ContainsSubstring("a polar slab: 13.8 Å of vacuum along cell vector c") &&
                           ContainsSubstring("-0.2667 e/Å") && ContainsSubstring("3.2169 V/Å") &&
                           ContainsSubstring("3.8603 eV"));
  for (std::string const name : {"flat.vasp", "bulk.vasp"})
    CHECK_THAT(folder.run_json({"energy", name, "--potential", "set.toml", "--json"})
                   .at("warnings")
                   .dump(),
               !ContainsSubstring("slab"));
}
