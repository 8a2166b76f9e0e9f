#include "image_batch.hpp"

#include <ionscape/barriers/ion_label.hpp>
#include <ionscape/core/io/format.hpp>

namespace ionscape::detail {

namespace {

std::vector<Crystal> frames_of(std::span<ImageBatch::Place const> places) {
  std::vector<Crystal> frames;
  for (auto const& place : places) frames.push_back(place.run->frame());
  return frames;
}

}  // namespace

std::string what_is_broken(EnergyResult const& result, ShellRest const& shells,
                           Crystal const& crystal) {
  if (!result.finite()) return "energy or forces are not finite numbers";
  if (!result.contacts.empty()) {
    CloseContact const& c = result.contacts.front();
    return ion_label(crystal, std::size_t(c.ion)) + " and " +
           ion_label(crystal, std::size_t(c.partner)) +
           " fell into the well of their pair term: " + decimals(c.distance, 3) +
           " Å apart, below its inner maximum at " + decimals(c.turnover, 3) + " Å";
  }
  if (shells.ran_away())
    return "the shell of " + ion_label(crystal, std::size_t(shells.farthest_ion)) +
           " ran away from its core (polarisation catastrophe)";
  if (!shells.at_rest())
    return std::string("the shells did not come to rest (") + to_string(shells.status) + ")";
  return "";
}

ImageBatch::ImageBatch(std::span<Place const> places, PotentialSet const& set,
                       EnergyOptions const& energy, ShellOptions const& shells)
    : places_(places.begin(), places.end()),
      model_(frames_of(places), set, energy, shells),
      positions_(std::size_t(model_.ions())) {}

std::vector<FoundImage> ImageBatch::evaluate() {
  std::size_t at = 0;
  for (Place const& place : places_) {
    std::size_t const ions = place.run->frame().size();
    place.run->place(place.image, std::span(positions_).subspan(at, ions));
    at += ions;
  }
  model_.evaluate(positions_);
  std::vector<EnergyResult> results = model_.results();
  std::vector<FoundImage> found;
  for (std::size_t k = 0; k < results.size(); ++k)
    found.push_back({results[k].energy(), std::move(results[k].forces),
                     what_is_broken(results[k], model_.rest()[k], places_[k].run->frame())});
  return found;
}

}  // namespace ionscape::detail
