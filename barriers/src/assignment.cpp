#include <ionscape/barriers/assignment.hpp>

#include <limits>

namespace ionscape {

namespace {

/// Rows come one by one; each finds the cheapest way to a free column, on which rows before it may
/// move on to other columns. Prices of rows and columns keep all costs less prices at zero or above.
class Assignment {
 public:
  explicit Assignment(Eigen::MatrixXd const& cost)
      : cost_(cost),
        n_(std::size_t(cost.rows())),
        row_price_(n_, 0),
        column_price_(n_, 0),
        row_of_(n_, none) {}

  std::vector<std::size_t> run() {
    for (std::size_t row = 0; row < n_; ++row) add(row);
    std::vector<std::size_t> column_of(n_);
    for (std::size_t column = 0; column < n_; ++column) column_of[row_of_[column]] = column;
    return column_of;
  }

 private:
  static constexpr auto none = std::numeric_limits<std::size_t>::max();

  double reduced_cost(std::size_t row, std::size_t column) const {
    return cost_(Eigen::Index(row), Eigen::Index(column)) - row_price_[row] - column_price_[column];
  }

  /// Dijkstra's search over columns, from the new row to the nearest free one.
  void add(std::size_t row) {
    std::vector<double> length(n_, std::numeric_limits<double>::infinity());
    std::vector<std::size_t> before(n_, none), reached;  // columns; before: on the way to each
    std::vector<bool> done(n_, false);
    std::size_t at = none, from = row;
    double far = 0;
    do {
      std::size_t next = none;
      for (std::size_t column = 0; column < n_; ++column) {
        if (done[column]) continue;
        double const here = far + reduced_cost(from, column);
        if (here < length[column]) length[column] = here, before[column] = at;
        if (next == none || length[column] < length[next]) next = column;
      }
      at = next, far = length[at], done[at] = true;
      from = row_of_[at];
      reached.push_back(at);
    } while (from != none);
    row_price_[row] += far;
    for (std::size_t column : reached) {
      if (row_of_[column] != none) row_price_[row_of_[column]] += far - length[column];
      column_price_[column] -= far - length[column];
    }
    for (; before[at] != none; at = before[at]) row_of_[at] = row_of_[before[at]];
    row_of_[at] = row;
  }

  Eigen::MatrixXd const& cost_;
  std::size_t n_;
  std::vector<double> row_price_, column_price_;
  std::vector<std::size_t> row_of_;  // of each column
};

}  // namespace

std::vector<std::size_t> least_assignment(Eigen::MatrixXd const& cost) {
  return Assignment(cost).run();
}

}  // namespace ionscape
