#include <ionscape/core/io/write_cube.hpp>

#include <gemmi/elem.hpp>

#include <ionscape/core/io/atomic_file.hpp>
#include <ionscape/core/io/format.hpp>

#include "formats.hpp"

namespace ionscape {

namespace {

constexpr double bohr = 0.529177210903;  // Å, CODATA 2018

std::string in_bohr(Vec3 v, double scale) {
  double const s = scale / bohr;
  return decimals(s * v.x, 6) + " " + decimals(s * v.y, 6) + " " + decimals(s * v.z, 6);
}

int atomic_number(std::string const& label) {
  auto const symbol = find_element(label);
  return symbol ? gemmi::Element(*symbol).atomic_number() : 0;
}

}  // namespace

void write_cube(std::filesystem::path const& file, std::string const& title, Crystal const& crystal,
                Cell const& cell, std::array<int, 3> n, std::span<double const> values) {
  AtomicFile out(file);
  auto& stream = out.stream();
  stream << title << "\nionscape\n" << crystal.size() << " 0 0 0\n";
  Vec3 const vectors[] = {cell.a, cell.b, cell.c};
  for (std::size_t k = 0; k < 3; ++k)
    stream << n[k] << ' ' << in_bohr(vectors[k], 1.0 / n[k]) << '\n';
  for (std::size_t i = 0; i < crystal.size(); ++i)
    stream << atomic_number(crystal.species[i]) << " 0 " << in_bohr(crystal.positions[i], 1)
           << '\n';
  auto const row = std::size_t(n[2]);
  for (std::size_t p = 0; p < values.size(); ++p)
    stream << decimals(values[p], 5) << (p % row % 6 == 5 || p % row == row - 1 ? '\n' : ' ');
  out.commit();
}

}  // namespace ionscape
