// The geometry of real compounds, examples/compounds, against published numbers.
//
// Published are cells relaxed by DFT, ours are measured (chalcopyrites: see the files). PBE cells
// are larger by 1 to 4 % in volume; ratios of volumes and the symmetry measures, which have no
// scale, should agree better.
//   [X20] Xu et al., npj Comput. Mater. 6, 47 (2020), doi 10.1038/s41524-020-0324-7, volumes of
//     Fig. 1
//   [O23] Ouyang, Xu, Zhu, J. Chem. Phys. 158, 174705 (2023), doi 10.1063/5.0140110, notebooks of
//     its repository
#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include <ionscape/core/io/read_crystal.hpp>
#include <ionscape/lattice/framework.hpp>
#include <ionscape/lattice/sites.hpp>
#include <ionscape_test/catch.hpp>

using namespace ionscape;

namespace {

Crystal compound(std::string const& name) {
  return read_crystal(IONSCAPE_SOURCE_DIR "/examples/compounds/" + name + ".cif");
}

std::vector<std::string> anions_of(Crystal const& crystal) {
  return {std::ranges::count(crystal.species, "O") > 0 ? "O" : "S"};
}

FrameworkMatch match(Crystal const& crystal) {
  return match_framework(crystal, anions_of(crystal));
}

double volume_per_anion(Crystal const& crystal) {
  return crystal.cell.volume() / double(std::ranges::count(crystal.species, anions_of(crystal)[0]));
}

/// Around an ion, placed where the ion is.
struct Surroundings {
  SiteKind kind;
  double csm, volume;  // volume in Å^3
};

std::vector<Surroundings> surroundings(Crystal const& crystal, std::string const& species) {
  SiteGraph const graph = find_sites(crystal, anions_of(crystal));
  std::vector<Surroundings> result;
  for (std::size_t ion = 0; ion < crystal.size(); ++ion) {
    if (crystal.species[ion] != species) continue;
    auto const from = [&](Site const& s) {
      return minimum_image(crystal.cell, crystal.positions[ion] - s.position);
    };
    Site site =
        *std::ranges::min_element(graph.sites, {}, [&](Site const& s) { return norm(from(s)); });
    site.position += from(site);
    result.push_back({site.kind, symmetry_measure(crystal, site), volume(crystal, site)});
  }
  return result;
}

std::vector<std::string> const chalcopyrites = {"LiScS2-chalcopyrite", "LiTiS2-chalcopyrite",
                                                "LiCrS2-chalcopyrite", "LiFeS2-chalcopyrite"};

}  // namespace

TEST_CASE("Compounds have the composition of their formula") {
  struct Row {
    char const* name;
    std::vector<std::pair<std::string, int>> ions;
  };
  for (Row const& row :
       std::vector<Row>{{"Li2S", {{"Li", 8}, {"S", 4}}},
                        {"LiCoO2", {{"Li", 3}, {"Co", 3}, {"O", 6}}},
                        {"LiTiS2-layered", {{"Li", 1}, {"Ti", 1}, {"S", 2}}},
                        {"LiMn2O4", {{"Li", 8}, {"Mn", 16}, {"O", 32}}},
                        {"Li4Ti5O12", {{"Li", 8}, {"Ti", 10}, {"O", 24}}},
                        {"Li2MnO3", {{"Li", 8}, {"Mn", 4}, {"O", 12}}},
                        {"Li2TiO3", {{"Li", 16}, {"Ti", 8}, {"O", 24}}},
                        {"Li3PO4-gamma", {{"Li", 12}, {"P", 4}, {"O", 16}}},
                        {"Li3PS4-beta", {{"Li", 12}, {"P", 4}, {"S", 16}}},
                        {"LiFeS2-chalcopyrite", {{"Li", 4}, {"Fe", 4}, {"S", 8}}}}) {
    Crystal const crystal = compound(row.name);
    std::size_t all = 0;
    for (auto const& [species, number] : row.ions) {
      CAPTURE(row.name, species);
      CHECK(std::ranges::count(crystal.species, species) == number);
      all += std::size_t(number);
    }
    CHECK(crystal.size() == all);
  }
}

TEST_CASE("Anion frameworks of compounds are the textbook's: fcc, hcp or bcc, each anion of them") {
  struct Row {
    char const* name;
    FrameworkKind kind;
  };
  for (Row const& row : std::vector<Row>{{"Li2S", FrameworkKind::fcc},
                                         {"LiCoO2", FrameworkKind::fcc},
                                         {"LiMn2O4", FrameworkKind::fcc},
                                         {"Li4Ti5O12", FrameworkKind::fcc},
                                         {"Li2MnO3", FrameworkKind::fcc},
                                         {"Li2TiO3", FrameworkKind::fcc},
                                         {"LiScS2-chalcopyrite", FrameworkKind::fcc},
                                         {"LiFeS2-chalcopyrite", FrameworkKind::fcc},
                                         {"LiTiS2-layered", FrameworkKind::hcp},
                                         {"Li3PO4-gamma", FrameworkKind::hcp},
                                         {"Li3PS4-beta", FrameworkKind::hcp}}) {
    CAPTURE(row.name);
    Crystal const crystal = compound(row.name);
    FrameworkMatch const found = match(crystal);
    CHECK(found.kind == row.kind);
    CHECK(found.volume_per_anion == Approx(volume_per_anion(crystal)));
    CHECK(found.deviation < 0.15);
    CHECK(found.shares[std::size_t(row.kind)] == Approx(1));
  }
  // bcc-like after Wang et al. (2015): by our measure two thirds of the sulphur, and the rest is
  // none of the three.
  FrameworkMatch const superionic = match(compound("Li10GeP2S12-framework"));
  CHECK(superionic.kind == FrameworkKind::bcc);
  CHECK(superionic.shares[std::size_t(FrameworkKind::bcc)] == Approx(2.0 / 3));
  CHECK(superionic.shares[std::size_t(FrameworkKind::none)] == Approx(1.0 / 3));
}

TEST_CASE("Volumes per anion are those of DFT within the usual error of DFT volumes") {
  struct Row {
    char const* name;
    double published, largest_deviation;  // Å^3, relative
  };
  for (Row const& row : std::vector<Row>{
           {"Li2S", 46.821, 0.035},               // [X20]
           {"LiCoO2", 16.411, 0.035},             // [X20]
           {"Li2TiO3", 18.208, 0.035},            // [X20]
           {"Li4Ti5O12", 18.588, 0.035},          // [X20]
           {"Li3PO4-gamma", 19.865, 0.035},       // [X20]
           {"Li3PS4-beta", 41.626, 0.035},        // [X20]
           {"Li2MnO3", 17.089025, 0.035},         // [O23]
           {"LiTiS2-layered", 31.369534, 0.035},  // [O23]
           // 6 % above experiment, more than for any other: magnetic order and +U of Mn
           {"LiMn2O4", 18.672, 0.065}}) {  // [X20]
    CAPTURE(row.name);
    CHECK(volume_per_anion(compound(row.name)) ==
          Approx(row.published).epsilon(row.largest_deviation));
  }
}

TEST_CASE("Symmetry measures of the Li sites are those published for the measured structures") {
  // [O23], screening notebook. The height of the oxygen decides the layered ones to 0.03;
  // gamma-Li3PO4 has two Li (0.52 and 1.98), and the published number, perhaps of a relaxed cell,
  // lies nearer to the first.
  struct Row {
    char const* name;
    std::size_t li;
    SiteKind kind;
    double published, margin;
  };
  for (Row const& row :
       std::vector<Row>{{"LiCoO2", 0, SiteKind::oct, 0.41006, 0.03},
                        {"Li2MnO3", 7, SiteKind::oct, 0.6565, 0.03},  // 4h, in the Li layer
                        {"LiTiS2-layered", 0, SiteKind::oct, 0.55544, 0.03},
                        {"Li3PS4-beta", 0, SiteKind::tet, 1.7264, 0.01},
                        {"Li3PO4-gamma", 0, SiteKind::tet, 0.6074, 0.1}}) {
    CAPTURE(row.name);
    Surroundings const li = surroundings(compound(row.name), "Li").at(row.li);
    CHECK(li.kind == row.kind);
    CHECK(li.csm == Approx(row.published).margin(row.margin));
  }
  for (char const* name :
       {"Li2S", "LiMn2O4", "Li4Ti5O12"}) {  // by symmetry; published: 1e-29, 0.005, none
    CAPTURE(name);
    Surroundings const li = surroundings(compound(name), "Li").at(0);
    CHECK(li.kind == SiteKind::tet);
    CHECK(li.csm < 1e-4);
  }
}

TEST_CASE("Li sites take the published share of the volume per anion") {
  // [O23], volume of the site where Li rests over volume per anion; the spinel's M is not printed,
  // its V fits Mn. Sites that Li only passes cannot be compared: there the published host has
  // relaxed around it (README of the examples).
  struct Row {
    char const* name;
    std::size_t li;
    double site_volume, volume_per_anion;  // Å^3
  };
  for (Row const& row : std::vector<Row>{{"Li2MnO3", 7, 12.62, 17.089025},
                                         {"Li2TiO3", 0, 13.3, 18.21483125},
                                         {"LiTiS2-layered", 0, 22.1233, 31.369534},
                                         {"LiMn2O4", 0, 3.84, 17.074554025}}) {
    CAPTURE(row.name);
    Crystal const crystal = compound(row.name);
    double const share = surroundings(crystal, "Li").at(row.li).volume / volume_per_anion(crystal);
    CHECK(share == Approx(row.site_volume / row.volume_per_anion).epsilon(0.012));
  }
}

TEST_CASE(
    "Chalcopyrites built from two published volumes and a regular tetrahedron have nearly the "
    "published CSM") {
  // [O23], in the order of `chalcopyrites`. V and the volume of the Li tetrahedron went into the
  // files, CSM did not.
  double const volumes[] = {46.484375, 43.0015625, 40.465625, 36.540625};
  double const li_volumes[] = {7.8663, 7.7725, 7.6937, 7.6749};
  double const published_csm[] = {0.018956, 0.146906, 0.559368, 1.224235};
  char const* const metals[] = {"Sc", "Ti", "Cr", "Fe"};
  double previous = 0;
  for (std::size_t i = 0; i < chalcopyrites.size(); ++i) {
    CAPTURE(chalcopyrites[i]);
    Crystal const crystal = compound(chalcopyrites[i]);
    CHECK(volume_per_anion(crystal) == Approx(volumes[i]).epsilon(1e-4));
    CHECK(surroundings(crystal, metals[i]).at(0).csm < 1e-4);
    Surroundings const li = surroundings(crystal, "Li").at(0);
    CHECK(li.kind == SiteKind::tet);
    CHECK(li.volume == Approx(li_volumes[i]).epsilon(2e-4));
    CHECK(li.csm == Approx(published_csm[i]).margin(0.2));
    CHECK(li.csm > previous);
    previous = li.csm;
  }
}
