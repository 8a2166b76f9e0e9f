// Formulas and the order of numbers: GULP's help texts (buckingham, lennard, morse, three-body,
// spring). Where rmin is left out, it is 0; flags of fits may follow.
#include "pair/gulp_terms.hpp"

#include <algorithm>
#include <cctype>
#include <cmath>

#include <ionscape/core/io/format.hpp>
#include <ionscape/core/io/words.hpp>

#include "pair/pair_forms.hpp"

namespace ionscape::detail {

namespace {

// eV, as GULP has them.
constexpr double kilojoule_per_mole = 1.0364348e-2, kilocalorie_per_mole = 4.3364432032e-2;

std::string in_small_letters(std::string word) {
  std::ranges::transform(word, word.begin(), [](unsigned char c) { return std::tolower(c); });
  return word;
}

[[noreturn]] void fail_count(GulpEntry const& entry, char const* expected) {
  fail_input(entry.where, "found ", entry.numbers.size(), " numbers, expected ", expected);
}

/// The numbers without the flags of fits: always there in an input that fits, elsewhere if there are
/// more than `most` numbers.
std::vector<double> without_flags(GulpEntry const& entry, std::size_t flags, std::size_t most,
                                  bool fitted) {
  std::vector<double> n = entry.numbers;
  if ((fitted || n.size() > most) && n.size() >= flags) n.resize(n.size() - flags);
  return n;
}

/// "A = -5, expected >= 0 and <= 1e12"; empty if the number is inside.
std::string outside(char const* name, double value, Limits const& limits) {
  bool const low = limits.min_excluded ? value <= limits.min : value < limits.min;
  if (!low && value <= limits.max) return "";
  return std::string("a term with ") + name + " = " + shortest(value) + ", expected " +
         (limits.min_excluded ? "> " : ">= ") + shortest(limits.min) +
         " and <= " + shortest(limits.max);
}

std::string first_of(std::initializer_list<std::string> reasons) {
  for (std::string const& reason : reasons)
    if (!reason.empty()) return reason;
  return "";
}

std::string from_radius(double least) {
  return least == 0 ? "" : "a term that begins at " + shortest(least) + " Å (rmin), expected 0";
}

/// The last of what is read from a line of a pair: [rmin] rmax behind `parameters` numbers.
void take_range(std::vector<double> const& n, std::size_t parameters, GulpPair& pair) {
  pair.cutoff = n.back();
  std::string const least = n.size() > parameters + 1 ? from_radius(n[parameters]) : "";
  pair.unsummed = first_of({pair.unsummed, least, outside("rmax", pair.cutoff, cutoffs)});
}

GulpPair buckingham(std::vector<double> n, double unit, GulpEntry const& entry) {
  if (n.size() < 3 || n.size() > 5) fail_count(entry, "A rho C [rmin] rmax");
  if (n.size() == 3) n.insert(n.begin() + 2, 0);  // A rho rmax
  double const A = n[0] * unit, C = n[2] * unit;
  GulpPair pair{C == 0 ? "born-mayer" : "buckingham", Buckingham{{A, 1 / n[1]}, C}, 0, ""};
  pair.unsummed = first_of({outside("A", A, prefactors), outside("rho", n[1], decay_lengths),
                            outside("C", C, dispersions)});
  take_range(n, 3, pair);
  return pair;
}

GulpPair powers(double A, double B, double least, double most) {
  GulpPair pair{"lennard", LennardJones{A, B}, most, ""};
  pair.unsummed = first_of({outside("A", A, prefactors), outside("B", B, dispersions),
                            from_radius(least), outside("rmax", most, cutoffs)});
  return pair;
}

/// A exp(-r/rho)/r^m - C/r^n, without the exponential where rho is 0.
GulpPair general(std::vector<double> const& n, GulpModifiers const& modifiers,
                 GulpEntry const& entry) {
  auto const& p = modifiers.powers;
  double const first = p.empty() ? 0 : p[0], second = p.size() < 2 ? 6 : p[1];
  if (first == 0 && second == 6) return buckingham(n, modifiers.unit, entry);
  if (n.size() < 4 || n.size() > 5) fail_count(entry, "A rho C [rmin] rmax");
  if (first == 12 && second == 6 && n[1] == 0)
    return powers(n[0] * modifiers.unit, n[2] * modifiers.unit, n.size() == 5 ? n[3] : 0, n.back());
  GulpPair pair;
  pair.unsummed = "a general term of powers " + shortest(first) + " and " + shortest(second);
  return pair;
}

GulpPair lennard(std::vector<double> const& n, GulpModifiers const& modifiers,
                 GulpEntry const& entry) {
  auto const& p = modifiers.powers;
  if (!p.empty() && !(p.size() >= 2 && p[0] == 12 && p[1] == 6)) {
    GulpPair pair;
    pair.unsummed = "a Lennard-Jones term of other powers than 12 and 6";
    return pair;
  }
  if (n.size() < 3 || n.size() > 4) fail_count(entry, "two parameters, then [rmin] rmax");
  double A = n[0] * modifiers.unit, B = n[1];
  if (modifiers.epsilon) {
    // sigma is where the energy is least, or with `zero` where it is none.
    double const s6 = std::pow(n[1], 6), factor = modifiers.zero ? 4 : 1;
    B = (modifiers.zero ? 4 : 2) * A * s6;
    A *= factor * s6 * s6;
  } else {
    B *= modifiers.unit;
  }
  return powers(A, B, n.size() == 4 ? n[2] : 0, n.back());
}

GulpPair morse(std::vector<double> const& n, GulpModifiers const& modifiers,
               GulpEntry const& entry) {
  if (n.size() < 4 || n.size() > 6) fail_count(entry, "D a r0 [coulomb] [rmin] rmax");
  GulpPair pair{"morse", Morse{n[0] * modifiers.unit, n[1], n[2]}, 0, ""};
  pair.unsummed = first_of({outside("D", n[0] * modifiers.unit, depths), outside("a", n[1], decays),
                            outside("r0", n[2], bond_lengths)});
  if (n.size() > 4 && n[3] != 0)
    pair.unsummed = "a Morse term that takes the Coulomb energy of its ions off";
  if (modifiers.zero) pair.unsummed = "a Morse term that is zero at its minimum";
  take_range(n, 4, pair);
  return pair;
}

}  // namespace

GulpEntry read_gulp_entry(GulpLine const& line) {
  GulpEntry entry{{}, {}, line.where};
  bool typed = false;  // whether the last species has core or shell behind it
  for (std::string const& word : line.words) {
    if (auto const number = gulp_number(word)) {
      entry.numbers.push_back(*number);
      continue;
    }
    std::string const type = in_small_letters(word);
    bool const core = type.starts_with("cor"), shell = type.starts_with("she");
    if (entry.numbers.empty() && (core || shell) && !entry.particles.empty() && !typed) {
      entry.particles.back().shell = shell;
      typed = true;
      continue;
    }
    auto const label = gulp_label(word);
    if (!label || !entry.numbers.empty())
      fail_input(line.where, "found ", in_quotes(word),
                 ", expected species (with core or shel), then numbers");
    entry.particles.push_back({*label, false});
    typed = false;
  }
  if (entry.particles.empty())
    fail_input(line.where, "found no species, expected them by their symbols");
  return entry;
}

GulpModifiers read_gulp_modifiers(GulpOption const& option) {
  GulpModifiers modifiers;
  for (std::size_t k = 1; k < option.head.words.size(); ++k) {
    std::string const word = in_small_letters(option.head.words[k]);
    auto const is = [&](char const* start) { return word.starts_with(start); };
    if (auto const number = gulp_number(word))
      modifiers.powers.push_back(*number);
    else if (is("bot") || is("ev"))
      continue;
    else if (is("kc"))
      modifiers.unit = kilocalorie_per_mole;
    else if (is("kj"))
      modifiers.unit = kilojoule_per_mole;
    else if (is("ener"))
      modifiers.truncation = Truncation::shifted;
    else if (is("grad"))
      modifiers.truncation = Truncation::force_shifted;
    else if (is("eps"))
      modifiers.epsilon = true;
    else if (is("zer"))
      modifiers.zero = true;
    else if (is("inte") || is("intr") || is("bon") || is("x1") || is("mol") || is("o14") ||
             is("g14") || is("sin") || is("dou") || is("tri") || is("qua") || is("res") ||
             is("ami") || is("cus") || is("reg") || is("cyc") || is("exo") || is("nb"))
      modifiers.unsummed = "a term for some bonds only (" + option.head.words[k] + ")";
    else if (is("exp") || is("ves") || is("cos") || is("k3") || is("k4") || is("etap") ||
             is("com") || is("geo") || is("esf") || is("pro"))
      modifiers.unsummed = "a term of another form (" + option.head.words[k] + ")";
    else
      fail_input(option.head.where, "found ", in_quotes(option.head.words[k]), " behind ",
                 option.name, ", expected kcal, kjmol, ener, grad or nothing");
  }
  return modifiers;
}

GulpPair read_gulp_pair(GulpOption const& option, GulpModifiers const& modifiers,
                        GulpEntry const& entry, bool fitted) {
  if (entry.particles.size() != 2)
    fail_input(entry.where, "found ", entry.particles.size(), " species, expected two");
  if (option.name == "lennard")
    return lennard(without_flags(entry, 2, 4, fitted), modifiers, entry);
  if (option.name == "morse") return morse(without_flags(entry, 3, 6, fitted), modifiers, entry);
  auto const n = without_flags(entry, 3, 5, fitted);
  if (option.name == "general") return general(n, modifiers, entry);
  return buckingham(n, modifiers.unit, entry);
}

std::optional<PairForm> sum_of(PairForm const& a, PairForm const& b) {
  if (std::holds_alternative<LennardJones>(a) && std::holds_alternative<Morse>(b))
    return sum_of(b, a);
  auto const* const morse = std::get_if<Morse>(&a);
  auto const* const powers = std::get_if<LennardJones>(&b);
  if (!morse || !powers || morse->C != 0 || powers->C != 0) return {};
  Morse both = *morse;
  both.C = powers->A;
  return both;
}

GulpAngle read_gulp_angle(GulpModifiers const& modifiers, GulpEntry const& entry, bool fitted) {
  if (entry.particles.size() != 3)
    fail_input(entry.where, "found ", entry.particles.size(), " species, expected three");
  auto const n = without_flags(entry, 2, 8, fitted);
  GulpAngle angle;
  if (n.size() < 4 || n.size() > 8) fail_count(entry, "k theta0 and cutoffs");
  angle.k = n[0] * modifiers.unit, angle.theta0_deg = n[1];
  // k theta0, then rmax of both legs in one, or each; minima are left out from the last on.
  std::array<double, 3> least{};
  switch (n.size()) {
    case 4:
      angle.cutoffs = {n[2], n[2], n[3]};
      break;
    case 5:
      angle.cutoffs = {n[2], n[3], n[4]};
      break;
    case 6:
      least = {n[2], 0, 0}, angle.cutoffs = {n[3], n[4], n[5]};
      break;
    case 7:
      least = {n[2], n[4], 0}, angle.cutoffs = {n[3], n[5], n[6]};
      break;
    default:
      least = {n[2], n[4], n[6]}, angle.cutoffs = {n[3], n[5], n[7]};
  }
  angle.unsummed = first_of({from_radius(std::max({least[0], least[1], least[2]})),
                             outside("k", angle.k, spring_constants),
                             outside("theta0", angle.theta0_deg, above_to(0, 180))});
  for (double const cutoff : angle.cutoffs)
    angle.unsummed = first_of({angle.unsummed, outside("rmax", cutoff, cutoffs)});
  return angle;
}

GulpSpring read_gulp_spring(GulpModifiers const& modifiers, GulpEntry const& entry, bool fitted) {
  if (entry.particles.size() != 1)
    fail_input(entry.where, "found ", entry.particles.size(), " species, expected one");
  std::vector<double> n = entry.numbers;
  if (fitted) {
    std::size_t const flags = n.size() >= 4 ? 2 : 1;
    if (n.size() > flags) n.resize(n.size() - flags);
  } else {
    // As GULP does: a last number of 0 or 1 is a flag.
    for (int k = 0; k < 2 && n.size() > 1 && (n.back() == 0 || n.back() == 1); ++k) n.pop_back();
  }
  if (n.empty() || n.size() > 2) fail_count(entry, "k2 [k4]");
  GulpSpring spring{n[0] * modifiers.unit, n.size() > 1 ? n[1] * modifiers.unit : 0, ""};
  spring.unsummed = first_of({outside("k2", spring.k2, spring_constants),
                              outside("k4", spring.k4, between(0, spring_constants.max))});
  return spring;
}

}  // namespace ionscape::detail
