#include "particle_batch.hpp"

#include <algorithm>

namespace ionscape::detail {

namespace {

std::vector<Crystal> references_of(std::span<Relaxation* const> relaxations) {
  std::vector<Crystal> crystals;
  for (Relaxation const* relaxation : relaxations) crystals.push_back(relaxation->reference());
  return crystals;
}

}  // namespace

ParticleBatch::ParticleBatch(std::span<Relaxation* const> relaxations, PotentialSet const& set,
                             EnergyOptions const& asked)
    : relaxations_(relaxations.begin(), relaxations.end()) {
  EnergyOptions options = asked;
  std::vector<Relaxation*> untuned;
  for (Relaxation* relaxation : relaxations_)
    if (!relaxation->ewald) untuned.push_back(relaxation);
  auto const tune = [&](Model const& model) {
    for (std::size_t k = 0; k < untuned.size(); ++k) untuned[k]->ewald = model.ewald(int(k));
  };
  bool const all_new = untuned.size() == relaxations_.size();
  if (!all_new) {
    if (!untuned.empty()) tune(Model(references_of(untuned), set, options));
    for (Relaxation const* relaxation : relaxations_)
      options.system_ewald.push_back(*relaxation->ewald);
  }
  model_ = std::make_unique<Model>(references_of(relaxations_), set, options);
  if (all_new) tune(*model_);
  begin_.push_back(0);
  for (Relaxation const* relaxation : relaxations_)
    begin_.push_back(begin_.back() + std::size_t(relaxation->particles()));
  positions_ = model_->initial_positions();
  on_host_ = Kokkos::create_mirror_view(positions_);
}

void ParticleBatch::advance() {
  place();
  model_->evaluate(Exec(), positions_);
  hand_out();
}

void ParticleBatch::place() {
  std::vector<Cell> cells(relaxations_.size());
  for_all("ionscape::crystals::place", relaxations_.size(), [&](std::size_t k) {
    std::vector<Vec3> places(begin_[k + 1] - begin_[k]);
    relaxations_[k]->positions(places);
    for (std::size_t i = 0; i < places.size(); ++i) {
      on_host_(begin_[k] + i, 0) = places[i].x;
      on_host_(begin_[k] + i, 1) = places[i].y;
      on_host_(begin_[k] + i, 2) = places[i].z;
    }
    cells[k] = relaxations_[k]->cell();
  });
  Kokkos::deep_copy(positions_, on_host_);
  model_->deform(cells);
}

void ParticleBatch::hand_out() {
  auto const host = [](auto const& view) {
    return Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), view);
  };
  auto const energy = host(model_->energy());
  auto const forces = host(model_->forces()), stress = host(model_->stress());
  auto const approach = host(model_->approach());
  bool close = false;
  for (std::size_t i = 0; i < approach.extent(0); ++i) close = close || approach(i) < 1;
  // Who is close to whom is looked up in the lists, where anybody is.
  std::vector<EnergyResult> const results = close ? model_->results() : std::vector<EnergyResult>();
  for_all("ionscape::crystals::hand_out", relaxations_.size(), [&](std::size_t k) {
    if (!relaxations_[k]->running()) return;
    std::vector<Vec3> own;
    for (std::size_t i = begin_[k]; i < begin_[k + 1]; ++i)
      own.push_back({forces(i, 0), forces(i, 1), forces(i, 2)});
    Evaluated evaluated{energy(k), {own, {}}, {}};
    evaluated.found.stress = tensor_of(stress, k);
    if (close) evaluated.contacts = results[k].contacts;
    relaxations_[k]->take(evaluated);
  });
}

}  // namespace ionscape::detail
