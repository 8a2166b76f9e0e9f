// Barriers of hops in whole crystals, and the proof that goes with each.
//
// Ends are relaxed, bands are bent to the minimum energy path, the image that climbed is brought to
// the saddle by Newton's method. The certificate says whether that is one: all forces vanish, exactly
// one direction curves down, both ends are minima, and the two ways down from the saddle lead to the
// two ends. A stationary point with more directions down is left along the second of them, and the
// band is solved again; a minimum that is found on the way splits the hop into parts.
#pragma once

#include <array>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <ionscape/barriers/crystal_band.hpp>
#include <ionscape/barriers/rates.hpp>
#include <ionscape/barriers/stationary_point.hpp>
#include <ionscape/crystals/relax_crystals.hpp>

namespace ionscape {

struct HopOptions {
  CrystalBandOptions band;  // `images` holds where no path is given; ends are relaxed if it says
  double end_tolerance = 1e-4;     // eV/Å: forces on the ions of relaxed ends
  bool certify = true;             // refine the saddle and prove it
  double saddle_tolerance = 1e-5;  // eV/Å
  int most_parts = 6;              // of one hop
};

/// What is to be solved.
struct HopTaskOfCrystal {
  CrystalHop hop;
  CrystalPath path;  // empty: made by idpp_start
};

/// Where one way down from a saddle ends.
struct WayDown {
  enum class To { first, last, elsewhere, nowhere };
  To to = To::nowhere;
  double energy = 0;                    // eV, of where it ends
  std::array<double, 2> distance = {};  // Å, of the farthest ion from where it is at the two ends
  std::string reason;                   // nowhere: why
  std::vector<Vec3> positions;          // Å
};
char const* to_string(WayDown::To to);

/// A stationary point at which more than one direction curves down, and which was left.
struct FalseSaddle {
  double barrier = 0;  // eV, from the first end
  int falling = 0;
};

struct Certificate {
  StationaryPoint first, saddle, last;
  std::array<WayDown, 2> down;  // against the band's direction, and along it
  HarmonicRate forward, reverse;
  double hessian_error = 0;   // relative: H v at the saddle beside a difference of forces
  double measured_error = 0;  // eV: how the barrier changes with sums a hundred times more exact
  std::vector<std::string>
      missing;  // what is not as it should be, a sentence each; empty: certified

  bool certified() const { return missing.empty(); }
};

/// One barrier from a minimum to the next.
struct HopPart {
  CrystalHop hop;
  CrystalBand band;
  std::vector<FalseSaddle> left;
  std::optional<Certificate> certificate;  // where asked for, and the band has a saddle

  double first_energy() const { return band.band.energy.front(); }
  double last_energy() const { return band.band.energy.back(); }
  /// eV: of the saddle if one was found, else of the highest image.
  double top_energy() const;
  /// What is not as it should be in a band that converged, a sentence each.
  std::vector<std::string> missing() const;
};

struct SolvedHop {
  CrystalHop hop;                           // with its ends as they were solved
  std::array<double, 2> end_moved{};        // Å, of the farthest ion of each end as it relaxed
  std::vector<RelaxedCrystal> ends;         // two, where they were relaxed
  std::vector<HopPart> parts;               // from end to end; none where an end failed
  BandStatus status = BandStatus::running;  // the first part's that is not converged
  std::string reason;                       // a sentence where it is not converged
  std::vector<Warning> warnings;

  bool converged() const { return status == BandStatus::converged; }
  std::size_t highest() const;     // the part with the highest saddle
  double forward_barrier() const;  // eV; NaN where there is none
  double reverse_barrier() const;
  double rise() const;  // eV, from the first end to the last
  bool certified() const;
  std::string verdict() const;  // in one line: "certified: ...", or what is missing
};

/// What a caller hears while hops are solved; either may be empty.
struct HopProgress {
  std::function<void(std::size_t finished)> finished;  // hops that are done
  /// The path of a hop, between ends that are relaxed: as it begins, and now and then. A task that
  /// begins with it goes on from there.
  std::function<void(std::size_t hop, CrystalPath const&)> keep;
};

/// All hops in one batch; results in order. The crystals have charges. Kokkos must be running. Throws
/// InputError as relax_crystals and relax_crystal_bands do.
std::vector<SolvedHop> solve_hops(std::span<HopTaskOfCrystal const> tasks, PotentialSet const& set,
                                  HopOptions const& options = {}, HopProgress const& progress = {});

}  // namespace ionscape
