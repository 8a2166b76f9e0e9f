// A line on the terminal that says how far a long computation is.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>

namespace ionscape::app {

/// "[#####.....]  512/1014 points  50 %  5120/s  0:01 left"
std::string progress_line(std::size_t finished, std::size_t started_with, std::size_t total,
                          double seconds, char const* what);

/// Draws on stderr, at most ten times a second; nothing where stderr is no terminal or `quiet`.
class ProgressBar {
 public:
  /// `what`: the things counted.
  ProgressBar(std::size_t total, bool quiet, char const* what = "points");
  ~ProgressBar();  // clears the line
  ProgressBar(ProgressBar const&) = delete;
  ProgressBar& operator=(ProgressBar const&) = delete;

  void update(std::size_t finished);

 private:
  using Clock = std::chrono::steady_clock;
  std::size_t total_;
  char const* what_;
  bool visible_, drawn_ = false;
  Clock::time_point start_ = Clock::now(), last_drawn_ = start_;
  bool first_ = true;
  std::size_t started_with_ = 0;  // points taken from a checkpoint: not part of the rate
};

}  // namespace ionscape::app
