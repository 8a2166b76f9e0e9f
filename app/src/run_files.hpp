// All files that a run reads and writes, told in one place before anything is computed: no result
// overwrites an input or another result, and every result can be written.
#pragma once

#include <filesystem>
#include <vector>

namespace ionscape::app {

using Paths = std::vector<std::filesystem::path>;

/// Throws InputError if an output is one of the inputs (also through a link), stands twice among
/// the outputs, or cannot be written. Leaves nothing behind. Inputs may be folders: they are left
/// out of the comparison.
void check_files(Paths const& inputs, Paths const& outputs);

/// The names in a folder.
Paths in_folder(std::filesystem::path const& folder, std::vector<char const*> const& names);

}  // namespace ionscape::app
