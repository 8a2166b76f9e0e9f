#include <ionscape/core/supercell.hpp>

#include <cmath>

#include <ionscape/core/error.hpp>

namespace ionscape {

Crystal supercell(Crystal const& crystal, CellSize n) {
  for (int times : n)
    if (times < 1)
      fail_input({}, "a supercell of ", n[0], " x ", n[1], " x ", n[2],
                 " cells, expected whole numbers from 1");
  Crystal all = crystal;
  all.cell = {n[0] * crystal.cell.a, n[1] * crystal.cell.b, n[2] * crystal.cell.c};
  all.species.clear(), all.positions.clear(), all.charges.clear(), all.fixed.clear();
  auto const append = [](auto& list, auto const& more) {
    list.insert(list.end(), more.begin(), more.end());
  };
  for (int a = 0; a < n[0]; ++a)
    for (int b = 0; b < n[1]; ++b)
      for (int c = 0; c < n[2]; ++c) {
        Vec3 const shift = crystal.cell.to_cartesian({double(a), double(b), double(c)});
        for (Vec3 r : crystal.positions) all.positions.push_back(r + shift);
        append(all.species, crystal.species);
        append(all.charges, crystal.charges);
        append(all.fixed, crystal.fixed);
      }
  return all;
}

CellSize size_for(Cell const& cell, double distance) {
  Vec3 const faces = cell.face_distances();
  double const face[] = {faces.x, faces.y, faces.z};
  CellSize n;
  for (int k = 0; k < 3; ++k) {
    double const times = std::ceil(distance / face[k] * (1 - 1e-6));
    if (!(distance > 0 && times <= 1000))
      fail_input({}, "images ", distance, " Å apart, expected above 0 and at most 1000 cells of ",
                 face[k], " Å");
    n[std::size_t(k)] = int(times);
  }
  return n;
}

Crystal without_ion(Crystal crystal, std::size_t ion) {
  auto const remove = [&](auto& list) {
    if (!list.empty()) list.erase(list.begin() + long(ion));
  };
  remove(crystal.species), remove(crystal.positions);
  remove(crystal.charges), remove(crystal.fixed);
  return crystal;
}

}  // namespace ionscape
