#include <ionscape/core/memory.hpp>

#include <algorithm>
#include <fstream>
#include <string>

#include <sys/resource.h>

namespace ionscape {

namespace {

double free_on_machine() {
  std::ifstream info("/proc/meminfo");
  for (std::string key, unit; info >> key;) {
    double value = 0;
    if (!(info >> value)) break;
    std::getline(info, unit);
    if (key == "MemAvailable:") return value * 1024;
  }
  return 4e9;
}

}  // namespace

double available_memory() {
  double const available = free_on_machine();
  rlimit limit{};
  if (::getrlimit(RLIMIT_AS, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return available;
  return std::min(available, double(limit.rlim_cur));
}

}  // namespace ionscape
