// Stands in for libFuzzer where there is none: hands every file of the given folders to the target.
#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size);

int main(int count, char** folders) {
  std::vector<std::filesystem::path> files;
  for (int i = 1; i < count; ++i)
    if (std::filesystem::is_directory(folders[i]))
      for (auto const& entry : std::filesystem::directory_iterator(folders[i]))
        files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  for (auto const& file : files) {
    std::cout << file.string() << std::endl;  // before the run: the last one named is the culprit
    std::ifstream in(file, std::ios::binary);
    std::string const text{std::istreambuf_iterator<char>(in), {}};
    LLVMFuzzerTestOneInput(reinterpret_cast<std::uint8_t const*>(text.data()), text.size());
  }
  std::cout << files.size() << " inputs\n";
  return files.empty() ? 1 : 0;  // a target without inputs tests nothing
}
