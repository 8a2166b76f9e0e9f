// What the targets share: bad input may be refused with an InputError, nothing else may happen.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include <ionscape/core/error.hpp>
#include <ionscape/core/io/read_crystal.hpp>

namespace ionscape_fuzz {

template <class Action>
int allow_refusal(Action&& action) {
  try {
    action();
  } catch (ionscape::InputError const&) {
  }
  return 0;
}

/// Reads the bytes as a file of this name. What is accepted must be a sound crystal.
inline int read_as(char const* name, std::uint8_t const* data, std::size_t size) {
  return allow_refusal([&] {
    std::string_view const text(reinterpret_cast<char const*>(data), size);
    auto const crystals = ionscape::read_crystals(text, name);
    for (ionscape::Crystal const& crystal : crystals) {
      try {
        validate(crystal, name);
      } catch (ionscape::InputError const&) {
        __builtin_trap();
      }
    }
    if (crystals.empty()) __builtin_trap();
  });
}

}  // namespace ionscape_fuzz
