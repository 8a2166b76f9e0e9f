#include "structures.hpp"

#include <algorithm>
#include <iostream>

#include <ionscape/core/error.hpp>
#include <ionscape/core/io/read_crystal.hpp>

namespace ionscape::app {

namespace {

Paths files_of(Paths const& paths, Paths& passed_over) {
  Paths files;
  for (auto const& path : paths) {
    // A name that is not there is a slip of the command line, not a bad structure.
    if (!std::filesystem::exists(path)) fail_input({path}, "no such file");
    if (!std::filesystem::is_directory(path)) {
      files.push_back(path);
      continue;
    }
    Paths found;
    for (auto const& entry : std::filesystem::directory_iterator(path))
      if (entry.is_regular_file())
        (has_structure_name(entry) ? found : passed_over).push_back(entry.path());
    if (found.empty())
      fail_input({path},
                 "no structures in this folder (*POSCAR*, *CONTCAR*, .vasp, .cif, .extxyz, .xyz, "
                 "also .gz)");
    std::sort(found.begin(), found.end());
    files.insert(files.end(), found.begin(), found.end());
  }
  std::sort(passed_over.begin(), passed_over.end());
  return files;
}

}  // namespace

Paths Structures::files() const {
  Paths files;
  for (Structure const& structure : list)
    if (files.empty() || files.back() != structure.file) files.push_back(structure.file);
  return files;
}

Structures read_structures(Paths const& paths) {
  Structures out;
  for (auto const& file : files_of(paths, out.passed_over)) {
    std::vector<FrameOrError> frames;
    try {
      frames = read_frames(file);
    } catch (InputError const& error) {
      frames = {{{}, error.what()}};
    }
    for (std::size_t f = 0; f < frames.size(); ++f) {
      int const frame = int(f) + 1;
      std::string const name =
          file.string() + (frames.size() > 1 ? "#" + std::to_string(frame) : "");
      print_notes(name, frames[f].crystal);
      out.list.push_back({file, frame, name, frames[f].error});
      out.crystals.push_back(frames[f].error.empty() ? std::move(frames[f].crystal) : Crystal{});
    }
  }
  require_any(out.list);
  return out;
}

std::string named_error(Structure const& structure, std::exception const& error) {
  std::string const text = error.what();
  return text.starts_with(structure.file.string()) ? text : structure.name + ": " + text;
}

void require_any(std::vector<Structure> const& structures) {
  if (std::ranges::any_of(structures, [](Structure const& s) { return s.error.empty(); })) return;
  std::string const first = structures.at(0).error;
  if (structures.size() == 1) throw InputError(first);
  throw InputError("none of " + std::to_string(structures.size()) +
                   " structures can be used; the first: " + first);
}

void print_notes(std::string const& name, Crystal const& crystal) {
  for (std::string const& note : crystal.notes)
    std::cerr << "note: " << name << ": " << note << '\n';
}

void print_failed(std::size_t failed, std::size_t of) {
  std::cout.flush();
  std::cerr << "ionscape: " << failed << " of " << of
            << " structures failed; they stand in the results with their error\n";
}

}  // namespace ionscape::app
