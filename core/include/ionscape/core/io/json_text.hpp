// JSON as text that every run can write.
#pragma once

#include <string>

namespace ionscape {

/// The text of a nlohmann::json value; indent -1: all in one line. A message or a file's name may
/// hold bytes that are no UTF-8: they are replaced by U+FFFD, where dump() alone would throw.
template <class Json>
std::string json_text(Json const& json, int indent = -1) {
  return json.dump(indent, ' ', false, Json::error_handler_t::replace);
}

}  // namespace ionscape
