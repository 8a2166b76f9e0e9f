#include "checkpoint.hpp"

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <sstream>

#include <zlib.h>

#include <ionscape/core/io/atomic_file.hpp>
#include <ionscape/core/io/format.hpp>
#include <ionscape/core/version.hpp>
#include <ionscape/sweep/settings.hpp>

namespace ionscape {

namespace {

std::string hexadecimal(std::uint64_t number, int digits) {
  std::string text;
  for (int i = 4 * (digits - 1); i >= 0; i -= 4) text += "0123456789abcdef"[(number >> i) & 15];
  return text;
}

/// A number that changes with anything that can change the rows (64-bit FNV-1a of the plan as
/// text).
std::string key_of(SweepPlan const& plan, std::size_t batch) {
  std::uint64_t hash = 14695981039346656037u;
  auto const add = [&hash](std::string_view text) {
    for (unsigned char c : text) hash = (hash ^ c) * 1099511628211u;
  };
  for (std::string_view text : {version(), commit()}) add(text);
  add(settings_json(plan));
  add(std::to_string(batch));
  for (SweepPoint const& p : plan.points) {
    add(p.anion);
    for (double number : {p.volume_A3, p.charge_e, p.distortion}) add(shortest(number));
  }
  return hexadecimal(hash, 16);
}

std::string first_line(std::size_t rows, std::string const& csv) {
  auto const crc = crc32_z(0, reinterpret_cast<Bytef const*>(csv.data()), csv.size());
  return "# " + std::to_string(rows) + " rows, crc32 " + hexadecimal(crc, 8) + "\n";
}

/// Whether a file is what write() made of so many rows.
bool is_whole(std::filesystem::path const& file, std::size_t rows) {
  std::ifstream stream(file, std::ios::binary);
  std::string const text{std::istreambuf_iterator<char>(stream), {}};
  std::size_t const begin = text.find('\n') + 1;  // 0 if there is none
  return text.substr(0, begin) == first_line(rows, text.substr(begin));
}

}  // namespace

Checkpoint::Checkpoint(std::filesystem::path const& folder, SweepPlan const& plan,
                       std::size_t batch)
    : folder_(folder), key_(key_of(plan, batch)) {}

std::optional<std::vector<MapRow>> Checkpoint::read(std::size_t batch,
                                                    std::span<SweepPoint const> points,
                                                    std::vector<std::string>& remarks) const {
  if (!std::filesystem::exists(file(batch))) return {};
  if (is_whole(file(batch), points.size())) {
    auto rows = read_map(file(batch));
    if (std::ranges::equal(rows, points, {}, &MapRow::point)) return rows;
  }
  remarks.push_back(file(batch).string() + ": this checkpoint is damaged, its " +
                    std::to_string(points.size()) + " points were computed again");
  return {};
}

void Checkpoint::write(std::size_t batch, std::vector<MapRow> const& rows) const {
  std::ostringstream csv;
  write_csv(csv, map_columns(), std::span<MapRow const>(rows));
  write_text(file(batch), first_line(rows.size(), csv.str()) + csv.str());
}

void Checkpoint::remove() const {
  if (!std::filesystem::is_directory(folder_)) return;
  remove_leftovers(folder_);
  for (auto const& entry : std::filesystem::directory_iterator(folder_))
    if (entry.path().filename().string().find(key_) != std::string::npos)
      std::filesystem::remove(entry.path());
  std::error_code not_empty;
  std::filesystem::remove(folder_, not_empty);
}

std::filesystem::path Checkpoint::file(std::size_t batch) const {
  return folder_ / (key_ + "_" + std::to_string(batch) + ".csv");
}

}  // namespace ionscape
