#include "compare_barriers.hpp"

#include <algorithm>
#include <cmath>
#include <iostream>
#include <map>

#include <ionscape/core/error.hpp>
#include <ionscape/core/io/atomic_file.hpp>
#include <ionscape/core/io/csv.hpp>
#include <ionscape/fit/published_barriers.hpp>
#include <ionscape/landscape/bond_valence_energy.hpp>
#include <ionscape/landscape/named_hop.hpp>
#include <ionscape/landscape/oxidation_states.hpp>

#include "kokkos_session.hpp"
#include "output.hpp"
#include "progress.hpp"
#include "run_files.hpp"
#include "subcommands.hpp"

namespace ionscape::app {

namespace {

/// A way to compute a barrier.
struct Model {
  std::string name;
  HostMobileIons host_mobile;
  std::optional<double> spring;  // eV/Å^2
};

std::vector<Model> const& models() {
  static std::vector<Model> const list{
      {"bond valence", HostMobileIons::left_out, {}},
      {"elastic anions, k 2.5", HostMobileIons::left_out, 2.5},
      {"elastic anions, k 1.2, mobile ions kept", HostMobileIons::one_vacancy, 1.2}};
  return list;
}
/// Its name in neb and predict, too.
constexpr std::size_t recommended = 2;

struct Entry {
  PublishedBarrier published;
  std::vector<double> barrier;      // eV, of each model; NaN: none
  std::vector<std::string> reason;  // of those that have none
};

double barrier_of(Entry& entry, std::size_t m, std::vector<double> const& states,
                  EnergyGridOptions const& grid) {
  Model const& model = models()[m];
  BondValenceOptions options;
  options.mobile = entry.published.mobile;
  options.host_mobile = model.host_mobile;
  if (options.host_mobile == HostMobileIons::one_vacancy) options.vacancy = 0;
  options.spring = model.spring;
  BondValenceEnergy const energy(entry.published.initial, states, options);
  NamedHop const hop = named_hop(energy, entry.published.initial.positions[0],
                                 entry.published.final_.positions[0], grid);
  if (!hop.found()) {
    entry.reason[m] = hop.reason;
    return std::nan("");
  }
  return hop.above_lower_end();
}

void compute(Entry& entry, EnergyGridOptions const& grid) {
  entry.barrier.assign(models().size(), std::nan(""));
  entry.reason.resize(models().size());
  if (!entry.published.error.empty()) {
    std::ranges::fill(entry.reason, entry.published.error);
    return;
  }
  std::vector<double> states;
  try {
    states = ion_states(entry.published.initial).states;
  } catch (InputError const& error) {
    std::ranges::fill(entry.reason, std::string(error.what()));
    return;
  }
  for (std::size_t m = 0; m < models().size(); ++m) try {
      entry.barrier[m] = barrier_of(entry, m, states, grid);
    } catch (InputError const& error) {
      entry.reason[m] = error.what();
    }
}

/// Raw, and recalibrated by entries of other hosts.
struct Scored {
  std::string name;
  std::vector<double> raw, recalibrated;
  BarrierScore raw_score, score;
};

Scored scored(std::string name, std::vector<double> raw, std::vector<double> const& published,
              std::vector<std::string> const& hosts) {
  Scored result{std::move(name), std::move(raw), {}, {}, {}};
  result.recalibrated = recalibrated_by_others(result.raw, published, hosts);
  result.raw_score = score(result.raw, published);
  result.score = score(result.recalibrated, published);
  return result;
}

Json to_json(BarrierScore const& s) {
  return {{"n", s.errors.count},
          {"coverage", s.coverage()},
          {"mae_eV", s.errors.mae},
          {"median_error_eV", s.errors.median_absolute},
          {"rmse_eV", s.errors.rmse},
          {"spearman", s.errors.rank_correlation},
          {"right_side_of_half_eV", s.hits}};
}

void print_scores(std::vector<Scored> const& all) {
  TextTable table({"model", "n", "raw MAE/eV", "Spearman", "MAE/eV", "median/eV", "RMSE/eV",
                   "right side of 0.5 eV"});
  for (Scored const& s : all)
    table.row({s.name, std::to_string(s.score.errors.count), fixed(s.raw_score.errors.mae, 3),
               fixed(s.raw_score.errors.rank_correlation, 3), fixed(s.score.errors.mae, 3),
               fixed(s.score.errors.median_absolute, 3), fixed(s.score.errors.rmse, 3),
               fixed(s.score.hits, 3)});
  table.print(std::cout);
}

/// The recommended model by a property of the entries.
void print_groups(char const* what, Scored const& model, std::vector<Entry> const& entries,
                  std::string (*property)(PublishedBarrier const&)) {
  std::map<std::string, std::pair<std::vector<double>, std::vector<double>>> groups;
  for (std::size_t k = 0; k < entries.size(); ++k) {
    auto& [ours, published] = groups[property(entries[k].published)];
    ours.push_back(model.recalibrated[k]);
    published.push_back(entries[k].published.barrier);
  }
  std::cout << '\n';
  TextTable table({what, "n", "MAE/eV", "bias/eV", "Spearman"});
  for (auto const& [name, lists] : groups) {
    BarrierScore const s = score(lists.first, lists.second);
    table.row({name, std::to_string(s.errors.count), fixed(s.errors.mae, 3),
               fixed(s.errors.bias, 3), fixed(s.errors.rank_correlation, 3)});
  }
  table.print(std::cout);
}

std::string mobile_of(PublishedBarrier const& b) { return b.mobile; }
std::string kind_of(PublishedBarrier const& b) { return b.kind; }
std::string anion_of(PublishedBarrier const& b) {
  for (char const* anion : {"F", "O", "Cl", "S", "Br", "Se", "I", "N"})
    if (std::ranges::find(b.initial.species, anion) != b.initial.species.end()) return anion;
  return "other";
}

void write_entries(std::filesystem::path const& file, std::vector<Entry> const& entries,
                   std::vector<Scored> const& all) {
  AtomicFile csv(file);
  auto& out = csv.stream();
  out << "id,class,composition,mobile,Ea_DFT_eV";
  for (Scored const& s : all)
    out << ',' << csv_field(s.name + " raw/eV") << ',' << csv_field(s.name + "/eV");
  out << ",reason\n";
  for (std::size_t k = 0; k < entries.size(); ++k) {
    PublishedBarrier const& p = entries[k].published;
    out << csv_field(p.id) << ',' << csv_field(p.kind) << ',' << csv_field(p.composition) << ','
        << csv_field(p.mobile) << ',' << csv_field(p.barrier);
    for (Scored const& s : all)
      out << ',' << csv_field(s.raw[k]) << ',' << csv_field(s.recalibrated[k]);
    out << ',' << csv_field(entries[k].reason[recommended]) << '\n';
  }
  csv.commit();
}

std::vector<Scored> score_all(std::vector<Entry> const& entries) {
  std::vector<double> published;
  std::vector<std::string> hosts, others;
  for (Entry const& entry : entries) {
    published.push_back(entry.published.barrier);
    hosts.push_back(entry.published.host);
    for (auto const& [name, value] : entry.published.other_models)
      if (std::ranges::find(others, name) == others.end()) others.push_back(name);
  }
  std::vector<Scored> all;
  for (std::size_t m = 0; m < models().size(); ++m) {
    std::vector<double> raw;
    for (Entry const& entry : entries) raw.push_back(entry.barrier[m]);
    all.push_back(scored(models()[m].name, std::move(raw), published, hosts));
  }
  all.push_back(scored("a constant", std::vector<double>(entries.size(), 0), published, hosts));
  for (std::string const& name : others) {
    std::vector<double> raw;
    for (Entry const& entry : entries) {
      auto const found = entry.published.other_models.find(name);
      raw.push_back(found == entry.published.other_models.end() ? std::nan("") : found->second);
    }
    all.push_back(scored(name + " (published beside)", std::move(raw), published, hosts));
  }
  return all;
}

}  // namespace

int compare_barriers(Arguments const& arguments) {
  arguments.refuse({"map", "reference", "match", "potential", "exclude-charge", "keep-doubtful"},
                   "--barriers");
  std::filesystem::path const source = *arguments.path("barriers");
  std::vector<Entry> entries;
  for (PublishedBarrier& published : read_published_barriers(source))
    entries.push_back({std::move(published), {}, {}});
  ResultsFolder const folder(
      arguments.path("out").value_or(std::filesystem::path("results") / "compare"),
      {source / "barriers.csv", source / "paths.extxyz"}, {"barriers.csv", "barriers.json"});
  KokkosSession const kokkos(arguments.threads());
  {
    ProgressBar bar(entries.size(), arguments.has("json"), "barriers");
    EnergyGridOptions grid;
    grid.emax = 20;
    for (std::size_t k = 0; k < entries.size(); ++k) {
      compute(entries[k], grid);
      bar.update(k + 1);
    }
  }
  std::vector<Scored> const all = score_all(entries);
  write_entries(folder.path() / "barriers.csv", entries, all);
  Json json = provenance();
  json["recommended"] = all[recommended].name;
  json.update(to_json(all[recommended].score));
  json["models"] = Json::array();
  for (Scored const& s : all)
    json["models"].push_back(
        {{"model", s.name}, {"raw", to_json(s.raw_score)}, {"recalibrated", to_json(s.score)}});
  AtomicFile file(folder.path() / "barriers.json");
  write_json(file.stream(), json);
  file.commit();
  if (arguments.has("json")) {
    write_json(std::cout, json);
    return good;
  }
  std::cout << entries.size() << " published barriers; MAE, median and RMSE after recalibration by "
            << "entries of other host elements\n\n";
  print_scores(all);
  std::cout << "\nrecommended: " << all[recommended].name << '\n';
  print_groups("mobile", all[recommended], entries, mobile_of);
  print_groups("anion", all[recommended], entries, anion_of);
  print_groups("class", all[recommended], entries, kind_of);
  std::cout << "\nwritten: barriers.csv, barriers.json in " << folder.path().string() << '\n';
  return good;
}

}  // namespace ionscape::app
