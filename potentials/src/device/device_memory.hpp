// Small things around device memory: copies from the host, sizes, limits.
#pragma once

#include <algorithm>
#include <cstdio>
#include <span>
#include <string>

#include <Kokkos_Core.hpp>

#include <ionscape/core/error.hpp>

namespace ionscape::detail {

/// A new View with the values' copy.
template <class MemorySpace, class Values>
auto upload(char const* label, Values const& values) {
  using T = std::remove_const_t<typename Values::value_type>;
  Kokkos::View<T*, MemorySpace> view(
      Kokkos::view_alloc(Kokkos::WithoutInitializing, std::string(label)), values.size());
  auto mirror = Kokkos::create_mirror_view(view);
  std::copy(values.begin(), values.end(), mirror.data());
  Kokkos::deep_copy(view, mirror);
  return view;
}

/// Bytes of several Views.
template <class... Views>
std::size_t bytes(Views const&... views) {
  return (std::size_t(0) + ... + (views.span() * sizeof(typename Views::value_type)));
}

/// Two decimals, or as many as show three digits.
inline std::string gigabytes(double bytes) {
  double const value = bytes * 1e-9;
  char text[32];
  std::snprintf(text, sizeof(text), value >= 0.1 ? "%.2f GB" : "%.3g GB", value);
  return text;
}

/// The InputError of require_memory: smaller batches may help.
struct DoesNotFit : InputError {
  using InputError::InputError;
};

/// Throws DoesNotFit if `needed` bytes are more than `limit`.
inline void require_memory(char const* what, double needed, double limit) {
  if (!(needed <= limit))
    throw DoesNotFit(std::string(what) + " would take " + gigabytes(needed) + ", " +
                     gigabytes(limit) + " are allowed");
}

}  // namespace ionscape::detail
