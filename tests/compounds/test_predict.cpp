// Real compounds: geometry on ideal frameworks with known answers; the models against the sweep and
// against each other.
#include <algorithm>
#include <cmath>
#include <set>

#include <ionscape/compounds/predict.hpp>
#include <ionscape/core/io/read_crystal.hpp>
#include <ionscape/lattice/csm.hpp>
#include <ionscape/lattice/distortion.hpp>
#include <ionscape/lattice/fcc.hpp>
#include <ionscape/sweep/ensemble.hpp>
#include <ionscape/sweep/runner.hpp>
#include <ionscape_test/catch.hpp>
#include <ionscape_test/files.hpp>

using namespace ionscape;
using namespace ionscape_test;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::StartsWith;
using Catch::Matchers::WithinAbs;

namespace {

constexpr double volume_per_anion = 46.81;
double const a = std::cbrt(4 * volume_per_anion);
HopKind const both[] = {HopKind::tet_oct_tet, HopKind::oct_tet_oct};

PotentialSet set_of(std::string const& extra = "") {
  return parse_potential_set(
      "name = \"Li in S\"\nsource = \"a test\"\n[insertion]\nmobile = \"Li\"\nframework = \"S\"\nz "
      "= 0.717\nz0 = 1.61\n"
      "gaussian_width = 0.197\n[[pair]]\nspecies = [\"Li\", \"S\"]\nform = \"born-mayer\"\nA = "
      "804.0\nrho = 0.311\n" +
          extra,
      "test.toml");
}

PredictOptions options_with(PotentialSet set) {
  PredictOptions options;
  options.potentials.emplace("S", std::move(set));
  return options;
}

/// One conventional cell of fcc S with ions at fractional coordinates.
Crystal sulfide(std::vector<std::pair<std::string, Vec3>> const& ions,
                std::array<int, 3> cells = {1, 1, 1}) {
  Crystal crystal =
      fcc_model(volume_per_anion, conventional_cells(cells[0], cells[1], cells[2]), "S", -1)
          .framework;
  crystal.charges.clear();
  for (auto const& [species, position] : ions) {
    crystal.species.push_back(species);
    crystal.positions.push_back(a * position);
  }
  return crystal;
}

/// Antifluorite: Li in all Tet.
Crystal li2s() {
  std::vector<std::pair<std::string, Vec3>> ions;
  for (double x : {0.25, 0.75})
    for (double y : {0.25, 0.75})
      for (double z : {0.25, 0.75}) ions.push_back({"Li", {x, y, z}});
  return sulfide(ions);
}

int count_of(CompoundGeometry const& g, auto const& condition) {
  int n = 0;
  for (CompoundHop const& hop : g.hops)
    if (condition(hop)) n += hop.count;
  return n;
}

}  // namespace

TEST_CASE("The distortion with a CSM is the one that has it, for Tet and Oct") {
  auto const ideal = fcc_model(volume_per_anion, conventional_cells(2, 2, 2), "S", -1);
  for (double d : {1.0, 1.01, 1.04, 1.12, 1.2, 1.35}) {
    auto const report = distort(ideal.framework, ideal.hop, WindowShear{d}).report;
    CAPTURE(d);
    CHECK_THAT(distortion_with_csm(SiteKind::tet, report.csm_tet).value(), WithinAbs(d, 1e-6));
    CHECK_THAT(distortion_with_csm(SiteKind::oct, report.csm_oct).value(), WithinAbs(d, 1e-6));
  }
  CHECK_FALSE(distortion_with_csm(SiteKind::tet, 60).has_value());
  CHECK_THAT(input_error([] { distortion_with_csm(SiteKind::tet, -1); }),
             ContainsSubstring("expected one >= 0"));
}

TEST_CASE(
    "Antifluorite: an fcc framework with Li in all Tet, whose hops differ by their angle alone") {
  auto const g = analyse_compound(li2s(), "S", "Li", both);
  CHECK(g.framework.kind == FrameworkKind::fcc);
  CHECK(g.volume_A3 == Approx(volume_per_anion));
  CHECK(g.taken.at("Li in tet") == 8);
  CHECK(g.mobile.size() == 8);
  CHECK(g.remarks.empty());
  // Each of the four Oct has eight Tet at the corners of a cube: 12 pairs along an edge, 12 across
  // a face, 4 across.
  REQUIRE(g.hops.size() == 3);
  for (auto const& [span, count] :
       {std::pair(a / 2, 48), {a / std::sqrt(2.0), 48}, {a * std::sqrt(3.0) / 2, 16}})
    CHECK(count_of(g, [&, s = span](CompoundHop const& h) {
            return std::fabs(h.span_A - s) < 1e-6;
          }) == count);
  for (CompoundHop const& hop : g.hops) {
    CHECK(hop.hop.kind == HopKind::tet_oct_tet);  // no Li stands in an Oct
    CHECK_THAT(hop.csm_tet, WithinAbs(0, 1e-9));
    CHECK(hop.tet_volume_A3 == Approx(a * a * a / 24));
    CHECK(hop.bottleneck_area_A2 == Approx(std::sqrt(3.0) / 8 * a * a));
    CHECK(hop.mobile_ends == 2);
  }
}

TEST_CASE("Other cations block the hops through their sites, and those alone") {
  // Li in one Oct, Mn in the three others: every Tet has four Oct around it, so all Li hops end at
  // Mn but those to images.
  Crystal const crystal = sulfide(
      {{"Li", {0.5, 0.5, 0.5}}, {"Mn", {0.5, 0, 0}}, {"Mn", {0, 0.5, 0}}, {"Mn", {0, 0, 0.5}}});
  auto const blocked = analyse_compound(crystal, "S", "Li", both);
  CHECK(count_of(blocked, [](CompoundHop const& h) { return h.blocked_by.empty(); }) == 0);
  // Without the Mn next door there are open ones, and they are listed first.
  Crystal const half = sulfide({{"Li", {0.5, 0.5, 0.5}}, {"Mn", {0.5, 0, 0}}});
  auto const open = analyse_compound(half, "S", "Li", both);
  // From the Li: 8 Tet; each leads to 3 other Oct, one of them of Mn. The ideal sites are all
  // alike.
  CHECK(count_of(open, [](CompoundHop const& h) { return h.blocked_by.empty(); }) == 16);
  CHECK(count_of(open, [](CompoundHop const& h) { return !h.blocked_by.empty(); }) == 8);
  CHECK(open.hops.front().blocked_by.empty());
  CHECK_THAT(open.hops.back().blocked_by, StartsWith("Mn"));
}

TEST_CASE("Hops that symmetry makes equal are one, and others are not, however alike they look") {
  auto const g = analyse_compound(li2s(), "S", "Li", both);
  CHECK(g.space_group == "Fm-3m");
  CHECK(g.space_group_number == 225);
  CHECK(g.different_hops == 3);
  // Layered LiCoO2: from an Oct of Li to its six neighbours, each over one of two Tet, and in two
  // ways to an Oct of Co.
  auto const layered = analyse_compound(
      read_crystal(IONSCAPE_SOURCE_DIR "/examples/compounds/LiCoO2.cif"), "O", "Li", both);
  CHECK(layered.space_group == "R-3m");
  CHECK(layered.hops.size() == 3);
  CHECK(count_of(layered, [](CompoundHop const& h) { return h.mobile_ends == 2; }) == 3 * 6);
  CHECK(count_of(layered, [](CompoundHop const&) { return true; }) == 54);
  // In an ideal framework all sites look alike. Mn at the distance a along x, in both directions,
  // makes the hops of Li in its plane others than those towards Mn; each leads over one of two Tet.
  Crystal const chain = sulfide({{"Li", {0.5, 0.5, 0.5}}, {"Mn", {1.5, 0.5, 0.5}}}, {2, 1, 1});
  auto const tetragonal = analyse_compound(chain, "S", "Li", both);
  CHECK(tetragonal.space_group == "P4/mmm");
  REQUIRE(tetragonal.hops.size() == 2);
  std::set<int> const counts{tetragonal.hops[0].count, tetragonal.hops[1].count};
  CHECK(counts == std::set<int>{4 * 2, 8 * 2});
  CHECK(tetragonal.hops[0].span_A == Approx(tetragonal.hops[1].span_A));
  CHECK(tetragonal.hops[0].bottleneck_area_A2 == Approx(tetragonal.hops[1].bottleneck_area_A2));
}

TEST_CASE("The cell that describes a crystal does not change its hops, only their number") {
  auto const once = analyse_compound(li2s(), "S", "Li", both);
  Crystal large = sulfide({}, {2, 1, 1});
  Crystal const small = li2s();
  for (int i : {0, 1})
    for (std::size_t ion = 0; ion < small.size(); ++ion)
      if (small.species[ion] == "Li") {
        large.species.push_back("Li");
        large.positions.push_back(small.positions[ion] + double(i) * small.cell.a);
      }
  auto const twice = analyse_compound(large, "S", "Li", both);
  REQUIRE(twice.hops.size() == once.hops.size());
  for (std::size_t h = 0; h < once.hops.size(); ++h)
    CHECK(count_of(twice, [&](CompoundHop const& hop) {
            return std::fabs(hop.span_A - once.hops[h].span_A) < 1e-6;
          }) == 2 * once.hops[h].count);
}

TEST_CASE("Thermal noise leaves no symmetry: hops that look alike are one, and that is said") {
  Crystal noisy = li2s();
  unsigned state = 7;
  auto const random = [&] {
    state = state * 1664525u + 1013904223u;
    return state / 4294967296.0 - 0.5;
  };
  for (Vec3& r : noisy.positions) r += 0.3 * Vec3{random(), random(), random()};
  auto const g = analyse_compound(noisy, "S", "Li", both);
  CHECK(g.space_group == "P1");
  CHECK(g.different_hops == 112);
  CHECK(int(g.hops.size()) <= most_different_hops);
  CHECK(g.hops.size() >= 3);
  CHECK(count_of(g, [](CompoundHop const&) { return true; }) == 112);
  REQUIRE(g.remarks.size() == 1);
  CHECK_THAT(g.remarks[0], ContainsSubstring("P1 within 0.01 Å, leaves 112 different hops: those "
                                             "alike within "));
  for (CompoundHop const& hop : g.hops) CHECK(hop.csm_tet_range[1] >= hop.csm_tet_range[0]);
}

TEST_CASE("Without a mobile ion all hops are taken, and it is said") {
  auto const g = analyse_compound(sulfide({}), "S", "Li", both);
  CHECK(count_of(g, [](CompoundHop const& h) { return h.hop.kind == HopKind::tet_oct_tet; }) ==
        4 * 28);
  CHECK(count_of(g, [](CompoundHop const& h) { return h.hop.kind == HopKind::oct_tet_oct; }) ==
        8 * 6);
  REQUIRE(g.remarks.size() == 1);
  CHECK_THAT(g.remarks[0], ContainsSubstring("no Li in the structure"));
}

TEST_CASE("A bcc framework, or an hcp one as of wurtzite, is outside the domain of C-V and C-V-D") {
  Crystal bcc = sulfide({});
  bcc.cell.c = 0.7071 * bcc.cell.c;  // the Bain path's end
  for (Vec3& r : bcc.positions) r.z *= 0.7071;
  double const b = 4, c = b * std::sqrt(8.0 / 3);
  Crystal wurtzite{
      {{b, 0, 0}, {-b / 2, b * std::sqrt(0.75), 0}, {0, 0, c}}, {"S", "S", "Li", "Li"}, {}, {}, ""};
  for (Vec3 f : {Vec3{1 / 3., 2 / 3., 0},
                 {2 / 3., 1 / 3., 0.5},
                 {1 / 3., 2 / 3., 0.375},
                 {2 / 3., 1 / 3., 0.875}})
    wurtzite.positions.push_back(wurtzite.cell.to_cartesian(f));
  for (auto const& [crystal, kind] :
       {std::pair(bcc, FrameworkKind::bcc), {wurtzite, FrameworkKind::hcp}}) {
    auto const g = analyse_compound(crystal, "S", "Li", both);
    CHECK(g.framework.kind == kind);
    CHECK_THAT(g.remarks.at(0),
               ContainsSubstring("no fcc lattice (" + std::string(name_of(kind)) + ")") &&
                   ContainsSubstring("outside the domain of the C-V and C-V-D models"));
  }
  auto const fitted =
      options_with(set_of("[fitted]\ncharge_e = [-1.7, -0.5]\nvolume_A3 = [23.0, 70.0]\n"
                          "error_eV = {barrier = 0.01}\n"));
  ModelQuestion question{
      "S", HopKind::tet_oct_tet, volume_per_anion, -1.2, 0, SiteKind::tet, 0.2, 0.2, 0.2};
  auto const fcc = ask_models(std::span(&question, 1), fitted)[0];
  question.in_domain = false;
  auto const other = ask_models(std::span(&question, 1), fitted)[0];
  for (auto const model : {&ModelAnswer::cv, &ModelAnswer::cvd}) {
    CHECK((other.*model).span_neb_eV.value == (fcc.*model).span_neb_eV.value);
    CHECK((fcc.*model).span_neb_eV.uncertainty > 0);
    CHECK(std::isnan(
        (other.*model).span_neb_eV.uncertainty));  // a fit's own error says nothing there
    CHECK(std::ranges::count((other.*model).notes, "outside_domain") == 1);
    CHECK(std::ranges::count((fcc.*model).notes, "outside_domain") == 0);
  }
}

TEST_CASE("A slab is outside the domain of C-V and C-V-D, since V counts its vacuum") {
  Crystal slab = sulfide({{"Li", {0.5, 0.5, 0.5}}});
  slab.cell.c = 3.0 * slab.cell.c;
  auto const g = analyse_compound(slab, "S", "Li", both);
  CHECK_FALSE(g.in_domain);
  CHECK(std::ranges::any_of(
      g.remarks, [](std::string const& words) { return words.find("empty space") != words.npos; }));
  CHECK(analyse_compound(sulfide({{"Li", {0.5, 0.5, 0.5}}}), "S", "Li", both).in_domain);
}

TEST_CASE(
    "What the models leave out is said once for all ions: other anions, ions far from a site") {
  Crystal const crystal = sulfide({{"Li", {0.5, 0.5, 0.5}},
                                   {"Li", {0.37, 0.37, 0.37}},
                                   {"Cl", {0.25, 0.25, 0.25}},
                                   {"Cl", {0.75, 0.25, 0.25}}});
  auto const remarks = analyse_compound(crystal, "S", "Li", both).remarks;
  REQUIRE(remarks.size() == 2);
  CHECK_THAT(remarks[0], StartsWith("Cl is taken for a cation"));
  CHECK_THAT(remarks[1], StartsWith("1 Li stand up to 1."));
}

TEST_CASE("C-V and C-V-D are the sweep's rows at the compound's charge, volume and CSM") {
  auto const ideal = fcc_model(volume_per_anion, conventional_cells(2, 2, 2), "S", -1);
  double const d = 1.1, csm = distort(ideal.framework, ideal.hop, WindowShear{d}).report.csm_tet;
  SweepPlan plan;
  plan.points = {{"S", volume_per_anion, -1.1, 1}, {"S", volume_per_anion, -1.1, d}};
  plan.potentials.emplace("S", set_of());
  auto const rows = run_sweep(plan).rows;
  ModelQuestion question{
      "S", HopKind::tet_oct_tet, volume_per_anion, -1.1, 0, SiteKind::tet, csm, csm, csm};
  auto const answer = ask_models(std::span(&question, 1), options_with(set_of()))[0];
  CHECK_THAT(answer.cv.span_three_point_eV.value, WithinAbs(rows[0].Ea_three_point_eV, 1e-6));
  CHECK_THAT(answer.cvd.span_three_point_eV.value, WithinAbs(rows[1].Ea_three_point_eV, 1e-6));
  CHECK_THAT(answer.cvd.span_neb_eV.value, WithinAbs(rows[1].Ea_neb_eV, 1e-3));
  CHECK_THAT(answer.cvd.from_end_neb_eV.value, WithinAbs(rows[1].barrier_tet_oct_eV, 1e-3));
  CHECK_THAT(answer.cvd.distortion, WithinAbs(d, 1e-6));
  double const highest = std::max({rows[1].E_oct_eV, rows[1].E_face_eV, rows[1].E_tet_eV});
  CHECK_THAT(answer.cvd.from_end_three_point_eV.value, WithinAbs(highest - rows[1].E_tet_eV, 1e-6));
  question.kind = HopKind::oct_tet_oct;
  auto const other = ask_models(std::span(&question, 1), options_with(set_of()))[0];
  CHECK_THAT(other.cvd.from_end_three_point_eV.value, WithinAbs(highest - rows[1].E_oct_eV, 1e-6));
}

TEST_CASE(
    "In an ideal framework the compound's own straight hop has the barrier of the model cell") {
  auto const geometry = analyse_compound(li2s(), "S", "Li", both);
  FrameworkQuestion own{sulfide({}), -1.3, 0, geometry.hops};
  ModelQuestion const model{
      "S", HopKind::tet_oct_tet, volume_per_anion, -1.3, 0, SiteKind::tet, 0, 0, 0};
  auto const options = options_with(set_of());
  auto const barriers = relax_in_frameworks(std::span(&own, 1), options)[0];
  auto const cv = ask_models(std::span(&model, 1), options)[0].cv;
  REQUIRE(barriers.size() == 3);
  for (std::size_t h = 0; h < 3; ++h) {
    CHECK_THAT(barriers[h].span_three_point_eV.value,
               WithinAbs(cv.span_three_point_eV.value, 1e-6));
    // A bent path may pass the Oct by: only the one straight through is that of the model.
    if (geometry.hops[h].span_A > 0.8 * a)
      CHECK_THAT(barriers[h].span_neb_eV.value, WithinAbs(cv.span_neb_eV.value, 5e-3));
    CHECK(barriers[h].span_neb_eV.value < cv.span_neb_eV.value + 5e-3);
  }
}

TEST_CASE("The charge's uncertainty becomes the barrier's by its slope") {
  double const u = 0.05;
  auto const options = options_with(set_of());
  std::vector<ModelQuestion> questions{
      {"S", HopKind::tet_oct_tet, volume_per_anion, -1.2, u, SiteKind::tet, 0, 0, 0}};
  for (double q : {-1.2 - u, -1.2 + u})
    questions.push_back(
        {"S", HopKind::tet_oct_tet, volume_per_anion, q, 0, SiteKind::tet, 0, 0, 0});
  auto const answers = ask_models(questions, options);
  double const slope =
      std::fabs(answers[2].cv.span_three_point_eV.value - answers[1].cv.span_three_point_eV.value) /
      2;
  CHECK(slope > 0.005);
  CHECK(answers[0].cv.span_three_point_eV.uncertainty ==
        Approx(slope));  // the set states no error of its own
  CHECK(std::isnan(answers[1].cv.span_three_point_eV.uncertainty));  // nothing is known
  CHECK_THAT(answers[1].cv.notes.back(), ContainsSubstring("states no error"));
}

TEST_CASE(
    "A set's own error grows from undistorted to distorted cells, and its ranges are kept watch "
    "over") {
  auto const set = set_of(
      "[fitted]\ncharge_e = [-1.7, -0.5]\nvolume_A3 = [23.0, 70.0]\ndistortion = [1.0, 1.2]\n"
      "error_eV = {barrier = 0.01, barrier_three_point = 0.02, barrier_three_point_distorted = "
      "0.06}\n");
  double const sigma =
      std::sqrt(std::acos(-1.0) / 2);  // of a normal distribution, over its mean absolute error
  CHECK(model_error(set, 1, false) == Approx(0.01 * sigma));
  CHECK(model_error(set, 1, true) == Approx(0.02 * sigma));
  CHECK(model_error(set, 1.05, true) == Approx(0.04 * sigma));
  CHECK(model_error(set, 1.2, true) == Approx(0.06 * sigma));
  CHECK(std::isnan(model_error(set_of(), 1, false)));

  CHECK(outside_range(set, -1, 40, 1.1).empty());
  CHECK(outside_range(set, -1.7, 23, 1.2).empty());
  auto const words = outside_range(set, -2, 80, 1.3);
  REQUIRE(words.size() == 3);
  CHECK(words[0] == "anion charge -2.000 e is outside the calibrated range -1.7 .. -0.5 e");
  CHECK(words[2] == "a distortion d is outside the calibrated range 1 .. 1.2");
}

TEST_CASE("A CSM beyond the model cell gives no number") {
  ModelQuestion const question{
      "S", HopKind::tet_oct_tet, volume_per_anion, -1, 0, SiteKind::tet, 50, 50, 50};
  auto const answer = ask_models(std::span(&question, 1), options_with(set_of()))[0];
  CHECK(std::isfinite(answer.cv.span_three_point_eV.value));
  CHECK(std::isnan(answer.cvd.span_three_point_eV.value));
  CHECK_THAT(answer.cvd.notes.at(0), ContainsSubstring("beyond"));
}

TEST_CASE(
    "A table of compounds is read with the anion of the formula; rows without numbers are named") {
  TemporaryFolder const folder;
  auto const table = read_compound_table(folder.write(
      "t.csv",
      "formula,path_type,volume_per_anion_A3,charge_e,csm,Ea_NEB_eV\n"
      "Li3PS4,TOT,41.6,-0.97,0.56,0.26\nLiTiS2,OTO,,-1,0.3,0.7\nLiCoO2,OTO,16.4,-1.06,0.33,\n"));
  REQUIRE(table.compounds.size() == 2);
  CHECK(table.compounds[0].question.anion == "S");
  CHECK(table.compounds[0].question.kind == HopKind::tet_oct_tet);
  CHECK(table.compounds[0].reference_eV == 0.26);
  CHECK(table.compounds[1].question.kind == HopKind::oct_tet_oct);
  CHECK(std::isnan(table.compounds[1].reference_eV));
  CHECK(table.left_out == std::vector<std::string>{"LiTiS2 (line 3): no volume_per_anion_A3"});

  auto const error = [&](char const* text) {
    return input_error([&] { read_compound_table(folder.write("e.csv", text)); });
  };
  CHECK_THAT(error("formula,path,volume_A3,charge_e\nLi2S,TOT,46,-1\n"),
             StartsWith("e.csv: no column csm"));
  CHECK_THAT(error("formula,path,volume_A3,charge_e,csm\nLi2S,XYZ,46,-1,0\n"),
             StartsWith("e.csv:2: path 'XYZ'"));
  CHECK_THAT(error("formula,path,volume_A3,charge_e,csm\nLi2S,TOT,46,1,0\n"),
             StartsWith("e.csv:2: "));
  CHECK_THAT(error("formula,path,volume_A3,charge_e,csm\nLi6PS5Cl,TOT,46,-1,0\n"),
             ContainsSubstring("Cl, S"));
}
