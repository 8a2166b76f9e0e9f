#include "progress.hpp"

#include <unistd.h>

#include <cmath>
#include <cstdio>

namespace ionscape::app {

std::string progress_line(std::size_t finished, std::size_t started_with, std::size_t total,
                          double seconds, char const* what) {
  constexpr int width = 24;
  double const share = total > 0 ? double(finished) / double(total) : 1;
  int const full = static_cast<int>(share * width);
  std::string line = "[" + std::string(full, '#') + std::string(width - full, '.') + "]";
  char text[128];
  std::snprintf(text, sizeof text, "  %zu/%zu %s  %3.0f %%", finished, total, what,
                std::floor(100 * share));
  line += text;
  double const rate =
      seconds > 0 && finished > started_with ? double(finished - started_with) / seconds : 0;
  if (rate > 0) {
    long const left = std::lround(std::ceil(double(total - finished) / rate));
    std::snprintf(text, sizeof text, "  %.*f/s  %ld:%02ld left", rate < 10 ? 1 : 0, rate, left / 60,
                  left % 60);
    line += text;
  }
  return line;
}

ProgressBar::ProgressBar(std::size_t total, bool quiet, char const* what)
    : total_(total), what_(what), visible_(!quiet && isatty(STDERR_FILENO)) {}

ProgressBar::~ProgressBar() {
  if (drawn_) std::fputs("\r\033[K", stderr);
}

void ProgressBar::update(std::size_t finished) {
  if (!visible_) return;
  if (first_) {
    first_ = false;
    started_with_ = finished;
  }
  auto const now = Clock::now();
  if (drawn_ && now - last_drawn_ < std::chrono::milliseconds(100)) return;
  drawn_ = true;
  last_drawn_ = now;
  std::string const line = progress_line(
      finished, started_with_, total_, std::chrono::duration<double>(now - start_).count(), what_);
  std::fprintf(stderr, "\r%s\033[K", line.c_str());
  std::fflush(stderr);
}

}  // namespace ionscape::app
