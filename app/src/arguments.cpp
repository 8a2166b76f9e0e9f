#include "arguments.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cxxopts.hpp>
#include <iostream>
#include <map>
#include <set>

#include <ionscape/core/error.hpp>
#include <ionscape/core/io/format.hpp>

#include "kokkos_session.hpp"

namespace ionscape::app {

struct Arguments::Parser {
  explicit Parser(std::string const& name, std::string const& about)
      : options("ionscape " + name, about) {}

  std::string subcommand;
  std::vector<std::string> synopsis;
  std::string example;
  cxxopts::Options options;
  std::vector<std::string> names;    // of options, as "--name"
  std::set<std::string> repeatable;  // flags and lists
  std::vector<std::string> positionals;
  bool last_repeats = false;  // the last positional
  cxxopts::ParseResult result;

  [[noreturn]] void fail(std::string const& message) const {
    throw InputError(message + " (see 'ionscape " + subcommand + " --help')");
  }

  void check_values() const {
    std::map<std::string, std::string> seen;
    for (auto const& option : result.arguments()) {
      // cxxopts takes the next option for the value that was forgotten.
      if (std::ranges::count(names, option.value()) > 0)
        fail("--" + option.key() + ": its value is missing, found the option " + option.value());
      bool const positional = std::ranges::count(positionals, option.key()) > 0;
      auto const [first, is_new] = seen.emplace(option.key(), option.value());
      if (!is_new && !positional && !repeatable.contains(option.key()))
        fail("--" + option.key() + " is given twice, as '" + first->second + "' and '" +
             option.value() + "': expected once");
    }
  }

  void print_help() const {
    std::cout << "Usage:\n";
    for (std::string const& line : synopsis)
      std::cout << "  ionscape " << subcommand << ' ' << line << '\n';
    std::cout << '\n' << options.help({}, false) << "\nExample:\n  " << example << '\n';
  }
};

std::optional<double> finite_number(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  double number = 0;
  auto const [stop, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || stop != text.data() + text.size() || !std::isfinite(number))
    return {};
  return number;
}

Arguments::Arguments(std::string const& subcommand, std::string const& about,
                     std::vector<std::string> const& synopsis, std::string example)
    : parser_(std::make_unique<Parser>(subcommand, about)) {
  parser_->subcommand = subcommand;
  parser_->synopsis = synopsis;
  parser_->example = std::move(example);
  parser_->options.set_width(100).custom_help("").positional_help("");
}

Arguments::~Arguments() = default;

void Arguments::positional(std::string const& name) {
  // Taken as single values: cxxopts would split a list of them at commas, which may stand in a
  // file's name.
  parser_->positionals.push_back(name);
  parser_->options.add_options()(name, "", cxxopts::value<std::string>());
}

void Arguments::positionals(std::string const& name) {
  positional(name);
  parser_->last_repeats = true;
}

void Arguments::flag(std::string const& name, std::string const& help) {
  parser_->names.push_back("--" + name);
  parser_->repeatable.insert(name);
  parser_->options.add_options()(name, help);
}

void Arguments::option(std::string const& name, std::string const& placeholder,
                       std::string const& help) {
  parser_->names.push_back("--" + name);
  // Always text: cxxopts takes "1.0abc" for the number 1.
  parser_->options.add_options()(name, help, cxxopts::value<std::string>(), placeholder);
}

void Arguments::list_option(std::string const& name, std::string const& placeholder,
                            std::string const& help) {
  option(name, placeholder, help);
  parser_->repeatable.insert(name);
}

void Arguments::threads_option() {
  option("threads", "N", "threads of the processor (default: OMP_NUM_THREADS, else all)");
}

bool Arguments::parse(int argc, char const* const* argv) {
  parser_->names.push_back("--help");
  parser_->options.add_options()("h,help", "this text");
  parser_->options.parse_positional(parser_->positionals);
  for (int i = 1; i < argc; ++i) {
    std::string const word(argv[i]);
    if (word == "--") break;
    if (!word.starts_with("--")) continue;
    std::string const name = word.substr(0, word.find('='));
    if (std::find(parser_->names.begin(), parser_->names.end(), name) == parser_->names.end())
      parser_->fail("unknown option '" + name + "'" + suggestion(name, parser_->names));
  }
  try {
    parser_->result = parser_->options.parse(argc, argv);
  } catch (cxxopts::exceptions::exception const& error) {
    parser_->fail(error.what());
  }
  parser_->check_values();
  if (has("help")) return parser_->print_help(), false;
  if (!parser_->last_repeats && !parser_->result.unmatched().empty())
    parser_->fail("unexpected argument '" + parser_->result.unmatched().front() + "'");
  return true;
}

bool Arguments::has(std::string const& name) const { return parser_->result.count(name) > 0; }

std::optional<std::string> Arguments::text(std::string const& name) const {
  if (!has(name)) return {};
  return parser_->result[name].as<std::string>();
}

std::optional<std::filesystem::path> Arguments::path(std::string const& name) const {
  auto const value = text(name);
  if (value && value->empty()) parser_->fail("--" + name + ": empty, expected a path");
  return value;
}

std::optional<double> Arguments::number(std::string const& name, Limits limits) const {
  auto const value = text(name);
  if (!value) return {};
  auto const number = finite_number(*value);
  if (!number) parser_->fail("--" + name + " " + *value + ": expected a finite number");
  bool const too_small = limits.min_excluded ? *number <= limits.min : *number < limits.min;
  if (too_small || *number > limits.max) {
    std::string expected;
    if (std::isfinite(limits.min))
      expected = (limits.min_excluded ? "> " : ">= ") + shortest(limits.min);
    if (std::isfinite(limits.max))
      expected += (expected.empty() ? "<= " : " and <= ") + shortest(limits.max);
    parser_->fail("--" + name + " " + *value + ": expected " + expected);
  }
  return number;
}

std::optional<int> Arguments::whole_number(std::string const& name, Limits limits) const {
  limits.max = std::min(limits.max, 2147483647.0);
  auto const value = number(name, limits);
  if (!value) return {};
  if (*value != std::floor(*value))
    parser_->fail("--" + name + " " + shortest(*value) + ": expected a whole number");
  return static_cast<int>(*value);
}

std::optional<std::size_t> Arguments::choice(std::string const& name,
                                             std::vector<std::string> const& words) const {
  auto const value = text(name);
  if (!value) return {};
  auto const found = std::find(words.begin(), words.end(), *value);
  if (found == words.end())
    parser_->fail("--" + name + " " + *value + ": expected one of " + joined(words));
  return std::size_t(found - words.begin());
}

std::vector<std::string> Arguments::list(std::string const& name) const {
  std::vector<std::string> words;
  for (auto const& option : parser_->result.arguments()) {
    if (option.key() != name) continue;
    std::string rest = option.value();
    std::size_t const before = words.size();
    while (!rest.empty()) {
      std::size_t const comma = std::min(rest.find(','), rest.size());
      if (comma > 0) words.push_back(rest.substr(0, comma));
      rest.erase(0, comma + 1);
    }
    if (words.size() == before)
      parser_->fail("--" + name + ": empty, expected names with commas between them");
  }
  return words;
}

std::map<std::string, std::string> Arguments::assignments(std::string const& name,
                                                          std::string const& form) const {
  std::map<std::string, std::string> values;
  for (std::string const& word : list(name)) {
    std::size_t const equals = word.find('=');
    if (equals == word.npos || equals == 0)
      fail_input({}, "--", name, " ", word, ": expected ", form);
    if (!values.emplace(word.substr(0, equals), word.substr(equals + 1)).second)
      fail_input({}, "--", name, ": a second value of ", word.substr(0, equals));
  }
  return values;
}

std::optional<int> Arguments::threads() const {
  return whole_number("threads", between(1, most_threads));
}

std::filesystem::path Arguments::required_path(std::string const& name,
                                               std::string const& what) const {
  auto const value = path(name);
  if (!value) parser_->fail("no " + what + " given");
  return *value;
}

std::vector<std::filesystem::path> Arguments::required_paths(std::string const& name,
                                                             std::string const& what) const {
  std::vector<std::filesystem::path> paths{required_path(name, what)};
  for (std::string const& word : parser_->result.unmatched()) {
    if (word.empty()) parser_->fail("an empty " + what);
    paths.emplace_back(word);
  }
  return paths;
}

void Arguments::refuse(std::vector<std::string> const& names, std::string const& because_of) const {
  for (std::string const& name : names) {
    if (!has(name)) continue;
    bool const positional = std::ranges::count(parser_->positionals, name) > 0;
    parser_->fail((positional ? "'" + *text(name) + "'" : "--" + name) + " does not go with " +
                  because_of);
  }
}

}  // namespace ionscape::app
