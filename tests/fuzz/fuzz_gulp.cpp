// Any bytes as a GULP input file.
#include "target.hpp"

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  return ionscape_fuzz::read_as("x.gin", data, size);
}
