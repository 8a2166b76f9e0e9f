#include <algorithm>
#include <limits>
#include <set>

#include <ionscape/core/units.hpp>
#include <ionscape/potentials/pair/read_gulp.hpp>

#include "pair/gulp_species.hpp"
#include "pair/gulp_terms.hpp"

namespace ionscape {

namespace {

using namespace detail;

class GulpPotentials {
 public:
  GulpPotentials(GulpInput input, std::filesystem::path const& file)
      : input_(std::move(input)), species_(input_, file) {
    set_.file = file;
    set_.name = file.stem().string();
    set_.source = "GULP file " + file.filename().string();
    set_.coulomb_constant = gulp_coulomb_constant;
  }

  PotentialSet read() {
    take_keywords();
    species_.write_to(set_);
    for (GulpOption const& option : input_.options) {
      if (option.name == "library")
        fail_input(option.head.where,
                   "found library, expected the terms themselves: give the library as the set, "
                   "and call the ions of the structure by its labels");
      if (option.use == GulpUse::not_of_terms)
        fail_input(option.head.where, "found ", option.name,
                   ", which changes the energy and is not read (docs/potentials.md)");
      if (option.name == "cutp") take_longest_cutoff(option);
    }
    for (GulpOption const& option : input_.options) {
      if (option.use == GulpUse::unsummed) {
        for (GulpLine const& line : option.lines) take_unknown(option, line);
      } else if (option.use == GulpUse::potential && option.name != "species" &&
                 option.name != "keyword" && option.name != "cutp" && option.name != "both") {
        take_known(option);
      }
    }
    check_springs();
    for (PairTerm const& pair : set_.pairs)  // a set without a cutoff would be summed completely
      set_.cutoff = std::max(set_.cutoff.value_or(0), *pair.cutoff);
    return std::move(set_);
  }

 private:
  void take_keywords() {
    for (std::string const& keyword : input_.keywords) {
      if (keyword == "c6")
        set_.dispersion_lattice_sum = true;
      else if (keyword == "fit")
        fitted_ = true;
      else
        fail_input(input_.keywords_where, "found the keyword ", keyword,
                   ", which changes the energy and is not read (docs/potentials.md)");
    }
  }

  void take_longest_cutoff(GulpOption const& option) {
    std::vector<std::string> words(option.head.words.begin() + 1, option.head.words.end());
    for (GulpLine const& line : option.lines)
      words.insert(words.end(), line.words.begin(), line.words.end());
    auto const number = words.empty() ? std::nullopt : gulp_number(words[0]);
    if (!number || !(*number > 0) || words.size() > 1)
      fail_input(option.head.where, "expected cutp with one number, a length in Å: no tapers");
    longest_ = *number;
  }

  void take_known(GulpOption const& option) {
    GulpModifiers const modifiers = read_gulp_modifiers(option);
    for (GulpLine const& line : option.lines) {
      GulpEntry const entry = read_gulp_entry(line);
      if (!modifiers.unsummed.empty())
        refuse(entry, modifiers.unsummed);
      else if (option.name == "spring")
        take_spring(read_gulp_spring(modifiers, entry, fitted_), entry);
      else if (option.name == "three")
        take_angle(read_gulp_angle(modifiers, entry, fitted_), entry);
      else
        take_pair(read_gulp_pair(option, modifiers, entry, fitted_), modifiers.truncation, entry);
    }
  }

  /// Of a potential that we do not have, only the species are read.
  void take_unknown(GulpOption const& option, GulpLine const& line) {
    GulpLine start = line;
    auto const number = std::ranges::find_if(
        start.words, [](std::string const& word) { return gulp_number(word).has_value(); });
    start.words.erase(number, start.words.end());
    if (start.words.empty())
      fail_input(line.where, "found a line of ", option.name,
                 " without species: it cannot be read");
    refuse(read_gulp_entry(start), "a term of " + option.name + ", which is not summed here");
  }

  /// All ways to choose one label for each species of an entry.
  std::vector<std::vector<std::string>> choices(GulpEntry const& entry) const {
    std::vector<std::vector<std::string>> all{{}};
    for (GulpParticle const& particle : entry.particles) {
      std::vector<std::vector<std::string>> longer;
      for (auto const& chosen : all)
        for (std::string const& label : species_.meant_by(particle, entry.where)) {
          longer.push_back(chosen);
          longer.back().push_back(label);
        }
      all = std::move(longer);
    }
    return all;
  }

  void refuse(GulpEntry const& entry, std::string const& why) {
    for (auto const& labels : choices(entry)) {
      std::vector<std::string> names;
      for (std::string const& label : labels) names.push_back(species_.name(label));
      set_.unsummed.push_back({names, entry.where, why});
    }
  }

  std::string particle(GulpEntry const& entry, std::size_t k, std::string const& label) const {
    return species_.particle(label, entry.particles[k].shell, entry.where);
  }

  void take_pair(GulpPair const& pair, Truncation truncation, GulpEntry const& entry) {
    if (!pair.unsummed.empty()) return refuse(entry, pair.unsummed);
    if (lines_.empty())
      set_.truncation = truncation;
    else if (set_.truncation != truncation)
      fail_input(entry.where,
                 "a term that ends in another way than those before (ener, grad), "
                 "expected one way for all of a set");
    std::set<std::array<std::string, 2>> done;  // O-O of O1 and O2 means O1-O2 once
    for (auto const& labels : choices(entry)) {
      std::array<std::string, 2> const ends{particle(entry, 0, labels[0]),
                                            particle(entry, 1, labels[1])};
      std::array<std::string, 2> sorted = ends;
      std::ranges::sort(sorted);
      if (!done.insert(sorted).second) continue;
      PairTerm const term{ends, pair.form, pair.term, std::min(pair.cutoff, longest_), 0};
      PairTerm const* const before = set_.find(ends[0], ends[1]);
      if (!before) {
        set_.pairs.push_back(term);
        lines_.push_back(entry.where.line);
      } else if (auto const both = sum_of(before->term, term.term);
                 both && before->cutoff == term.cutoff) {
        set_.pairs[std::size_t(before - set_.pairs.data())] = {ends, "morse", *both, term.cutoff,
                                                               0};
      } else if (before->term != term.term || before->cutoff != term.cutoff) {
        set_.unsummed.push_back(
            {{species_.name(labels[0]), species_.name(labels[1])},
             entry.where,
             "a second term of " + ends[0] + "-" + ends[1] + " beside that of line " +
                 std::to_string(lines_[std::size_t(before - set_.pairs.data())])});
      }
    }
  }

  void take_angle(GulpAngle const& angle, GulpEntry const& entry) {
    if (!angle.unsummed.empty()) return refuse(entry, angle.unsummed);
    // The legs of O-Si-O with O1 and O2 are alike where both outer species were the same word.
    bool const alike = entry.particles[1].label == entry.particles[2].label &&
                       entry.particles[1].shell == entry.particles[2].shell;
    for (auto const& labels : choices(entry)) {
      if (alike && labels[1] > labels[2]) continue;
      AngleTerm term{particle(entry, 0, labels[0]),
                     {particle(entry, 1, labels[1]), particle(entry, 2, labels[2])},
                     angle.k,
                     angle.theta0_deg * pi / 180,
                     angle.cutoffs};
      set_.angles.push_back(std::move(term));
    }
  }

  void take_spring(GulpSpring const& spring, GulpEntry const& entry) {
    for (auto const& labels : choices(entry)) {
      std::string const name = species_.name(labels[0]);
      if (!species_.has_shell(labels[0]))
        fail_input(entry.where, "a spring of ", labels[0], ", to which species gives no shell");
      for (ShellTerm& shell : set_.shells) {
        if (shell.species != name) continue;
        bool const is_second = shell.k2 != 0 && (shell.k2 != spring.k2 || shell.k4 != spring.k4);
        shell.k2 = spring.k2, shell.k4 = spring.k4;
        if (is_second) set_.unsummed.push_back({{name}, entry.where, "a second spring of " + name});
        if (!spring.unsummed.empty())
          set_.unsummed.push_back({{name}, entry.where, spring.unsummed});
      }
    }
  }

  /// A shell that nothing holds: the ion is of no use.
  void check_springs() {
    for (ShellTerm const& shell : set_.shells)
      if (shell.k2 == 0)
        set_.unsummed.push_back(
            {{shell.species}, {set_.file}, "a shell of " + shell.species + " without a spring"});
  }

  GulpInput input_;
  GulpSpecies species_;
  PotentialSet set_;
  std::vector<int> lines_;  // of set_.pairs
  double longest_ = std::numeric_limits<double>::infinity();
  bool fitted_ = false;
};

}  // namespace

PotentialSet parse_gulp_potentials(std::string_view text, std::filesystem::path const& file) {
  return GulpPotentials(read_gulp_input(text, file), file).read();
}

}  // namespace ionscape
