// Programs that link Kokkos may run on other C and C++ run-time libraries than the system's
// (cmake/IonscapeKokkos.cmake). These tests show that the usual services of those libraries work
// together there.
#include <dlfcn.h>
#include <unistd.h>

#include <Kokkos_Core.hpp>
#include <atomic>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <ionscape_test/catch.hpp>
#include <locale>
#include <regex>
#include <set>
#include <sstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace {

/// The folder of the library that holds `symbol`.
std::filesystem::path home_of(void const* symbol) {
  Dl_info info{};
  REQUIRE(dladdr(symbol, &info) != 0);
  return std::filesystem::canonical(info.dli_fname).parent_path();
}

void thrower(int depth) {
  if (depth == 0) throw std::runtime_error("thrown");
  thrower(depth - 1);
}

}  // namespace

TEST_CASE("Exceptions cross functions and threads") {
  REQUIRE_THROWS_AS(thrower(5), std::runtime_error);
  std::exception_ptr caught;
  std::thread([&] {
    try {
      thrower(3);
    } catch (...) {
      caught = std::current_exception();
    }
  }).join();
  REQUIRE(caught);
  REQUIRE_THROWS_AS(std::rethrow_exception(caught), std::runtime_error);
}

TEST_CASE("Threads share atomics") {
  std::atomic<int> sum{0};
  std::vector<std::thread> threads;
  for (int i = 1; i <= 4; ++i) threads.emplace_back([&sum, i] { sum += i; });
  for (auto& thread : threads) thread.join();
  REQUIRE(sum == 10);
}

TEST_CASE("Files, streams, locales and regular expressions work") {
  auto const dir =
      std::filesystem::temp_directory_path() / ("ionscape_runtime_" + std::to_string(::getpid()));
  std::filesystem::create_directories(dir);
  std::ofstream(dir / "number.txt") << 0.1;
  double number = 0;
  std::ifstream(dir / "number.txt") >> number;
  CHECK(number == 0.1);
  CHECK(std::distance(std::filesystem::directory_iterator(dir),
                      std::filesystem::directory_iterator{}) == 1);
  std::filesystem::remove_all(dir);

  std::ostringstream out;
  out.imbue(std::locale("C"));
  out << std::locale().name();
  CHECK_FALSE(out.str().empty());
  CHECK(std::regex_match(std::string("Li7"), std::regex("[A-Z][a-z]?[0-9]+")));
}

TEST_CASE("Kokkos runs on the threads it was given") {
  using Space = Kokkos::DefaultHostExecutionSpace;
  int const threads = Space().concurrency();
  int const n = 100000;
  Kokkos::View<int*, Space> who("ionscape_test::who", static_cast<std::size_t>(n));
  Kokkos::parallel_for("ionscape_test::who", Kokkos::RangePolicy<Space>(0, n), [=](int i) {
    who(i) = static_cast<int>(std::hash<std::thread::id>{}(std::this_thread::get_id()));
  });
  Space().fence();
  std::set<int> seen;
  for (int i = 0; i < n; ++i) seen.insert(who(i));
  CHECK(static_cast<int>(seen.size()) == threads);

  double sum = 0;
  Kokkos::parallel_reduce(
      "ionscape_test::sum", Kokkos::RangePolicy<Space>(0, n),
      [=](int i, double& s) { s += std::sqrt(static_cast<double>(i)); }, sum);
  CHECK(sum == Approx(21081693.3).epsilon(1e-6));
}

TEST_CASE("The C, mathematics and C++ libraries come from one family") {
  // A mix of the system's libm with a private libc starts and then fails in the strangest places.
  auto const libc = home_of(reinterpret_cast<void const*>(&::getpid));
  CHECK(home_of(reinterpret_cast<void const*>(static_cast<double (*)(double)>(&::erfc))) == libc);
}
