#include "gnuplot.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <exception>
#include <thread>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <ionscape/core/error.hpp>

namespace ionscape {

namespace {

struct Job {
  pid_t pid = -1;
  int output = -1;
};

constexpr int no_gnuplot = 127;  // what a shell says when there is no such program

/// Starts one gnuplot; its words go to a pipe. No shell is involved, so names need no quoting.
Job start(std::filesystem::path const& directory, std::string const& script) {
  std::array<int, 2> ends;
  // Close-on-exec, else jobs that run side by side hold each other's pipes open.
  if (pipe2(ends.data(), O_CLOEXEC) != 0)
    fail_input({}, "gnuplot cannot be started: ", std::strerror(errno));
  pid_t const pid = fork();
  if (pid < 0) fail_input({}, "gnuplot cannot be started: ", std::strerror(errno));
  if (pid == 0) {
    dup2(ends[1], STDOUT_FILENO);
    dup2(ends[1], STDERR_FILENO);
    if (chdir(directory.c_str()) != 0) _exit(126);
    execlp("gnuplot", "gnuplot", "-d", script.c_str(),
           nullptr);  // -d: the user's own defaults stay out
    _exit(no_gnuplot);
  }
  close(ends[1]);
  return {pid, ends[0]};
}

void finish(Job const& job, std::filesystem::path const& script) {
  std::string said;
  std::array<char, 4096> buffer;
  for (ssize_t n;
       (n = read(job.output, buffer.data(), buffer.size())) > 0 || (n < 0 && errno == EINTR);)
    if (n > 0) said.append(buffer.data(), std::size_t(n));
  close(job.output);
  int status = 0;
  while (waitpid(job.pid, &status, 0) < 0 && errno == EINTR) {
  }
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return;
  if (WIFEXITED(status) && WEXITSTATUS(status) == no_gnuplot)
    fail_input({},
               "no gnuplot found: install it (Debian: gnuplot-nox) and draw again (maps of a "
               "sweep: 'ionscape plot DIR')");
  while (!said.empty() && said.back() == '\n') said.pop_back();
  fail_input({script}, "gnuplot failed: ", said);
}

}  // namespace

void run_gnuplot(std::filesystem::path const& directory, std::vector<std::string> const& scripts) {
  std::size_t const at_once = std::max(1u, std::thread::hardware_concurrency());
  for (std::size_t begin = 0; begin < scripts.size(); begin += at_once) {
    std::vector<Job> jobs;
    for (std::size_t i = begin; i < std::min(scripts.size(), begin + at_once); ++i)
      jobs.push_back(start(directory, scripts[i]));
    std::exception_ptr error;
    for (std::size_t i = 0; i < jobs.size(); ++i) {
      try {
        finish(jobs[i], directory / scripts[begin + i]);
      } catch (InputError const&) {
        error = std::current_exception();
      }
    }
    if (error) std::rethrow_exception(error);
  }
}

std::string picture_head(std::string const& name, std::string const& title, int width, int height) {
  auto const size = [&](int scale) {
    return std::to_string(scale * width) + "," + std::to_string(scale * height);
  };
  return "# Draw again with: gnuplot " + name + ".gp      (data: " + name + ".dat)\n" +
         "do for [format in \"png svg\"] {\n" +
         "if (format eq \"png\") { set terminal pngcairo rounded size " + size(2) +
         " font \"DejaVu Sans,12\" fontscale 2 linewidth 2 } \\\n" +
         "else { set terminal svg rounded size " + size(1) +
         " font \"DejaVu Sans,12\" background rgb 'white' }\n" + "set output '" + name +
         ".'.format\nset title '" + title +
         "' noenhanced\nset grid lc rgb '#dddddd'\nset tics out nomirror\n";
}

}  // namespace ionscape
