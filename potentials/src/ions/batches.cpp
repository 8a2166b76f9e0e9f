#include <ionscape/potentials/ions/batches.hpp>

#include "device/device_memory.hpp"

namespace ionscape {

void in_batches(std::span<Crystal const> crystals,
                std::function<void(std::size_t, std::size_t)> const& work,
                std::function<void(std::size_t)> const& progress) {
  std::size_t most_ions = 200'000;  // a few GB at the most; fewer where that does not fit
  for (std::size_t begin = 0; begin < crystals.size();) {
    std::size_t end = begin, ions = 0;
    while (end < crystals.size() && (end == begin || ions + crystals[end].size() <= most_ions))
      ions += crystals[end++].size();
    try {
      work(begin, end);
    } catch (detail::DoesNotFit const&) {
      if (end - begin == 1) throw;
      most_ions = ions / 2;
      continue;
    }
    begin = end;
    if (progress) progress(begin);
  }
}

}  // namespace ionscape
