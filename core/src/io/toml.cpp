#include <ionscape/core/io/toml.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <set>

#include <ionscape/core/io/format.hpp>
#include <ionscape/core/io/read_text.hpp>

#include "text.hpp"

// Without it, a debug build of toml++ 3.3 aborts on malformed text ("[.x]") that its parser reports
// properly otherwise.
#define TOML_ASSERT(condition) static_assert(true)
#if __has_include(<toml++/toml.hpp>)
#include <toml++/toml.hpp>
#else
#include <toml++/toml.h>  // before 3.4
#endif

namespace ionscape {

namespace {

/// Behind the string that begins at `begin`, or where it ends unclosed.
std::size_t end_of_string(std::string_view text, std::size_t begin) {
  char const quote = text[begin];
  std::string end(3, quote);
  bool const several_lines = text.substr(begin).starts_with(end);
  if (!several_lines) end.resize(1);
  for (std::size_t at = begin + end.size(); at < text.size(); ++at) {
    if (text.substr(at).starts_with(end)) return at + end.size();
    if (text[at] == '\n' && !several_lines) return at;
    if (text[at] == '\\' && quote == '"') ++at;
  }
  return text.size();
}

/// toml++ makes a table in a table of each part of a dotted key, and recursion through thousands of
/// them overflows the stack. Walks over the text, strings and comments left out, and throws where a
/// key has more parts than anybody needs. (toml++ itself bounds nested lists and tables.)
void check_dotted_keys(std::string_view text, std::filesystem::path const& name) {
  constexpr int most_dots = 63;
  int dots = 0;
  for (std::size_t at = 0; at < text.size();) {
    char const c = text[at];
    if (c == '#') {
      at = std::min(text.find('\n', at), text.size());
    } else if (c == '"' || c == '\'') {
      at = end_of_string(text, at);
    } else {
      if (c == '.') ++dots;
      if (std::string_view("=,[]{}\n").find(c) != std::string_view::npos) dots = 0;
      if (dots > most_dots)
        fail_input(
            {name, 1 + static_cast<int>(std::count(
                           text.begin(), text.begin() + static_cast<std::ptrdiff_t>(at), '\n'))},
            "a key of more than ", most_dots + 1, " parts");
      ++at;
    }
  }
}

}  // namespace

/// What the copies of one reader share. The contents of the file are shared with the sub-tables.
struct TomlReader::Node {
  std::shared_ptr<toml::table const> contents;
  toml::table const* table;
  std::filesystem::path file;
  std::string path = {};  // "neb.springs", "" for the whole file
  bool in_array = false;
  std::set<std::string, std::less<>> asked = {};
  std::vector<std::shared_ptr<Node>> children = {};

  SourceLocation where(toml::node const& node) const {
    return {file, static_cast<int>(node.source().begin.line)};
  }

  /// " in [neb]" for messages.
  std::string place() const {
    if (path.empty()) return {};
    return in_array ? " in [[" + path + "]]" : " in [" + path + "]";
  }

  toml::node const* find(std::string_view key) {
    asked.emplace(key);
    return table->get(key);
  }

  std::shared_ptr<Node> add_child(std::string_view key, toml::table const& of, bool array_entry) {
    std::string const prefix = path.empty() ? "" : path + ".";
    children.push_back(
        std::make_shared<Node>(Node{contents, &of, file, prefix + std::string(key), array_entry}));
    return children.back();
  }

  /// Names the keys that nobody asked for: one of them may be the missing one, misspelt.
  [[noreturn]] void fail_missing(std::string_view kind, std::string_view key) const {
    std::vector<std::string> others;
    for (auto const& [name, value] : *table)
      if (!asked.contains(name.str())) others.emplace_back(name.str());
    fail_input(where(*table), "no ", kind, " '", key, "'", place(),
               others.empty() ? "" : ", found ", joined(others));
  }

  [[noreturn]] void fail_type(toml::node const& node, std::string_view key,
                              std::string_view expected) const {
    std::ostringstream found;
    if (node.is_table())
      found << "a table";
    else if (node.is_array())
      found << "a list";
    else
      found << toml::node_view<toml::node const>(&node);
    fail_input(where(node), key, " is ", found.str(), ", expected ", expected);
  }

  void check(double number, Limits limits, toml::node const& node, std::string_view key) const {
    if (!std::isfinite(number))
      fail_input(where(node), key, " = ", number, ", expected a finite number");
    bool const too_small = limits.min_excluded ? number <= limits.min : number < limits.min;
    if (!too_small && number <= limits.max) return;
    std::string expected;
    if (std::isfinite(limits.min))
      expected = (limits.min_excluded ? "> " : ">= ") + shortest(limits.min);
    if (std::isfinite(limits.max))
      expected += (expected.empty() ? "<= " : " and <= ") + shortest(limits.max);
    fail_input(where(node), key, " = ", shortest(number), ", expected ", expected);
  }

  template <class T>
  T convert(toml::node const& node, std::string_view key, Limits limits) const;

  template <class T>
  std::vector<T> convert_list(toml::node const& node, std::string_view key, Limits limits) const {
    std::vector<T> list;
    for (toml::node const& entry : *node.as_array()) list.push_back(convert<T>(entry, key, limits));
    return list;
  }
};

template <>
double TomlReader::Node::convert(toml::node const& node, std::string_view key,
                                 Limits limits) const {
  if (!node.is_number()) fail_type(node, key, "a number");
  // toml++'s own conversion gives nothing for whole numbers that no double is equal to.
  auto const* const integer = node.as_integer();
  double const number =
      integer ? static_cast<double>(integer->get()) : node.as_floating_point()->get();
  check(number, limits, node, key);
  return number;
}

template <>
int TomlReader::Node::convert(toml::node const& node, std::string_view key, Limits limits) const {
  auto const* value = node.as_integer();
  if (!value || value->get() < INT32_MIN || value->get() > INT32_MAX)
    fail_type(node, key, "a whole number");
  check(static_cast<double>(value->get()), limits, node, key);
  return static_cast<int>(value->get());
}

template <>
bool TomlReader::Node::convert(toml::node const& node, std::string_view key, Limits) const {
  if (!node.is_boolean()) fail_type(node, key, "true or false");
  return node.as_boolean()->get();
}

template <>
std::string TomlReader::Node::convert(toml::node const& node, std::string_view key, Limits) const {
  if (!node.is_string()) fail_type(node, key, "a string");
  return node.as_string()->get();
}

template <>
std::vector<double> TomlReader::Node::convert(toml::node const& node, std::string_view key,
                                              Limits limits) const {
  if (!node.is_array()) fail_type(node, key, "a list of numbers");
  return convert_list<double>(node, key, limits);
}

template <>
std::vector<std::string> TomlReader::Node::convert(toml::node const& node, std::string_view key,
                                                   Limits limits) const {
  if (!node.is_array()) fail_type(node, key, "a list of strings");
  return convert_list<std::string>(node, key, limits);
}

TomlReader TomlReader::from_file(std::filesystem::path const& file) {
  return from_text(read_text(file), file);
}

TomlReader TomlReader::from_text(std::string_view text, std::filesystem::path const& name) {
  check_dotted_keys(text, name);
  try {
    auto const contents = std::make_shared<toml::table const>(toml::parse(text, name.string()));
    return TomlReader(std::make_shared<Node>(Node{contents, contents.get(), name}));
  } catch (toml::parse_error const& error) {
    fail_input({name, static_cast<int>(error.source().begin.line)},
               "not valid TOML: ", error.description());
  }
}

template <class T>
std::optional<T> TomlReader::optional(std::string_view key, Limits limits) {
  toml::node const* const node = node_->find(key);
  if (!node) return {};
  return node_->convert<T>(*node, key, limits);
}

template <class T>
T TomlReader::required(std::string_view key, Limits limits) {
  std::optional<T> value = optional<T>(key, limits);
  if (!value) node_->fail_missing("key", key);
  return *std::move(value);
}

#define IONSCAPE_TOML_TYPE(T)                                   \
  template T TomlReader::required<T>(std::string_view, Limits); \
  template std::optional<T> TomlReader::optional<T>(std::string_view, Limits);
IONSCAPE_TOML_TYPE(bool)
IONSCAPE_TOML_TYPE(int)
IONSCAPE_TOML_TYPE(double)
IONSCAPE_TOML_TYPE(std::string)
IONSCAPE_TOML_TYPE(std::vector<double>)
IONSCAPE_TOML_TYPE(std::vector<std::string>)
#undef IONSCAPE_TOML_TYPE

std::vector<double> TomlReader::axis(std::string_view key, Limits limits) {
  toml::node const* const node = node_->find(key);
  if (!node) node_->fail_missing("key", key);
  if (node->is_number()) return {required<double>(key, limits)};
  if (node->is_array()) {
    std::vector<double> points = required<std::vector<double>>(key, limits);
    if (points.empty()) fail(key, key, " is an empty list, expected at least one number");
    return points;
  }
  if (!node->is_table())
    node_->fail_type(*node, key, "a number, a list, or {from, to, points | step}");

  TomlReader range = table(key);
  double const from = range.required<double>("from", limits);
  double const to = range.required<double>("to", limits);
  if (range.has("points") == range.has("step")) fail(key, key, " needs either 'points' or 'step'");
  constexpr int most = 1'000'000;
  int points = 0;
  if (range.has("points")) {
    points = range.required<int>("points", between(1, most));
    if (points == 1 && from != to)
      range.fail("points", "points = 1, expected at least 2 from ", from, " to ", to);
  } else {
    double const step = range.required<double>("step");
    double const steps = (to - from) / step;
    if (step == 0 || !(steps >= 0) || std::fabs(steps - std::round(steps)) > 1e-6)
      range.fail("step", "step = ", step, " does not lead from ", from, " to ", to);
    if (steps >= most)
      range.fail("step", "step = ", step, " gives ", steps, " points, expected at most ", most);
    points = static_cast<int>(std::lround(steps)) + 1;
  }
  std::vector<double> values;
  // Weighted with whole numbers: from -2 to -1 by 0.1 passes through the double nearest to -1.3.
  for (int i = 0; i + 1 < points; ++i)
    values.push_back((from * (points - 1 - i) + to * i) / (points - 1));
  values.push_back(to);
  return values;
}

bool TomlReader::has(std::string_view key) const { return node_->table->contains(key); }

void TomlReader::ignore_table(std::string_view key) {
  toml::node const* const node = node_->find(key);
  if (node && !node->is_table()) node_->fail_type(*node, key, "a table");
}

bool TomlReader::is_table(std::string_view key) const {
  toml::node const* const node = node_->table->get(key);
  return node && node->is_table();
}

std::vector<std::string> TomlReader::keys() const {
  std::vector<std::pair<toml::source_position, std::string>> found;
  for (auto const& [key, value] : *node_->table)
    found.emplace_back(value.source().begin, key.str());
  std::stable_sort(found.begin(), found.end(),
                   [](auto const& u, auto const& v) { return u.first < v.first; });
  std::vector<std::string> names;
  for (auto& [position, name] : found) names.push_back(std::move(name));
  return names;
}

std::optional<TomlReader> TomlReader::optional_table(std::string_view key) {
  toml::node const* const node = node_->find(key);
  if (!node) return {};
  if (!node->is_table()) node_->fail_type(*node, key, "a table [" + std::string(key) + "]");
  return TomlReader(node_->add_child(key, *node->as_table(), false));
}

TomlReader TomlReader::table(std::string_view key) {
  std::optional<TomlReader> found = optional_table(key);
  if (!found) node_->fail_missing("table", key);
  return *found;
}

std::vector<TomlReader> TomlReader::tables(std::string_view key) {
  toml::node const* const node = node_->find(key);
  if (!node) return {};
  std::string const expected = "tables [[" + std::string(key) + "]]";
  if (!node->is_array()) node_->fail_type(*node, key, expected);
  std::vector<TomlReader> found;
  for (toml::node const& entry : *node->as_array()) {
    if (!entry.is_table()) node_->fail_type(entry, key, expected);
    found.push_back(TomlReader(node_->add_child(key, *entry.as_table(), true)));
  }
  return found;
}

SourceLocation TomlReader::where() const { return node_->where(*node_->table); }

SourceLocation TomlReader::where(std::string_view key) const {
  toml::node const* const node = node_->table->get(key);
  return node ? node_->where(*node) : where();
}

void TomlReader::reject_unknown_keys() const {
  for (std::string const& key : keys())
    if (!node_->asked.contains(key)) {
      std::vector<std::string> const known(node_->asked.begin(), node_->asked.end());
      fail(key, "unknown key '", key, "'", node_->place(), "; known keys: ", joined(known),
           suggestion(key, known));
    }
  for (auto const& child : node_->children) TomlReader(child).reject_unknown_keys();
}

}  // namespace ionscape
