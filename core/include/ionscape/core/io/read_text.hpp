// The one place that takes text from a file, compressed or not.
#pragma once

#include <filesystem>
#include <string>

namespace ionscape {

/// A whole text file; what gzip compressed is decompressed, whatever its name. Throws InputError if
/// it is missing, no regular file (a folder, a device, a pipe), unreadable, empty, binary (holds a
/// zero byte) or longer than a GiB, decompressed: none of these costs more than a second or two.
std::string read_text(std::filesystem::path const& file);

}  // namespace ionscape
