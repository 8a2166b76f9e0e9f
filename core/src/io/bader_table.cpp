#include <ionscape/core/io/bader_table.hpp>

#include <sstream>
#include <string>

#include <ionscape/core/error.hpp>

namespace ionscape {

bool is_bader_table(std::string_view text) {
  std::istringstream words(std::string(text.substr(0, text.find('\n'))));
  std::string number, x, y, z, charge;
  words >> number >> x >> y >> z >> charge;
  return number == "#" && x == "X" && y == "Y" && z == "Z" && charge == "CHARGE";
}

BaderTable read_bader_table(std::string_view text, std::filesystem::path const& file) {
  std::istringstream in{std::string(text)};
  BaderTable table;
  std::string line;
  bool heading = false;
  for (int number = 1; std::getline(in, line); ++number) {
    bool const is_heading = line.find("CHARGE") != line.npos;
    heading |= is_heading;
    if (!heading || is_heading || line.find_first_not_of("- \r\t") == line.npos) continue;
    if (line.find(':') != line.npos) break;  // the sums below the table
    std::istringstream words(line);
    double ion = 0, charge = 0;
    Vec3 r;
    if (!(words >> ion >> r.x >> r.y >> r.z >> charge) || ion != double(table.electrons.size() + 1))
      fail_input({file, number}, "expected ion ", table.electrons.size() + 1,
                 ", its x, y, z and its electrons");
    table.electrons.push_back(charge);
    table.positions.push_back(r);
  }
  if (!heading)
    fail_input({file}, "no heading '# X Y Z CHARGE ...': expected an ACF.dat as 'bader' writes it");
  return table;
}

}  // namespace ionscape
