// Files that appear whole or not at all, and folders that belong to one run at a time.
#include <csignal>

#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <ionscape_test/catch.hpp>
#include <ionscape_test/files.hpp>

#include <ionscape/core/io/atomic_file.hpp>
#include <ionscape/core/io/folder_lock.hpp>

using namespace ionscape;
using Catch::Matchers::ContainsSubstring;
using ionscape_test::input_error;
using ionscape_test::TemporaryFolder;
using ionscape_test::text_of;

namespace {

std::ptrdiff_t entries(std::filesystem::path const& folder) {
  return std::distance(std::filesystem::directory_iterator(folder), {});
}

/// The number of a process that has ended.
pid_t dead_process() {
  pid_t const child = ::fork();
  if (child == 0) ::_exit(0);
  ::waitpid(child, nullptr, 0);
  return child;
}

/// What another process gets to hear that runs `action`; empty if nothing is thrown.
template <class Action>
std::string error_in_another_process(Action&& action) {
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  pid_t const child = ::fork();
  if (child == 0) {
    std::string const error = input_error(action);
    [[maybe_unused]] auto const n = ::write(ends[1], error.data(), error.size());
    ::_exit(0);
  }
  ::close(ends[1]);
  std::string text;
  char c;
  while (::read(ends[0], &c, 1) == 1) text += c;
  ::close(ends[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  CHECK(WIFEXITED(status));
  return text;
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

TEST_CASE("What a killed run has left half written is swept up, what a living one writes is not") {
  TemporaryFolder const folder;
  auto const dead = std::to_string(dead_process());
  auto const of_dead = folder.write(".map.csv.part-" + dead, "half"),
             other_of_dead = folder.write(".other.csv.part-" + dead, "half"),
             of_living = folder.write(".map.csv.part-" + std::to_string(::getppid()), "half"),
             no_number = folder.write(".map.csv.part-x", "?"),
             no_dot = folder.write("map.csv.part-" + dead, "?");
  AtomicFile file(folder / "map.csv");
  CHECK_FALSE(std::filesystem::exists(of_dead));
  CHECK_FALSE(std::filesystem::exists(other_of_dead));
  for (auto const& kept : {of_living, no_number, no_dot}) CHECK(std::filesystem::exists(kept));
}

TEST_CASE("A limit on the size of files is an error that says so, and nothing stays behind") {
  TemporaryFolder const folder;
  folder.write("map.csv", "earlier");
  for (std::size_t length : {2'000u, 2'000'000u}) {
    auto const error = error_in_another_process([&] {
      std::signal(SIGXFSZ, SIG_IGN);  // as the program does
      rlimit const limit{1024, 1024};
      ::setrlimit(RLIMIT_FSIZE, &limit);
      AtomicFile file(folder / "map.csv");
      for (std::size_t i = 0; i < length; ++i) file.stream() << 'x';
      file.commit();
    });
    CHECK_THAT(error, ContainsSubstring("map.csv: cannot be written: File too large"));
  }
  CHECK(text_of(folder / "map.csv") == "earlier");
  CHECK(entries(folder.path()) == 1);
}

TEST_CASE("A folder is held by one run at a time, and the second hears by whom") {
  TemporaryFolder const folder;
  auto const results = folder / "results";
  {
    FolderLock const lock(results);
    auto const error = error_in_another_process([&] { FolderLock const second(results); });
    CHECK_THAT(error, ContainsSubstring("results: another run writes into this folder (process " +
                                        std::to_string(::getpid()) + " on "));
    CHECK(std::filesystem::exists(lock.file()));
  }
  CHECK_FALSE(std::filesystem::exists(results));  // made for the lock, and left empty
  CHECK(error_in_another_process([&] { FolderLock const next(results); }).empty());
}

TEST_CASE("The lock of a run that was killed blocks nobody") {
  TemporaryFolder const folder;
  pid_t const child = ::fork();
  if (child == 0) {
    FolderLock const lock(folder / "results");
    ::kill(::getpid(), SIGKILL);
  }
  ::waitpid(child, nullptr, 0);
  REQUIRE(std::filesystem::exists(folder / "results/.lock"));
  FolderLock const lock(folder / "results");
}

TEST_CASE("A pipe or a device is not replaced by a file") {
  TemporaryFolder const folder;
  auto const pipe = folder / "out.json";
  REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
  std::filesystem::create_symlink(pipe, folder / "link.json");
  for (char const* name : {"out.json", "link.json"})
    CHECK_THAT(input_error([&] { write_text(folder / name, "{}"); }),
               ContainsSubstring("is a device, a pipe or a socket"));
  CHECK(std::filesystem::is_fifo(pipe));
}
