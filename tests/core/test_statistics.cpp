#include <cmath>
#include <vector>

#include <ionscape/core/statistics.hpp>
#include <ionscape_test/catch.hpp>

using namespace ionscape;
using List = std::vector<double>;

TEST_CASE("Errors are counted with their signs, sizes, squares and the place of the largest") {
  auto const s = error_statistics(List{1, 2, 3, 4}, List{1.5, 1, 3, 6});
  CHECK(s.count == 4);
  CHECK(s.bias == Approx((-0.5 + 1 + 0 - 2) / 4));
  CHECK(s.mae == Approx(3.5 / 4));
  CHECK(s.rmse == Approx(std::sqrt((0.25 + 1 + 0 + 4) / 4)));
  CHECK(s.median_absolute == Approx(0.75));
  CHECK(s.largest == Approx(2));
  CHECK(s.largest_at == 3);
  CHECK(s.rank_correlation == Approx(0.8));  // 1 - 6 (1 + 1) / (4 * 15)
}

TEST_CASE("Without values there are no errors, and they are not zero") {
  auto const s = error_statistics({}, {});
  CHECK(s.count == 0);
  for (double x : {s.bias, s.mae, s.rmse, s.median_absolute, s.largest, s.rank_correlation})
    CHECK(std::isnan(x));
}

TEST_CASE("The median is the middle value or the mean of the two in the middle") {
  CHECK(median({3, 1, 2}) == 2);
  CHECK(median({4, 1, 2, 3}) == 2.5);
  CHECK(std::isnan(median({})));
}

TEST_CASE("Equal values share the mean of their ranks") {
  CHECK(ranks(List{10, 20, 20, 5}) == List{2, 3.5, 3.5, 1});
  CHECK(ranks(List{7, 7, 7}) == List{2, 2, 2});
}

TEST_CASE("Spearman's correlation sees any monotonic relation, ties included") {
  List const x{1, 2, 3, 4, 5};
  CHECK(spearman(x, List{1, 8, 27, 64, 125}) == Approx(1));
  CHECK(spearman(x, List{5, 4, 3, 2, -100}) == Approx(-1));
  // Ranks 1, 2.5, 2.5, 4 against 1 to 4: 4.5 / sqrt(4.5 * 5)
  CHECK(spearman(List{1, 2, 2, 3}, List{1, 2, 3, 4}) == Approx(4.5 / std::sqrt(4.5 * 5)));
  CHECK(std::isnan(spearman(List{1, 1, 1}, List{1, 2, 3})));
  CHECK(std::isnan(spearman(List{1}, List{1})));
}

TEST_CASE("A preference is hit where the signs agree") {
  CHECK(sign_hits(List{-1, 1, 0.2, -0.1}, List{-2, -1, 0.1, 0.1}) == 2);
}
