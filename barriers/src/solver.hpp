// All hops, round by round: bands of all parts that are open, then what each of them needs.
#pragma once

#include <ionscape/barriers/solve_hops.hpp>

namespace ionscape::detail {

class Solver {
 public:
  Solver(std::span<HopTaskOfCrystal const> tasks, PotentialSet const& set,
         HopOptions const& options, HopProgress const& progress);

  std::vector<SolvedHop> run();

 private:
  /// A part on its way, and the path that its next band begins with; an empty one: it is done.
  struct Work {
    HopPart part;
    CrystalPath path;
    bool done = false;
  };
  struct Hop {
    SolvedHop result;
    std::vector<Work> works;  // from end to end
  };

  void relax_ends();
  void compare_angles(SolvedHop& hop) const;
  void open(std::span<HopTaskOfCrystal const> tasks);
  void solve_bands();
  void follow_up(Hop& hop);
  bool split_at_minima(Hop& hop, std::size_t at);
  bool prove(Hop& hop, std::size_t at);
  void split(Hop& hop, std::size_t at, std::vector<std::vector<Vec3>> const& minima);
  void finish(Hop& hop) const;
  CrystalPath start_of(CrystalHop const& hop) const;
  Eigen::MatrixXd hessian_at_first(CrystalHop const& hop) const;

  PotentialSet const& set_;
  HopOptions options_;
  HopProgress const& progress_;
  std::vector<Hop> hops_;
};

}  // namespace ionscape::detail
