#pragma once
// Catch2, 2.13 or 3, behind one header. In both, tests may use
//   TEST_CASE, SECTION, REQUIRE, CHECK, INFO, CAPTURE, GENERATE, REQUIRE_THROWS_AS, REQUIRE_THAT,
//     CHECK_THAT, ...
//   Catch::Approx and plain Approx
//   Catch::Matchers::{WithinAbs, WithinRel, ContainsSubstring, StartsWith, EndsWith, Equals,
//     Predicate, MatcherBase}

#if __has_include(<catch2/catch_all.hpp>)

#include <catch2/catch_all.hpp>
using Catch::Approx;

#else

#include <catch2/catch.hpp>

#include <string>

namespace Catch {
using Catch::Detail::Approx;
namespace Matchers {
template <class T>
using MatcherBase = Impl::MatcherBase<T>;
inline auto ContainsSubstring(std::string const& text,
                              CaseSensitive::Choice how = CaseSensitive::Yes) {
  return Contains(text, how);
}
}  // namespace Matchers
}  // namespace Catch

#endif
