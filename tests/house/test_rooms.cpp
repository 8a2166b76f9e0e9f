// Who may include whom: the picture in CONTRIBUTING.md is the rule, and every source file is held
// to it.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include <ionscape_test/catch.hpp>

namespace {

namespace fs = std::filesystem;
fs::path const source = IONSCAPE_SOURCE_DIR;

std::string text_of(fs::path const& file) {
  std::ifstream in(file);
  REQUIRE(in);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// room -> the rooms that it may include, itself among them.
using Rules = std::map<std::string, std::set<std::string>>;

/// The lines "a --> b" of the first mermaid picture: b may include a, and all that a may.
Rules rules_of(std::string const& page) {
  std::istringstream lines(page.substr(page.find("```mermaid")));
  std::vector<std::pair<std::string, std::string>> arrows;
  std::string line;
  std::getline(lines, line);
  while (std::getline(lines, line) && line != "```") {
    std::istringstream words(line);
    std::string from, arrow, to;
    if (words >> from >> arrow >> to && arrow == "-->") arrows.emplace_back(from, to);
  }
  Rules rules;
  for (auto const& [from, to] : arrows) rules[from].insert(from), rules[to].insert(to);
  for (std::size_t pass = 0; pass < rules.size(); ++pass)
    for (auto const& [from, to] : arrows) rules[to].insert(rules[from].begin(), rules[from].end());
  return rules;
}

/// The rooms named in the lines `#include <ionscape/ROOM/...>`.
std::set<std::string> included_rooms(std::string const& code) {
  std::set<std::string> rooms;
  std::string const start = "#include <ionscape/";
  for (auto at = code.find(start); at != std::string::npos; at = code.find(start, at + 1)) {
    auto const begin = at + start.size();
    rooms.insert(code.substr(begin, code.find('/', begin) - begin));
  }
  return rooms;
}

/// "fit includes report": what a file of `room` includes against the rules.
std::vector<std::string> offences(Rules const& rules, std::string const& room,
                                  std::string const& code) {
  std::vector<std::string> found;
  for (std::string const& other : included_rooms(code))
    if (!rules.at(room).contains(other)) found.push_back(room + " includes " + other);
  return found;
}

std::vector<fs::path> sources_of(std::string const& room) {
  std::vector<fs::path> files;
  for (auto const& entry : fs::recursive_directory_iterator(source / room))
    if (auto const kind = entry.path().extension(); kind == ".cpp" || kind == ".hpp")
      files.push_back(entry.path());
  return files;
}

Rules const& the_rules() {
  static Rules const rules = rules_of(text_of(source / "CONTRIBUTING.md"));
  return rules;
}

}  // namespace

TEST_CASE("Rooms include only what the picture in CONTRIBUTING.md allows") {
  Rules const& rules = the_rules();
  REQUIRE(rules.size() >= 9);
  for (auto const& [room, allowed] : rules) {
    auto const files = sources_of(room);
    CHECK_FALSE(files.empty());
    for (fs::path const& file : files) {
      INFO(file.string());
      CHECK(offences(rules, room, text_of(file)) == std::vector<std::string>{});
    }
  }
}

TEST_CASE("A wrong include is noticed") {
  std::string const code = "#include <vector>\n#include <ionscape/lattice/site.hpp>\n";
  Rules const& rules = the_rules();
  CHECK(offences(rules, "neb", code) == std::vector<std::string>{"neb includes lattice"});
  CHECK(offences(rules, "sweep", code).empty());
  CHECK_FALSE(offences(rules, "lattice", "#include <ionscape/potentials/surface.hpp>").empty());
}

TEST_CASE("The picture shows every room that has a library") {
  std::set<std::string> const drawn = [] {
    std::set<std::string> names;
    for (auto const& [room, allowed] : the_rules()) names.insert(room);
    return names;
  }();
  for (auto const& entry : fs::directory_iterator(source))
    if (fs::exists(entry.path() / "CMakeLists.txt") && fs::exists(entry.path() / "src")) {
      INFO(entry.path().string());
      CHECK(drawn.contains(entry.path().filename().string()));
    }
}

TEST_CASE("The host's rooms and the file formats know nothing of Kokkos") {
  for (std::string const room : {"core", "lattice"})
    for (fs::path const& file : sources_of(room)) {
      INFO(file.string());
      CHECK(text_of(file).find("#include <Kokkos") == std::string::npos);
    }
}

TEST_CASE("Nothing below the sweep writes result files or draws") {
  for (std::string const room : {"lattice", "potentials", "relax", "neb"})
    if (fs::exists(source / room))
      for (fs::path const& file : sources_of(room)) {
        INFO(file.string());
        auto const code = text_of(file);
        CHECK(code.find("AtomicFile") == std::string::npos);
        CHECK(code.find("gnuplot") == std::string::npos);
      }
}
