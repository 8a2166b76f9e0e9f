// Potential sets: what is read, and how bad ones are refused.
#include <filesystem>
#include <fstream>

#include <ionscape/core/error.hpp>
#include <ionscape/potentials/potential_set.hpp>
#include <ionscape_test/catch.hpp>

using namespace ionscape;
using Catch::Matchers::ContainsSubstring;

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

std::string with(std::string const& from, std::string const& to) {
  std::string text = good;
  return text.replace(text.find(from), from.size(), to);
}

}  // namespace

TEST_CASE("An insertion set gives the effective product of charges and its fitted range") {
  PotentialSet const set = read(good);
  CHECK(set.insertion->charge_product(-1.0) == Approx(-2.3));
  CHECK(set.pair("Li", "S").repulsion.A == 800);
  CHECK(set.pair("Li", "S").repulsion.inverse_rho == Approx(1 / 0.3));
  CHECK(set.pair("S", "S").repulsion.A == 0);
  CHECK(set.fitted->contains(-1, 30));
  CHECK_FALSE(set.fitted->contains(-1, 70));
  CHECK_FALSE(set.fitted->contains(-1.8, 30));
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
  CHECK_THROWS_WITH(read(with("rho = 0.3", "rho = -0.3")), ContainsSubstring(":16: ") && ContainsSubstring("-0.3"));
  CHECK_THROWS_WITH(read(with("rho = 0.3", "roh = 0.3")), ContainsSubstring("rho"));
  CHECK_THROWS_WITH(read(with("A = 800", "A = 800\nB = 1")), ContainsSubstring(":16: ") && ContainsSubstring("B"));
  CHECK_THROWS_WITH(read(with("born-mayer", "morse")), ContainsSubstring(":14: ") && ContainsSubstring("morse"));
  CHECK_THROWS_WITH(read(with("[-1.7, -0.5]", "[-0.5, -1.7]")), ContainsSubstring(":10: "));
  CHECK_THROWS_WITH(read(with("[\"S\", \"Li\"]", "[\"S\"]")), ContainsSubstring("two species"));
  CHECK_THROWS_WITH(read(with("[\"S\", \"Li\"]", "[\"SS\", \"Li\"]")),
                    ContainsSubstring(":13: ") && ContainsSubstring("SS"));
  CHECK_THROWS_WITH(read(good.substr(0, good.find("[[pair]]"))), ContainsSubstring("no [[pair]] of Li and S"));
  CHECK_THROWS_WITH(read(with("z0 = 1.6", "z0 = ")), ContainsSubstring(":7"));
  CHECK_THROWS_WITH(read("name='a'\nsource='b'\n"), ContainsSubstring("[charges] or [insertion]"));
  CHECK_THROWS_AS(read_potential_set("no/such/file.toml"), InputError);
}
