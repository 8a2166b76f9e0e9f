#include <cmath>
#include <ionscape_test/catch.hpp>
#include <numeric>
#include <sstream>

#include "program.hpp"

using namespace ionscape_test;
using Catch::Matchers::ContainsSubstring;

namespace {

/// The oracle's structure as POSCAR, its ions sorted by species as the format wants it, and its terms as a set. What
/// the oracle says of each ion is sorted with them.
nlohmann::json write_oracle(Folder const& folder, std::string const& name) {
  auto oracle = nlohmann::json::parse(read_file(Path(IONSCAPE_TEST_DATA) / "oracles" / (name + ".json")));
  std::vector<std::size_t> order(oracle["species"].size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  auto const unsorted = oracle;
  std::stable_sort(order.begin(), order.end(), [&](std::size_t i, std::size_t j) {
    return std::string(unsorted["species"][i]) < std::string(unsorted["species"][j]);
  });
  for (std::string const list : {"species", "charges", "positions", "forces_coulomb", "forces_short"})
    for (std::size_t i = 0; i < order.size(); ++i) oracle[list][i] = unsorted[list][order[i]];
  Words species;
  std::vector<int> counts;
  std::ostringstream structure, set;
  structure.precision(17), set.precision(17);
  set << "name = \"oracle\"\nsource = \"" << name << "\"\ncutoff = " << oracle["buckingham_cutoff_A"]
      << "\n[charges]\n";
  for (std::size_t i = 0; i < oracle["species"].size(); ++i) {
    if (species.empty() || oracle["species"][i] != species.back()) {
      species.push_back(oracle["species"][i]);
      counts.push_back(0);
      set << species.back() << " = " << oracle["charges"][i] << '\n';
    }
    ++counts.back();
  }
  structure << name << "\n1.0\n";
  for (auto const& v : oracle["cell"]) structure << double(v[0]) << ' ' << double(v[1]) << ' ' << double(v[2]) << '\n';
  for (auto const& s : species) structure << s << ' ';
  structure << '\n';
  for (int n : counts) structure << n << ' ';
  structure << "\nCartesian\n";
  for (auto const& r : oracle["positions"])
    structure << double(r[0]) << ' ' << double(r[1]) << ' ' << double(r[2]) << '\n';
  for (auto const& [pair, term] : oracle["buckingham"].items())
    set << "[[pair]]\nspecies = [\"" << pair.substr(0, pair.find('-')) << "\", \"" << pair.substr(pair.find('-') + 1)
        << "\"]\nform = \"buckingham\"\nA = " << term["A_eV"] << "\nrho = " << term["rho_A"]
        << "\nC = " << term["C_eVA6"] << '\n';
  folder.write("POSCAR", structure.str());
  folder.write("set.toml", set.str());
  return oracle;
}

}  // namespace

TEST_CASE("The energies, forces and stresses of the oracles come out as JSON") {
  for (std::string const name : {"nacl_8", "mgo_64_perturbed", "li_o32_tet_charged"}) {
    Folder const folder;
    CAPTURE(name);
    auto const oracle = write_oracle(folder, name);
    auto const json = folder.run_json({"energy", "POSCAR", "--potential", "set.toml", "--json"});
    CHECK(double(json["energy_eV"]) == Approx(double(oracle["e_total"])).epsilon(1e-10));
    CHECK(double(json["terms_eV"]["coulomb"]) == Approx(double(oracle["e_coulomb"])).epsilon(1e-10));
    CHECK(double(json["terms_eV"]["short_range"]) == Approx(double(oracle["e_short"])).epsilon(1e-10));
    REQUIRE(json["forces_eV_per_A"].size() == oracle["forces_coulomb"].size());
    double worst = 0;
    for (std::size_t i = 0; i < json["forces_eV_per_A"].size(); ++i)
      for (std::size_t k = 0; k < 3; ++k)
        worst =
            std::max(worst, std::fabs(double(json["forces_eV_per_A"][i][k]) - double(oracle["forces_coulomb"][i][k]) -
                                      double(oracle["forces_short"][i][k])));
    CHECK(worst < 1e-9);
    for (std::size_t i = 0; i < 3; ++i)
      for (std::size_t k = 0; k < 3; ++k)
        CHECK(double(json["stress_eV_per_A3"][i][k]) == Approx(double(oracle["stress_eV_A3"][i][k])).margin(1e-10));
    CHECK(double(json["accuracy"]["measured_eV"]) < 1e-9);
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

TEST_CASE("Ions inside a Buckingham well are pointed out") {
  Folder const folder;
  std::string structure = mgo_poscar, set = mgo_set;
  folder.write("set.toml", set);
  folder.write("far", structure);
  folder.write("near.vasp", structure.replace(structure.find("0.5 0 0\n"), 8, "0.4 0.4 0.4\n"));
  CHECK_THAT(folder.run_json({"energy", "near.vasp", "--potential", "set.toml", "--json"})["warnings"].dump(),
             ContainsSubstring("ions 5 (O) and 6 (O)") && ContainsSubstring("inside the Buckingham well"));
  folder.write("POSCAR", mgo_poscar);
  CHECK(folder.run_json({"energy", "POSCAR", "--potential", "set.toml", "--json"})["warnings"].empty());
}

TEST_CASE("Without a cutoff the terms are summed far out, and what is missing is said") {
  Folder const folder;
  std::string set = mgo_set;
  set.erase(set.find("cutoff"), std::string("cutoff = 9.0\n").size());
  folder.write("set.toml", set);
  folder.write("POSCAR", mgo_poscar);
  auto const json = folder.run_json({"energy", "POSCAR", "--potential", "set.toml", "--json"});
  CHECK(double(json["cutoff_A"]) >= 15);
  CHECK_THAT(json["warnings"].dump(), ContainsSubstring("are missing"));
}

TEST_CASE("The table shows terms, forces, stress and units") {
  Folder const folder;
  folder.write("set.toml", mgo_set);
  folder.write("POSCAR", mgo_poscar);
  Outcome const o = folder.run({"energy", "POSCAR", "--potential", "set.toml"});
  CHECK(o.code == 0);
  CHECK(o.err.empty());
  for (std::string const word :
       {"Coulomb", "short range Mg-O", "total", "eV/Å^3", "GPa", "site potential/V", "net charge 0"})
    CHECK_THAT(o.out, ContainsSubstring(word));
}
