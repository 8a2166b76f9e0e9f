#include "neb_records.hpp"

#include <fstream>

#include <ionscape/core/io/atomic_file.hpp>
#include <ionscape/core/io/json_text.hpp>

#include "records.hpp"

namespace ionscape::app {

using Json = nlohmann::json;

NebRecords::NebRecords(std::filesystem::path folder, PotentialSet const& set,
                       HopOptions const& options)
    : folder_(std::move(folder)) {
  NebOptions const& o = options.band;
  record::Text text;
  text.program() << double(o.images) << o.spring << o.softest_spring << double(o.kink_springs)
                 << double(o.climb) << double(o.relax_endpoints) << options.end_tolerance << set;
  common_ = text.text;
}

std::filesystem::path NebRecords::file(HopTaskOfCrystal const& task) const {
  record::Text text;
  text << task.hop.initial << task.hop.final_;
  for (auto const& image : task.path)
    for (Vec3 r : image) text << r;
  return folder_ / (record::hash_of(common_ + text.text) + ".json");
}

HopTaskOfCrystal NebRecords::resumed(HopTaskOfCrystal const& task) const {
  std::ifstream in(file(task), std::ios::binary);
  if (!in) return task;
  HopTaskOfCrystal found = task;
  try {
    found.path.clear();
    Json const json = Json::parse(in);
    for (Json const& image : json.at("path")) {
      found.path.push_back(record::vecs(image));
      if (found.path.back().size() != task.hop.size()) return task;
    }
  } catch (Json::exception const&) {
    return task;
  }
  if (found.path.size() < 3) return task;
  found.hop.initial.positions = found.path.front();
  found.hop.final_.positions = found.path.back();
  return found;
}

void NebRecords::write(HopTaskOfCrystal const& task, CrystalPath const& path) const {
  Json json{{"path", Json::array()}};
  for (auto const& image : path) json["path"].push_back(record::to_json(image));
  write_text(file(task), json_text(json));
}

void NebRecords::remove(HopTaskOfCrystal const& task) const {
  std::error_code ignored;
  std::filesystem::remove(file(task), ignored);
  std::filesystem::remove(folder_, ignored);  // does nothing to one that is not empty
}

}  // namespace ionscape::app
