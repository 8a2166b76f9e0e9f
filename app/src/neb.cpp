// ionscape neb: from two structures, or from a crystal and a defect, to a barrier.
#include <ionscape/core/error.hpp>

#include "neb_modes.hpp"
#include "subcommands.hpp"

namespace ionscape::app {

namespace {

/// Options that mean nothing where the host is held.
std::vector<std::string> words_of_crystals() {
  return {"structure", "pairs",     "vacancy", "all-hops",   "within",       "interstitial",
          "to",        "supercell", "path",    "no-certify", "temperatures", "certify"};
}

void declare_hops(Arguments& arguments) {
  arguments.positional("structure");
  arguments.option("initial", "FILE", "structure before the hop (POSCAR, .cif, .extxyz, ...)");
  arguments.option("final", "FILE", "the same ions after it, in any order");
  arguments.option("pairs", "FILE.csv",
                   "many hops: a table with columns initial and final, and if wanted name");
  arguments.option("vacancy", "ION",
                   "of a perfect STRUCTURE: this ion (12 or Li12) is missing, and --hop takes its "
                   "place");
  arguments.option("hop", "ION|KIND",
                   "with --vacancy: the ion that hops into it; with --anion: oct-tet, tet-oct-tet "
                   "or oct-tet-oct (default: oct-tet)");
  arguments.option(
      "all-hops", "SPECIES",
      "of a perfect STRUCTURE: one vacancy hop of each kind that symmetry tells apart");
  arguments.option("within", "A", "with --all-hops: hops of at most this length in Å (default: 4)");
  arguments.list_option(
      "interstitial", "SPECIES,X,Y,Z",
      "of a perfect STRUCTURE: one more ion, at fractions of the cell, hops --to");
  arguments.list_option("to", "X,Y,Z", "where the interstitial ion goes, fractions of the cell");
  arguments.list_option("supercell", "N,N,N",
                        "how often STRUCTURE is repeated (default: images 8 Å apart or more)");
}

void declare_options(Arguments& arguments) {
  arguments.option("potential", "SET.toml",
                   "potential set with [charges], or GULP's .lib or .gin; in a held host also one "
                   "with [insertion] (default with --anion: the built-in one)");
  arguments.option("images", "N", "images, ends included (default: 7; 13 for hops over two faces)");
  arguments.option("path", "BAND",
                   "begin with this band: a folder 00 .. NN as VTST's, or .extxyz (default: IDPP)");
  arguments.flag("relax-endpoints",
                 "relax both ends first (default for --vacancy, --all-hops, --interstitial; else "
                 "they are held)");
  arguments.flag("certify",
                 "prove the saddle: Newton's method, Hessian, ways down (default up to 200 ions); "
                 "exit code 2 without proof");
  arguments.flag("no-certify", "no proof");
  arguments.list_option("temperatures", "K,...",
                        "of the table of rates, in K (default: 300, 400 ... 1500)");
  arguments.option("force-tolerance", "F",
                   "largest force on any image when converged, eV/Å (default: 0.01)");
  arguments.option("spring", "K", "spring between images, eV/Å^2 (default: 5)");
  arguments.option("softest-spring", "K",
                   "energy-weighted springs, from K at the ends to --spring at the top: images "
                   "gather there (default: all equal)");
  arguments.flag("no-climb", "the highest image does not climb to the saddle");
  arguments.option("optimizer", "NAME", "lbfgs or fire (default: lbfgs)");
  arguments.option("max-steps", "N", "steps before giving up (default: 500)");
}

void declare_frozen(Arguments& arguments) {
  arguments.flag("freeze-host", "one ion moves, all others are held where they are");
  arguments.option("host", "FROM",
                   "with --freeze-host: initial, final or mean: where the other ions are held if "
                   "they moved between the structures, too (default: such structures are refused)");
  arguments.option("mobile", "SPECIES",
                   "with --freeze-host: species of the moving ion (default: of the ion that has "
                   "moved, or of the set)");
  arguments.option("anion", "SPECIES",
                   "a hop of the maps, in a held fcc framework of this anion; with --volume and "
                   "--charge");
  arguments.option("volume", "A3", "its volume per anion in Å^3");
  arguments.option(
      "charge", "Q",
      "charge per anion in e, negative; with structures only for sets with [insertion]");
  arguments.option("distortion", "D", "distortion of the shared face, 1 = none (default: 1)");
  arguments.option("accuracy", "EV",
                   "in a held host: bound on the truncation error of each sum, eV and eV/Å "
                   "(default: 1e-8)");
}

}  // namespace

NebOptions read_neb_options(Arguments const& arguments, int default_images) {
  NebOptions options;
  options.images = arguments.whole_number("images", between(3, 1000)).value_or(default_images);
  options.force_tolerance =
      arguments.number("force-tolerance", above(0)).value_or(options.force_tolerance);
  options.spring = arguments.number("spring", above(0)).value_or(options.spring);
  options.softest_spring =
      arguments.number("softest-spring", between(0, options.spring)).value_or(0);
  options.max_steps = arguments.whole_number("max-steps", at_least(0)).value_or(options.max_steps);
  options.climb = !arguments.has("no-climb");
  options.relax_endpoints = arguments.has("relax-endpoints");
  std::string const optimizer = arguments.text("optimizer").value_or(to_string(options.optimizer));
  if (optimizer == to_string(Optimizer::fire))
    options.optimizer = Optimizer::fire;
  else if (optimizer == to_string(Optimizer::lbfgs))
    options.optimizer = Optimizer::lbfgs;
  else
    throw InputError("--optimizer " + optimizer + ": expected lbfgs or fire");
  return options;
}

int neb_command(int argc, char const* const* argv) {
  Arguments arguments(
      "neb",
      "Climbing-image nudged elastic band of a hop: all ions move, their shells follow, and the "
      "saddle is\n"
      "proved. Between two structures (their ions may be listed in any order), of a vacancy or an "
      "interstitial\n"
      "ion in a perfect crystal, or of all hops that symmetry tells apart; or of one ion in a held "
      "host.\n"
      "Writes neb.json, profile.csv, rates.csv, band.extxyz, 00/CONTCAR ... and a picture.",
      {"--initial A --final B --potential SET.toml [--relax-endpoints] [OPTION...]",
       "STRUCTURE --vacancy Li12 --hop Li13 --potential SET.toml [--supercell 2,2,1] [OPTION...]",
       "STRUCTURE --interstitial SPECIES,X,Y,Z --to X,Y,Z --potential SET.toml [OPTION...]",
       "STRUCTURE --all-hops Li [--within 4.5] --potential SET.toml [OPTION...]",
       "--initial A --final B --freeze-host --potential SET.toml [OPTION...]",
       "--anion S --volume 46.81 --charge -1.0 [--distortion 1.08] [--hop oct-tet] [OPTION...]"},
      "ionscape neb examples/structures/Li2O.cif --all-hops Li --within 2.5 --potential "
      "examples/potentials/Li2O-rigid.toml --out results/Li2O-hops");
  declare_hops(arguments);
  declare_options(arguments);
  declare_frozen(arguments);
  arguments.option("out", "DIR", "folder for the results (default: results/neb)");
  arguments.flag("no-pictures", "no pictures");
  arguments.flag("quiet", "no progress bar");
  arguments.threads_option();
  if (!arguments.parse(argc, argv)) return good;

  if (arguments.has("anion")) {
    arguments.refuse(words_of_crystals(), "--anion");
    return neb_in_frozen_host(arguments);
  }
  if (arguments.has("freeze-host")) {
    arguments.refuse(words_of_crystals(), "--freeze-host");
    return neb_in_frozen_host(arguments);
  }
  return neb_in_crystals(arguments);
}

}  // namespace ionscape::app
