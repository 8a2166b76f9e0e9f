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
  auto const lj =
      std::get<LennardJones>(term("form = 'lennard-jones'\nepsilon = 0.02\nsigma = 2.5"));
  CHECK(evaluate(lj, 2.5).energy == Approx(0).margin(1e-15));
  CHECK(evaluate(lj, std::pow(2, 1 / 6.) * 2.5).energy == Approx(-0.02));
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
  CHECK_THAT(error("form = 'eam'"), Equals("a.toml:8: unknown form 'eam', expected one of "
                                           "buckingham, born-mayer, morse, lennard-jones, table"));
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
