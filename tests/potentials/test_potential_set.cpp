// Potential sets: what is read, and how bad ones are refused.
#include <cmath>
#include <filesystem>
#include <fstream>

#include <ionscape/core/error.hpp>
#include <ionscape/potentials/pair/potential_set.hpp>
#include <ionscape_test/catch.hpp>
#include <ionscape_test/files.hpp>

using namespace ionscape;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::EndsWith;
using Catch::Matchers::Equals;
using Catch::Matchers::StartsWith;

namespace {

/// Reads a set from text, by way of a file.
PotentialSet read(std::string const& text) {
  auto const file = std::filesystem::temp_directory_path() / "ionscape_test_potential_set.toml";
  std::ofstream(file) << text;
  return read_potential_set(file);
}

std::string const good = R"(name = "S"
source = "nobody"
[insertion]
mobile = "Li"
framework = "S"
z = 0.7
z0 = 1.6
gaussian_width = 0.2
[fitted]
charge_e = [-1.7, -0.5]
volume_A3 = [20, 60]
[[pair]]
species = ["S", "Li"]
form = "born-mayer"
A = 800
rho = 0.3
)";

/// A set of rigid ions with one Na-Cl pair; its keys begin in line 8.
std::string rigid(std::string const& pair_keys, std::string const& set_keys = "cutoff = 8") {
  return "name = 'a'\nsource = 'b'\n" + set_keys +
         "\ncharges = {Na = 1, Cl = -1}\n\n[[pair]]\nspecies = ['Na', 'Cl']\n" + pair_keys + "\n";
}
std::string const buckingham_keys = "form = 'buckingham'\nA = 900\nrho = 0.3\nC = 20\n";

std::string with(std::string const& from, std::string const& to) {
  std::string text = good;
  return text.replace(text.find(from), from.size(), to);
}

}  // namespace

TEST_CASE("An insertion set gives the effective product of charges and its fitted range") {
  PotentialSet const set = read(good);
  CHECK(set.insertion->charge_product(-1.0) == Approx(-2.3));
  CHECK(set.buckingham("Li", "S").repulsion.A == 800);
  CHECK(set.buckingham("Li", "S").repulsion.inverse_rho == Approx(1 / 0.3));
  CHECK(set.buckingham("S", "S").repulsion.A == 0);
  CHECK(set.fitted->contains(-1, 30));
  CHECK_FALSE(set.fitted->contains(-1, 70));
  CHECK_FALSE(set.fitted->contains(-1.8, 30));
}

TEST_CASE("An insertion set may grow with the anion charge and add several terms of a pair") {
  std::string const second =
      "growth = 0.5\n[[pair]]\nspecies = [\"Li\", \"S\"]\nform = \"buckingham\"\nA = 9000\nrho = "
      "0.1\nC = 7\n";
  PotentialSet const set =
      read(with("gaussian_width = 0.2", "gaussian_width = 0.2\ngaussian_growth = -0.3") + second);
  CHECK(set.insertion->reduced_width(-1) == 0.2);
  CHECK(set.insertion->reduced_width(-1.5) == Approx(0.2 * std::exp(-0.15)));
  REQUIRE(set.pairs.size() == 2);
  auto const terms = set.insertion_terms(-1.5);
  REQUIRE(terms.size() == 2);
  CHECK(terms[0] == Buckingham{{800 * std::exp(0.25), 1 / 0.3}, 0});
  CHECK(terms[1] == Buckingham{{9000, 1 / 0.1}, 7});
  CHECK(read(good).insertion_terms(-1.5) == std::vector{read(good).buckingham("Li", "S")});
  CHECK_THROWS_WITH(set.buckingham("S", "Li"), ContainsSubstring("several terms"));
  CHECK_THROWS_WITH(read(rigid(buckingham_keys)).insertion_terms(-1),
                    ContainsSubstring("no [insertion]"));

  CHECK_THROWS_WITH(read(good + "growth = 'x'"), ContainsSubstring(":17: "));
  CHECK_THROWS_WITH(read(good + "growth = 30"),
                    ContainsSubstring(":17: ") && ContainsSubstring("30"));
  CHECK_THROWS_WITH(read(with("gaussian_width = 0.2", "gaussian_growth = 0.2")),
                    ContainsSubstring(":8: ") && ContainsSubstring("points do not grow"));
}

TEST_CASE("Sets with charges have one term for a pair, and nothing that grows") {
  std::string const pair = "\n[[pair]]\nspecies = ['Cl', 'Na']\n" + buckingham_keys;
  CHECK_THAT(ionscape_test::input_error(
                 [&] { parse_potential_set(rigid(buckingham_keys) + pair, "a.toml"); }),
             Equals("a.toml:15: a second term for Cl-Na, expected one: only a set with [insertion] "
                    "adds several"));
  CHECK_THAT(ionscape_test::input_error(
                 [&] { parse_potential_set(rigid(buckingham_keys + "growth = 0.1"), "a.toml"); }),
             StartsWith("a.toml:12: found growth, expected only in a set with [insertion]"));
}

TEST_CASE(
    "A fitted set says at which distortions and how well it was fitted, and where it comes from") {
  std::string const where =
      "[provenance]\nprogram = 'x'\nvalues = 12\nranges = [1.5, 2]\n"
      "lists = ['a', 'b']\ngood = true\ndeep = {a = 1, b = {c = [1]}}\n";
  PotentialSet const set = read(with("volume_A3 = [20, 60]",
                                     "volume_A3 = [20, 60]\ndistortion = [1.0, 1.2]\n"
                                     "error_eV = {tet_minus_oct = 0.01, barrier = 0.012}\n" +
                                         where));
  CHECK(set.fitted->contains(-1, 30));
  CHECK(set.fitted->contains(-1, 30, 1.2));
  CHECK_FALSE(set.fitted->contains(-1, 30, 1.25));
  CHECK_FALSE(set.fitted->contains(-1, 70, 1.1));
  CHECK(set.fitted->error_eV ==
        std::map<std::string, double>{{"barrier", 0.012}, {"tet_minus_oct", 0.01}});
  CHECK(read(good).fitted->contains(-1, 30, 7));  // nothing was said
  CHECK(set.fitted->nearly_contains(-1, 30, 1.21));
  CHECK_FALSE(set.fitted->nearly_contains(-1, 30, 1.25));
  FittedRange const undistorted{{-2, -1}, {10, 30}, std::array{1.0, 1.0}, {}};
  CHECK(undistorted.nearly_contains(-1, 30, 1.005));  // a crystal's coordinates have errors
  CHECK_FALSE(undistorted.nearly_contains(-1, 30, 1.02));
  CHECK(read(good).fitted->error_eV.empty());

  auto const error = [](std::string const& keys) {
    return ionscape_test::input_error(
        [&] { read(with("volume_A3 = [20, 60]", "volume_A3 = [20, 60]\n" + keys)); });
  };
  CHECK_THAT(error("distortion = [1.2, 1]"),
             ContainsSubstring(":12: ") && ContainsSubstring("distortion"));
  CHECK_THAT(error("error_eV = {barrier = -1}"), ContainsSubstring(":12: "));
  CHECK_THAT(error("error_eV = 0.1"), ContainsSubstring(":12: "));
  CHECK_THAT(error("errors = {barrier = 1}"), ContainsSubstring(":12: unknown key 'errors'"));
  CHECK_THROWS_WITH(read("provenance = 'me'\n" + good),
                    ContainsSubstring(":1: ") && ContainsSubstring("provenance"));
}

TEST_CASE("Charges are assigned by species and never invented") {
  PotentialSet const set = read("name='a'\nsource='b'\n[charges]\nLi = 1\nO = -2\n");
  Crystal crystal{{}, {"O", "Li"}, {{}, {}}, {}, ""};
  assign_charges(crystal, set);
  CHECK(crystal.charges == std::vector<double>{-2, 1});
  crystal.species[0] = "S";
  CHECK_THROWS_WITH(assign_charges(crystal, set), ContainsSubstring("no charge for species S"));
}

TEST_CASE("A bad potential set is refused with its line") {
  CHECK_THROWS_WITH(read(with("rho = 0.3", "rho = -0.3")),
                    ContainsSubstring(":16: ") && ContainsSubstring("-0.3"));
  CHECK_THROWS_WITH(read(with("rho = 0.3", "roh = 0.3")), ContainsSubstring("rho"));
  CHECK_THROWS_WITH(read(with("A = 800", "A = 800\nB = 1")),
                    ContainsSubstring(":16: ") && ContainsSubstring("B"));
  CHECK_THROWS_WITH(read(with("born-mayer", "morse")),
                    ContainsSubstring(":14: ") && ContainsSubstring("morse"));
  CHECK_THROWS_WITH(read(with("[-1.7, -0.5]", "[-0.5, -1.7]")), ContainsSubstring(":10: "));
  CHECK_THROWS_WITH(read(with("[\"S\", \"Li\"]", "[\"S\"]")), ContainsSubstring("two species"));
  CHECK_THROWS_WITH(read(with("[\"S\", \"Li\"]", "[\"SS\", \"Li\"]")),
                    ContainsSubstring(":13: ") && ContainsSubstring("SS"));
  CHECK_THROWS_WITH(read(good.substr(0, good.find("[[pair]]"))),
                    ContainsSubstring("no [[pair]] of Li and S"));
  CHECK_THROWS_WITH(read(with("z0 = 1.6", "z0 = ")), ContainsSubstring(":7"));
  CHECK_THROWS_WITH(read("name='a'\nsource='b'\n"), ContainsSubstring("[charges] or [insertion]"));
  CHECK_THROWS_AS(read_potential_set("no/such/file.toml"), InputError);
}

TEST_CASE("Every form is read with its own keys") {
  auto const term = [](std::string const& keys) {
    return read(rigid(keys)).find("Cl", "Na")->term;
  };
  CHECK(term(buckingham_keys) == PairForm{Buckingham{{900, 1 / 0.3}, 20}});
  CHECK(term("form = 'born-mayer'\nA = 900\nrho = 0.3") == PairForm{Buckingham{{900, 1 / 0.3}, 0}});
  CHECK(term("form = 'morse'\nD = 0.8\na = 1.7\nr0 = 2.1") == PairForm{Morse{0.8, 1.7, 2.1}});
  CHECK(term("form = 'morse'\nD = 0.8\na = 1.7\nr0 = 2.1\nC = 22") ==
        PairForm{Morse{0.8, 1.7, 2.1, 22}});
  auto const lj =
      std::get<LennardJones>(term("form = 'lennard-jones'\nepsilon = 0.02\nsigma = 2.5"));
  CHECK(evaluate(lj, 2.5).energy == Approx(0).margin(1e-15));
  CHECK(evaluate(lj, std::pow(2, 1 / 6.) * 2.5).energy == Approx(-0.02));
  CHECK(term("form = 'lennard'\nA = 7\nB = 5") == PairForm{LennardJones{7, 5}});
  // At 2.9 Å, by another program: 0.2637 exp(-0.145/0.317) - 6.99/594.8 - 8.675/5002.5
  PairForm const huggins = term(
      "form = 'born-mayer-huggins'\nA = 0.2637\nrho = 0.317\nsigma = 2.755\nC = 6.99\nD = 8.675");
  CHECK(evaluate(huggins, 2.9).energy == Approx(0.15341513587).epsilon(1e-9));
  PairForm const table =
      term("form = 'table'\nfirst = 1\nstep = 0.5\nenergies = [5, 3, 2, 1.5, 1]");
  CHECK(evaluate(table, 1.0).energy == 5);
  CHECK(evaluate(table, 2.5).energy == Approx(1.5));
  CHECK(evaluate(table, 3.0).energy == Approx(1));
  CHECK(read(rigid(buckingham_keys)).find("Cl", "Cl") == nullptr);
  CHECK(read(rigid(buckingham_keys)).find("Na", "Cl")->form == "buckingham");
}

TEST_CASE("A table may stand in a file beside the set") {
  ionscape_test::TemporaryFolder const folder;
  auto const set = folder.write("sets/a.toml", rigid("form = 'table'\nfile = 'tables/x.dat'"));
  folder.write("sets/tables/x.dat",
               "# r/A  V/eV\n 1.0 5\n1.1\t4.5 # here\r\n\n1.2 4.1\n1.3 3.8\n1.4 -3.6e0\n");
  auto const table = std::get<PairTable>(read_potential_set(set).pairs[0].term);
  CHECK(table.first == 1.0);
  CHECK(table.step == Approx(0.1));
  CHECK(table.last() == Approx(1.4));
  CHECK(evaluate(table, 1.1).energy == Approx(4.5));
  CHECK(evaluate(table, 1.4).energy == Approx(-3.6));

  struct Fault {
    char const *text, *message;
  };
  for (Fault const& fault : {
           Fault{"1 5\n1.1 4\n# a line is missing\n1.3 3\n1.4 2\n1.5 1\n",
                 "x.dat:4: the radius 1.3 Å follows 1.1 Å"},
           Fault{"1 5\n1.1 4\n1.20001 3\n1.3 2\n", "x.dat:4: the radius 1.3 Å follows 1.20001 Å"},
           Fault{"1 5\n1 4\n1 3\n1 2\n", "x.dat:2: the radius 1 Å follows 1 Å"},
           Fault{"4 5\n3 4\n2 3\n1 2\n", "x.dat:2: the radius 3 Å follows 4 Å, expected ascending"},
           Fault{"-0.1 5\n0 4\n0.1 3\n0.2 2\n",
                 "x.dat:1: the first radius is -0.1 Å, expected >= 0"},
           Fault{"1 5\n1.1\n", "x.dat:2: found 1 numbers, expected two"},
           Fault{"1 5\n1.1 4 3\n", "x.dat:2: found 3 numbers, expected two"},
           Fault{"1 5\n\n1.1 4eV\n", "x.dat:3: found '4eV', expected a number"},
           Fault{"1 nan\n", "x.dat:1: found 'nan', expected a number"},
           Fault{"1 5\n1.1 4\n1.2 3\n", "x.dat: a table of 3 energies, expected at least 4"},
           Fault{"", "x.dat: the file is empty"},
       }) {
    folder.write("sets/tables/x.dat", fault.text);
    CAPTURE(fault.text);
    CHECK_THAT(ionscape_test::input_error([&] { read_potential_set(set); }),
               StartsWith(fault.message));
  }
  std::filesystem::remove(folder / "sets/tables/x.dat");
  CHECK_THAT(ionscape_test::input_error([&] { read_potential_set(set); }),
             StartsWith("a.toml:9: there is no file ") && ContainsSubstring("sets/tables/x.dat"));
}

TEST_CASE("A set says how its pairs end, and pairs may say otherwise") {
  PotentialSet set = read(rigid(buckingham_keys));
  CHECK(set.truncation == Truncation::plain);
  CHECK_FALSE(set.tail);
  CHECK_FALSE(set.dispersion_lattice_sum);
  CHECK_FALSE(set.pairs[0].cutoff.has_value());
  CHECK(set.pairs[0].wall == 0);
  CHECK(read(rigid(buckingham_keys, "truncation = 'plain'\ndispersion = 'cutoff'")).truncation ==
        Truncation::plain);
  CHECK(read(rigid(buckingham_keys, "truncation = 'shifted'")).truncation == Truncation::shifted);
  set = read(
      rigid(buckingham_keys + "cutoff = 5\nwall = 1.5",
            "cutoff = 8\ntruncation = 'force-shifted'\ntail = true\ndispersion = 'lattice-sum'"));
  CHECK(set.truncation == Truncation::force_shifted);
  CHECK(set.tail);
  CHECK(set.dispersion_lattice_sum);
  CHECK(set.pairs[0].cutoff == 5.0);
  CHECK(set.pairs[0].wall == 1.5);
}

TEST_CASE("A pair is summed as its own keys say, then as the caller says") {
  PotentialSet set = read(rigid(buckingham_keys + "wall = 1.5"));
  PairSums ends{.cutoff = 9, .truncation = Truncation::shifted};
  for (auto const& [a, b] : {std::pair{"Na", "Cl"}, std::pair{"Cl", "Na"}}) {
    PairFunction const function = set.function(a, b, ends);
    CHECK(function.form == PairForm{Buckingham{{900, 1 / 0.3}, 20}});
    CHECK(function.cutoff == 9);
    CHECK(function.truncation == Truncation::shifted);
    CHECK(function.wall == 1.5);
    CHECK(set.lattice_dispersion(a, b, ends) == 0);
  }
  ends.dispersion_lattice_sum = true;
  CHECK(set.function("Na", "Cl", ends).form == PairForm{Buckingham{{900, 1 / 0.3}, 0}});
  CHECK(set.lattice_dispersion("Cl", "Na", ends) == 20);
  CHECK(set.lattice_dispersion("Cl", "Cl", ends) == 0);
  CHECK(set.function("Cl", "Cl", ends).form == PairForm{});
  CHECK(set.function("Cl", "Cl", ends).cutoff == 9);
  ends.cutoff = 0;  // nobody says how far: no term
  CHECK(set.function("Na", "Cl", ends).form == PairForm{});
  CHECK(set.lattice_dispersion("Na", "Cl", ends) == 0);
  set.pairs[0].cutoff = 5;
  CHECK(set.function("Na", "Cl", ends).cutoff == 5);
  CHECK(set.lattice_dispersion("Na", "Cl", ends) == 20);
  ends.cutoff = 9;
  CHECK(set.function("Na", "Cl", ends).cutoff == 5);
}

TEST_CASE("Only plain Buckingham terms are given to frozen hosts") {
  CHECK(read(rigid(buckingham_keys)).buckingham("Cl", "Na") == Buckingham{{900, 1 / 0.3}, 20});
  CHECK(read(rigid(buckingham_keys)).buckingham("Cl", "Cl") == Buckingham{});
  CHECK_THROWS_WITH(read(rigid(buckingham_keys + "wall = 1.5")).buckingham("Na", "Cl"),
                    ContainsSubstring("a wall"));
  CHECK_THROWS_WITH(read(rigid("form = 'morse'\nD = 1\na = 1\nr0 = 2")).buckingham("Na", "Cl"),
                    ContainsSubstring("Na-Cl is of the form morse"));
  for (std::string const key : {"truncation = 'plain'", "tail = false", "dispersion = 'cutoff'"})
    CHECK_THROWS_WITH(read(with("source = \"nobody\"", "source = \"nobody\"\n" + key)),
                      ContainsSubstring(":3: unknown key"));
  CHECK_THROWS_WITH(read(with("A = 800", "A = 800\nwall = 1")),
                    ContainsSubstring(":16: unknown key 'wall'"));
}

TEST_CASE("Parameters beyond all physics are refused with their line and the limits") {
  auto const error = [](std::string const& keys, std::string const& set_keys = "cutoff = 8") {
    return ionscape_test::input_error(
        [&] { parse_potential_set(rigid(keys, set_keys), "a.toml"); });
  };
  CHECK(error("form = 'born-mayer'\nA = 900\nrho = 1e308") ==
        "a.toml:10: rho = 1e+308, expected >= 0.01 and <= 10");
  for (char const* keys :
       {"form = 'born-mayer'\nA = 900\nrho = 1e-320", "form = 'born-mayer'\nrho = 0.3\nA = 1e300",
        "form = 'morse'\nD = 1\na = 200\nr0 = 5", "form = 'morse'\nD = 1\na = 1e300\nr0 = 2",
        "form = 'lennard-jones'\nepsilon = 1\nsigma = 1e60",
        "form = 'table'\nfirst = 1\nstep = 1e300\nenergies = [4, 3, 2, 1]",
        "form = 'table'\nfirst = 1\nstep = 1\nenergies = [1e300, 3, 2, 1]"}) {
    CAPTURE(keys);
    CHECK_THAT(error(keys), StartsWith("a.toml:1") && ContainsSubstring("expected"));
  }
  CHECK_THAT(error(buckingham_keys, "cutoff = 500"),
             StartsWith("a.toml:3: cutoff = 500, expected"));
}

TEST_CASE("Faults in the ends and forms of pairs are refused with their line") {
  auto const error = [](std::string const& keys, std::string const& set_keys = "cutoff = 8") {
    return ionscape_test::input_error(
        [&] { parse_potential_set(rigid(keys, set_keys), "a.toml"); });
  };
  CHECK_THAT(error("form = 'buckinham'"), StartsWith("a.toml:8: unknown form 'buckinham'") &&
                                              EndsWith("did you mean 'buckingham'?"));
  CHECK_THAT(
      error("form = 'eam'"),
      Equals("a.toml:8: unknown form 'eam', expected one of "
             "buckingham, born-mayer, born-mayer-huggins, morse, lennard-jones, lennard, table"));
  CHECK_THAT(error(buckingham_keys, "truncation = 'shfted'"),
             Equals("a.toml:3: unknown truncation 'shfted', expected one of plain, shifted, "
                    "force-shifted, did you mean "
                    "'shifted'?"));
  CHECK_THAT(error(buckingham_keys, "dispersion = 'ewald'"),
             Equals("a.toml:3: unknown dispersion 'ewald', expected one of cutoff, lattice-sum"));
  CHECK_THAT(error(buckingham_keys, "tail = 1"),
             StartsWith("a.toml:3: ") && ContainsSubstring("true or false"));
  CHECK_THAT(error(buckingham_keys + "cutoff = 0"),
             StartsWith("a.toml:12: ") && ContainsSubstring("> 0"));
  CHECK_THAT(error(buckingham_keys + "wall = 0"),
             StartsWith("a.toml:12: ") && ContainsSubstring("> 0"));
  CHECK_THAT(error(buckingham_keys + "wall = 0.2"),
             Equals("a.toml:12: wall = 0.2 Å, expected a radius at which the term repels"));
  CHECK_THAT(error("form = 'born-mayer'\nA = 900\nrho = 0.3\nwall = 8"),
             Equals("a.toml:11: wall = 8 Å, expected less than the cutoff of 8 Å"));
  CHECK_THAT(error("form = 'born-mayer'\nA = 900\nrho = 0.3\nwall = 4\ncutoff = 3"),
             Equals("a.toml:11: wall = 4 Å, expected less than the cutoff of 3 Å"));
  CHECK_THAT(error("form = 'born-mayer'\nA = 900\nrho = 0.3\nC = 1"),
             StartsWith("a.toml:11: unknown key 'C'"));
  CHECK_THAT(error("form = 'morse'\nD = 1\na = 1"), ContainsSubstring("no key 'r0'"));
  CHECK_THAT(error("form = 'born-mayer-huggins'\nA = 9\nrho = 0.3\nC = 1\nD = 1"),
             ContainsSubstring("no key 'sigma'"));
  CHECK_THAT(error("form = 'born-mayer-huggins'\nA = 9\nrho = 0.3\nsigma = 1\nC = 1\nD = -1"),
             StartsWith("a.toml:13: D = -1"));
  CHECK_THAT(error("form = 'born-mayer-huggins'\nA = 9\nrho = 0.1\nsigma = 9\nC = 1\nD = 1"),
             StartsWith("a.toml:11: sigma = 9 makes a prefactor"));
  CHECK_THAT(error("form = 'morse'\nD = 1\na = -1\nr0 = 2"), StartsWith("a.toml:10: "));
  CHECK_THAT(error("form = 'lennard-jones'\nepsilon = -1\nsigma = 2"), StartsWith("a.toml:9: "));
  CHECK_THAT(error("form = 'lennard-jones'\nepsilon = 1\nsigma = 0"), StartsWith("a.toml:10: "));
  CHECK_THAT(error("form = 'table'\nfirst = 1\nstep = 0\nenergies = [1, 2, 3, 4]"),
             StartsWith("a.toml:10: "));
  CHECK_THAT(error("form = 'table'\nfirst = -1\nstep = 1\nenergies = [1, 2, 3, 4]"),
             StartsWith("a.toml:9: "));
  CHECK_THAT(error("form = 'table'\nfirst = 1\nstep = 1\nenergies = [1, 2, 3]"),
             Equals("a.toml:11: a table of 3 energies, expected at least 4"));
  CHECK_THAT(error("form = 'table'\nfile = 'x'\nstep = 1"),
             StartsWith("a.toml:9: there is no file x"));
}

namespace {

/// Mg and O with a shell (lines 6 to 9), and one pair whose species stand in line 11.
std::string shells(std::string const& pair_species, std::string const& more = "",
                   std::string const& shell_keys = "charge = -2.86902\nk2 = 74.92") {
  return "name = 'a'\nsource = 'b'\ncoulomb_constant = 14.3997584\ncharges = {Mg = 2, O = -2}\n\n"
         "[[shell]]\nspecies = 'O'\n" +
         shell_keys + "\n[[pair]]\nspecies = " + pair_species +
         "\nform = 'born-mayer'\nA = 946\nrho = 0.318\n" + more;
}

std::string angle(std::string const& keys) { return "[[angle]]\n" + keys + "\n"; }

}  // namespace

TEST_CASE("A set has shells, and pairs act on them unless they say otherwise") {
  PotentialSet const set = read(shells("['Mg', 'O']"));
  CHECK(set.coulomb_constant == 14.3997584);
  REQUIRE(set.shells.size() == 1);
  CHECK(set.shells[0].species == "O");
  CHECK(set.shells[0].charge == -2.86902);
  CHECK(set.shells[0].k2 == 74.92);
  CHECK(set.shells[0].k4 == 0);
  CHECK(read(shells("['Mg', 'O']", "", "charge = 1\nk2 = 8\nk4 = 50.5")).shells[0].k4 == 50.5);
  CHECK(set.charges.at("O") == -2);  // of the whole ion
  CHECK(set.shell("O") == &set.shells[0]);
  CHECK(set.shell("Mg") == nullptr);
  CHECK(set.acting_label("O") == "O shell");
  CHECK(set.acting_label("Mg") == "Mg");
  CHECK_FALSE(read(rigid(buckingham_keys)).coulomb_constant.has_value());

  CHECK(set.find("O shell", "Mg") == set.pairs.data());
  CHECK(set.find("O", "Mg") == nullptr);
  CHECK(set.find("O core", "Mg") == nullptr);
  CHECK(read(shells("['O shell', 'Mg core']")).find("O shell", "Mg") != nullptr);
  PotentialSet const cores = read(shells("['Mg', 'O core']"));
  CHECK(cores.find("Mg", "O core") != nullptr);
  CHECK(cores.find("Mg", "O shell") == nullptr);
  // Core and shell of one species are two kinds of particles: each pair of kinds has its term.
  std::string const second = "[[pair]]\nspecies = ['O', 'O core']\nform = 'born-mayer'\nA = 1\n";
  CHECK(read(shells("['O', 'O']", second + "rho = 0.2\n")).pairs.size() == 2);

  CHECK_THROWS_WITH(set.buckingham("Mg", "O"), ContainsSubstring("the set has shells (O)"));
}

TEST_CASE("A set has angles, with cutoffs of legs and of the outer ions") {
  PotentialSet const set =
      read(shells("['Mg', 'O']", angle("centre = 'Mg'\nouter = ['O', 'O core']\nk = 1.322626"
                                       "\ntheta0_deg = 90\ncutoffs = [1.9, 2.0, 3.5]") +
                                     angle("centre = 'O core'\nouter = ['Mg', 'Mg']\nk = 2"
                                           "\ntheta0_deg = 180\ncutoffs = [1.8, 1.8]")));
  REQUIRE(set.angles.size() == 2);
  AngleTerm const& first = set.angles[0];
  CHECK(first.centre == "Mg");
  CHECK(first.outer == std::array<std::string, 2>{"O shell", "O core"});
  CHECK(first.k == 1.322626);
  CHECK(first.theta0 == Approx(1.5707963267948966).epsilon(1e-15));
  CHECK(first.cutoffs == std::array<double, 3>{1.9, 2.0, 3.5});
  CHECK(set.angles[1].centre == "O core");
  CHECK(set.angles[1].theta0 == Approx(3.141592653589793).epsilon(1e-15));
  CHECK(set.angles[1].cutoffs[1] == 1.8);
  CHECK(std::isinf(set.angles[1].cutoffs[2]));
}

TEST_CASE("Faults in shells, angles, labels and the Coulomb constant are refused with their line") {
  auto const error = [](std::string const& text) {
    return ionscape_test::input_error([&] { parse_potential_set(text, "a.toml"); });
  };
  auto const of_shell = [&](std::string const& keys) {
    return error(shells("['Mg', 'O']", "", keys));
  };
  CHECK_THAT(of_shell("charge = -2.8"), ContainsSubstring("no key 'k2'"));
  CHECK_THAT(of_shell("k2 = 74"), ContainsSubstring("no key 'charge'"));
  CHECK_THAT(of_shell("charge = -2.8\nk2 = 0"), StartsWith("a.toml:9: k2 = 0, expected > 0"));
  CHECK_THAT(of_shell("charge = -2.8\nk2 = -5"), StartsWith("a.toml:9: k2 = -5"));
  CHECK_THAT(of_shell("charge = 200\nk2 = 5"), StartsWith("a.toml:8: charge = 200"));
  CHECK_THAT(of_shell("charge = -2.8\nk2 = 5\nk4 = -1"), StartsWith("a.toml:10: k4 = -1"));
  CHECK_THAT(of_shell("charge = -2.8\nk2 = 5\nk3 = 1"), StartsWith("a.toml:10: unknown key 'k3'"));
  std::string const more = "[[shell]]\ncharge = 1\nk2 = 1\nspecies = ";
  CHECK_THAT(error(shells("['Mg', 'O']", more + "'O'")),
             Equals("a.toml:18: a second shell of O, expected one"));
  CHECK_THAT(error(shells("['Mg', 'O']", more + "'Li'")),
             Equals("a.toml:18: unknown species Li: it is not in [charges]"));

  CHECK_THAT(error(shells("['Mg shell', 'O']")),
             Equals("a.toml:11: found 'Mg shell', but Mg has no [[shell]]"));
  CHECK_THAT(error(shells("['Mg', 'O shel']")),
             StartsWith("a.toml:11: unknown species O shel: it is not in [charges]"));
  std::string const same = "[[pair]]\nspecies = ['O shell', 'Mg']\nform = 'born-mayer'\nA = 1\n";
  CHECK_THAT(error(shells("['Mg', 'O']", same + "rho = 0.2\n")),
             StartsWith("a.toml:16: a second term for O shell-Mg"));

  auto const of_angle = [&](std::string const& keys) {
    return error(shells("['Mg', 'O']", angle(keys)));
  };
  std::string const legs = "\nk = 1\ntheta0_deg = 90\ncutoffs = [2, 2]";
  CHECK_THAT(of_angle("centre = 'Mg'\nouter = ['O']" + legs),
             Equals("a.toml:17: an angle has two outer ions, found 1"));
  CHECK_THAT(of_angle("centre = 'P'\nouter = ['O', 'O']" + legs),
             StartsWith("a.toml:16: unknown species P"));
  CHECK_THAT(of_angle("centre = 'Mg'\nouter = ['O', 'Mg shell']" + legs),
             StartsWith("a.toml:17: found 'Mg shell'"));
  std::string const ends = "centre = 'Mg'\nouter = ['O', 'O']\n";
  CHECK_THAT(of_angle(ends + "k = -1\ntheta0_deg = 90\ncutoffs = [2, 2]"),
             StartsWith("a.toml:18: k = -1"));
  CHECK_THAT(of_angle(ends + "k = 1\ntheta0_deg = 190\ncutoffs = [2, 2]"),
             StartsWith("a.toml:19: theta0_deg = 190, expected > 0 and <= 180"));
  CHECK_THAT(of_angle(ends + "k = 1\ntheta0_deg = 90\ncutoffs = [2]"),
             StartsWith("a.toml:20: found 1 cutoffs"));
  CHECK_THAT(of_angle(ends + "k = 1\ntheta0_deg = 90\ncutoffs = [2, 0]"),
             StartsWith("a.toml:20: "));
  CHECK_THAT(of_angle(ends + "k = 1\ntheta0 = 90\ncutoffs = [2, 2]"),
             ContainsSubstring("no key 'theta0_deg'"));

  CHECK_THAT(error("name = 'a'\nsource = 'b'\ncoulomb_constant = 332.06\ncharges = {Mg = 2}\n"),
             StartsWith("a.toml:3: coulomb_constant = 332.06, expected"));
  for (std::string const keys :
       {"[[shell]]\nspecies = 'S'", "[[angle]]\ncentre = 'S'", "coulomb_constant = 14.4"}) {
    bool const table = keys[0] == '[';
    CHECK_THAT(error(table ? good + keys : keys + "\n" + good), ContainsSubstring("unknown key"));
  }
}
