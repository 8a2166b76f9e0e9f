// GULP's potentials: what each line means, and energies against those that GULP prints.
#include <cmath>

#include <ionscape/core/error.hpp>
#include <ionscape/core/io/read_crystal.hpp>
#include <ionscape/potentials/ewald/reference.hpp>
#include <ionscape/potentials/ions/energy_model.hpp>
#include <ionscape/potentials/pair/read_gulp.hpp>
#include <ionscape_test/catch.hpp>
#include <ionscape_test/files.hpp>

using namespace ionscape;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::Equals;
using Catch::Matchers::StartsWith;
using ionscape_test::input_error;

namespace {

PotentialSet read(std::string const& text, char const* name = "a.lib") {
  return parse_potential_set(text, name);
}
std::string error(std::string const& text, char const* name = "a.lib") {
  return input_error([&] { read(text, name); });
}
/// Why a crystal of these species is refused; empty if it is not.
std::string refusal(PotentialSet const& set, std::vector<std::string> const& species) {
  return input_error([&] { refuse_unsummed(set, species); });
}

/// A library in the style of GULP's: oxide and hydroxyl, a cation without a shell and one with.
std::string const library = R"(#
#  A library
#
species
Mg    core  2.00000
Ti_4+ core  2.33200
Ti_4+ shel  1.66800
O_O2- core  0.86902
O_O2- shel -2.86902   # the shell
O_OH  core -1.42600
H_OH  core  0.42600
buckingham
Mg core    O_O2- shel   946.627 0.31813  0.00000 0.0 10.0
Ti_4+ shel O_O2- shel  2088.107 0.28880  0.00000 0.0 9.0
Mg core    O_OH  core   800.000 0.31813  0.00000 0.0 10.0
O_O2- shel O_O2- shel 22764.000 0.14900 27.87900 &
  0.0 12.0
morse
O_OH  core H_OH  core 7.0525 2.1986 0.9485 1.0 1.4
spring
O_O2-  74.92
Ti_4+ 253.60 12.5
three
Ti_4+ core O_O2- shel O_O2- shel 2.09724 109.47 1.9 1.9 3.5
)";

/// Energy of all particles where they are, and of the shells on their cores.
ReferenceResult evaluate(Particles const& particles, PotentialSet const& set) {
  return evaluate_reference(
      particles, set,
      ewald_parameters(particles.crystal.cell, std::size_t(particles.size()), 1e-15), {});
}
ReferenceResult evaluate(std::string const& text) {
  PotentialSet const set = parse_potential_set(text, "a.gin");
  Crystal crystal = read_crystals(text, "a.gin").at(0);
  assign_charges(crystal, set);
  return evaluate(particles_of(crystal, set), set);
}

}  // namespace

TEST_CASE("A GULP library gives charges of whole ions, shells, pairs and angles") {
  PotentialSet const set = read(library);
  CHECK(set.name == "a");
  CHECK(set.coulomb_constant == 14.3997584);
  CHECK(set.truncation == Truncation::plain);
  CHECK_FALSE(set.dispersion_lattice_sum);
  CHECK(set.charges ==
        std::map<std::string, double>{
            {"Mg", 2}, {"Ti", 4}, {"O_O2-", 0.86902 - 2.86902}, {"O_OH", -1.426}, {"H", 0.426}});
  REQUIRE(set.shells.size() == 2);
  REQUIRE(set.shell("Ti"));
  CHECK(set.shell("Ti")->charge == 1.668);
  CHECK(set.shell("Ti")->k2 == 253.6);
  CHECK(set.shell("Ti")->k4 == 12.5);
  CHECK(set.shell("O_O2-")->k2 == 74.92);

  REQUIRE(set.pairs.size() == 4);  // the Morse term is none of ours
  CHECK(set.cutoff == 12.0);       // the longest
  PairTerm const* pair = set.find("O_O2- shell", "Mg");
  REQUIRE(pair);
  CHECK(pair->term == PairForm{Buckingham{{946.627, 1 / 0.31813}, 0}});
  CHECK(pair->cutoff == 10.0);
  CHECK(set.find("Ti shell", "O_O2- shell")->cutoff == 9.0);
  CHECK(set.find("O_O2- shell", "O_O2- shell")->form == "buckingham");
  CHECK(set.find("O_O2- shell", "O_O2- shell")->cutoff == 12.0);
  CHECK(set.find("Mg", "O_OH") != nullptr);

  REQUIRE(set.angles.size() == 1);
  CHECK(set.angles[0].centre == "Ti core");
  CHECK(set.angles[0].outer == std::array<std::string, 2>{"O_O2- shell", "O_O2- shell"});
  CHECK(set.angles[0].k == 2.09724);
  CHECK(set.angles[0].theta0 == Approx(109.47 * pi / 180).epsilon(1e-15));
  CHECK(set.angles[0].cutoffs == std::array<double, 3>{1.9, 1.9, 3.5});
}

TEST_CASE("What a library has of other species costs nothing, and what is needed is refused") {
  PotentialSet const set = read(library);
  CHECK(refusal(set, {"Mg", "O_O2-"}).empty());
  CHECK(refusal(set, {"Mg", "O_OH"}).empty());
  CHECK_THAT(
      refusal(set, {"Mg", "O_OH", "H"}),
      Equals("a.lib:19: the structure has O_OH, H, and here stands a Morse term that takes the "
             "Coulomb energy of its ions off"));
}

TEST_CASE("The ions of a structure find their species in a library") {
  PotentialSet const set = read(library);
  auto const species = [&](std::vector<std::string> const& own, double x) {
    Crystal crystal{{{8, 0, 0}, {0, 8, 0}, {0, 0, 8}}, own, {}, {}, ""};
    for (std::size_t i = 0; i < own.size(); ++i) crystal.positions.push_back({x * double(i), 0, 0});
    assign_charges(crystal, set);
    return crystal.species;
  };
  using Names = std::vector<std::string>;
  CHECK(species({"Mg", "O"}, 2) == Names{"Mg", "O_O2-"});
  CHECK(species({"Mg2", "O3", "Ti_4+"}, 2) == Names{"Mg", "O_O2-", "Ti"});
  CHECK(species({"Mg", "O_OH"}, 2) == Names{"Mg", "O_OH"});  // the structure says it
  CHECK_THROWS_WITH(species({"S"}, 2), ContainsSubstring("no charge for species S"));
  // Without its Morse term: O near H is a hydroxyl's, also through the boundary of the cell.
  std::string text = library;
  text.erase(text.find("morse"), text.find("spring") - text.find("morse"));
  PotentialSet const hydroxyl = read(text);
  Crystal water{{{8, 0, 0}, {0, 8, 0}, {0, 0, 8}},
                {"O", "H", "O"},
                {{0.2, 0, 0}, {7.25, 0, 0}, {4, 0, 0}},
                {},
                ""};
  assign_charges(water, hydroxyl);
  CHECK(water.species == Names{"O_OH", "H", "O_O2-"});
  CHECK(water.charges == std::vector<double>{-1.426, 0.426, 0.86902 - 2.86902});
}

TEST_CASE("Energies are those that GULP prints: MgO") {
  // Example 5 of GULP 6.2 (its cell in one line of two ions for each four): -164.30127056 eV.
  std::string text =
      "phon nofreq\ncell\n4.212 4.212 4.212 90 90 90\nfractional\nMg core 0 0 0\nO core 0.5 0.5 "
      "0.5\n"
      "O shel 0.5 0.5 0.5\nspace\n225\nspecies\nMg core 2.0\nO core 0.86902\nO shel "
      "-2.86902\nbuck\n"
      "O shel Mg core 1295.553402 0.300000 0.0 0.0 8.0\nbuck\n"
      "O shel O shel 22764.0 0.149 27.88 0.0 12.0\nspring\nO 74.92\nshrink\n4 4 4\n"
      "dispersion\n0.0 0.0 0.0 to 0.5 0.5 0.5\noutput phon example5\n";
  ReferenceResult const result = evaluate(text);
  CHECK(result.energy() == Approx(-164.30127056).epsilon(1e-10));
  CHECK(result.short_range == Approx(26.88207570).epsilon(1e-10));
  CHECK(result.coulomb == Approx(-191.18334626).epsilon(1e-10));
}

TEST_CASE("Energies are those that GULP prints: corundum with the shells of Bush et al.") {
  // Example 1 of GULP 6.2, as given: -944.09435681 eV in the hexagonal cell.
  ReferenceResult const result = evaluate(
      "opti prop conp\ncell\n4.7602 4.7602 12.9933 90 90 120\nfrac\n"
      "Al core 0 0 0.352160\nAl shel 0 0 0.352160\nO core 0.306240 0 0.25\nO shel 0.306240 0 0.25\n"
      "space\n167\nspecies\nAl core 0.043\nAl shel 2.957\nO core 0.513\nO shel -2.513\nbuckingham\n"
      "Al shel O shel 2409.505 0.2649 0.00 0.0 10.0\nO shel O shel 25.410 0.6937 32.32 0.0 12.0\n"
      "spring\nAl 403.98\nO 20.53\n");
  CHECK(result.energy() == Approx(-944.09435681).epsilon(1e-10));
  CHECK(result.coulomb == Approx(-3 * 377.78328821).epsilon(1e-10));
}

TEST_CASE("Energies are those that GULP prints: quartz with displaced shells and O-Si-O angles") {
  // The second structure of example 12 of GULP 6.2, before it is optimised: -386.39945439 eV.
  std::string const cell = "single\ncell\n4.914730 4.914730 5.406570 90 90 120\nspace\n152\nfrac\n";
  std::string const potential =
      "species\nSi core 4.0\nO core 0.86902\nO shel -2.86902\nbuck\n"
      "Si core O shel 1280.0 0.32052 10.66158 0.0 12.0\nbuck\n"
      "O shel O shel 22764.0 0.149 27.88 0.0 12.0\nspring\nO 74.92\nthree\n"
      "Si core O shel O shel 2.09724 109.47 2.2 2.2 3.8\n";
  PotentialSet const set = parse_potential_set(cell + potential, "a.gin");
  Crystal crystal =
      read_crystals(cell + "Si core 0.4682 0 0.33333333\nO core 0.4131 0.2661 0.2131\n", "a.gin")
          .at(0);
  Crystal const shells =
      read_crystals(cell + "O core 0.43152156 0.26644546 0.20449196\n", "a.gin").at(0);
  assign_charges(crystal, set);
  REQUIRE(crystal.size() == 9);
  REQUIRE(shells.size() == 6);
  Particles particles = particles_of(crystal, set);
  REQUIRE(particles.springs.size() == 6);
  CHECK(particles.angles.size() == 18);  // six in each tetrahedron
  for (Spring const& spring : particles.springs) {
    Vec3 const core = particles.crystal.positions[std::size_t(spring.core)];
    Vec3 nearest{9, 9, 9};
    for (Vec3 const shell : shells.positions)
      if (Vec3 const way = minimum_image(crystal.cell, shell - core); norm(way) < norm(nearest))
        nearest = way;
    CHECK(norm(nearest) < 0.2);
    particles.crystal.positions[std::size_t(spring.shell)] = core + nearest;
  }
  ReferenceResult const result = evaluate(particles, set);
  CHECK(result.energy() == Approx(-386.39945439).epsilon(1e-8));  // positions of eight digits
  CHECK(result.coulomb == Approx(-489.66684101).epsilon(1e-8));
}

TEST_CASE("Numbers of a line are read in GULP's order") {
  std::string const head = "species\nMg core 2\nO core -2\n";
  auto const pair = [&](std::string const& line, char const* name = "a.lib") {
    return read((std::string(name) == "a.gin" ? "fit\n" : "") + head + line, name).pairs.at(0);
  };
  PairForm const expected = Buckingham{{900, 1 / 0.3}, 20};
  for (char const* line : {"buck\nMg core O core 900 0.3 20 0 9", "BUCK\nMg O 900 0.3 20 9",
                           "buckingham both\no MG 900 0.3 20 0.0 9.0 1 0 0",
                           "general 0 6\nO core Mg core 900.0 0.3 20.0 9.0 0 0 0",
                           "gene\nO core Mg core 900.0 0.3 20.0 0.0 9.0"}) {
    CAPTURE(line);
    CHECK(pair(line).term == expected);
    CHECK(pair(line).cutoff == 9.0);
  }
  // Morse and A/r^12 of one pair are one term, as Pedone et al. have it.
  for (char const* lines : {"morse\nMg O 0.8 1.7 2.1 9\nlennard\nMg O 22 0 9",
                            "lennard\nMg O 22 0 9\nmorse\nO Mg 0.8 1.7 2.1 9"}) {
    CAPTURE(lines);
    CHECK(pair(lines).form == "morse");
    CHECK(pair(lines).term == PairForm{Morse{0.8, 1.7, 2.1, 22}});
  }
  CHECK(pair("buck\nMg O 900 0.3 20 0 9 0 1 0", "a.gin").term == expected);  // an input that fits
  CHECK(pair("buck\nMg O 900 0.3 20 9 0 0 0", "a.gin").cutoff == 9.0);
  CHECK(pair("buck\nMg O 900 0.3 9").term == PairForm{Buckingham{{900, 1 / 0.3}, 0}});
  // 1 kJ/mol = 0.010364348 eV, 1 kcal/mol = 0.043364432032 eV.
  CHECK(evaluate(pair("buck kjmol\nMg O 90000 0.3 2000 9").term, 2).energy ==
        Approx(1.0364348e-2 * (90000 * std::exp(-2 / 0.3) - 2000 / 64.)));
  CHECK(evaluate(pair("buck kcal\nMg O 90000 0.3 2000 9").term, 2).energy ==
        Approx(4.3364432032e-2 * (90000 * std::exp(-2 / 0.3) - 2000 / 64.)));

  CHECK(pair("lennard\nMg O 4000 20 9").term == PairForm{LennardJones{4000, 20}});
  CHECK(pair("lenn 12 6\nMg O 4000 20 0 9 0 1").cutoff == 9.0);
  CHECK(pair("general 12 6\nMg O 4000 0.0 20 9").term == PairForm{LennardJones{4000, 20}});
  PairForm const least = pair("lennard epsilon\nMg O 0.02 2.5 9").term;
  CHECK(evaluate(least, 2.5).energy == Approx(-0.02));
  CHECK(std::fabs(evaluate(least, 2.5).slope) < 1e-12);
  PairForm const zero = pair("lennard epsilon zero\nMg O 0.02 2.5 9").term;
  CHECK(std::fabs(evaluate(zero, 2.5).energy) < 1e-12);
  CHECK(evaluate(zero, 2.5 * std::pow(2, 1 / 6.)).energy == Approx(-0.02));

  for (char const* line : {"morse\nMg O 0.8 1.7 2.1 9", "morse\nMg O 0.8 1.7 2.1 0.0 9",
                           "morse\nMg O 0.8 1.7 2.1 0.0 0.0 9.0 1 1 1"}) {
    CAPTURE(line);
    CHECK(pair(line).term == PairForm{Morse{0.8, 1.7, 2.1}});  // -D at its minimum
    CHECK(pair(line).cutoff == 9.0);
  }
}

TEST_CASE("Cutoffs, truncations and the sum of -C/r^6 as the file says") {
  std::string const text =
      "species\nMg core 2\nO core -2\nbuck grad\nMg O 900 0.3 0 9\nO O 1 0.3 20 12\n";
  CHECK(read(text).truncation == Truncation::force_shifted);
  CHECK(read(text + "cutp 10.0\n").find("O", "O")->cutoff == 10.0);
  CHECK(read("cutp\n10\n" + text).find("Mg", "O")->cutoff == 9.0);
  // The engine ends the terms where the file does, -C/r^6 as well.
  Crystal const crystal{{{4, 0, 0}, {0, 4, 0}, {0, 0, 4}}, {"Mg", "O"}, {{}, {2, 0, 0}}, {}, ""};
  PairSums const sums = pair_sums(read(text), std::span(&crystal, 1), 1e-6);
  CHECK(sums.cutoff == 12.0);
  CHECK(sums.truncation == Truncation::force_shifted);
  CHECK_FALSE(sums.dispersion_lattice_sum);
  CHECK(read("keyword c6\n" + text).dispersion_lattice_sum);
  CHECK(read("opti c6 conp\n" + text, "a.gin").dispersion_lattice_sum);
  CHECK_THAT(error(text + "buck ener\nMg Mg 900 0.3 0 9\n"),
             StartsWith("a.lib:8: a term that ends in another way than those before"));
  CHECK_THAT(error("cutp 10 cosine 1.0\n" + text), StartsWith("a.lib:1: expected cutp with one"));
}

TEST_CASE("Angles and springs are read in GULP's order") {
  std::string const head = "species\nSi core 4\nO core 0.9\nO shel -2.9\n";
  std::string const spring = "spring\nO 74.92\n";
  auto const cutoffs = [&](std::string const& numbers) {
    return read(head + spring + "three\nSi core O shel O shel 2.1 109.47 " + numbers)
        .angles.at(0)
        .cutoffs;
  };
  CHECK(cutoffs("1.9 3.5") == std::array{1.9, 1.9, 3.5});
  CHECK(cutoffs("1.9 2.0 3.5") == std::array{1.9, 2.0, 3.5});
  CHECK(cutoffs("0.0 1.9 2.0 3.5") == std::array{1.9, 2.0, 3.5});
  CHECK(cutoffs("0.0 1.9 0.0 2.0 3.5") == std::array{1.9, 2.0, 3.5});
  CHECK(cutoffs("0.0 1.9 0.0 2.0 0.0 3.5") == std::array{1.9, 2.0, 3.5});
  CHECK(cutoffs("0.0 1.9 0.0 2.0 0.0 3.5 0 0") == std::array{1.9, 2.0, 3.5});
  auto const k = [&](std::string const& numbers, std::string const& keywords = "single") {
    ShellTerm const shell =
        read(keywords + "\n" + head + "spring\nO " + numbers, "a.gin").shells.at(0);
    return std::array{shell.k2, shell.k4};
  };
  CHECK(k("74.92") == std::array{74.92, 0.0});
  CHECK(k("74.92 50.5") == std::array{74.92, 50.5});
  CHECK(k("74.92 0") == std::array{74.92, 0.0});
  CHECK(k("74.92 1") == std::array{74.92, 0.0});  // a flag
  CHECK(k("74.92 50.5 1 0") == std::array{74.92, 50.5});
  CHECK(k("74.92 1", "fit conp") == std::array{74.92, 0.0});
  CHECK(k("74.92 50.5 0 0", "fit conp") == std::array{74.92, 50.5});
}

TEST_CASE("A potential of an element acts on all its numbered labels") {
  std::string const text =
      "species\nSi core 4\nO1 core 0.9\nO1 shel -2.9\nO2 core -2\nspring\nO1 70\nbuck\n"
      "Si core O core 900 0.3 0 9\nO core O core 22764 0.149 27 9\nthree\n"
      "Si core O core O core 2 109.47 1.9 1.9 3.5\n";
  PotentialSet const set = read(text);
  CHECK(set.pairs.size() == 5);
  CHECK(set.find("O1 core", "O2") != nullptr);
  CHECK(set.find("O1 core", "Si") != nullptr);
  CHECK(set.find("O2", "O2") != nullptr);
  CHECK(set.angles.size() == 3);  // O1-Si-O1, O1-Si-O2, O2-Si-O2
  Crystal crystal{{{8, 0, 0}, {0, 8, 0}, {0, 0, 8}}, {"O2", "O"}, {{}, {2, 0, 0}}, {}, ""};
  CHECK_THAT(input_error([&] { assign_charges(crystal, set); }),
             StartsWith("a.lib: ion 2 (O) may be O1, O2 of the set"));
  // A label that only potentials have is of its element's charge.
  CHECK(read("species\nSi core 4\nO core -2\nbuck\nSi O1 900 0.3 0 9\n").charges.at("O1") == -2);
  // Where nothing stands under species, charges behind the positions count.
  PotentialSet const positions = read(
      "opti conp\ncell\n4 4 4 90 90 90\nfrac\nMg core 0 0 0 2.0\nO core 1/2 0 0 0.8\n"
      "O shel 0.5 0 0 -2.8\nspring\nO 70\n",
      "a.gin");
  CHECK(positions.charges.at("Mg") == 2);
  CHECK(positions.charges.at("O") == Approx(-2));
  CHECK(positions.shell("O")->charge == -2.8);
}

TEST_CASE("Entries that cannot be summed are refused where they are needed") {
  std::string const head = "species\nMg core 2\nO core 0.9\nO shel -2.9\nspring\nO 70\n";
  auto const why = [&](std::string const& lines) {
    return refusal(read(head + lines), {"Mg", "O"});
  };
  std::string const begin = "a.lib:8: the structure has Mg, O, and here stands ";
  CHECK(why("buck intra\nMg O shel 900 0.3 0 9") == begin + "a term for some bonds only (intra)");
  CHECK(why("buck\nMg O shel 900 0.3 0 0.5 9") ==
        begin + "a term that begins at 0.5 Å (rmin), expected 0");
  CHECK(why("buck\nMg O shel -900 0.3 0 9") ==
        begin + "a term with A = -900, expected >= 0 and <= 1e+12");
  CHECK(why("morse zero\nMg O shel 1 2 2 9") == begin + "a Morse term that is zero at its minimum");
  CHECK(why("morse bond\nMg O shel 1 2 2") == begin + "a term for some bonds only (bond)");
  CHECK(why("lennard 9 6\nMg O shel 1 2 9") ==
        begin + "a Lennard-Jones term of other powers than 12 and 6");
  CHECK(why("buck4\nMg O shel 900 0.3 0 1 2 3 9") ==
        begin + "a term of buck4, which is not summed here");
  CHECK(why("harmonic bond\nMg O shel 20 1.5") ==
        begin + "a term of harmonic, which is not summed here");
  CHECK(why("three bond\nMg O shel O shel 20 109") ==
        "a.lib:8: the structure has Mg, O, O, and here stands a term for some bonds only (bond)");
  CHECK(why("three k3\nMg O shel O shel 20 3 109 2 2 3") ==
        "a.lib:8: the structure has Mg, O, O, and here stands a term of another form (k3)");
  CHECK(why("buck\nMg O shel 900 0.3 0 9\nMg O shel 900 0.3 0 9") == "");  // the same again
  std::string const morse = "morse\nMg O shel 1 2 2 9\nlennard\nMg O shel ";
  std::string const second =
      "a.lib:10: the structure has Mg, O, and here stands a second term of Mg-O shell beside that "
      "of line 8";
  CHECK(why(morse + "22 0 9") == "");
  CHECK(why(morse + "22 5 9") == second);  // r^-6 besides
  CHECK(why(morse + "22 0 8") == second);  // another cutoff
  CHECK(why("buck\nMg O shel 900 0.3 0 9\nO shel Mg 901 0.3 0 9") ==
        "a.lib:9: the structure has O, Mg, and here stands a second term of O shell-Mg beside that "
        "of "
        "line 8");
  CHECK(refusal(read("species\nO core 0.9\nO shel -2.9\n"), {"O"}) ==
        "a.lib: the structure has O, and here stands a shell of O without a spring");
}

TEST_CASE("Faults in GULP potentials are refused with their line") {
  struct Fault {
    std::string text, message;
  };
  std::string const head = "species\nMg core 2\nO core -2\n";
  for (Fault const& fault : {
           Fault{"buck\nMg O 900 0.3 0 9\n", "a.lib: no charges, expected GULP's species"},
           Fault{head + "buk\nMg O 900 0.3 0 9\n", "a.lib:4: unknown option 'buk'"},
           Fault{head + "buck\nMg O 900 0.3\n",
                 "a.lib:5: found 2 numbers, expected A rho C [rmin] rmax"},
           Fault{head + "buck\nMg O 900 x 0 9\n", "a.lib:5: found 'x', expected species"},
           Fault{head + "buck\nMg 900 0.3 0 9\n", "a.lib:5: found 1 species, expected two"},
           Fault{head + "buck\n12 8 900 0.3 0 9\n", "a.lib:5: found no species"},
           Fault{head + "buck\nMg O shel 900 0.3 0 9\n",
                 "a.lib:5: found O shel, but species gives O no shell"},
           Fault{head + "buck\nMg O_OH 900 0.3 0 9\n", "a.lib:5: found O_OH, which has no charge"},
           Fault{head + "buck au\nMg O 900 0.3 0 9\n", "a.lib:4: found 'au' behind buckingham"},
           Fault{head + "spring\nO 70\n",
                 "a.lib:5: a spring of O, to which species gives no shell"},
           Fault{head + "three\nMg O O 2 90\n", "a.lib:5: found 2 numbers, expected k theta0"},
           Fault{head + "library other\n", "a.lib:4: found library, expected the terms themselves"},
           Fault{head + "intra\nbuck\nMg O 900 0.3 0 9\n", "a.lib:4: found intra, which changes"},
           Fault{"keyword molq\n" + head, "a.lib:1: found the keyword molq, which changes"},
           Fault{"keyword nonsense\n" + head, "a.lib:1: unknown keyword 'nonsense'"},
           Fault{head + "species\nO core -1\n",
                 "a.lib:5: found a second charge of O core, -1 beside -2"},
           Fault{head + "species\nO bcor -1\n", "a.lib:5: found 'bcor', expected core or shel"},
           Fault{head + "species\nF core\n", "a.lib:5: found no charge of F"},
           Fault{head + "species\nF core -1 1.2\n", "a.lib:5: found '1.2' behind the charge"},
           Fault{head + "species\nF shel -1\n", "a.lib:5: F has a shell and no core"},
       }) {
    CAPTURE(fault.text);
    CHECK_THAT(error(fault.text), StartsWith(fault.message));
  }
  // Harmless options and what belongs to a structure are passed over.
  CHECK(read("opti conp\ntitle\nbuk\nend\ncell\n4 4 4 90 90 90\nfrac\nMg core 0 0 0\n" + head +
                 "buck\nMg O 900 0.3 0 9\nobservables\nelastic 1\n1 1 300\nend\ndump a.grs\n",
             "a.gin")
            .pairs.size() == 1);
  CHECK(read("# cut out of an input\nspecies\nO core -2\n", "notes.txt").charges.size() == 1);
}

TEST_CASE("Labels of a set choose the ions that they mean") {
  std::string const toml = R"(name = 'a'
source = 'b'
charges = {Mg = 2, O = -2, O_OH = -1.426, H = 0.426}
[[label]]
name = 'O_OH'
element = 'O'
bonded_to = 'H'
within = 1.2
)";
  PotentialSet const set = parse_potential_set(toml, "a.toml");
  Crystal crystal{{{8, 0, 0}, {0, 8, 0}, {0, 0, 8}},
                  {"H", "O", "O", "O1", "O_OH", "Mg"},
                  {{7.9, 0, 0}, {0.9, 0, 0}, {6, 0, 0}, {7.9, 1, 0}, {4, 4, 4}, {4, 4, 1}},
                  {},
                  ""};
  assign_charges(crystal, set);
  CHECK(crystal.species == std::vector<std::string>{"H", "O_OH", "O", "O_OH", "O_OH", "Mg"});
  CHECK(crystal.charges == std::vector<double>{0.426, -1.426, -2, -1.426, -1.426, 2});

  auto const fault = [&](std::string const& from, std::string const& to) {
    std::string text = toml;
    text.replace(text.find(from), from.size(), to);
    return input_error([&] { parse_potential_set(text, "a.toml"); });
  };
  CHECK_THAT(fault("'O_OH'\nel", "'O_W'\nel"), StartsWith("a.toml:5: unknown species O_W"));
  CHECK_THAT(fault("element = 'O'", "element = 'H'"),
             Equals("a.toml:6: found H, expected the element that O_OH begins with"));
  CHECK_THAT(fault("within = 1.2", ""), ContainsSubstring("bonded_to and within"));
  CHECK_THAT(fault("within = 1.2", "within = -1"), StartsWith("a.toml:8: within = -1"));
  CHECK_THAT(fault("bonded_to = 'H'", ""), StartsWith("a.toml:8: bonded_to and within"));
}

TEST_CASE("Damaged GULP files are read or refused, and nothing else happens") {
  auto const attempt = [](std::string const& text, char const* name) {
    try {
      parse_potential_set(text, name);
    } catch (InputError const&) {
    }
  };
  for (std::size_t at = 0; at < library.size(); ++at)
    for (std::string const with : {"", "#", "&", "\n", "9", "-", "shel ", "end\n"}) {
      std::string text = library;
      attempt(text.replace(at, 1, with), "a.lib");
      attempt(library.substr(0, at) + with, "a.gin");
    }
  CHECK(true);  // got here
}
