#include <algorithm>

#include <ionscape/core/error.hpp>
#include <ionscape/core/io/read_band.hpp>
#include <ionscape/core/io/read_crystal.hpp>
#include <ionscape/core/io/write_crystal.hpp>

namespace ionscape {

namespace {

/// "00", "01", ..., "10", ..., "100".
std::string image_name(std::size_t k) { return (k < 10 ? "0" : "") + std::to_string(k); }

/// The structure of one image's folder; VASP leaves an empty CONTCAR behind when it is stopped
/// early.
std::filesystem::path image_file(std::filesystem::path const& folder) {
  auto const contcar = folder / "CONTCAR";
  std::error_code missing;
  auto const size = std::filesystem::file_size(contcar, missing);
  return !missing && size > 0 ? contcar : folder / "POSCAR";
}

double largest_difference(Cell const& u, Cell const& v) {
  return std::max({norm(u.a - v.a), norm(u.b - v.b), norm(u.c - v.c)});
}

/// Checks `image` against the one before and moves its positions next to those.
void join(Crystal const& before, Crystal& image, SourceLocation const& where) {
  if (image.size() != before.size())
    fail_input(where, image.size(), " ions, expected ", before.size(), " as in the image before");
  for (std::size_t i = 0; i < image.size(); ++i)
    if (image.species[i] != before.species[i])
      fail_input(where, "ion ", i + 1, " is ", image.species[i], ", expected ", before.species[i],
                 " as in the image before");
  if (image.charges != before.charges)
    fail_input(where, "the charges differ from those of the image before");
  constexpr double tolerance = 1e-5;  // Å: what programs lose in print
  if (double const difference = largest_difference(image.cell, before.cell); difference > tolerance)
    fail_input(where, "a lattice vector differs by ", difference,
               " Å from the image before, expected the same cell");
  image.cell = before.cell;
  for (std::size_t i = 0; i < image.size(); ++i)
    image.positions[i] = before.positions[i] +
                         displacement(image.cell, image.positions[i] - before.positions[i]).vector;
}

}  // namespace

Band read_band(std::filesystem::path const& path) {
  namespace fs = std::filesystem;
  Band band;
  std::vector<fs::path> sources;
  if (fs::is_directory(path)) {
    for (std::size_t k = 0; fs::is_directory(path / image_name(k)); ++k)
      sources.push_back(image_file(path / image_name(k)));
    // A folder behind a gap would be an image left out in silence.
    for (auto const& entry : fs::directory_iterator(path)) {
      std::string const name = entry.path().filename().string();
      bool const is_number = name.size() >= 2 && name.find_first_not_of("0123456789") == name.npos;
      if (is_number && entry.is_directory() && name >= image_name(sources.size()))
        fail_input({path}, "has a folder ", name, " but no folder ", image_name(sources.size()));
    }
    for (fs::path const& source : sources) band.images.push_back(read_crystal(source));
  } else {
    band.images = read_crystals(path);
    sources.assign(band.images.size(), path);
  }
  if (band.images.size() < 2)
    fail_input({path}, "holds ", band.images.size(),
               " images, expected at least two, in folders 00, 01, ... or frames");
  for (std::size_t k = 1; k < band.images.size(); ++k) {
    try {
      join(band.images[k - 1], band.images[k], {});
    } catch (InputError const& error) {
      fail_input({sources[k]}, "image ", k, ": ", error.what());
    }
  }
  return band;
}

void write_band(std::filesystem::path const& folder, Band const& band) {
  for (std::size_t k = 0; k < band.images.size(); ++k)
    write_poscar(folder / image_name(k) / "POSCAR", band.images[k]);
}

}  // namespace ionscape
