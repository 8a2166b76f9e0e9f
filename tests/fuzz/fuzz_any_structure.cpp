// Any bytes as a structure whose format the first lines decide.
#include "target.hpp"

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  return ionscape_fuzz::read_as("structure", data, size);
}
