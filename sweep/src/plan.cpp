#include <ionscape/sweep/plan.hpp>

#include <algorithm>

#include <ionscape/core/io/csv.hpp>
#include <ionscape/core/io/format.hpp>
#include <ionscape/core/io/toml.hpp>
#include <ionscape/core/memory.hpp>
#include <ionscape/potentials/host/host_model.hpp>
#include <ionscape/sweep/map.hpp>

#include "built_in_potentials.hpp"

namespace ionscape {

namespace {

/// "volume_A3 = 1e+308, expected 1 to 1000 Å^3"
void check(char const* name, double value, Limits limits, char const* unit,
           SourceLocation const& where) {
  if (!(value >= limits.min && value <= limits.max))
    fail_input(where, name, " = ", value, ", expected ", limits.min, " to ", limits.max, unit);
}

void require_insertion(PotentialSet const& set, SourceLocation const& where) {
  if (!set.insertion)
    fail_input(where, "potential ", set.file.string(),
               " has no [insertion]: this needs a set for a mobile ion in a framework");
}

/// The set for sweeps over `anion`; anything else is refused.
PotentialSet checked(PotentialSet set, std::string const& anion, SourceLocation const& where) {
  require_insertion(set, where);
  if (set.insertion->framework != anion)
    fail_input(where, "potential ", set.file.string(), " is for a framework of ",
               set.insertion->framework, ", not of ", anion);
  return set;
}

void use_potential(SweepPlan& plan, std::string const& anion,
                   std::optional<std::filesystem::path> const& file, SourceLocation const& where) {
  if (!file && std::ranges::count(built_in_anions(), anion) == 0)
    fail_input(where, "no built-in potential for anion ", anion, ", expected one of ",
               joined(built_in_anions()), " or a potential file");
  PotentialSet const set =
      checked(file ? read_potential_set(*file) : built_in_potential(anion), anion, where);
  auto const [known, is_new] = plan.potentials.emplace(anion, set);
  if (!is_new && known->second.file != set.file)
    fail_input(where, "a second potential for anion ", anion, ": ", set.file.string(), " after ",
               known->second.file.string());
}

void read_neb(TomlReader table, NebOptions& neb) {
  auto const set = [&table](char const* key, auto& option, Limits limits) {
    if (auto const value = table.optional<std::remove_reference_t<decltype(option)>>(key, limits))
      option = *value;
  };
  set("images", neb.images, between(3, 1000));
  set("force_tolerance", neb.force_tolerance, above(0));
  set("spring", neb.spring, above(0));
  set("climb_threshold", neb.climb_threshold, above(0));
  set("max_step_length", neb.max_step_length, above(0));
  set("max_steps", neb.max_steps, at_least(0));
  if (auto const climb = table.optional<bool>("climb")) neb.climb = *climb;
  if (auto const optimizer = table.optional<std::string>("optimizer")) {
    if (*optimizer == to_string(Optimizer::lbfgs))
      neb.optimizer = Optimizer::lbfgs;
    else if (*optimizer == to_string(Optimizer::fire))
      neb.optimizer = Optimizer::fire;
    else
      table.fail("optimizer", "optimizer = \"", *optimizer, "\", expected \"lbfgs\" or \"fire\"");
  }
}

char const* volume_key(TomlReader const& grid) {
  return grid.has("volume_A3") ? "volume_A3" : "volume_factor";
}

std::vector<double> read_volumes(TomlReader& grid) {
  if (grid.has("volume_A3") == grid.has("volume_factor"))
    fail_input(grid.where(), "a grid needs either volume_A3 or volume_factor");
  if (grid.has("volume_A3")) return grid.axis("volume_A3", volume_limits);
  double const reference = grid.required<double>("reference_volume_A3", volume_limits);
  std::vector<double> volumes;
  for (double factor : grid.axis("volume_factor", above(0))) {
    volumes.push_back(factor * reference);
    check("volume_factor times reference_volume_A3", volumes.back(), volume_limits, " Å^3",
          grid.where("volume_factor"));
  }
  return volumes;
}

/// A sweep holds the points and the rows of all of them.
void check_memory(double points, SourceLocation const& where) {
  constexpr double per_point = sizeof(SweepPoint) + sizeof(MapRow), share = 0.8;
  double const available = available_memory();
  if (points * per_point > share * available)
    fail_input(where, points, " points need ", decimals(points * per_point / 1e9, 1),
               " GB of memory, ", decimals(available / 1e9, 1),
               " GB are available: split the grid into several files");
}

void read_grid(TomlReader& table, SweepPlan& plan, std::filesystem::path const& directory,
               std::optional<std::filesystem::path> const& chosen) {
  auto const anion = table.required<std::string>("anion");
  auto const volumes = read_volumes(table);
  auto const charges = table.axis("charge_e", charge_limits);
  auto const distortions = table.axis("distortion", distortion_limits);
  std::optional<std::filesystem::path> potential = chosen;
  if (auto const name = table.optional<std::string>("potential"); name && !chosen)
    potential = (directory / *name).lexically_normal();
  use_potential(plan, anion, potential,
                table.has("potential") ? table.where("potential") : table.where("anion"));
  for (double volume : volumes)
    check_volume(plan.potentials.at(anion), volume, table.where(volume_key(table)));
  check_memory(double(plan.points.size()) +
                   double(distortions.size()) * double(charges.size()) * double(volumes.size()),
               table.where());
  for (double distortion : distortions)
    for (double charge : charges)
      for (double volume : volumes) plan.points.push_back({anion, volume, charge, distortion});
}

}  // namespace

SweepPlan read_sweep_plan(std::filesystem::path const& file,
                          std::optional<std::filesystem::path> const& potential) {
  TomlReader toml = TomlReader::from_file(file);
  SweepPlan plan;
  if (auto const cells = toml.optional<std::vector<double>>("supercell", between(1, 10))) {
    if (cells->size() != 3)
      toml.fail("supercell", "supercell needs three numbers of conventional cells, found ",
                cells->size());
    for (int i = 0; i < 3; ++i) {
      plan.supercell[i] = int((*cells)[i]);
      if (plan.supercell[i] != (*cells)[i])
        toml.fail("supercell", "supercell: ", (*cells)[i], " is no whole number of cells");
    }
  }
  plan.accuracy =
      toml.optional<double>("accuracy_eV", between(1e-13, 1e-2)).value_or(plan.accuracy);
  if (auto neb = toml.optional_table("neb")) read_neb(*neb, plan.neb);
  for (TomlReader& grid : toml.tables("grid")) read_grid(grid, plan, file.parent_path(), potential);
  toml.reject_unknown_keys();
  if (plan.points.empty()) fail_input(toml.where(), "no [[grid]]");
  return plan;
}

SweepPlan read_sweep_points(std::filesystem::path const& file,
                            std::optional<std::filesystem::path> const& potential) {
  CsvTable const table = CsvTable::read(file);
  SweepPlan plan;
  for (std::size_t row = 0; row < table.rows(); ++row) {
    SweepPoint const point{table.text(row, "anion"), table.number(row, "volume_A3"),
                           table.number(row, "charge_e"), table.number(row, "distortion")};
    if (!plan.potentials.contains(point.anion))
      use_potential(plan, point.anion, potential, table.where(row));
    validate(point, plan.potentials.at(point.anion), table.where(row));
    plan.points.push_back(point);
  }
  if (plan.points.empty()) fail_input({file}, "no points");
  return plan;
}

void validate(SweepPoint const& point, SourceLocation const& where) {
  check("volume_A3", point.volume_A3, volume_limits, " Å^3", where);
  check("charge_e", point.charge_e, charge_limits, " e", where);
  check("distortion", point.distortion, distortion_limits, "", where);
}

void validate(SweepPoint const& point, PotentialSet const& set, SourceLocation const& where) {
  validate(point, where);
  check_volume(set, point.volume_A3, where);
}

std::map<std::string, PotentialSet> read_insertion_sets(std::vector<std::string> const& files) {
  std::map<std::string, PotentialSet> sets;
  for (std::string const& file : files) {
    PotentialSet set = read_potential_set(file);
    require_insertion(set, {file});
    std::string const anion = set.insertion->framework;
    if (!sets.emplace(anion, std::move(set)).second)
      fail_input({file}, "a second potential for anion ", anion);
  }
  return sets;
}

std::vector<std::string> built_in_anions() {
  std::vector<std::string> anions;
  for (BuiltInPotential const& set : built_in_potentials) anions.emplace_back(set.anion);
  return anions;
}

PotentialSet built_in_potential(std::string const& anion) {
  for (BuiltInPotential const& set : built_in_potentials)
    if (set.anion == anion)
      return parse_potential_set(set.text, "built-in/" + std::string(set.file));
  fail_input({}, "no built-in potential for anion ", anion, ", expected one of ",
             joined(built_in_anions()));
}

}  // namespace ionscape
