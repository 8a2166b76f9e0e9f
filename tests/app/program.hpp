// Runs the built program in a folder of its own and keeps what it said.
#pragma once

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace ionscape_test {

using Path = std::filesystem::path;
using Words = std::vector<std::string>;

inline std::string read_file(Path const& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

inline long lines_in(std::string const& text) { return std::count(text.begin(), text.end(), '\n'); }

/// The text with the first `from` in it replaced.
inline std::string replaced(std::string text, std::string const& from, std::string const& to) {
  return text.replace(text.find(from), from.size(), to);
}

struct Outcome {
  int code;  // exit code, or minus the signal
  std::string out, err;
};

/// A folder that is removed at the end; programs run in it.
class Folder {
 public:
  Folder() {
    static int count = 0;
    path_ = std::filesystem::temp_directory_path() /
            ("ionscape_app_" + std::to_string(getpid()) + "_" + std::to_string(count++));
    std::filesystem::create_directories(path_);
  }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  Folder(Folder const&) = delete;
  Folder& operator=(Folder const&) = delete;

  Path operator/(Path const& name) const { return path_ / name; }

  void write(Path const& name, std::string const& text) const {
    std::filesystem::create_directories((path_ / name).parent_path());
    std::ofstream(path_ / name, std::ios::binary) << text;
  }

  /// Starts the program with no OMP_ or KOKKOS_ variable but `environment` ("NAME=value"); two
  /// threads by default.
  pid_t start(Words const& arguments, Words environment = {"OMP_NUM_THREADS=2"}) const {
    pid_t const child = fork();
    if (child != 0) return child;
    for (auto const& [name, stream] :
         {std::pair("stdout", STDOUT_FILENO), {"stderr", STDERR_FILENO}})
      dup2(open((path_ / name).c_str(), O_CREAT | O_TRUNC | O_WRONLY, 0600), stream);
    if (chdir(path_.c_str()) != 0) _exit(126);
    Words words = arguments;
    words.insert(words.begin(), "ionscape");
    for (char** variable = environ; *variable; ++variable) {
      std::string const text(*variable);
      if (!text.starts_with("OMP_") && !text.starts_with("GOMP_") && !text.starts_with("KOKKOS_"))
        environment.push_back(text);
    }
    auto const pointers = [](Words& list) {
      std::vector<char*> p;
      for (std::string& word : list) p.push_back(word.data());
      p.push_back(nullptr);
      return p;
    };
    execve(IONSCAPE_PROGRAM, pointers(words).data(), pointers(environment).data());
    _exit(127);
  }

  Outcome finish(pid_t child) const {
    int status = 0;
    waitpid(child, &status, 0);
    int const code = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
    return {code, read_file(path_ / "stdout"), read_file(path_ / "stderr")};
  }

  Outcome run(Words const& arguments, Words const& environment = {"OMP_NUM_THREADS=2"}) const {
    return finish(start(arguments, environment));
  }

  nlohmann::json run_json(Words const& arguments) const {
    Outcome const o = run(arguments);
    if (o.code != 0) throw std::runtime_error("exit code " + std::to_string(o.code) + ": " + o.err);
    return nlohmann::json::parse(o.out);
  }

 private:
  Path path_;
};

/// Rocksalt, a = 4.2 Å, with its set.
inline char const* const mgo_poscar =
    "MgO\n4.2\n1 0 0\n0 1 0\n0 0 1\nMg O\n4 4\nDirect\n"
    "0 0 0\n0 0.5 0.5\n0.5 0 0.5\n0.5 0.5 0\n0.5 0.5 0.5\n0.5 0 0\n0 0.5 0\n0 0 0.5\n";
inline char const* const mgo_set =
    "name = \"MgO\"\nsource = \"a test\"\ncutoff = 9.0\n[charges]\nMg = 2.0\nO = -2.0\n"
    "[[pair]]\nspecies = [\"Mg\", \"O\"]\nform = \"buckingham\"\nA = 1428.5\nrho = 0.2945\nC = "
    "0.0\n"
    "[[pair]]\nspecies = [\"O\", \"O\"]\nform = \"buckingham\"\nA = 22764.3\nrho = 0.149\nC = "
    "27.88\n";

/// A set for Li in S, and a small grid that uses it.
inline char const* const lis_set =
    "name = \"Li in S\"\nsource = \"a test\"\n[insertion]\nmobile = \"Li\"\nframework = \"S\"\nz = "
    "0.717\nz0 = 1.61\n"
    "gaussian_width = 0.197\n[[pair]]\nspecies = [\"Li\", \"S\"]\nform = \"born-mayer\"\nA = "
    "804.0\nrho = 0.311\n";
inline char const* const small_grid =
    "[[grid]]\nanion = \"S\"\nvolume_A3 = [40, 50, 60]\ncharge_e = [-1.5, -1]\ndistortion = [1, "
    "1.08]\n"
    "potential = \"set.toml\"\n";

}  // namespace ionscape_test
