// Many crystals, a batch at a time.
#pragma once

#include <functional>
#include <span>

#include <ionscape/core/crystal.hpp>

namespace ionscape {

/// Calls work(begin, end) for one part of the list after the other, each of at most 200,000 ions,
/// and progress(end), if given, after each. A part that does not fit into memory (work() throws
/// what EnergyModel's constructor throws then) is tried again in halves; one crystal that does not
/// fit lets the error through.
void in_batches(std::span<Crystal const> crystals,
                std::function<void(std::size_t begin, std::size_t end)> const& work,
                std::function<void(std::size_t)> const& progress = {});

}  // namespace ionscape
