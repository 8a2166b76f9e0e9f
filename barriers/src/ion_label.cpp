#include <ionscape/barriers/ion_label.hpp>

#include <algorithm>
#include <charconv>

#include <ionscape/core/error.hpp>
#include <ionscape/core/io/words.hpp>

namespace ionscape {

std::string ion_label(Crystal const& crystal, std::size_t ion) {
  return crystal.species[ion] + std::to_string(ion + 1);
}

std::size_t ion_named(Crystal const& crystal, std::string const& word) {
  std::size_t const digits = word.find_last_not_of("0123456789") + 1;  // 0 where all are
  std::size_t number = 0;
  // A species may end in digits, too ("O1"): of the numbers that may be meant, one is the ion's.
  for (std::size_t begin = digits; begin < word.size(); ++begin) {
    auto const [end, error] = std::from_chars(&word[begin], word.data() + word.size(), number);
    if (error != std::errc() || number < 1 || number > crystal.size()) continue;
    if (begin == 0 || crystal.species[number - 1] == word.substr(0, begin)) return number - 1;
  }
  std::string const expected =
      "; expected the number of an ion, counted from 1, or its species and number, as " +
      (crystal.size() > 0 ? ion_label(crystal, crystal.size() - 1) : "Li12");
  auto const [end, error] =
      std::from_chars(word.data() + digits, word.data() + word.size(), number);
  if (digits == word.size() || error != std::errc())
    fail_input({}, "no ion ", in_quotes(word), expected);
  if (number < 1 || number > crystal.size())
    fail_input({}, "no ion ", in_quotes(word), ": there are ", crystal.size(), expected);
  fail_input({}, "ion ", number, " is ", crystal.species[number - 1], ", found ", in_quotes(word),
             expected);
}

}  // namespace ionscape
