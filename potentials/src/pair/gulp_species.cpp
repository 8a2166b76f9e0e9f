#include "pair/gulp_species.hpp"

#include <cmath>

#include <ionscape/core/io/words.hpp>

#include "pair/pair_forms.hpp"

namespace ionscape::detail {

namespace {

constexpr double hydroxyl_bond =
    1.3;  // Å: longer than any O-H bond, shorter than any hydrogen bond

/// Whether a label is its element and a number at most: O, O1; not O_OH.
bool is_plain(std::string const& label) {
  return label.find_first_not_of("0123456789", element_of_label(label).size()) == label.npos;
}

}  // namespace

GulpSpecies::GulpSpecies(GulpInput const& input, std::filesystem::path const& file) {
  Table positions;
  for (GulpOption const& option : input.options)
    for (GulpLine const& line : option.lines) {
      if (option.name == "species") take(line, 0, species_);
      if (option.name == "fractional" || option.name == "cartesian") take(line, 3, positions);
    }
  for (auto const& [label, charges] : positions)
    if (charges.core && !species_.contains(label) && !species_.contains(element_of_label(label)))
      species_[label] = charges;
  take_labels_of_potentials(input);
  if (species_.empty()) fail_input({file}, "no charges, expected GULP's species");
  for (auto const& [label, charges] : species_) {
    if (!charges.core) fail_input(charges.where, label, " has a shell and no core");
    ++labels_of_element_[element_of_label(label)];
  }
}

/// "O core -2.0" has its charge at 0, "O core x y z -2.0" at 3, or none.
void GulpSpecies::take(GulpLine const& line, std::size_t charge_at, Table& table) {
  std::vector<std::string> words = line.words;
  bool shell = false;
  auto const label = gulp_label(words[0]);
  if (!label)
    fail_input(line.where, "found ", in_quotes(words[0]),
               ", expected a species, as 'O core 0.869'");
  if (words.size() > 1 && !gulp_number(words[1])) {
    shell = words[1].starts_with("sh") || words[1].starts_with("SH");
    if (!shell && !words[1].starts_with("co") && !words[1].starts_with("CO"))
      fail_input(line.where, "found ", in_quotes(words[1]), ", expected core or shel");
    words.erase(words.begin() + 1);
  }
  std::size_t const at = 1 + charge_at;
  bool const is_listed = charge_at > 0;
  if (words.size() <= at) {
    if (is_listed) return;  // no charge behind the position
    fail_input(line.where, "found no charge of ", *label);
  }
  auto const charge = gulp_number(words[at]);
  if (!charge || !(std::fabs(*charge) <= charges_of_ions.max))
    fail_input(line.where, "found ", in_quotes(words[at]), ", expected a charge in e");
  if (!is_listed)
    for (std::size_t k = at + 1; k < words.size(); ++k)
      if (gulp_number(words[k]) != 0.0)
        fail_input(line.where, "found ", in_quotes(words[k]),
                   " behind the charge, expected no radius (breathing shells) and no other name");
  Charges& charges = table[*label];
  auto& value = shell ? charges.shell : charges.core;
  if (value && *value != *charge)
    fail_input(line.where, "found a second charge of ", *label, shell ? " shel, " : " core, ",
               *charge, " beside ", *value);
  value = charge;
  charges.where = line.where;
}

void GulpSpecies::take_labels_of_potentials(GulpInput const& input) {
  for (GulpOption const& option : input.options) {
    if (option.use != GulpUse::potential || option.name == "species") continue;
    for (GulpLine const& line : option.lines)
      for (std::string const& word : line.words) {
        auto const label = gulp_label(word);
        if (!label || !is_plain(*label) || species_.contains(*label)) continue;
        if (auto const element = species_.find(element_of_label(*label)); element != species_.end())
          species_[*label] = element->second;
      }
  }
}

std::vector<std::string> GulpSpecies::meant_by(GulpParticle const& particle,
                                               SourceLocation const& where) const {
  std::string const element = element_of_label(particle.label);
  std::vector<std::string> labels;
  for (auto const& [label, charges] : species_)
    if (label == particle.label ||
        (particle.label == element && element_of_label(label) == element && is_plain(label)))
      labels.push_back(label);
  if (labels.empty() && labels_of_element_.contains(element))
    fail_input(where, "found ", particle.label,
               ", which has no charge under species, while another ", element, " has one");
  return labels;
}

bool GulpSpecies::has_shell(std::string const& label) const {
  return species_.at(label).shell.has_value();
}

std::string GulpSpecies::name(std::string const& label) const {
  std::string const element = element_of_label(label);
  return labels_of_element_.at(element) == 1 ? element : label;
}

std::string GulpSpecies::particle(std::string const& label, bool shell,
                                  SourceLocation const& where) const {
  if (!has_shell(label)) {
    if (shell) fail_input(where, "found ", label, " shel, but species gives ", label, " no shell");
    return name(label);
  }
  return shell ? shell_label(name(label)) : core_label(name(label));
}

void GulpSpecies::write_to(PotentialSet& set) const {
  for (auto const& [label, charges] : species_) {
    std::string const element = element_of_label(label);
    set.charges[name(label)] = *charges.core + charges.shell.value_or(0);
    if (charges.shell) set.shells.push_back({name(label), *charges.shell, 0, 0});
    if (name(label) == element) continue;
    LabelRule rule{label, element, "", 0};
    if (label.ends_with("_OH") && (element == "O" || element == "H"))
      rule.bonded_to = element == "O" ? "H" : "O", rule.within = hydroxyl_bond;
    set.labels.push_back(rule);
  }
}

}  // namespace ionscape::detail
