// The ions of one species in bins of the home cell, for the neighbours of one point at a time.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <type_traits>
#include <vector>

#include <ionscape/core/cell.hpp>

#include "device/neighbour_buffer.hpp"

namespace ionscape::detail {

/// Where something lies: Å in the home cell, and fractions of it.
struct HomePoint {
  Vec3 r, f;
};

inline HomePoint home_point(Cell const& cell, Vec3 r) {
  Vec3 f = cell.to_fractional(r);
  f = {f.x - std::floor(f.x), f.y - std::floor(f.y), f.z - std::floor(f.z)};
  return {cell.to_cartesian(f), f};
}

/// The ions of one species in bins of the home cell.
class CellList {
 public:
  CellList(Cell const& cell, double reach, std::size_t ions) : cell_(cell), reach_(reach) {
    double const edge = std::cbrt(cell.volume() / std::max(1.0, double(ions) / occupancy));
    Vec3 const faces = cell.face_distances();
    double const face[3] = {faces.x, faces.y, faces.z};
    for (int d = 0; d < 3; ++d) bins_[d] = std::max(1, int(face[d] / edge));
    for (int corner = 0; corner < 4; ++corner)
      radius_ = std::max(
          radius_, norm(cell.to_cartesian({0.5 / bins_[0], (corner & 1 ? 0.5 : -0.5) / bins_[1],
                                           (corner & 2 ? 0.5 : -0.5) / bins_[2]})));
    // A bin m bins away is separated from the home bin by m - 1 bins.
    for (int d = 0; d < 3; ++d) {
      int const margin = margin_[d] = int(reach * bins_[d] / face[d]) + 1;
      for (int i = -margin; i < bins_[d] + margin; ++i) {
        int const cells = i >= 0 ? i / bins_[d] : -((-i + bins_[d] - 1) / bins_[d]);
        wrap_[d].push_back({i - cells * bins_[d], double(cells)});
      }
    }
    double const farthest = reach + 2 * radius_;
    for (int i = -margin_[0]; i <= margin_[0]; ++i)
      for (int j = -margin_[1]; j <= margin_[1]; ++j)
        for (int k = -margin_[2]; k <= margin_[2]; ++k) {
          Vec3 const c =
              cell.to_cartesian({double(i) / bins_[0], double(j) / bins_[1], double(k) / bins_[2]});
          if (dot(c, c) > farthest * farthest) continue;
          offsets_.push_back({i, j, k});
          x_offset_.push_back(c.x), y_offset_.push_back(c.y), z_offset_.push_back(c.z);
        }
    for (auto* v : {&x_offset_, &y_offset_, &z_offset_})
      v->resize(std::size_t(whole_vectors(int(v->size()))), far_away);
    count_.assign(std::size_t(bins_[0] * bins_[1] * bins_[2]), 0);
    resize(whole_vectors(int(occupancy)));
  }

  int size() const { return size_; }

  /// Puts an ion into its bin; slots[ion] says where it is from now on.
  void insert(int ion, HomePoint const& p, double charge, std::vector<int>& slots) {
    int bin = 0;
    for (int d = 0; d < 3; ++d) bin = bin * bins_[d] + coordinate(p.f, d);
    if (count_[bin] == capacity_) {
      resize(2 * capacity_);
      for (std::size_t s = 0; s < ion_.size(); ++s)
        if (ion_[s] >= 0) slots[std::size_t(ion_[s])] = int(s);
    }
    int const slot = bin * capacity_ + count_[bin]++;
    fill(slot, p.r, charge, ion);
    slots[std::size_t(ion)] = slot;
    ++size_;
  }

  void erase(int slot, std::vector<int>& slots) {
    int const bin = slot / capacity_, last = bin * capacity_ + --count_[bin];
    fill(slot, {x_[last], y_[last], z_[last]}, charge_[last], ion_[last]);
    slots[std::size_t(ion_[last])] = slot;
    fill(last, {far_away, far_away, far_away}, 0, -1);
    --size_;
  }

  void rename(int slot, int ion) { ion_[slot] = ion; }

  /// Calls take(squared distances, charges) for vectors of ions and images that contain all within
  /// the reach of p; entries that are none, and those in the two slots (-1: none), are far away.
  template <class Take>
  void visit(HomePoint const& p, int const (&without)[2], Take const& take) const {
    int const home[3] = {coordinate(p.f, 0), coordinate(p.f, 1), coordinate(p.f, 2)};
    Vec3 const d = p.r - cell_.to_cartesian({(home[0] + 0.5) / bins_[0], (home[1] + 0.5) / bins_[1],
                                             (home[2] + 0.5) / bins_[2]});
    double const limit = (reach_ + radius_) * (reach_ + radius_);
    for (std::size_t o = 0; o < offsets_.size(); o += native_width) {
      Lanes const dx = load(&x_offset_[o]) - Lanes(d.x), dy = load(&y_offset_[o]) - Lanes(d.y),
                  dz = load(&z_offset_[o]) - Lanes(d.z);
      for (unsigned bits = lanes_within(dx * dx + dy * dy + dz * dz, limit); bits != 0;
           bits &= bits - 1) {
        auto const& offset = offsets_[o + std::size_t(std::countr_zero(bits))];
        Wrap const a = wrap_[0][home[0] + offset[0] + margin_[0]],
                   b = wrap_[1][home[1] + offset[1] + margin_[1]],
                   c = wrap_[2][home[2] + offset[2] + margin_[2]];
        visit_bin((a.bin * bins_[1] + b.bin) * bins_[2] + c.bin,
                  cell_.to_cartesian({a.cells, b.cells, c.cells}) - p.r, without, take);
      }
    }
  }

 private:
  static constexpr double occupancy = 12;

  struct Wrap {
    int bin;
    double cells;
  };

  int coordinate(Vec3 f, int d) const {
    double const along = d == 0 ? f.x : d == 1 ? f.y : f.z;
    return std::clamp(int(along * bins_[d]), 0, bins_[d] - 1);
  }

  void fill(int slot, Vec3 r, double charge, int ion) {
    x_[slot] = r.x, y_[slot] = r.y, z_[slot] = r.z, charge_[slot] = charge, ion_[slot] = ion;
  }

  void resize(int capacity) {
    auto const spread = [&](auto& values, auto nothing) {
      std::remove_reference_t<decltype(values)> wider(count_.size() * std::size_t(capacity),
                                                      nothing);
      for (std::size_t bin = 0; bin < count_.size(); ++bin)
        for (int s = 0; s < count_[bin]; ++s)
          wider[bin * std::size_t(capacity) + s] = values[bin * std::size_t(capacity_) + s];
      values.swap(wider);
    };
    spread(x_, far_away), spread(y_, far_away), spread(z_, far_away), spread(charge_, 0.0),
        spread(ion_, -1);
    capacity_ = capacity;
  }

  template <class Take>
  void visit_bin(int bin, Vec3 shift, int const (&without)[2], Take const& take) const {
    int const begin = bin * capacity_, end = begin + count_[bin];
    double const *const x = x_.data(), *const y = y_.data(), *const z = z_.data(),
                        *const charge = charge_.data();
    for (int s = begin; s < end; s += native_width) {
      Lanes const dx = load(x + s) + Lanes(shift.x), dy = load(y + s) + Lanes(shift.y),
                  dz = load(z + s) + Lanes(shift.z);
      Lanes square = dx * dx + dy * dy + dz * dz;
      for (int slot : without)
        if (slot >= s && slot < s + native_width)
          add_to_lane(square, slot - s, far_away * far_away);
      take(square, load(charge + s));
    }
  }

  Cell cell_;
  double reach_, radius_ = 0;
  int bins_[3], margin_[3];
  std::vector<Wrap> wrap_[3];  // bin coordinates beyond the home cell
  std::vector<std::array<int, 3>> offsets_;
  std::vector<double> x_offset_, y_offset_, z_offset_;  // of the bins' centres
  std::vector<int> count_;
  int capacity_ = 0, size_ = 0;
  std::vector<double> x_, y_, z_, charge_;  // (bins, capacity)
  std::vector<int> ion_;
};

}  // namespace ionscape::detail
