// The command line of one subcommand: options with help, checked values, errors as InputError. The
// option library (cxxopts, 3.1 and newer) is hidden behind it.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <ionscape/core/io/toml.hpp>  // Limits

namespace ionscape::app {

/// The whole text as a number, a leading '+' included; nothing for "1.0abc", "nan" or "inf".
std::optional<double> finite_number(std::string_view text);

class Arguments {
 public:
  /// `synopsis`: one line for each way to call it; `example`: a command that works in the
  /// repository's folder.
  Arguments(std::string const& subcommand, std::string const& about,
            std::vector<std::string> const& synopsis, std::string example);
  ~Arguments();

  /// An argument without a dash; they are filled in the order of declaration.
  void positional(std::string const& name);
  /// One that may be given several times; the last to be declared.
  void positionals(std::string const& name);
  void flag(std::string const& name, std::string const& help);
  /// `placeholder` is what stands behind the option in the help: FILE, N, EV_PER_A.
  void option(std::string const& name, std::string const& placeholder, std::string const& help);
  /// One that holds several words with commas between them, and may be given several times; all
  /// other options may be given once.
  void list_option(std::string const& name, std::string const& placeholder,
                   std::string const& help);
  /// "threads", which all commands that compute have.
  void threads_option();

  /// False if --help was asked for, which is then printed. Throws InputError for anything that was
  /// not declared.
  bool parse(int argc, char const* const* argv);

  bool has(std::string const& name) const;
  std::optional<std::string> text(std::string const& name) const;
  std::optional<std::filesystem::path> path(std::string const& name) const;
  std::optional<double> number(std::string const& name, Limits limits = {}) const;
  std::optional<int> whole_number(std::string const& name, Limits limits = {}) const;
  /// The place of the given word among `words`.
  std::optional<std::size_t> choice(std::string const& name,
                                    std::vector<std::string> const& words) const;
  /// Of a list_option: "O,S" as {"O", "S"}; empty if not given.
  std::vector<std::string> list(std::string const& name) const;
  /// Of a list_option of KEY=VALUE, each key once; `form` says so to people: "SPECIES=NUMBER, as
  /// O=-1.06".
  std::map<std::string, std::string> assignments(std::string const& name,
                                                 std::string const& form) const;
  /// Of threads_option: as many as Kokkos can have.
  std::optional<int> threads() const;

  /// A positional that must be there; `what` says what it is.
  std::filesystem::path required_path(std::string const& name, std::string const& what) const;

  /// All of positionals(), at least one.
  std::vector<std::filesystem::path> required_paths(std::string const& name,
                                                    std::string const& what) const;

  /// Throws InputError if one of `names` was given: "--volume does not go with --initial".
  void refuse(std::vector<std::string> const& names, std::string const& because_of) const;

 private:
  struct Parser;
  std::unique_ptr<Parser> parser_;
};

}  // namespace ionscape::app
