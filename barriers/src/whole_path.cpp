#include <ionscape/barriers/whole_path.hpp>

#include <algorithm>
#include <cmath>

#include <ionscape/relax/vectors.hpp>

namespace ionscape {

namespace {

void append(BandResult& whole, HopPart const& part) {
  BandResult const& band = part.band.band;
  bool const proved = part.certificate && part.certificate->saddle.is_saddle();
  for (int i = whole.n_images == 0 ? 0 : 1; i < band.n_images; ++i) {
    auto const x = band.image(i);
    auto const k = std::size_t(i);
    whole.coordinates.insert(whole.coordinates.end(), x.begin(), x.end());
    whole.energy.push_back(band.energy[k]);
    whole.slope.push_back(band.slope[k]);
    ++whole.n_images;
    if (!proved || i != band.saddle_image) continue;
    StationaryPoint const& saddle = part.certificate->saddle;
    double* to = whole.coordinates.data() + whole.coordinates.size() - x.size();
    for (Vec3 r : saddle.positions) *to++ = r.x, *to++ = r.y, *to++ = r.z;
    whole.energy.back() = saddle.energy;
    whole.slope.back() = 0;
  }
}

}  // namespace

BandResult whole_path(SolvedHop const& hop) {
  BandResult whole;
  whole.status = hop.status;
  for (HopPart const& part : hop.parts) {
    BandResult const& band = part.band.band;
    whole.dof = band.dof;
    append(whole, part);
    whole.steps += band.steps;
    whole.evaluations += band.evaluations;
    whole.max_force = std::max(whole.max_force, band.max_force);
  }
  if (whole.n_images == 0) return whole;
  whole.end_force = {hop.parts.front().band.band.end_force[0],
                     hop.parts.back().band.band.end_force[1]};
  whole.position.assign(std::size_t(whole.n_images), 0);
  for (int i = 1; i < whole.n_images; ++i)
    whole.position[std::size_t(i)] =
        whole.position[std::size_t(i) - 1] +
        relax::distance(whole.dof, whole.image(i - 1).data(), whole.image(i).data());
  analyse_energies(whole);
  return whole;
}

std::vector<IonMove> ion_moves(BandResult const& path, double least) {
  std::vector<IonMove> moves;
  if (path.n_images == 0 || path.saddle_image < 0) return moves;
  auto const first = path.image(0), top = path.image(path.saddle_image),
             last = path.image(path.n_images - 1);
  for (std::size_t k = 0; k < first.size(); k += 3) {
    IonMove const move{k / 3, relax::distance(3, &first[k], &top[k]),
                       relax::distance(3, &first[k], &last[k])};
    if (std::max(move.to_saddle, move.to_end) >= least) moves.push_back(move);
  }
  std::ranges::stable_sort(moves, [](IonMove const& a, IonMove const& b) {
    return std::max(a.to_saddle, a.to_end) > std::max(b.to_saddle, b.to_end);
  });
  return moves;
}

}  // namespace ionscape
