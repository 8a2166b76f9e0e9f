// Hops whose stationary points are known: from independent codes, see tests/data/barriers/README.md.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <ionscape/barriers/crystal_hop.hpp>
#include <ionscape/core/io/read_crystal.hpp>

namespace ionscape_test {

/// Ends and saddle stand in one order of ions, and no ion is wrapped between them. The set is that of
/// the folder, or of another one.
struct Oracle {
  ionscape::PotentialSet set;
  ionscape::CrystalHop hop;
  ionscape::Crystal saddle;

  explicit Oracle(std::string const& name) : Oracle(name, name) {}
  Oracle(std::string const& name, std::string const& set_of) {
    std::filesystem::path const all = std::filesystem::path(IONSCAPE_TEST_DATA) / "barriers";
    std::filesystem::path const folder = all / name;
    set = ionscape::read_potential_set(all / set_of / "set.toml");
    auto const read = [&](char const* file) {
      ionscape::Crystal crystal = ionscape::read_crystal(folder / file);
      assign_charges(crystal, set);
      return crystal;
    };
    hop = {name, read("initial.vasp"), read("final.vasp"), {}};
    saddle = read("saddle.vasp");
  }

  ionscape::CrystalPath straight(int images) const {
    ionscape::CrystalPath path(std::size_t(images), hop.initial.positions);
    for (int i = 0; i < images; ++i)
      for (std::size_t k = 0; k < hop.size(); ++k)
        path[std::size_t(i)][k] +=
            double(i) / (images - 1) * (hop.final_.positions[k] - hop.initial.positions[k]);
    return path;
  }
};

}  // namespace ionscape_test
