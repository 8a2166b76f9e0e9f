#include "neb_frozen_report.hpp"

#include <iostream>

#include <ionscape/core/io/atomic_file.hpp>
#include <ionscape/core/io/csv.hpp>
#include <ionscape/core/io/write_crystal.hpp>

namespace ionscape::app {

namespace {

Json to_json(Curvature const& c, double force_tolerance) {
  Json json;
  json["force_eV_per_A"] = c.force;
  json["eigenvalues_eV_per_A2"] = c.eigenvalues;
  json["falling_directions"] = c.index();
  json["nature"] = nature(c, force_tolerance);
  return json;
}

void write_profile(std::filesystem::path const& file, BandResult const& band) {
  AtomicFile csv(file);
  write_csv_row(csv.stream(), "image", "s_A", "energy_eV", "relative_energy_eV", "slope_eV_per_A",
                "x_A", "y_A", "z_A");
  for (int i = 0; i < band.n_images; ++i) {
    auto const k = std::size_t(i);
    Vec3 const r = place_of(band, i);
    write_csv_row(csv.stream(), i, band.position[k], band.energy[k],
                  band.energy[k] - band.energy[0], band.slope[k], r.x, r.y, r.z);
  }
  csv.commit();
}

Json record(NebRun const& run) {
  BandResult const& band = run.band;
  NebOptions const& options = run.options;
  Json json = provenance();
  json["input"] = run.input;
  json["potential"] = app::to_json(run.task.set);
  json["mobile"] = run.task.mobile;
  json["settings"] = {{"images", options.images},
                      {"force_tolerance_eV_per_A", options.force_tolerance},
                      {"spring_eV_per_A2", options.spring},
                      {"climb", options.climb},
                      {"optimizer", to_string(options.optimizer)},
                      {"max_steps", options.max_steps},
                      {"relax_endpoints", options.relax_endpoints}};
  json["accuracy"] = {{"asked_eV", run.accuracy}, {"measured_eV", run.certificate.measured_error}};
  json["status"] = to_string(band.status);
  json["steps"] = band.steps;
  json["evaluations"] = band.evaluations;
  json["max_force_eV_per_A"] = band.max_force;
  json["forward_barrier_eV"] = band.forward_barrier;
  json["reverse_barrier_eV"] = band.reverse_barrier;
  json["max_minus_min_eV"] = band.max_minus_min;
  json["saddle"] = {{"kind", to_string(band.saddle_kind)},
                    {"image", band.saddle_image},
                    {"energy_eV", band.saddle_energy}};
  if (band.saddle_image >= 0)
    json["saddle"]["position_A"] = app::to_json(place_of(band, band.saddle_image));
  json["saddle"]["curvature"] = to_json(run.certificate.saddle, options.force_tolerance);
  json["first"] = to_json(run.certificate.first, options.force_tolerance);
  json["last"] = to_json(run.certificate.last, options.force_tolerance);
  json["images"] = Json::array();
  for (int i = 0; i < band.n_images; ++i) {
    auto const k = std::size_t(i);
    json["images"].push_back({{"s_A", band.position[k]},
                              {"energy_eV", band.energy[k]},
                              {"slope_eV_per_A", band.slope[k]},
                              {"position_A", app::to_json(place_of(band, i))}});
  }
  json["warnings"] = run.warnings;
  return json;
}

void write_images(std::filesystem::path const& file, NebRun const& run) {
  std::vector<Calculated> calculated;
  for (double energy : run.band.energy) calculated.push_back({energy, {}, {}});
  write_extxyz(file, images_of(run.task, run.band), calculated);
}

void print_profile(BandResult const& band) {
  TextTable profile({"image", "s/Å", "E - E(0)/eV", "dE/ds/(eV/Å)", "x/Å", "y/Å", "z/Å", ""});
  for (int i = 0; i < band.n_images; ++i) {
    auto const k = std::size_t(i);
    Vec3 const r = place_of(band, i);
    profile.row({std::to_string(i), fixed(band.position[k], 4),
                 fixed(band.energy[k] - band.energy[0], 6), fixed(band.slope[k], 4), fixed(r.x, 4),
                 fixed(r.y, 4), fixed(r.z, 4), i == band.saddle_image ? "highest" : ""});
  }
  profile.print(std::cout);
}

void print_curvature(NebRun const& run) {
  std::cout << "\ncurvature\n";
  TextTable curvature({"", "force/(eV/Å)", "eigenvalues/(eV/Å^2)", "", "", "nature"});
  auto const row = [&](std::string const& name, Curvature const& c) {
    curvature.row({name, fixed(c.force, 4), fixed(c.eigenvalues[0], 3), fixed(c.eigenvalues[1], 3),
                   fixed(c.eigenvalues[2], 3), nature(c, run.options.force_tolerance)});
  };
  row("first image", run.certificate.first);
  if (run.band.saddle_kind == SaddleKind::interior) row("highest image", run.certificate.saddle);
  row("last image", run.certificate.last);
  curvature.print(std::cout);
}

}  // namespace

void print_result(NebRun const& run) {
  BandResult const& band = run.band;
  std::cout << run.description << "\npotential: " << run.task.set.name << " ("
            << run.task.set.file.string() << ")\n"
            << to_string(band.status) << " after " << band.steps << " steps, largest force "
            << fixed(band.max_force, 4) << " eV/Å; energies within "
            << scientific(run.certificate.measured_error) << " eV of the reference\n\n";
  print_profile(band);
  std::cout << '\n';
  TextTable barriers({"", "eV"});
  barriers.row({"forward barrier", fixed(band.forward_barrier, 6)});
  barriers.row({"reverse barrier", fixed(band.reverse_barrier, 6)});
  barriers.row({"max - min (E_a)", fixed(band.max_minus_min, 6)});
  barriers.print(std::cout);

  print_curvature(run);
  if (band.saddle_kind == SaddleKind::endpoint)
    std::cout << "the highest point of the path is one of its ends: no saddle in between\n";
  for (std::string const& warning : run.warnings) std::cout << "warning: " << warning << '\n';
}

void write_results(std::filesystem::path const& directory, NebRun const& run) {
  write_profile(directory / "profile.csv", run.band);
  write_images(directory / "band.extxyz", run);
  AtomicFile json(directory / "neb.json");
  write_json(json.stream(), record(run));
  json.commit();
}

}  // namespace ionscape::app
