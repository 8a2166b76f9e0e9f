#include <Kokkos_Core.hpp>
#include <algorithm>
#include <csignal>
#include <cstring>
#include <exception>
#include <filesystem>
#include <iostream>
#include <new>
#include <string>
#include <vector>

#include <ionscape/core/error.hpp>
#include <ionscape/core/io/format.hpp>
#include <ionscape/core/version.hpp>

#include "kokkos_session.hpp"
#include "subcommands.hpp"

namespace ionscape::app {
namespace {

struct Subcommand {
  char const* name;
  char const* summary;
  int (*run)(int argc, char const* const* argv);
  bool parallel;
};

constexpr Subcommand subcommands[] = {
    {"sweep", "site energies and barriers over a grid of volume, charge and distortion",
     sweep_command, true},
    {"plot", "pictures of a finished sweep", plot_command, false},
    {"calibrate", "potentials fitted to published values, with error bars", calibrate_command,
     true},
    {"compare", "maps and potentials against published values", compare_command, true},
    {"predict", "barriers of real compounds from their structures", predict_command, true},
    {"regress", "LASSO and random forest of barriers on charge, volume and distortion",
     regress_command, false},
    {"energy", "energies, forces and stresses of structures", energy_command, true},
    {"relax", "crystals of lowest energy: ions, shells and cell", relax_command, true},
    {"properties", "elastic and dielectric constants and phonons of a crystal at rest",
     properties_command, true},
    {"neb", "barriers of hops: bands in which all ions move, certified saddles, rates", neb_command,
     true},
    {"landscape", "sites, saddles, percolation and diffusion of one ion in a fixed host",
     landscape_command, true},
    {"sites", "tetrahedral and octahedral sites of a structure, and the windows between them",
     sites_command, false},
};

void print_help() {
  std::cout << "ionscape: energy landscapes of ions in crystals\n\nUsage:\n  ionscape SUBCOMMAND "
               "[OPTION...]\n\n";
  for (Subcommand const& s : subcommands)
    std::cout << "  " << s.name << std::string(12 - std::strlen(s.name), ' ') << s.summary << '\n';
  std::cout << "\n  ionscape SUBCOMMAND --help   options and an example\n"
               "  ionscape --version           version, compiler and Kokkos\n\n"
               "Units are eV, Å and e. Exit code: 0 good, 1 bad input, 2 not converged.\n";
}

void print_version() {
  std::cout << "ionscape " << version() << " (commit " << commit() << ")\n"
            << "compiler " << compiler() << ", " << build_type() << '\n'
            << "Kokkos   " << KOKKOS_VERSION / 10000 << '.' << KOKKOS_VERSION / 100 % 100 << '.'
            << KOKKOS_VERSION % 100 << ", runs on " << Kokkos::DefaultExecutionSpace::name()
            << '\n';
}

int run(int argc, char* const* argv) {
  std::string const word = argc > 1 ? argv[1] : "--help";
  if (word == "--help" || word == "help") return print_help(), argc > 1 ? good : bad_input;
  if (word == "--version") return print_version(), good;
  for (Subcommand const& s : subcommands)
    if (word == s.name) {
      if (s.parallel) restart_with_idle_waiting(argv);
      return s.run(argc - 1, argv + 1);
    }
  std::vector<std::string> known{"--help", "--version"};
  for (Subcommand const& s : subcommands) known.push_back(s.name);
  fail_input({}, "unknown subcommand '", word, "'", suggestion(word, known),
             " (see 'ionscape --help')");
}

/// Other programs look for errors line by line.
std::string one_line(std::string text) {
  while (!text.empty() && text.back() == '\n') text.pop_back();
  for (std::size_t at; (at = text.find('\n')) != text.npos;) text.replace(at, 1, "; ");
  return text;
}

}  // namespace
}  // namespace ionscape::app

int main(int argc, char* argv[]) {
  using namespace ionscape;
  std::signal(SIGXFSZ, SIG_IGN);  // a limit on the size of files: a failed write, not a sudden end
  auto const say = [](std::string const& what) {
    std::cout.flush();
    std::cerr << "ionscape: error: " << app::one_line(what) << '\n';
    return app::bad_input;
  };
  try {
    int const code = app::run(argc, argv);
    if (!std::cout.flush()) throw InputError("standard output cannot be written");
    return code;
  } catch (InputError const& error) {
    return say(error.what());
  } catch (std::filesystem::filesystem_error const& error) {
    return say(error.path1().string() + ": " + error.code().message());
  } catch (std::bad_alloc const&) {
    return say("this needs more memory than there is");
  } catch (std::exception const& error) {
    return say(std::string("internal: ") + error.what());
  }
}
