#include <ionscape_test/catch.hpp>
#include <ionscape_test/files.hpp>

#include <ionscape/core/io/atomic_file.hpp>

using namespace ionscape;
using Catch::Matchers::ContainsSubstring;
using ionscape_test::input_error;
using ionscape_test::TemporaryFolder;
using ionscape_test::text_of;

namespace {

std::ptrdiff_t entries(std::filesystem::path const& folder) {
  return std::distance(std::filesystem::directory_iterator(folder), {});
}

}  // namespace

TEST_CASE("A file appears at commit, in folders made on the way") {
  TemporaryFolder const folder;
  AtomicFile file(folder / "a/b/map.csv");
  file.stream() << "new";
  CHECK_FALSE(std::filesystem::exists(folder / "a/b/map.csv"));
  file.commit();
  CHECK(text_of(folder / "a/b/map.csv") == "new");
  CHECK(entries(folder / "a/b") == 1);
}

TEST_CASE("Without commit the earlier file stays, and nothing else") {
  TemporaryFolder const folder;
  auto const path = folder.write("map.csv", "earlier");
  try {
    AtomicFile file(path);
    file.stream() << "half";
    throw std::runtime_error("the run fails");
  } catch (std::runtime_error const&) {
  }
  CHECK(text_of(path) == "earlier");
  CHECK(entries(folder.path()) == 1);
}

TEST_CASE("A link stays a link to the file that is replaced") {
  TemporaryFolder const folder;
  auto const target = folder.write("target.csv", "earlier");
  std::filesystem::create_symlink(target, folder / "map.csv");
  AtomicFile file(folder / "map.csv");
  file.stream() << "new";
  file.commit();
  CHECK(std::filesystem::is_symlink(folder / "map.csv"));
  CHECK(text_of(target) == "new");
}

TEST_CASE("A place that cannot be written is refused at once") {
  TemporaryFolder const folder;
  folder.write("plain", "");
  CHECK_THAT(input_error([&] { AtomicFile file(folder / "plain/map.csv"); }),
             ContainsSubstring("map.csv: cannot make the folder"));
  CHECK_THAT(input_error([&] { AtomicFile file(folder.path()); }),
             ContainsSubstring("is a folder, expected a file to write"));
  CHECK_THAT(input_error([&] { AtomicFile file("/proc/ionscape.csv"); }),
             ContainsSubstring("cannot be written"));
  CHECK_THAT(input_error([&] { check_writable(folder / "plain/map.csv"); }),
             ContainsSubstring("cannot make the folder"));
  check_writable(folder / "new/folders/map.csv");
  CHECK(entries(folder.path()) == 1);
}
