#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <utility>

#include <ionscape/core/error.hpp>

#include "bond_valence_host.hpp"

namespace ionscape {

namespace {

using detail::Lanes;
using detail::native_width;

/// Å: some places of a grid of 0.2 Å lie in each, and few ions are near a bin but not near its
/// places.
constexpr double bin_edge = 0.8;

/// One place in each lane.
struct PlaceLanes {
  Lanes x, y, z;
};

/// How a term of an image is evaluated for the places of a bin.
enum How { elastic, near, far, near_ending, far_ending, not_at_all };

/// Images near a bin, three coordinates each, by how their term is evaluated.
class NearImages {
 public:
  explicit NearImages(std::size_t images) {
    for (auto& list : lists_) list = std::make_unique_for_overwrite<double[]>(3 * images);
  }
  void clear() { sizes_ = {}; }
  void add(How how, Vec3 r) {
    double* const at = lists_[how].get() + sizes_[how];
    at[0] = r.x, at[1] = r.y, at[2] = r.z;
    sizes_[how] += 3;
  }
  std::span<double const> operator[](How how) const { return {lists_[how].get(), sizes_[how]}; }

 private:
  std::array<std::unique_ptr<double[]>, 6> lists_;
  std::array<std::size_t, 6> sizes_{};
};

/// Sum of term(square of the distance) over the images.
template <class Term>
inline Lanes sum_over(std::span<double const> images, PlaceLanes const& places, Term const& term) {
  Lanes sum(0.0);
  for (std::size_t i = 0; i < images.size(); i += 3) {
    Lanes const x = places.x - Lanes(images[i]), y = places.y - Lanes(images[i + 1]),
                z = places.z - Lanes(images[i + 2]);
    sum += term(x * x + y * y + z * z);
  }
  return sum;
}

/// However near.
inline detail::Distance<Lanes> near_distance(Lanes square) {
  Lanes const least(detail::least_distance * detail::least_distance);
  square = detail::choose(detail::less(square, least), least, square);
  Lanes const inverse = detail::inverse_sqrt(square);
  return {square * inverse, inverse};
}

inline detail::Distance<Lanes> far_distance(Lanes square) {
  Lanes const inverse = detail::quick_inverse_sqrt(square);
  return {square * inverse, inverse};
}

template <class Term>
Lanes energy_of(Term const& term, BondValenceKind const& kind, NearImages const& images,
                PlaceLanes const& places) {
  detail::Ending const end = kind.ending;
  Lanes sum = sum_over(images[elastic], places,
                       [&](Lanes square) { return term.elastic(near_distance(square)); });
  sum += sum_over(images[near], places, [&](Lanes square) { return term(near_distance(square)); });
  sum +=
      sum_over(images[far], places, [&](Lanes square) { return term.far(far_distance(square)); });
  sum += sum_over(images[far_ending], places, [&](Lanes square) {
    auto const d = far_distance(square);
    return end(d.r) * term.far(d);
  });
  sum += sum_over(images[near_ending], places, [&](Lanes square) {
    auto const d = near_distance(square);
    return end(d.r) * term(d);
  });
  return Lanes(kind.strength) * sum;
}

/// What is true of an image by its distance from the bin's middle is true for all places of the
/// bin.
void collect(BondValenceKind const& kind, Vec3 centre, double radius, NearImages& images) {
  images.clear();
  auto const [elastic_within, far_beyond] = std::visit(
      [](auto const& term) { return std::pair(term.elastic_within(), term.far_beyond()); },
      kind.term);
  auto const square = [](double r) { return r > 0 ? r * r : 0; };
  double const reach = square(kind.ending.end + radius);
  double const ends = square(kind.ending.begin - radius);
  double const far_from = square(far_beyond + radius);
  double const moves = elastic_within > 0 ? square(elastic_within + radius) : 0;
  kind.images.visit(centre, kind.ending.end + radius, [&](Vec3 image, double distance_square) {
    // Selected without branches, which nobody could predict.
    bool const is_far = distance_square >= far_from;
    How how = is_far ? far : distance_square < moves ? elastic : near;
    how = distance_square < ends ? how : is_far ? far_ending : near_ending;
    how = distance_square > reach ? not_at_all : how;
    images.add(how, image);
  });
}

/// A run of neighbours in the list that lie in the same bin.
struct Run {
  int bin = 0;
  std::size_t begin = 0, end = 0;
};

/// Works through places bin by bin.
class BinWorker {
 public:
  BinWorker(std::vector<BondValenceKind> const& kinds, PlaceBins const& bins, Cell const& home)
      : kinds_(kinds), bins_(bins), home_(home) {
    for (BondValenceKind const& kind : kinds) near_.emplace_back(kind.images.size());
  }

  void add(Vec3 place, std::size_t index) { places_.push_back(place), indices_.push_back(index); }

  void evaluate(int bin, std::span<double> energies) {
    Vec3 const centre = bins_.centre(home_, bin);
    for (std::size_t k = 0; k < kinds_.size(); ++k)
      collect(kinds_[k], centre, bins_.radius, near_[k]);
    for (std::size_t first = 0; first < places_.size(); first += native_width) {
      PlaceLanes const here = lanes(first);
      Lanes sum(0.0);
      for (std::size_t k = 0; k < kinds_.size(); ++k)
        sum +=
            std::visit([&](auto const& term) { return energy_of(term, kinds_[k], near_[k], here); },
                       kinds_[k].term);
      double values[native_width];
      detail::store(values, sum);
      for (std::size_t i = first; i < std::min(first + native_width, places_.size()); ++i)
        energies[indices_[i]] = values[i - first];
    }
    places_.clear(), indices_.clear();
  }

 private:
  /// Lanes without a place repeat the last one.
  PlaceLanes lanes(std::size_t first) const {
    double x[native_width], y[native_width], z[native_width];
    for (std::size_t i = 0; i < native_width; ++i) {
      Vec3 const place = places_[std::min(first + i, places_.size() - 1)];
      x[i] = place.x, y[i] = place.y, z[i] = place.z;
    }
    return {detail::load(x), detail::load(y), detail::load(z)};
  }

  std::vector<BondValenceKind> const& kinds_;
  PlaceBins const& bins_;
  Cell const& home_;
  std::vector<NearImages> near_;
  std::vector<Vec3> places_;
  std::vector<std::size_t> indices_;
};

}  // namespace

PlaceBins::PlaceBins(Cell const& home) {
  Vec3 const edges[3] = {home.a, home.b, home.c};
  Vec3 corners[4];
  Vec3 step[3];
  for (int d = 0; d < 3; ++d) {
    n[d] = std::max(1, int(std::ceil(norm(edges[d]) / bin_edge)));
    step[d] = (0.5 / n[d]) * edges[d];
  }
  corners[0] = step[0] + step[1] + step[2], corners[1] = step[0] + step[1] - step[2];
  corners[2] = step[0] - step[1] + step[2], corners[3] = step[0] - step[1] - step[2];
  for (Vec3 corner : corners) radius = std::max(radius, norm(corner));
  radius += 1e-9;  // places on a bin's face
}

int PlaceBins::bin(Cell const& home, Vec3 place) const {
  Vec3 const f = home.to_fractional(place);
  double const along[3] = {f.x, f.y, f.z};
  int number = 0;
  for (int d = 0; d < 3; ++d)
    number = number * n[d] + std::clamp(int(along[d] * n[d]), 0, n[d] - 1);
  return number;
}

Vec3 PlaceBins::centre(Cell const& home, int bin) const {
  int const i = bin / (n[1] * n[2]), j = bin / n[2] % n[1], k = bin % n[2];
  return home.to_cartesian({(i + 0.5) / n[0], (j + 0.5) / n[1], (k + 0.5) / n[2]});
}

void BondValenceEnergy::energies(std::span<Vec3 const> places, std::span<double> energies) const {
  if (energies.size() != places.size())
    fail_input({}, places.size(), " places, but room for ", energies.size(), " energies");
  Cell const& home = host_->home;
  std::vector<Vec3> at(places.size());
  std::vector<Run> runs;
  for (std::size_t i = 0; i < places.size(); ++i) {
    at[i] = detail::wrapped(home, places[i]);
    int const bin = host_->bins.bin(home, at[i]);
    if (runs.empty() || runs.back().bin != bin) runs.push_back({bin, i, i});
    runs.back().end = i + 1;
  }
  std::ranges::sort(runs, {}, [](Run const& run) { return std::pair(run.bin, run.begin); });
  BinWorker worker(host_->kinds, host_->bins, home);
  for (std::size_t k = 0; k < runs.size(); ++k) {
    for (std::size_t i = runs[k].begin; i < runs[k].end; ++i) worker.add(at[i], i);
    if (k + 1 == runs.size() || runs[k + 1].bin != runs[k].bin)
      worker.evaluate(runs[k].bin, energies);
  }
}

LocalEnergy BondValenceEnergy::local(Vec3 place) const {
  LocalEnergy local;
  Vec3 const here = detail::wrapped(host_->home, place);
  for (BondValenceKind const& kind : host_->kinds)
    kind.images.visit(here, kind.ending.end, [&](Vec3 image, double) {
      Vec3 const apart = here - image;
      double const r = std::max(norm(apart), detail::least_distance);
      auto const f = kind.ending.applied(
          std::visit([&](auto const& term) { return term.radial(r); }, kind.term), r);
      local.energy += kind.strength * f.value;
      local.gradient += (kind.strength * f.first / r) * apart;
      double const across = kind.strength * f.first / r;
      double const along = (kind.strength * f.second - across) / (r * r);
      double const d[3] = {apart.x, apart.y, apart.z};
      for (int i = 0; i < 3; ++i) {
        local.hessian[i][i] += across;
        for (int j = 0; j < 3; ++j) local.hessian[i][j] += along * d[i] * d[j];
      }
    });
  return local;
}

BondValenceEnergy::~BondValenceEnergy() = default;
BondValenceEnergy::BondValenceEnergy(BondValenceEnergy&&) noexcept = default;
BondValenceEnergy& BondValenceEnergy::operator=(BondValenceEnergy&&) noexcept = default;

Cell const& BondValenceEnergy::cell() const { return host_->cell; }
double BondValenceEnergy::mobile_state() const { return host_->mobile_state; }
std::vector<std::string> const& BondValenceEnergy::remarks() const { return host_->remarks; }

}  // namespace ionscape
