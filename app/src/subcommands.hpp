// The subcommands of the program, one file each. Each takes its own argv (argv[0] is its name) and
// returns an exit code; bad input is thrown as InputError.
#pragma once

namespace ionscape::app {

enum ExitCode : int { good = 0, bad_input = 1, not_converged = 2 };

int sweep_command(int argc, char const* const* argv);
int plot_command(int argc, char const* const* argv);
int calibrate_command(int argc, char const* const* argv);
int compare_command(int argc, char const* const* argv);
int predict_command(int argc, char const* const* argv);
int regress_command(int argc, char const* const* argv);
int energy_command(int argc, char const* const* argv);
int relax_command(int argc, char const* const* argv);
int properties_command(int argc, char const* const* argv);
int neb_command(int argc, char const* const* argv);
int landscape_command(int argc, char const* const* argv);
int sites_command(int argc, char const* const* argv);

}  // namespace ionscape::app
