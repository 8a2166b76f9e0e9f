// The forms that a potential set may name, and how each is read: one line a form.
#pragma once

#include <filesystem>
#include <span>

#include <ionscape/core/io/toml.hpp>
#include <ionscape/potentials/pair/pair_form.hpp>

namespace ionscape::detail {

// What the parameters of terms can be at all. Published ones lie far inside; beyond, exponentials
// overflow and sums never end.
constexpr Limits above_to(double min, double max) {
  return {.min = min, .max = max, .min_excluded = true};
}
inline constexpr Limits cutoffs = above_to(0, 200);                   // Å, as --cutoff
inline constexpr Limits dispersions = between(0, 1e8);                // C, eV Å^6; D, eV Å^8
inline constexpr Limits decay_lengths = between(0.01, 10);            // rho, Å
inline constexpr Limits bond_lengths = between(0.01, 20);             // r0, sigma, Å
inline constexpr Limits prefactors = between(0, 1e12);                // A, eV or eV Å^12
inline constexpr Limits depths = between(0, 1e4);                     // D, epsilon, eV
inline constexpr Limits decays = above_to(0, 1 / decay_lengths.min);  // a of Morse, 1/Å
inline constexpr Limits charges_of_ions = between(-100, 100);         // e
inline constexpr Limits spring_constants = above_to(0, 1e6);          // eV/Å^2, eV/rad^2

/// What a form's parameters are read with.
struct FormSource {
  std::filesystem::path folder;  // of the set: names of other files start here
  Limits dispersion;             // of C
};

struct NamedForm {
  char const* name;  // in a set
  bool inserts;      // may stand in a set with [insertion]
  PairForm (*read)(TomlReader& table, FormSource const& source);
};
std::span<NamedForm const> named_forms();

}  // namespace ionscape::detail
