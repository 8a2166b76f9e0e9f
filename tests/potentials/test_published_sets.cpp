// The sets of examples/potentials: all are read, and some crystals have the lattice constant and
// energy that other programs find with the same numbers.
#include <cmath>
#include <filesystem>

#include <ionscape/core/error.hpp>
#include <ionscape/potentials/ewald/reference.hpp>
#include <ionscape/potentials/pair/potential_set.hpp>
#include <ionscape_test/catch.hpp>

using namespace ionscape;

namespace {

std::filesystem::path const folder = IONSCAPE_SOURCE_DIR "/examples/potentials";

/// Rock salt, or fluorite with the first species on the cube's corners.
Crystal cube(double a, std::string const& first, std::string const& second, bool fluorite) {
  Crystal crystal{{{a, 0, 0}, {0, a, 0}, {0, 0, a}}, {}, {}, {}, ""};
  Vec3 const corners[] = {{0, 0, 0}, {0, 0.5, 0.5}, {0.5, 0, 0.5}, {0.5, 0.5, 0}};
  auto const add = [&](std::string const& species, Vec3 f) {
    crystal.species.push_back(species);
    crystal.positions.push_back(crystal.cell.to_cartesian(f));
  };
  for (Vec3 const f : corners) add(first, f);
  for (Vec3 const f : corners) {
    add(second, f + (fluorite ? Vec3{0.25, 0.25, 0.25} : Vec3{0.5, 0.5, 0.5}));
    if (fluorite) add(second, f + Vec3{0.75, 0.75, 0.75});
  }
  return crystal;
}

}  // namespace

TEST_CASE("Every set of examples/potentials is read, and its crystals can be neutral") {
  int sets = 0;
  for (auto const& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() != ".toml") continue;
    CAPTURE(entry.path().filename().string());
    PotentialSet const set = read_potential_set(entry.path());
    ++sets;
    CHECK_FALSE(set.source.empty());
    if (set.insertion) continue;
    bool positive = false, negative = false;
    for (auto const& [species, charge] : set.charges) (charge > 0 ? positive : negative) = true;
    CHECK(positive);
    CHECK(negative);
    for (auto const& [species, charge] :
         set.charges)  // nothing falls into an anion for lack of a term
      if (charge > 0)
        for (auto const& [anion, other] : set.charges)
          if (other < 0)
            CHECK(set.find(set.acting_label(species), set.acting_label(anion)) != nullptr);
  }
  CHECK(sets >= 36);
}

TEST_CASE("Published sets have the lattice constants and energies that their heads state") {
  // The first four rows and MgO of Lewis and Catlow: LAMMPS; others: sums of another program. In
  // these structures shells stay on their cores by symmetry.
  struct Row {
    char const *file, *first, *second;
    bool fluorite;
    double a, energy;  // Å, eV for each formula unit
  };
  for (Row const& row : {
           Row{"LiF-fumi-tosi", "Li", "F", false, 4.0092, -10.8105},
           Row{"LiCl-fumi-tosi", "Li", "Cl", false, 5.0760, -8.7529},
           Row{"LiBr-fumi-tosi", "Li", "Br", false, 5.4380, -8.2437},
           Row{"LiI-fumi-tosi", "Li", "I", false, 5.9377, -7.4586},
           Row{"MgO-lewis-catlow", "Mg", "O", false, 4.1983, -41.3120},
           Row{"NaCl-fumi-tosi", "Na", "Cl", false, 5.6189, -8.0592},
           Row{"KCl-fumi-tosi", "K", "Cl", false, 6.2270, -7.3398},
           Row{"lewis-catlow-oxides", "Mg", "O", false, 4.2107, -40.5457},
           Row{"lewis-catlow-oxides", "Ca", "O", false, 4.8093, -36.0456},
           Row{"lewis-catlow-oxides", "Ce", "O", true, 5.4526, -102.6141},
           Row{"bush-oxides", "Mg", "O", false, 4.2061, -40.9950},
           Row{"bush-oxides", "Sr", "O", false, 5.1349, -34.0099},
           Row{"bush-oxides", "O", "Li", true, 4.6188, -30.5119},
           Row{"catlow-oxides", "Mg", "O", false, 4.2425, -40.4262},
           Row{"grimes-oxides", "Mg", "O", false, 4.2087, -41.1820},
           Row{"UO2-busker", "U", "O", true, 5.4680, -104.5025},
       }) {
    CAPTURE(row.file, row.first, row.second);
    PotentialSet const set = read_potential_set(folder / (std::string(row.file) + ".toml"));
    auto const energy = [&](double a) {
      Crystal crystal = cube(a, row.first, row.second, row.fluorite);
      assign_charges(crystal, set);
      return evaluate_reference(crystal, set, ewald_parameters(crystal.cell, crystal.size(), 1e-12),
                                *set.cutoff)
                 .energy() /
             4;
    };
    double const least = energy(row.a);
    CHECK(least == Approx(row.energy).margin(3e-4));
    // The energy steps where a shell of neighbours crosses the cutoff: by less than this rises.
    CHECK(energy(row.a * 1.01) > least);
    CHECK(energy(row.a * 0.99) > least);
  }
}

TEST_CASE("Quartz of Pedone's silica is at rest where LAMMPS has it") {
  // LAMMPS (29 Sep 2021): hybrid/overlay of morse, mie/cut 12 0 (shifted, so that C/r^12 is left)
  // and coul/long, all to 15 Å, ewald 1e-10; cell and ions relaxed. With other cutoffs of coul/long
  // its energy and stress change by 1e-4 eV and 5e-5 GPa.
  PotentialSet set = read_potential_set(folder / "SiO2-pedone.toml");
  set.coulomb_constant = 14.399645;
  Crystal quartz{{{4.92407254696, 0, 0}, {-2.46203627348, 4.26437191574, 0}, {0, 0, 5.43322011935}},
                 {"Si", "Si", "Si", "O", "O", "O", "O", "O", "O"},
                 {{2.27023409683, 0, 3.62214674624},
                  {-1.13511704842, 1.96608040039, 1.81107337312},
                  {-1.13511704842, -1.96608040039, 0},
                  {0.305720555845, 1.81509661476, 1.14846750079},
                  {-1.72478005663, -0.642786539558, 4.77061424703},
                  {1.41905950078, -1.1723100752, 2.95954087391},
                  {1.41905950078, 1.1723100752, -1.14846750079},
                  {0.305720555845, -1.81509661476, 0.662605872327},
                  {-1.72478005663, 0.642786539558, 2.47367924544}},
                 {},
                 ""};
  assign_charges(quartz, set);
  ReferenceResult const result = evaluate_reference(
      quartz, set, ewald_parameters(quartz.cell, quartz.size(), 1e-12), *set.cutoff);
  CHECK(result.energy() == Approx(-161.408835301).margin(1e-4));
  for (Vec3 const force : result.forces) CHECK(norm(force) < 2e-6);
  for (auto const& row : result.stress)
    for (double const element : row) CHECK(std::fabs(element) * gigapascal_per_eV_per_A3 < 5e-5);
}
