// Any crystal through sites, hops, symmetry measures and the framework's match: bytes choose a cell
// of special or arbitrary vectors, and ions at special or arbitrary places, coincident and far away
// ones among them.
#include <cmath>
#include <cstring>

#include <ionscape/lattice/csm.hpp>
#include <ionscape/lattice/framework.hpp>
#include <ionscape/lattice/polyhedron.hpp>
#include <ionscape/lattice/sites.hpp>

#include "target.hpp"

using namespace ionscape;

namespace {

class Bytes {
 public:
  Bytes(std::uint8_t const* data, std::size_t size) : data_(data), left_(size) {}

  bool empty() const { return left_ == 0; }
  std::uint8_t byte() {
    if (left_ == 0) return 0;
    --left_;
    return *data_++;
  }
  /// Mostly a ratio on which symmetry hangs, sometimes with noise, sometimes any double.
  double number() {
    constexpr double special[] = {0,    1,        2,        0.5,      1.0 / 3,  0.25, 0.75, -0.5,
                                  -1.0, 1.414214, 1.732051, 0.866025, 1.632993, 3,    4,    5};
    std::uint8_t const b = byte();
    double const base = special[b % 16];
    switch (b / 16) {
      case 15: {
        double any;
        std::uint8_t raw[sizeof any];
        for (std::uint8_t& r : raw) r = byte();
        std::memcpy(&any, raw, sizeof any);
        return any;
      }
      case 14:
        return base + std::ldexp(double(byte()), -int(byte() % 64));
      case 13:
        return base * std::ldexp(1, int(byte()) - 128);
      case 12:
        return base + int(byte()) - 128;
      case 11:
        return byte() / 24.0;
      default:
        return base;
    }
  }
  Vec3 vector() {
    double const x = number(), y = number();
    return {x, y, number()};
  }

 private:
  std::uint8_t const* data_;
  std::size_t left_;
};

Crystal crystal_of(Bytes& bytes) {
  double const scale = 3 * std::fabs(bytes.number());
  Crystal crystal{
      {scale * bytes.vector(), scale * bytes.vector(), scale * bytes.vector()}, {}, {}, {}, {}};
  constexpr std::size_t most_ions = 12;
  while (!bytes.empty() && crystal.size() < most_ions) {
    crystal.positions.push_back(crystal.cell.to_cartesian(bytes.vector()));
    crystal.species.push_back("O");
  }
  return crystal;
}

void require(bool condition) {
  if (!condition) __builtin_trap();
}

void look_at(Crystal const& crystal, SiteGraph const& graph) {
  double filled = 0;
  for (Site const& site : graph.sites) {
    require(std::isfinite(norm(site.position)));
    filled += volume(crystal, site);
    if (site.kind != SiteKind::other) require(symmetry_measure(crystal, site) <= 100);
    require(nearest_site(graph, crystal.cell, site.position).distance < 1e-3);
  }
  require(filled > crystal.cell.volume() * (1 - 1e-4));
  for (SharedFace const& face : graph.faces) require(bottleneck(crystal, face.window).radius > 0);
  for (HopKind kind : {HopKind::oct_tet, HopKind::tet_oct_tet, HopKind::oct_tet_oct})
    find_hops(graph, crystal.cell, kind);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  Bytes bytes(data, size);
  Crystal const crystal = crystal_of(bytes);
  ionscape_fuzz::allow_refusal([&] { look_at(crystal, find_sites(crystal)); });
  ionscape_fuzz::allow_refusal([&] { match_framework(crystal); });
  return ionscape_fuzz::allow_refusal([&] {
    for (IdealPolyhedron const& ideal :
         {IdealPolyhedron::tetrahedron(), IdealPolyhedron::octahedron(), IdealPolyhedron::prism()})
      symmetry_measure({}, crystal.positions, ideal);
  });
}
