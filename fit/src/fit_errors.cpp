// The errors of a fit, by anion, quantity and distortion.
#include <cmath>
#include <map>
#include <set>
#include <tuple>

#include <ionscape/core/io/format.hpp>
#include <ionscape/fit/calibrate.hpp>

#include "calibrate_files.hpp"

namespace ionscape {

std::vector<FitErrors> errors_of(FormFit const& fit) {
  std::vector<FitErrors> table;
  std::set<std::tuple<std::string, Quantity, double>> keys;
  for (FitRow const& row : fit.rows)
    keys.emplace(row.reference.anion, row.reference.quantity, row.reference.distortion);
  for (auto const& [anion, quantity, distortion] : keys) {
    FitErrors line{anion, quantity, distortion, {}, {}, {}, {}};
    std::vector<double> ours[4], reference[4];
    std::vector<double> all_ours, all_reference;
    for (FitRow const& row : fit.rows) {
      if (row.reference.anion != anion || row.reference.quantity != quantity ||
          row.reference.distortion != distortion)
        continue;
      auto const add = [&](int part, double value) {
        ours[part].push_back(value), reference[part].push_back(row.reference.value_eV);
      };
      add(row.held_out || row.sigma_eV == 0 ? 2 : 0, row.fitted_eV);
      for (double predicted : row.left_out_eV) add(1, predicted);
      for (double predicted : row.other_anions_eV) add(3, predicted);
      all_ours.push_back(row.fitted_eV), all_reference.push_back(row.reference.value_eV);
    }
    line.fitted = error_statistics(ours[0], reference[0]);
    line.left_out = error_statistics(ours[1], reference[1]);
    line.held_out = error_statistics(ours[2], reference[2]);
    line.other_anions = error_statistics(ours[3], reference[3]);
    if (quantity == Quantity::tet_minus_oct)
      line.hits = sign_hits(all_ours, all_reference), line.hits_of = all_ours.size();
    table.push_back(line);
  }
  return table;
}

std::map<std::string, double> errors_by_kind(FormFit const& fit) {
  std::map<std::string, std::pair<double, int>> sums;
  for (FitRow const& row : fit.rows) {
    if (row.reference.quantity == Quantity::image) continue;
    auto& [sum, n] = sums[name_of(row.reference.quantity) + " " + digits(row.reference.distortion)];
    sum += std::fabs(row.fitted_eV - row.reference.value_eV), ++n;
  }
  std::map<std::string, double> means;
  for (auto const& [name, entry] : sums) means[name] = entry.first / entry.second;
  return means;
}

}  // namespace ionscape
