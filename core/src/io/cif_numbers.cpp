#include "cif_numbers.hpp"

#include <charconv>
#include <cmath>

#include "text.hpp"

namespace ionscape {

bool take_fraction(std::string_view& text, double& value) {
  auto const take = [&](double& number) {
    auto const [stop, error] =
        std::from_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed);
    if (error != std::errc{}) return false;
    text.remove_prefix(static_cast<std::size_t>(stop - text.data()));
    return true;
  };
  if (!take(value)) return false;
  if (double divisor = 0; text.starts_with('/')) {
    text.remove_prefix(1);
    if (!take(divisor) || divisor == 0) return false;
    value /= divisor;
  }
  return true;
}

double cif_number(std::string_view text) {
  if (text.ends_with(')')) {
    std::size_t const open = text.find('(');
    std::size_t const digits = text.find_first_not_of("0123456789", open + 1);
    if (open == text.npos || digits != text.size() - 1) return std::nan("");
    text = text.substr(0, open);
  }
  double number = 0;
  return parse_number(text, number) ? number : std::nan("");
}

double cif_number(std::string const& text, SourceLocation const& where, std::string const& what) {
  double const number = cif_number(text);
  if (!std::isfinite(number))
    fail_input(where, "found ", in_quotes(text), ", expected a number: ", what);
  return number;
}

double cif_coordinate(std::string const& text, SourceLocation const& where,
                      std::string const& site) {
  std::string_view rest(text);
  bool const is_negative = rest.starts_with('-');
  if (is_negative) rest.remove_prefix(1);
  if (double value = 0; text.find('/') != text.npos && take_fraction(rest, value) && rest.empty())
    return is_negative ? -value : value;
  if (text == "?" || text == ".")
    fail_input(where, "site ", site, " has no position ('", text,
               "'), expected the fractional coordinates of every site");
  return cif_number(text, where, "fractional coordinate of site " + site);
}

}  // namespace ionscape
