#include <algorithm>

#include <ionscape/barriers/start_path.hpp>
#include <ionscape/core/error.hpp>
#include <ionscape/crystals/free_motion.hpp>
#include <ionscape/crystals/ion_name.hpp>
#include <ionscape/neb/path.hpp>

namespace ionscape {

namespace {

constexpr double same_cell = 1e-3;    // Å, of any lattice vector
constexpr double same_place = 1;      // Å: how far the relaxation of an end may have gone
constexpr double held_within = 0.01;  // Å: what is fixed stays to what files lose in print

void check_ions(CrystalHop const& hop, Band const& band, SourceLocation const& file) {
  for (std::size_t k = 0; k < band.images.size(); ++k) {
    Crystal const& image = band.images[k];
    if (image.size() != hop.size())
      fail_input(file, "image ", k, " has ", image.size(), " ions, but the hop ", hop.size());
    for (std::size_t i = 0; i < hop.size(); ++i)
      if (image.species[i] != hop.initial.species[i])
        fail_input(file, "image ", k, ": ion ", i + 1, " is ", image.species[i], ", but ",
                   hop.initial.species[i],
                   " in the hop: the band must list the same ions in the same order");
    Cell const &u = image.cell, &v = hop.initial.cell;
    double const differs = std::max({norm(u.a - v.a), norm(u.b - v.b), norm(u.c - v.c)});
    if (!(differs <= same_cell))
      fail_input(file, "image ", k, ": the cell differs from the hop's by ", differs,
                 " Å, expected at most ", same_cell);
  }
}

void check_end(CrystalHop const& hop, std::size_t ion, char const* end, Vec3 off,
               SourceLocation const& file) {
  if (norm(off) > same_place)
    fail_input(file, "the band's ", end, " image has ion ", ion_name(hop.initial, int(ion)), " ",
               norm(off), " Å from where the hop has it, expected at most ", same_place,
               ": it must list the same ions in the same order and go the same way");
}

/// Along what is fixed an ion goes straight (nowhere, in a hop that makes sense).
void hold_fixed(CrystalHop const& hop, CrystalPath& path, SourceLocation const& file) {
  FreeMotion const free(hop.initial);
  if (!free.any_fixed()) return;
  CrystalPath const straight = linear_start(hop, int(path.size()));
  for (std::size_t k = 0; k < path.size(); ++k)
    for (std::size_t i = 0; i < hop.size(); ++i) {
      Vec3 const aside = path[k][i] - straight[k][i], allowed = free.free_part(i, aside);
      if (double const moved = norm(aside - allowed); moved > held_within)
        fail_input(file, "image ", k, ": ion ", ion_name(hop.initial, int(i)),
                   " is fixed, but the band moves it by ", moved, " Å");
      path[k][i] = straight[k][i] + allowed;
    }
}

/// n images put evenly along the straight lines through all.
CrystalPath with_images(CrystalPath const& path, int n) {
  std::vector<std::vector<double>> waypoints;
  for (auto const& image : path) {
    waypoints.emplace_back();
    for (Vec3 r : image) waypoints.back().insert(waypoints.back().end(), {r.x, r.y, r.z});
  }
  std::vector<double> const numbers = linear_path(waypoints, n);
  CrystalPath even(std::size_t(n), path.front());
  double const* at = numbers.data();
  for (auto& image : even)
    for (Vec3& r : image) r = {at[0], at[1], at[2]}, at += 3;
  return even;
}

}  // namespace

CrystalPath path_of_band(CrystalHop const& hop, Band const& band, int n,
                         std::filesystem::path const& file) {
  if (n < 3) fail_input({}, "path of ", n, " images, expected at least 3");
  if (band.images.size() < 3)
    fail_input({file}, "holds ", band.images.size(), " images, expected at least 3");
  check_ions(hop, band, {file});
  std::size_t const last = band.images.size() - 1;
  CrystalPath path;
  for (Crystal const& image : band.images) path.push_back(image.positions);
  for (std::size_t i = 0; i < hop.size(); ++i) {
    Vec3 const home = hop.initial.positions[i];
    Vec3 const first = minimum_image(hop.initial.cell, home - path[0][i]);
    Vec3 const shift = home - first - path[0][i];  // a lattice vector
    Vec3 const final_ = hop.final_.positions[i] - shift - path[last][i];
    check_end(hop, i, "first", first, {file});
    check_end(hop, i, "last", final_, {file});
    for (std::size_t k = 0; k <= last; ++k) {
      double const share = double(k) / double(last);
      path[k][i] += shift + (1 - share) * first + share * final_;
    }
  }
  hold_fixed(hop, path, {file});
  if (n != int(path.size())) {
    path = with_images(path, n);
    hold_fixed(hop, path, {file});  // to the last bit
  }
  path.front() = hop.initial.positions;
  path.back() = hop.final_.positions;
  return path;
}

}  // namespace ionscape
