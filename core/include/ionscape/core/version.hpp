#pragma once
// Which ionscape this is: written into results, so that a table can be traced to the code that made
// it.

#include <string_view>

namespace ionscape {

/// "major.minor.patch"
std::string_view version() noexcept;

/// Abbreviated git commit at build time, with "-dirty" if tracked files differed; "unknown" outside
/// a repository.
std::string_view commit() noexcept;

/// CMake's build type: "Release", "Debug", ...
std::string_view build_type() noexcept;

/// Compiler and its version: "GNU 12.2.0"
std::string_view compiler() noexcept;

}  // namespace ionscape
