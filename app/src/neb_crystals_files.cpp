#include <algorithm>
#include <cmath>
#include <fstream>

#include <ionscape/barriers/ion_label.hpp>
#include <ionscape/core/io/atomic_file.hpp>
#include <ionscape/core/io/csv.hpp>
#include <ionscape/core/io/format.hpp>
#include <ionscape/core/io/write_crystal.hpp>
#include <ionscape/neb/profile.hpp>

#include "neb_crystals_report.hpp"

namespace ionscape::app {

namespace {

Json numbers(Eigen::VectorXd const& v, Eigen::Index most) {
  Json json = Json::array();
  for (Eigen::Index k = 0; k < std::min(most, v.size()); ++k) json.push_back(v[k]);
  return json;
}

// --- the certificate -----------------------------------------------------------------------------

Json to_json(StationaryPoint const& point) {
  constexpr Eigen::Index most = 6;
  if (!point.found()) return {{"reason", point.reason}};
  return {{"energy_eV", point.energy},
          {"max_force_eV_per_A", point.max_force},
          {"falling_directions", point.falling},
          {"lowest_curvatures_eV_per_A2", numbers(point.curvature, most)}};
}

Json to_json(WayDown const& way) {
  Json json;
  json["to"] = to_string(way.to);
  json["energy_eV"] = way.energy;
  json["distance_to_first_A"] = way.distance[0];
  json["distance_to_last_A"] = way.distance[1];
  if (!way.reason.empty()) json["reason"] = way.reason;
  return json;
}

Json to_json(HarmonicRate const& rate) {
  return {{"barrier_eV", rate.barrier},
          {"attempt_frequency_THz", rate.attempt},
          {"attempt_frequency_error_THz", rate.error}};
}

Json to_json(Certificate const& c) {
  Json json;
  json["certified"] = c.certified();
  json["missing"] = c.missing;
  json["first"] = to_json(c.first);
  json["saddle"] = to_json(c.saddle);
  if (c.saddle.found()) json["saddle"]["imaginary_frequency_THz"] = imaginary_frequency(c.saddle);
  json["last"] = to_json(c.last);
  if (c.saddle.falling == 1) json["ways_down"] = {to_json(c.down[0]), to_json(c.down[1])};
  json["forward"] = to_json(c.forward);
  json["reverse"] = to_json(c.reverse);
  json["measured_error_eV"] = c.measured_error;
  json["hessian_error"] = c.hessian_error;
  return json;
}

Json to_json(HopPart const& part) {
  BandResult const& band = part.band.band;
  Json json;
  json["status"] = to_string(band.status);
  if (!part.band.reason.empty()) json["reason"] = part.band.reason;
  json["steps"] = band.steps;
  json["evaluations"] = band.evaluations;
  json["max_force_eV_per_A"] = band.max_force;
  json["forward_barrier_eV"] = part.top_energy() - part.first_energy();
  json["reverse_barrier_eV"] = part.top_energy() - part.last_energy();
  json["band_barrier_eV"] = band.forward_barrier;
  json["false_saddles"] = Json::array();
  for (FalseSaddle const& left : part.left)
    json["false_saddles"].push_back(
        {{"forward_barrier_eV", left.barrier}, {"falling_directions", left.falling}});
  json["certificate"] = part.certificate ? to_json(*part.certificate) : Json();
  return json;
}

// --- neb.json ------------------------------------------------------------------------------------

Json settings(HopOptions const& o) {
  return {{"images", o.band.images},
          {"force_tolerance_eV_per_A", o.band.force_tolerance},
          {"spring_eV_per_A2", o.band.spring},
          {"softest_spring_eV_per_A2",
           o.band.softest_spring > 0 ? o.band.softest_spring : o.band.spring},
          {"climb", o.band.climb},
          {"optimizer", to_string(o.band.optimizer)},
          {"max_steps", o.band.max_steps},
          {"relax_endpoints", o.band.relax_endpoints},
          {"certify", o.certify}};
}

Json ends_json(CrystalHopRun const& hop) {
  Json ends = Json::array();
  for (std::size_t side = 0; side < hop.solved.ends.size(); ++side) {
    RelaxedCrystal const& end = hop.solved.ends[side];
    ends.push_back({{"status", to_string(end.status)},
                    {"steps", end.steps},
                    {"energy_eV", end.energy},
                    {"max_force_eV_per_A", end.max_force},
                    {"farthest_move_A", hop.solved.end_moved[side]}});
  }
  return ends;
}

Json path_json(CrystalHopRun const& hop) {
  Json json;
  BandResult const& path = hop.path;
  json["images"] = Json::array();
  for (std::size_t i = 0; i < std::size_t(path.n_images); ++i)
    json["images"].push_back({{"s_A", path.position[i]},
                              {"energy_eV", path.energy[i]},
                              {"slope_eV_per_A", path.slope[i]}});
  json["extrema"] = Json::array();
  for (ProfileExtremum const& e : turning_points(path))
    json["extrema"].push_back({{"s_A", e.position},
                               {"relative_energy_eV", e.energy - path.energy[0]},
                               {"kind", e.maximum ? "maximum" : "minimum"}});
  json["ions"] = Json::array();
  for (IonMove const& move : ion_moves(path))
    json["ions"].push_back({{"ion", ion_label(hop.solved.hop.initial, move.ion)},
                            {"to_saddle_A", move.to_saddle},
                            {"to_end_A", move.to_end}});
  return json;
}

Json rates_json(CrystalNebRun const& run, CrystalHopRun const& hop) {
  Json rows = Json::array();
  for (std::size_t p = 0; p < hop.solved.parts.size(); ++p) {
    auto const& certificate = hop.solved.parts[p].certificate;
    if (!certificate || !std::isfinite(certificate->forward.attempt)) continue;
    for (double T : run.temperatures)
      rows.push_back({{"part", p + 1},
                      {"temperature_K", T},
                      {"forward_per_s", certificate->forward.at(T)},
                      {"reverse_per_s", certificate->reverse.at(T)}});
  }
  return rows;
}

Json summary(CrystalHopRun const& hop) {
  SolvedHop const& solved = hop.solved;
  Json json;
  json["name"] = hop.name;
  json["status"] = hop.error.empty() ? to_string(solved.status) : "refused";
  json["forward_barrier_eV"] = solved.forward_barrier();
  json["reverse_barrier_eV"] = solved.reverse_barrier();
  json["energy_change_eV"] = solved.rise();
  json["certified"] = solved.certified();
  json["verdict"] = hop.error.empty() ? solved.verdict() : "not certified: " + hop.error;
  return json;
}

Json hop_json(CrystalNebRun const& run, CrystalHopRun const& hop) {
  Json json = provenance();
  json.update(summary(hop));
  json["input"] = hop.input;
  json["potential"] = app::to_json(run.set);
  json["settings"] = settings(run.options);
  json["ions"] = hop.solved.hop.size();
  json["ends"] = ends_json(hop);
  json["parts"] = Json::array();
  for (HopPart const& part : hop.solved.parts) json["parts"].push_back(to_json(part));
  json["certificate"] = {{"certified", hop.solved.certified()}, {"verdict", json["verdict"]}};
  Json const path = path_json(hop);
  json["images"] = path["images"];
  json["extrema"] = path["extrema"];
  json["moves"] = path["ions"];
  json["rates"] = rates_json(run, hop);
  json["warnings"] = hop.warnings;
  for (Warning const& warning : hop.solved.warnings) json["warnings"].push_back(warning.text);
  return json;
}

// --- tables --------------------------------------------------------------------------------------

void write_profile(std::filesystem::path const& file, BandResult const& path) {
  AtomicFile csv(file);
  write_csv_row(csv.stream(), "image", "s_A", "energy_eV", "relative_energy_eV", "slope_eV_per_A");
  for (std::size_t i = 0; i < std::size_t(path.n_images); ++i)
    write_csv_row(csv.stream(), i, path.position[i], path.energy[i],
                  path.energy[i] - path.energy[0], path.slope[i]);
  csv.commit();
}

void write_rates(std::filesystem::path const& file, Json const& rates) {
  AtomicFile csv(file);
  write_csv_row(csv.stream(), "part", "temperature_K", "forward_per_s", "reverse_per_s");
  for (Json const& row : rates)
    write_csv_row(csv.stream(), row["part"].get<int>(), row["temperature_K"].get<double>(),
                  row["forward_per_s"].get<double>(), row["reverse_per_s"].get<double>());
  csv.commit();
}

/// As VTST's nebef.pl and nebspline.pl write them; the force along the path is -dE/ds.
void write_vtst_tables(std::filesystem::path const& folder, BandResult const& path) {
  AtomicFile nebef(folder / "nebef.dat"), spline(folder / "spline.dat");
  for (std::size_t i = 0; i < std::size_t(path.n_images); ++i)
    nebef.stream() << i << "  " << decimals(std::fabs(path.slope[i]), 6) << "  "
                   << decimals(path.energy[i], 6) << "  "
                   << decimals(path.energy[i] - path.energy[0], 6) << '\n';
  constexpr int points = 20;  // from image to image
  int const n = points * (path.n_images - 1) + 1;
  std::size_t image = 0;
  for (ProfilePoint const& p : interpolate_profile(path, n)) {
    while (image + 2 < std::size_t(path.n_images) && p.position > path.position[image + 1]) ++image;
    double const fraction =
        (p.position - path.position[image]) / (path.position[image + 1] - path.position[image]);
    spline.stream() << decimals(double(image) + fraction, 4) << "  " << decimals(p.position, 6)
                    << "  " << decimals(p.energy - path.energy[0], 6) << "  "
                    << decimals(0.0 - p.slope, 6) << '\n';
  }
  nebef.commit();
  spline.commit();
}

// --- structures ----------------------------------------------------------------------------------

std::vector<Crystal> images_of(CrystalHopRun const& hop) {
  std::vector<Crystal> images;
  for (std::vector<Vec3>& positions : path_of(hop.path)) {
    images.push_back(hop.solved.hop.initial);
    images.back().positions = std::move(positions);
  }
  return images;
}

std::filesystem::path image_folder(std::filesystem::path const& folder, std::size_t k) {
  return folder / ((k < 10 ? "0" : "") + std::to_string(k));
}

/// Folders of images that a band of more images left here are taken away: a reader would take them
/// for its own.
void write_images(std::filesystem::path const& folder, std::vector<Crystal> const& images) {
  for (std::size_t k = 0; k < images.size(); ++k) {
    std::filesystem::create_directories(image_folder(folder, k));
    write_poscar(image_folder(folder, k) / "CONTCAR", images[k]);
  }
  std::error_code ignored;
  for (std::size_t k = images.size(); std::filesystem::exists(image_folder(folder, k)); ++k) {
    std::filesystem::remove(image_folder(folder, k) / "CONTCAR", ignored);
    if (!std::filesystem::remove(image_folder(folder, k), ignored)) break;
  }
}

void write_path(CrystalHopRun const& hop) {
  std::vector<Crystal> const images = images_of(hop);
  std::vector<Calculated> calculated;
  for (double energy : hop.path.energy) calculated.push_back({energy, {}, {}});
  write_extxyz(hop.folder / "band.extxyz", images, calculated);
  write_images(hop.folder, images);
  if (hop.path.saddle_kind == SaddleKind::interior)
    write_poscar(hop.folder / "saddle.vasp", images[std::size_t(hop.path.saddle_image)]);
  write_profile(hop.folder / "profile.csv", hop.path);
  write_vtst_tables(hop.folder, hop.path);
}

}  // namespace

std::vector<char const*> const& hop_files() {
  static std::vector<char const*> const names{"neb.json",    "profile.csv", "rates.csv",
                                              "band.extxyz", "saddle.vasp", "nebef.dat",
                                              "spline.dat"};
  return names;
}

Paths touched_in(std::filesystem::path const& folder) {
  Paths files;
  for (char const* name : hop_files()) files.push_back(folder / name);
  for (std::size_t k = 0; std::filesystem::exists(image_folder(folder, k)); ++k)
    files.push_back(image_folder(folder, k) / "CONTCAR");
  return files;
}

void write_hop(CrystalNebRun const& run, CrystalHopRun const& hop) {
  std::filesystem::create_directories(hop.folder);
  if (hop.path.n_images > 0) write_path(hop);
  Json const json = hop_json(run, hop);
  write_rates(hop.folder / "rates.csv", json["rates"]);
  AtomicFile file(hop.folder / "neb.json");
  write_json(file.stream(), json);
  file.commit();
}

void write_hops(CrystalNebRun const& run) {
  AtomicFile csv(run.folder / "hops.csv"), json(run.folder / "hops.json");
  write_csv_row(csv.stream(), "name", "status", "forward_barrier_eV", "reverse_barrier_eV",
                "energy_change_eV", "certified", "attempt_frequency_THz", "length_A",
                "multiplicity", "verdict");
  Json all = provenance();
  all["potential"] = app::to_json(run.set);
  all["settings"] = settings(run.options);
  all["hops"] = Json::array();
  for (CrystalHopRun const& hop : run.hops) {
    Json row = summary(hop);
    row["input"] = hop.input;
    double attempt = std::nan("");
    if (!hop.solved.parts.empty())
      if (auto const& c = hop.solved.parts[hop.solved.highest()].certificate)
        attempt = c->forward.attempt;
    row["attempt_frequency_THz"] = attempt;
    auto const input_number = [&](char const* key) {
      return hop.input.contains(key) ? hop.input[key].get<double>() : std::nan("");
    };
    write_csv_row(csv.stream(), hop.name, row["status"].get<std::string>(),
                  hop.solved.forward_barrier(), hop.solved.reverse_barrier(), hop.solved.rise(),
                  hop.solved.certified() ? "yes" : "no", attempt, input_number("length_A"),
                  input_number("multiplicity"), row["verdict"].get<std::string>());
    all["hops"].push_back(row);
  }
  write_json(json.stream(), all);
  csv.commit();
  json.commit();
}

}  // namespace ionscape::app
