#include <ionscape/lattice/hop.hpp>

#include <ionscape/core/error.hpp>

namespace ionscape {

std::vector<SiteKind> site_kinds(HopKind kind) {
  using enum SiteKind;
  switch (kind) {
    case HopKind::tet_oct_tet:
      return {tet, oct, tet};
    case HopKind::oct_tet_oct:
      return {oct, tet, oct};
    case HopKind::oct_tet:
      break;
  }
  return {oct, tet};
}

std::vector<Vec3> waypoints(Hop const& hop, bool through_windows) {
  std::vector<Vec3> points;
  for (std::size_t k = 0; k < hop.sites.size(); ++k) {
    if (through_windows && k > 0) points.push_back(hop.windows.at(k - 1).position);
    points.push_back(hop.sites[k].position);
  }
  return points;
}

Band make_band(Crystal const& host, std::string const& mobile_species,
               std::span<Vec3 const> positions, std::optional<double> mobile_charge) {
  if (positions.size() < 2)
    fail_input({}, "band: ", positions.size(), " positions, expected at least 2");
  if (host.charges.empty() == mobile_charge.has_value())
    fail_input({}, "band: charges are known ",
               mobile_charge ? "only for the mobile ion" : "only for the host",
               ", expected both or none");
  Crystal image = host;
  image.fixed.clear();  // what moves in a band is the band's affair
  image.species.push_back(mobile_species);
  image.positions.emplace_back();
  if (mobile_charge) image.charges.push_back(*mobile_charge);
  Band band;
  for (Vec3 position : positions) {
    image.positions.back() = position;
    band.images.push_back(image);
  }
  return band;
}

}  // namespace ionscape
