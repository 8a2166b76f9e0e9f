// All particles of many crystals, evaluated at once in cells that change.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include <ionscape/potentials/ions/energy_model.hpp>

#include "relaxation.hpp"

namespace ionscape::detail {

class ParticleBatch {
 public:
  /// For the references of the given relaxations, which get their tuning if they have none. Throws
  /// InputError as EnergyModel does.
  ParticleBatch(std::span<Relaxation* const> relaxations, PotentialSet const& set,
                EnergyOptions const& options);

  /// Evaluates all at their wanted places, and hands the results to those that are running.
  void advance();

 private:
  using Exec = Kokkos::DefaultExecutionSpace;
  using Model = EnergyModel<Exec::memory_space>;

  void place();
  void hand_out();

  std::vector<Relaxation*> relaxations_;
  std::vector<std::size_t> begin_;  // of each one's particles, and the end
  std::unique_ptr<Model> model_;
  Model::Vectors positions_;
  decltype(Kokkos::create_mirror_view(std::declval<Model::Vectors>())) on_host_;
};

/// Calls work(0) ... work(n - 1) on the threads of the host, and waits; they must not throw.
template <class Work>
void for_all(char const* label, std::size_t n, Work const& work) {
  using Host = Kokkos::DefaultHostExecutionSpace;
  Kokkos::parallel_for(label,
                       Kokkos::RangePolicy<Host, Kokkos::Schedule<Kokkos::Dynamic>>(Host(), 0, n),
                       [&work](std::size_t i) { work(i); });
  Host().fence(label);
}

}  // namespace ionscape::detail
