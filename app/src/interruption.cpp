#include "interruption.hpp"

#include <unistd.h>
#include <csignal>

#include <atomic>

namespace ionscape::app {

namespace {

// A handler may do little: the texts are made before, and the signal then does what it always does.
std::string kept_in, lock_file, results_folder, interrupted_with, interrupted_without;
std::atomic_flag interrupted = ATOMIC_FLAG_INIT;

extern "C" void say_how_to_resume(int signal) {
  if (interrupted.test_and_set()) return;  // a second signal, on another thread
  std::string const& text =
      access(kept_in.c_str(), F_OK) == 0 ? interrupted_with : interrupted_without;
  [[maybe_unused]] auto const written = write(STDERR_FILENO, text.data(), text.size());
  unlink(lock_file.c_str());
  rmdir(results_folder.c_str());  // does nothing to one that is not empty
  std::signal(signal, SIG_DFL);
  std::raise(signal);
}

}  // namespace

Interruption::Interruption(FolderLock const& lock, std::filesystem::path const& folder,
                           std::string const& kept) {
  lock_file = lock.file().string();
  results_folder = lock.file().parent_path().string();
  kept_in = folder.string();
  interrupted_with = "\nionscape: interrupted; " + kept + " are kept in " + kept_in +
                     ": the same command goes on from there\n";
  interrupted_without = "\nionscape: interrupted; nothing was written\n";
  for (int signal : {SIGINT, SIGTERM}) std::signal(signal, say_how_to_resume);
}

Interruption::~Interruption() {
  for (int signal : {SIGINT, SIGTERM}) std::signal(signal, SIG_DFL);
}

}  // namespace ionscape::app
