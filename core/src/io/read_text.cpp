#include <ionscape/core/io/read_text.hpp>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <memory>

#include <zlib.h>

#include <ionscape/core/error.hpp>

namespace ionscape {

namespace {

constexpr std::uintmax_t most_bytes = std::uintmax_t{1} << 30;

/// Refuses what is not worth opening: reading a device or a pipe need never end.
void check_kind(std::filesystem::path const& file) {
  std::error_code error;
  auto const status = std::filesystem::status(file, error);
  if (!std::filesystem::exists(status)) fail_input({file}, "no such file");
  if (std::filesystem::is_directory(status)) fail_input({file}, "is a folder, expected a file");
  if (!std::filesystem::is_regular_file(status))
    fail_input({file}, "is a device, a pipe or a socket, expected a regular file");
  if (auto const size = std::filesystem::file_size(file, error); !error && size > most_bytes)
    fail_input({file}, "holds ", size, " bytes, expected at most ", most_bytes);
}

struct Close {
  void operator()(gzFile_s* stream) const { gzclose(stream); }
};

/// A zero byte stands in no text. In UTF-16, which Windows programs write, every other byte is one.
[[noreturn]] void fail_binary(std::filesystem::path const& file, std::string const& text) {
  if (text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF"))
    fail_input({file}, "is UTF-16 text, expected plain text or UTF-8");
  fail_input({file}, "is a binary file, expected text");
}

}  // namespace

std::string read_text(std::filesystem::path const& file) {
  check_kind(file);
  // zlib hands through what is not compressed.
  std::unique_ptr<gzFile_s, Close> const stream(gzopen(file.c_str(), "rb"));
  if (!stream) fail_input({file}, "cannot be read");
  gzbuffer(stream.get(), 1 << 18);
  std::string text;
  std::string piece(std::size_t{1} << 20, '\0');
  for (;;) {
    int const count = gzread(stream.get(), piece.data(), static_cast<unsigned>(piece.size()));
    int status = Z_OK;
    char const* const problem = gzerror(stream.get(), &status);
    if (count < 0 || status < 0)
      fail_input({file}, "cannot be read",
                 status == Z_ERRNO ? "" : " as gzip: ", status == Z_ERRNO ? "" : problem);
    if (count == 0) break;
    text.append(piece, 0, static_cast<std::size_t>(count));
    if (std::memchr(piece.data(), 0, static_cast<std::size_t>(count))) fail_binary(file, text);
    if (text.size() > most_bytes)
      fail_input({file}, "holds more than ", most_bytes, " bytes, decompressed");
  }
  if (text.empty()) fail_input({file}, "the file is empty");
  return text;
}

}  // namespace ionscape
