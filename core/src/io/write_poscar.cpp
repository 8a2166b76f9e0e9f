// VASP's POSCAR, written with Cartesian positions.
#include <algorithm>

#include <ionscape/core/io/atomic_file.hpp>
#include <ionscape/core/io/format.hpp>
#include <ionscape/core/io/words.hpp>
#include <ionscape/core/io/write_crystal.hpp>

#include "formats.hpp"

namespace ionscape {

void write_poscar(std::filesystem::path const& file, Crystal const& crystal) {
  std::vector<std::string> order;
  for (std::string const& species : crystal.species)
    if (std::find(order.begin(), order.end(), species) == order.end()) order.push_back(species);

  AtomicFile out(file);
  std::ostream& text = out.stream();
  auto const write = [&](Vec3 v) {
    text << shortest(v.x) << ' ' << shortest(v.y) << ' ' << shortest(v.z);
  };
  text << one_line(crystal.comment) << "\n1.0\n";
  for (Vec3 vector : {crystal.cell.a, crystal.cell.b, crystal.cell.c}) {
    write(vector);
    text << '\n';
  }
  for (std::string const& species : order) text << symbol_of(species) << ' ';
  text << '\n';
  for (std::string const& species : order)
    text << std::count(crystal.species.begin(), crystal.species.end(), species) << ' ';
  text << (crystal.fixed.empty() ? "\n" : "\nSelective dynamics\n") << "Cartesian\n";
  for (std::string const& species : order)
    for (std::size_t i = 0; i < crystal.size(); ++i) {
      if (crystal.species[i] != species) continue;
      write(crystal.positions[i]);
      if (!crystal.fixed.empty())
        for (bool fixed : crystal.fixed[i]) text << (fixed ? " F" : " T");
      text << '\n';
    }
  out.commit();
}

}  // namespace ionscape
