#include <ionscape/core/version.hpp>
#include <ionscape_test/catch.hpp>

TEST_CASE("The version names the project's version, commit, build type and compiler") {
  CHECK(ionscape::version().find('.') != std::string_view::npos);
  CHECK_FALSE(ionscape::commit().empty());
  CHECK_FALSE(ionscape::build_type().empty());
  CHECK(ionscape::compiler().find(' ') != std::string_view::npos);
}
