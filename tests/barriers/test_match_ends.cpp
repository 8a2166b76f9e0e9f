// Two structures made one hop: by what is known of the crystals, in any order, wrapped and shifted.
#include <algorithm>
#include <cmath>
#include <numeric>

#include <ionscape/barriers/assignment.hpp>
#include <ionscape/barriers/match_ends.hpp>
#include <ionscape/core/io/read_crystal.hpp>
#include <ionscape_test/catch.hpp>
#include <ionscape_test/files.hpp>
#include <ionscape_test/property.hpp>

using namespace ionscape;
using namespace ionscape_test;
using Catch::Matchers::ContainsSubstring;

namespace {

/// Li2O with one Li missing, relaxed before and after a hop (tests/data/barriers/README.md).
Crystal before() { return read_crystal(IONSCAPE_TEST_DATA "/barriers/li2o_vLi/initial.vasp"); }
Crystal after() { return read_crystal(IONSCAPE_TEST_DATA "/barriers/li2o_vLi/final.vasp"); }

Cell cube(double a) { return {{a, 0, 0}, {0, a, 0}, {0, 0, a}}; }

/// n^3 cells of a simple cubic crystal of X, and one Y that keeps the frame; without the X at the
/// places given by their numbers, as one deletes lines of a file.
Crystal simple_cubic(int n, double a, std::vector<int> missing) {
  Crystal crystal{cube(n * a), {}, {}, {}, ""};
  for (int i = 0; i < n; ++i)
    for (int j = 0; j < n; ++j)
      for (int k = 0; k < n; ++k) crystal.positions.push_back(a * Vec3{i + .0, j + .0, k + .0});
  std::ranges::sort(missing, std::greater{});
  for (int ion : missing) crystal.positions.erase(crystal.positions.begin() + ion);
  crystal.species.assign(crystal.size(), "X");
  return crystal;
}

Crystal with_ions(Crystal crystal, std::string const& species, std::vector<Vec3> const& places) {
  for (Vec3 r : places) crystal.species.push_back(species), crystal.positions.push_back(r);
  return crystal;
}

Crystal in_order(Crystal const& crystal, std::vector<std::size_t> const& order) {
  Crystal out = crystal;
  for (std::size_t i = 0; i < order.size(); ++i) {
    out.species[i] = crystal.species[order[i]];
    out.positions[i] = crystal.positions[order[i]];
    if (!crystal.fixed.empty()) out.fixed[i] = crystal.fixed[order[i]];
  }
  return out;
}

std::vector<std::size_t> random_order(std::size_t n) {
  std::vector<std::size_t> order(n);
  std::iota(order.begin(), order.end(), std::size_t{0});
  for (std::size_t i = n; i > 1; --i)
    std::swap(order[i - 1], order[std::size_t(*rc::gen::inRange(0, int(i)))]);
  return order;
}

/// Every ion in some other cell, all moved by `drift`.
Crystal wrapped_otherwise(Crystal crystal, Vec3 drift) {
  auto const any = [] { return double(*rc::gen::inRange(-2, 3)); };
  for (Vec3& r : crystal.positions) {
    double const a = any(), b = any(), c = any();
    r += crystal.cell.to_cartesian({a, b, c}) + drift;
  }
  return crystal;
}

std::vector<Vec3> ways(CrystalHop const& hop) {
  std::vector<Vec3> out;
  for (std::size_t i = 0; i < hop.size(); ++i)
    out.push_back(hop.final_.positions[i] - hop.initial.positions[i]);
  return out;
}

/// Ions that go farther than `by`, as numbers from 0.
std::vector<std::size_t> hopping(CrystalHop const& hop, double by = 1) {
  std::vector<std::size_t> out;
  auto const all = ways(hop);
  for (std::size_t i = 0; i < all.size(); ++i)
    if (norm(all[i]) > by) out.push_back(i);
  return out;
}

double largest_difference(std::vector<Vec3> const& a, std::vector<Vec3> const& b) {
  double most = 0;
  for (std::size_t i = 0; i < a.size(); ++i) most = std::max(most, norm(a[i] - b[i]));
  return most;
}

bool warns(CrystalHop const& hop, std::string const& note) {
  return std::ranges::any_of(hop.warnings, [&](Warning const& w) { return w.note == note; });
}

std::string refused(Crystal const& initial, Crystal const& final_) {
  return input_error([&] { match_ends(initial, final_, {"A.vasp", "B.vasp"}); });
}

}  // namespace

TEST_CASE("The least assignment is the best of all permutations") {
  holds("no permutation is cheaper", [] {
    int const n = *rc::gen::inRange(1, 7);
    bool const whole = *rc::gen::arbitrary<bool>();  // with ties
    Eigen::MatrixXd cost(n, n);
    for (int i = 0; i < n; ++i)
      for (int j = 0; j < n; ++j)
        cost(i, j) = whole ? double(*rc::gen::inRange(0, 5)) : number_between(0, 10);
    std::vector<std::size_t> order(std::size_t(n), 0);
    std::iota(order.begin(), order.end(), std::size_t{0});
    auto const total = [&](std::vector<std::size_t> const& column_of) {
      double sum = 0;
      for (std::size_t i = 0; i < column_of.size(); ++i) sum += cost(long(i), long(column_of[i]));
      return sum;
    };
    auto const found = least_assignment(cost);
    RC_ASSERT(std::ranges::is_permutation(found, order));
    double least = total(order);
    while (std::ranges::next_permutation(order).found) least = std::min(least, total(order));
    RC_ASSERT(std::fabs(total(found) - least) < 1e-9);
  });
}

TEST_CASE("The hop of a vacancy in Li2O is the same from permuted, wrapped and shifted files") {
  Crystal const initial = before(), final_ = after();
  CrystalHop const hop = match_ends(initial, final_);
  CHECK(hopping(hop).size() == 1);
  CHECK(hop.name == "Li" + std::to_string(hopping(hop)[0] + 1));
  CHECK(hop.warnings.empty());
  CHECK(largest_difference(hop.final_.positions, final_.positions) < 0.01);

  holds("the final in another order", [&] {
    Crystal const other =
        wrapped_otherwise(in_order(final_, random_order(final_.size())), vector_within(0.5));
    CrystalHop const again = match_ends(initial, other);
    RC_ASSERT(largest_difference(ways(again), ways(hop)) < 1e-9);
    RC_ASSERT(again.initial.positions == initial.positions);
    RC_ASSERT(again.final_.species == initial.species);
    RC_ASSERT(again.name == hop.name && warns(again, "ions_reordered"));
  });
  holds("both in another order, and back", [&] {
    auto const order = random_order(initial.size());
    Crystal const first = in_order(initial, order), last = wrapped_otherwise(final_, {});
    std::vector<Vec3> expected, back;
    for (std::size_t i : order) expected.push_back(ways(hop)[i]);
    RC_ASSERT(largest_difference(ways(match_ends(first, last)), expected) < 1e-9);
    for (Vec3 way : ways(hop)) back.push_back(-way);
    RC_ASSERT(largest_difference(ways(match_ends(last, first)), back) < 1e-9);
  });
}

TEST_CASE("A vacancy that is a deleted line leads to the hop of one ion") {
  // As listed, all ions between the two lines move up by one.
  int const n = 4;
  double const a = 2.8;
  int neighbours = 0;
  for (int missing = 1; missing < n * n * n; ++missing) {
    Crystal const first = simple_cubic(n, a, {0}), last = simple_cubic(n, a, {missing});
    Vec3 const way = minimum_image(
        cube(n * a),
        -a * Vec3{double(missing / (n * n)), double(missing / n % n), double(missing % n)});
    if (dot(way, way) > 3.5 * a * a) continue;  // half a cell, or along a line of ions
    CAPTURE(missing);
    CrystalHop const hop = match_ends(first, last);
    auto const moved = hopping(hop);
    REQUIRE(moved.size() == 1);
    CHECK(norm(ways(hop)[moved[0]] - way) < 1e-9);
    ++neighbours;
  }
  CHECK(neighbours == 26);
}

TEST_CASE("A hop of half a cell goes the way that the files say, and is called ambiguous") {
  Crystal initial{cube(5), {}, {}, {}, ""};
  initial = with_ions(initial, "Li", {{1.25, 1.25, 1.25}});
  initial = with_ions(initial, "O", {{0, 0, 0}, {0, 2.5, 2.5}, {2.5, 0, 2.5}, {2.5, 2.5, 0}});
  for (double end : {3.75, -1.25}) {
    Crystal final_ = initial;
    final_.positions[0] = {end, 3.75, end};
    CrystalHop const hop = match_ends(initial, final_), back = match_ends(final_, initial);
    CHECK(norm(ways(hop)[0] - Vec3{end - 1.25, 2.5, end - 1.25}) < 1e-12);
    CHECK(norm(ways(back)[0] + ways(hop)[0]) < 1e-12);
    REQUIRE(hop.warnings.size() == 1);
    CHECK(hop.warnings[0].note == "ambiguous_way");
    CHECK_THAT(hop.warnings[0].text, ContainsSubstring("Li1: the hop is ambiguous: 8 images"));
  }
}

TEST_CASE("An ion that pushes another along is found in any order, a sharp turn is to be listed") {
  double const a = 4;
  Crystal const host = with_ions(simple_cubic(3, a, {}), "Y", {{1, 2, 2}});
  // From one edge to the place of an X, which goes on.
  Vec3 const from = a * Vec3{1, 1, 0.5}, site = a * Vec3{1, 1, 1};
  std::size_t const pushed = 9 + 3 + 1, last = host.size();
  auto const ends = [&](Vec3 to) {
    Crystal initial = with_ions(host, "X", {from}), final_ = with_ions(host, "X", {site});
    final_.positions[pushed] = to;
    return std::pair(initial, final_);
  };
  holds("in a line", [&] {
    auto const [initial, final_] = ends(a * Vec3{1, 1, 1.5});
    auto const order =
        *rc::gen::arbitrary<bool>() ? random_order(initial.size()) : std::vector<std::size_t>{};
    CrystalHop const hop = match_ends(initial, order.empty() ? final_ : in_order(final_, order));
    RC_ASSERT(hopping(hop) == (std::vector{pushed, last}));
    RC_ASSERT(largest_difference(ways(hop), ways(match_ends(initial, final_))) < 1e-12);
    RC_ASSERT(warns(hop, "several_ions_hop"));
  });
  // At a right angle 2.83 Å are shorter than 2 + 2 Å: in another order the X stays.
  auto const [initial, final_] = ends(a * Vec3{1, 1.5, 1});
  CHECK(hopping(match_ends(initial, final_)) == std::vector{pushed, last});
  CHECK(match_ends(initial, final_).name ==
        "X" + std::to_string(pushed + 1) + "+X" + std::to_string(last + 1));
  std::vector<std::size_t> order(initial.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::reverse(order);
  CHECK(hopping(match_ends(initial, in_order(final_, order))) == std::vector{last});
}

TEST_CASE("A ring of ions that change places is stated by the order") {
  Crystal const initial = simple_cubic(3, 3, {});
  Crystal final_ = initial;
  std::size_t const ring[] = {0, 1, 4, 3};
  for (int k = 0; k < 4; ++k) final_.positions[ring[k]] = initial.positions[ring[(k + 1) % 4]];
  CrystalHop const hop = match_ends(initial, final_);
  CHECK(hopping(hop) == std::vector<std::size_t>{0, 1, 3, 4});
  CHECK(largest_difference(hop.final_.positions, final_.positions) < 1e-12);
  CHECK_THAT(hop.warnings.at(0).text, ContainsSubstring("4 ions hop: X1 (3.000 Å), X2 (3.000 Å)"));
}

TEST_CASE("Where another order leaves it open which ion goes where, it is asked for") {
  // Two X on a diagonal of a square go to the other diagonal.
  double const s = 2.5;
  Crystal const host =
      with_ions({cube(12), {}, {}, {}, ""}, "Y", {{0, 0, 6}, {6, 0, 0}, {0, 6, 0}});
  Crystal const initial = with_ions(host, "X", {{3, 3, 3}, {3 + s, 3 + s, 3}});
  Crystal const final_ = with_ions(host, "X", {{3 + s, 3, 3}, {3, 3 + s, 3}});
  Crystal const other = with_ions(host, "X", {{3, 3 + s, 3}, {3 + s, 3, 3}});
  for (Crystal const* end : {&final_, &other}) {
    CrystalHop const hop = match_ends(initial, *end);
    CHECK(largest_difference(hop.final_.positions, end->positions) < 1e-12);
    CHECK(warns(hop, "several_ions_hop"));
  }
  CHECK_THAT(refused(initial, in_order(final_, {4, 3, 2, 1, 0})),
             ContainsSubstring("B.vasp: the ions are listed in another order than in the initial "
                               "structure, and it is open where X"));
  // All ions somewhere else, and listed otherwise.
  Crystal scattered = simple_cubic(3, 3, {});
  Crystal const cubic = scattered;
  for (std::size_t i = 0; i < scattered.size(); ++i)
    scattered.positions[i] += 1.4 * Vec3{std::sin(9. * double(i)), std::cos(7. * double(i)), 0};
  std::vector<std::size_t> order(cubic.size());
  std::iota(order.rbegin(), order.rend(), std::size_t{0});
  CHECK_THAT(
      refused(cubic, in_order(scattered, order)),
      ContainsSubstring(" would hop: X") && ContainsSubstring("list their ions in one order"));
}

TEST_CASE("Fixed ions hold the frame, and must not have moved") {
  Crystal initial = before(), final_ = after();
  for (Vec3& r : final_.positions) r += Vec3{0.3, 0, 0};
  CHECK(warns(match_ends(initial, final_), "drift_removed"));
  // Nothing is moved while any ion is fixed, so that the fixed one itself has moved.
  initial.fixed.assign(initial.size(), {false, false, false});
  initial.fixed[5] = {true, false, false};
  CHECK_THAT(refused(initial, final_),
             ContainsSubstring("O6 is fixed along a in the initial structure, and has moved by"));
  initial.fixed[5] = {false, false, false};
  CHECK(hopping(match_ends(initial, final_)).size() == 1);
  final_ = initial;
  final_.positions[40] += Vec3{0, 0, 1.2};
  final_.positions[41] += Vec3{0.2, 0, 0};
  initial.fixed[41] = {false, true, true};
  CrystalHop const hop = match_ends(initial, final_);
  CHECK(hop.final_.fixed == initial.fixed);
  CHECK(ways(hop)[41].x == Approx(0.2));
}

TEST_CASE("What is no pair of ends of one hop is refused with the reason") {
  Crystal const initial = before(), final_ = after();
  Crystal other = final_;
  other.cell.b.y += 0.002;
  CHECK_THAT(refused(initial, other), ContainsSubstring("B.vasp: the cell differs from the initial "
                                                        "structure's by 0.002 Å"));
  other = final_;
  other.cell.b = other.cell.b + other.cell.a;
  CHECK_THAT(refused(initial, other), ContainsSubstring("the cell differs"));
  other = with_ions(final_, "Li", {{1.147, 1.147, 1.147}});
  other.positions.back() = Vec3{4.6, 1.2, 2.4};
  CHECK_THAT(refused(initial, other), ContainsSubstring("B.vasp: 96 ions, but 95 in the initial"));
  other = final_;
  other.species[0] = "Li";
  CHECK_THAT(refused(initial, other),
             ContainsSubstring("B.vasp: 64 ions of Li, but 63 in the initial structure"));
  CHECK_THAT(refused(initial, initial), ContainsSubstring("no ion has moved by more than 0.001 Å"));
  other = initial;
  std::ranges::reverse(other.species);
  std::ranges::reverse(other.positions);
  CHECK_THAT(refused(initial, other), ContainsSubstring("no ion has moved"));
  other = final_;
  other.positions[3].x = std::nan("");
  CHECK_THAT(refused(initial, other), ContainsSubstring("the position of ion 4 is not finite"));
}

TEST_CASE("A drift over any distance is told by the order") {
  Crystal const initial = before(), final_ = after();
  auto const expected = ways(match_ends(initial, final_));
  holds("the same hop", [&] {
    Crystal far = final_;
    Vec3 const drift = vector_within(20);
    for (Vec3& r : far.positions) r += drift;
    RC_ASSERT(largest_difference(ways(match_ends(initial, far)), expected) < 1e-9);
  });
}

TEST_CASE("Cells that print differently are one cell, the initial's") {
  Crystal const initial = before();
  Crystal final_ = after();
  final_.cell.c.z += 5e-4;
  for (Vec3& r : final_.positions) r.z *= 1 + 5e-4 / 9.1758;
  CrystalHop const hop = match_ends(initial, final_), exact = match_ends(initial, after());
  CHECK(largest_difference(ways(hop), ways(exact)) < 1e-9);
  CHECK(norm(hop.final_.cell.c - initial.cell.c) == 0);
}
