// docs/conventions.md names the columns that are written, and no others.
#include <set>
#include <sstream>

#include <ionscape_test/catch.hpp>

#include "program.hpp"

using namespace ionscape_test;

namespace {

using Names = std::set<std::string>;

/// The words between backticks in the first cells of the table below a heading.
Names documented(std::string const& heading) {
  std::string const page = read_file(IONSCAPE_SOURCE_DIR "/docs/conventions.md");
  std::size_t const begin = page.find("## " + heading + "\n");
  REQUIRE(begin != page.npos);
  std::istringstream section(page.substr(begin, page.find("\n## ", begin) - begin));
  Names names;
  for (std::string line; std::getline(section, line);) {
    if (!line.starts_with("| `")) continue;
    std::istringstream cell(line.substr(0, line.find('|', 1)));
    std::string between;
    for (bool name = false; std::getline(cell, between, '`'); name = !name)
      if (name) names.insert(between);
  }
  return names;
}

/// The names in a table's header; comments before it are passed over.
Names written(Path const& file) {
  std::istringstream lines(read_file(file));
  std::string line;
  while (std::getline(lines, line) && line.starts_with('#')) {
  }
  std::istringstream header(line);
  Names names;
  for (std::string name; std::getline(header, name, ',');) names.insert(name);
  return names;
}

/// MODEL stands for each of the models, and u_MODEL_..._eV for the uncertainty of each energy.
Names of_models(Names const& documented) {
  Names names;
  for (std::string const& name : documented) {
    if (name.find("MODEL") == name.npos) names.insert(name);
    if (!name.starts_with("MODEL")) continue;
    for (std::string const model : {"cv", "cvd_by_tet", "cvd_by_oct", "own_framework"}) {
      std::string const column = model + name.substr(std::string("MODEL").size());
      names.insert(column);
      if (name.ends_with("_eV")) names.insert("u_" + column);
    }
  }
  return names;
}

}  // namespace

TEST_CASE("The columns of map.csv are those of the docs") {
  Folder const folder;
  folder.write("points.csv", "anion,volume_A3,charge_e,distortion\nS,46.81,-1,1\n");
  REQUIRE(folder.run({"sweep", "--points", "points.csv", "--out", "out", "--quiet"}).code == 0);
  CHECK(written(folder / "out/map.csv") == documented("The columns of map.csv"));
}

TEST_CASE("The columns of predict.csv are those of the docs") {
  Folder const folder;
  REQUIRE(folder
              .run({"predict", IONSCAPE_SOURCE_DIR "/examples/compounds/Li2S.cif", "--charge",
                    "S=-1.6", "--out", "out", "--quiet"})
              .code == 0);
  CHECK(written(folder / "out/predict.csv") == of_models(documented("The columns of predict.csv")));
}
