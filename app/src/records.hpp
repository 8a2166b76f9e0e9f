// What records of unfinished runs share: a name made of all that a result depends on, and positions
// as JSON.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include <ionscape/core/crystal.hpp>
#include <ionscape/potentials/pair/potential_set.hpp>

namespace ionscape::app::record {

/// Numbers and words as text, each with an end.
class Text {
 public:
  Text& operator<<(double number);
  Text& operator<<(std::string_view word) {
    text.append(word).push_back('\n');
    return *this;
  }
  Text& operator<<(Vec3 v) { return *this << v.x << v.y << v.z; }
  Text& operator<<(PotentialSet const& set);
  Text& operator<<(Crystal const& crystal);
  /// Version and commit of the program.
  Text& program();
  std::string text;
};

/// 64-bit FNV-1a, as hexadecimal digits.
std::string hash_of(std::string_view text);

nlohmann::json to_json(Vec3 v);
nlohmann::json to_json(std::vector<Vec3> const& list);
/// Throw nlohmann::json::exception for anything else.
Vec3 vec(nlohmann::json const& json);
std::vector<Vec3> vecs(nlohmann::json const& json);

}  // namespace ionscape::app::record
