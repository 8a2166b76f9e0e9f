// Which barrier is recommended, and why none is.
#include <cmath>

#include <ionscape/compounds/compound.hpp>
#include <ionscape_test/catch.hpp>

using namespace ionscape;
using Catch::Matchers::ContainsSubstring;

namespace {

struct Case {
  CompoundGeometry geometry;
  CompoundHop hop;
  std::optional<Predicted> predicted = Predicted{};

  Case() {
    geometry.framework.kind = FrameworkKind::fcc;
    predicted->cvd_by_tet.from_end_three_point_eV = {0.30, 0.04};
    predicted->cvd_by_oct.from_end_three_point_eV = {0.35, 0.12};
    predicted->own_framework.from_end_three_point_eV = {0.1, 0.01};
  }
  Recommendation ask(SiteKind site = SiteKind::tet) const {
    return recommend(geometry, hop, predicted, site);
  }
};

void check_none(Case const& c, std::string const& why) {
  Recommendation const r = c.ask();
  CHECK_FALSE(r.exists());
  CHECK(std::isnan(r.barrier_eV.value));
  CHECK_THAT(r.reason, ContainsSubstring(why));
}

}  // namespace

TEST_CASE("Inside its domain C-V-D is recommended, with no error below that against DFT") {
  Case const c;
  CHECK(c.ask().model == "C-V-D");
  CHECK(c.ask().barrier_eV.value == 0.30);
  CHECK(c.ask().barrier_eV.uncertainty == compound_rmse_eV);
  CHECK(c.ask(SiteKind::oct).barrier_eV.value == 0.35);
  CHECK(c.ask(SiteKind::oct).barrier_eV.uncertainty == 0.12);
  CHECK_THAT(c.ask().reason, ContainsSubstring("inside the calibrated range"));
}

TEST_CASE("A little outside the calibrated range the barrier stands, and the reason says so") {
  Case c;
  c.predicted->cvd_by_tet.notes = {"tet_not_minimum",
                                   "anion charge -1.717 e is outside the calibrated range"};
  CHECK(c.ask().exists());
  CHECK(c.ask().reason ==
        "fcc framework, but anion charge -1.717 e is outside the calibrated range");
}

TEST_CASE("Without a number to believe none is recommended, and the reason is said") {
  Case hcp;
  hcp.geometry.in_domain = false;
  hcp.geometry.framework.kind = FrameworkKind::hcp;
  check_none(hcp, "hcp lattice");
  Case slab;
  slab.geometry.in_domain = false;
  check_none(slab, "empty space");
  Case blocked;
  blocked.hop.blocked_by = "Mn3";
  blocked.predicted.reset();
  check_none(blocked, "blocked by Mn3");
  Case far;
  far.predicted->cvd_by_tet.from_end_three_point_eV.uncertainty = std::nan("");
  far.predicted->cvd_by_tet.notes = {"far outside the calibrated range: the error is not known"};
  check_none(far, "far outside");
  Case sheared;
  sheared.predicted->cvd_by_tet = {};
  sheared.predicted->cvd_by_tet.notes = {
      "CSM 9.00 is beyond what the model cell can be sheared to"};
  check_none(sheared, "CSM 9.00 is beyond");
  Case well;
  well.predicted->cvd_by_tet.notes = {"inside_buckingham_well"};
  check_none(well, "Buckingham well");
  Case downhill;
  downhill.predicted->cvd_by_tet.from_end_three_point_eV = {0, 0.04};
  check_none(downhill, "highest point");
}

TEST_CASE("The lowest recommended barrier of a compound is found among its hops") {
  Case const c;
  Compound compound;
  CHECK_FALSE(lowest_recommended(compound, SiteKind::tet));
  compound.geometry.framework.kind = FrameworkKind::fcc;
  for (double barrier : {0.5, 0.2, 0.3}) {
    compound.geometry.hops.push_back(c.hop);
    compound.predicted.push_back(c.predicted);
    compound.predicted.back()->cvd_by_tet.from_end_three_point_eV.value = barrier;
  }
  CHECK(lowest_recommended(compound, SiteKind::tet) == std::size_t{1});
  // A hop between two mobile ions comes before lower ones to sites that stand empty.
  for (CompoundHop& hop : compound.geometry.hops) hop.mobile_ends = 1;
  CHECK(lowest_recommended(compound, SiteKind::tet) == std::size_t{1});
  compound.geometry.hops[2].mobile_ends = 2;
  CHECK(lowest_recommended(compound, SiteKind::tet) == std::size_t{2});
}

TEST_CASE("A reduced formula begins with the mobile ion and ends with the anion") {
  CHECK(reduced_formula({{"Li", 2}, {"Ti", 4}, {"O", 8}}, "Li", "O") == "LiTi2O4");
  CHECK(reduced_formula({{"S", 4}, {"Li", 8}}, "Li", "S") == "Li2S");
  CHECK(reduced_formula({{"Li", 3}, {"P", 1}, {"Ge", 1}, {"S", 12}}, "Li", "S") == "Li3GePS12");
}
