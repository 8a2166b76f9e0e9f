// ionscape predict --table.
#pragma once

#include <filesystem>

#include <ionscape/compounds/predict.hpp>

namespace ionscape::app {

/// Prints the table and its errors, writes predict.csv and predict.json, draws parity. Returns the
/// exit status. Kokkos must be running.
int predict_table(std::filesystem::path const& file, SiteKind csm_of, PredictOptions const& options,
                  std::filesystem::path const& directory, bool as_json, bool pictures);

}  // namespace ionscape::app
