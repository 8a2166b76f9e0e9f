#pragma once
// Damaged inputs for readers: what a typing error, a cut or a bad editor makes of a sound file.

#include <random>
#include <string>
#include <vector>

namespace ionscape_test {

/// `n` texts, each with a few bytes of `text` replaced, taken out or repeated; the same each time.
inline std::vector<std::string> mutations(std::string const& text, int n) {
  std::mt19937 random(5);
  auto const below = [&](std::size_t limit) { return std::size_t(random() % limit); };
  std::string const odd = "[]{}=\"'\n,.-+eE0919_#:\\\x80\xff";
  std::vector<std::string> texts;
  for (int k = 0; k < n; ++k) {
    std::string mutated = text;
    for (std::size_t changes = 1 + below(4); changes > 0; --changes) {
      std::size_t const at = below(mutated.size()), length = below(mutated.size() - at) % 12;
      switch (below(3)) {
        case 0:
          mutated[at] = odd[below(odd.size())];
          break;
        case 1:
          mutated.erase(at, length);
          break;
        default:
          mutated.insert(at, mutated.substr(below(mutated.size()), length));
      }
    }
    texts.push_back(std::move(mutated));
  }
  return texts;
}

}  // namespace ionscape_test
