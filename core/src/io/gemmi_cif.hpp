// The CIF part of gemmi, with what differs between its versions (0.5.7 to 0.7).
#pragma once

#include <charconv>
#include <cstring>
#include <exception>
#include <filesystem>
#include <string>
#include <string_view>

// First: on clang it comes in a mended form (cmake/IonscapeDependencies.cmake).
#include <gemmi/cifdoc.hpp>

#include <gemmi/cif.hpp>
#include <gemmi/numb.hpp>
#include <gemmi/symmetry.hpp>

#include <ionscape/core/error.hpp>

namespace ionscape::detail {

/// The blocks of a CIF file. Throws InputError with the line, which gemmi gives as text only:
/// "cif:12:3: message" for syntax, "cif:12 in data_x: message" for tags.
inline gemmi::cif::Document parse_cif(std::string_view text, std::filesystem::path const& file) {
  constexpr char const* name = "cif:";
  try {
    return gemmi::cif::read_memory(text.data(), text.size(), "cif");
  } catch (std::exception const& error) {
    std::string message = error.what();
    int line = 0;
    if (message.starts_with(name)) {
      std::from_chars(message.data() + std::strlen(name), message.data() + message.size(), line);
      if (std::size_t const end = message.find(": "); end != message.npos)
        message.erase(0, end + 2);
    }
    fail_input({file, line}, "not valid CIF: ", message);
  }
}

}  // namespace ionscape::detail
