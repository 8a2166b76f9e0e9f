// JSON results: how they begin, and their text, which every run can write.
#pragma once

#include <string>

#include <ionscape/core/version.hpp>

namespace ionscape {

/// The program, its version and its commit: how every JSON result begins.
template <class Json>
Json provenance() {
  return {{"program", "ionscape"}, {"version", version()}, {"commit", commit()}};
}

/// The text of a nlohmann::json value; indent -1: all in one line. A message or a file's name may
/// hold bytes that are no UTF-8: they are replaced by U+FFFD, where dump() alone would throw.
template <class Json>
std::string json_text(Json const& json, int indent = -1) {
  return json.dump(indent, ' ', false, Json::error_handler_t::replace);
}

}  // namespace ionscape
