// Particles sorted by their labels.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

namespace ionscape::detail {

struct Kinds {
  std::vector<std::string> labels;
  std::vector<std::size_t> of;  // of each particle, its place among the labels
  std::vector<int> count;       // particles of each

  explicit Kinds(std::vector<std::string> const& particles) {
    for (std::string const& label : particles) {
      auto const at = std::size_t(std::ranges::find(labels, label) - labels.begin());
      if (at == labels.size()) labels.push_back(label), count.push_back(0);
      of.push_back(at);
      ++count[at];
    }
  }
  std::size_t size() const { return labels.size(); }
};

}  // namespace ionscape::detail
