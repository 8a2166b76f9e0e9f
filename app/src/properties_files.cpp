// Results of `ionscape properties` as JSON and CSV.
#include <sstream>

#include <ionscape/core/io/atomic_file.hpp>
#include <ionscape/core/io/csv.hpp>

#include <ionscape/report/crystal_plots.hpp>

#include "properties_beside.hpp"

namespace ionscape::app {

namespace {

Json rows_of(Eigen::MatrixXd const& m) {
  Json rows = Json::array();
  for (Eigen::Index i = 0; i < m.rows(); ++i) {
    Json row = Json::array();
    for (Eigen::Index j = 0; j < m.cols(); ++j) row.push_back(m(i, j));
    rows.push_back(row);
  }
  return rows;
}

Json list_of(Eigen::VectorXd const& v) {
  Json list = Json::array();
  for (double const x : v) list.push_back(x);
  return list;
}

Json average_json(AverageModulus const& m) {
  return {{"voigt", m.voigt}, {"reuss", m.reuss}, {"hill", m.hill()}};
}

Json elastic_json(CrystalProperties const& p) {
  ElasticModuli const& m = p.moduli;
  Json json;
  json["order"] = {"xx", "yy", "zz", "yz", "xz", "xy"};
  json["stress_GPa"] = list_of(p.elastic.stress);
  json["relaxed_GPa"] = rows_of(p.elastic.relaxed);
  json["clamped_GPa"] = rows_of(p.elastic.clamped);
  json["stress_strain_GPa"] = rows_of(p.elastic.stress_strain);
  json["bulk_GPa"] = average_json(m.bulk);
  json["shear_GPa"] = average_json(m.shear);
  json["young_xyz_GPa"] = list_of(m.young);
  json["young_hill_GPa"] = m.young_hill();
  json["poisson_hill"] = m.poisson_hill();
  json["compressibility_per_GPa"] = m.compressibility;
  json["eigenvalues_GPa"] = list_of(p.born_stability);
  return json;
}

Json dielectric_json(PropertiesRun const& run) {
  Dielectric const& d = run.properties.dielectric;
  Json json;
  json["static"] = rows_of(d.zero_frequency);
  json["high_frequency"] = rows_of(d.high_frequency);
  json["refractive_index"] = list_of(d.refractive_index);
  Json charges = Json::array();
  for (std::size_t i = 0; i < d.born_charges.size(); ++i)
    charges.push_back({{"ion", run.label(i)}, {"charge_e", rows_of(d.born_charges[i])}});
  json["born_charges"] = charges;
  return json;
}

Json phonons_json(PropertiesRun const& run) {
  CrystalProperties const& p = run.properties;
  Json json;
  json["at_rest_THz"] = p.at_rest;
  json["field_along_x_THz"] = p.with_field[0];
  json["field_along_y_THz"] = p.with_field[1];
  json["field_along_z_THz"] = p.with_field[2];
  json["points"] = Json::array();
  for (std::size_t k = 0; k < run.points.size(); ++k)
    json["points"].push_back({{"q_fractional", to_json(run.points[k].fractional)},
                              {"label", run.points[k].label},
                              {"THz", run.at_points[k]}});
  return json;
}

Json harmonic_json(PropertiesRun const& run) {
  Harmonic const& h = *run.harmonic;
  Json json;
  json["mesh"] = run.mesh;
  json["wave_vectors"] = run.waves.q.size();
  json["zero_point_eV"] = h.zero_point;
  json["translations_left_out"] = h.translations;
  json["imaginary_left_out"] = h.imaginary;
  json["rows"] = Json::array();
  for (HarmonicRow const& row : h.rows)
    json["rows"].push_back({{"temperature_K", row.temperature},
                            {"free_energy_eV", row.free_energy},
                            {"energy_eV", row.energy},
                            {"entropy_eV_per_K", row.entropy},
                            {"heat_capacity_eV_per_K", row.heat_capacity}});
  return json;
}

Json defects_json(PropertiesRun const& run) {
  Json json;
  json["charge_e"] = run.defect_charge;
  json["vacancies"] = Json::array();
  for (int const ion : run.defect.vacancies)
    json["vacancies"].push_back(run.label(std::size_t(ion)));
  json["interstitials"] = Json::array();
  for (Interstitial const& ion : run.defect.interstitials)
    json["interstitials"].push_back(
        {{"species", ion.species}, {"fractional", to_json(ion.fractional)}});
  json["cells"] = Json::array();
  for (DefectCell const& cell : run.defects)
    json["cells"].push_back({{"size", cell.size},
                             {"ions", cell.ions},
                             {"volume_A3", cell.volume},
                             {"energy_eV", cell.energy},
                             {"makov_payne_eV", cell.correction.makov_payne},
                             {"lany_zunger_eV", cell.correction.lany_zunger},
                             {"corrected_eV", cell.corrected()},
                             {"status", to_string(cell.relaxed.status)},
                             {"steps", cell.relaxed.steps}});
  json["extrapolated_eV"] = extrapolated(run.defects);
  return json;
}

void write_modes(std::ostream& out, std::string const& label, Vec3 q,
                 std::vector<double> const& modes) {
  for (std::size_t k = 0; k < modes.size(); ++k)
    write_csv_row(out, label, q.x, q.y, q.z, k + 1, modes[k],
                  modes[k] * inverse_centimetres_per_THz);
}

std::string phonons_csv(PropertiesRun const& run) {
  std::ostringstream out;
  out << "label,q_a,q_b,q_c,mode,frequency_THz,frequency_per_cm\n";
  CrystalProperties const& p = run.properties;
  write_modes(out, "at rest", {}, p.at_rest);
  for (std::size_t axis = 0; axis < 3; ++axis)
    write_modes(
        out, std::string("field along ") + "xyz" [axis], {}, p.with_field[axis]);
  for (std::size_t k = 0; k < run.points.size(); ++k)
    write_modes(out, run.points[k].label, run.points[k].fractional, run.at_points[k]);
  return out.str();
}

std::string thermal_csv(Harmonic const& h) {
  std::ostringstream out;
  out << "temperature_K,free_energy_eV,energy_eV,entropy_eV_per_K,heat_capacity_eV_per_K\n";
  for (HarmonicRow const& row : h.rows)
    write_csv_row(out, row.temperature, row.free_energy, row.energy, row.entropy,
                  row.heat_capacity);
  return out.str();
}

std::string beside_csv(PropertiesRun const& run) {
  std::ostringstream out;
  out << "quantity,computed,given,source\n";
  for (GivenValue const& given : run.given)
    write_csv_row(out, given.quantity, computed_value(run, given.quantity), given.value,
                  given.source);
  return out.str();
}

/// The way goes from each wave vector to the next. At rest a mode that makes a field has another
/// frequency along each way: the point stands twice, with the fields of both its sides.
std::vector<DrawnWave> drawn_waves(PropertiesRun const& run) {
  constexpr double at_rest = 1e-9;  // Å^-1
  Cell const reciprocal = run.crystal.cell.reciprocal();
  Phonons const phonons = run.properties.phonons();
  std::vector<Vec3> q;
  for (WavePoint const& point : run.points) q.push_back(reciprocal.to_cartesian(point.fractional));
  // An equivalent wave vector may begin the next part of the way.
  auto const step = [&](std::size_t k) { return minimum_image(reciprocal, q[k] - q[k - 1]); };
  std::vector<DrawnWave> waves;
  double way = 0;
  for (std::size_t k = 0; k < q.size(); ++k) {
    if (k > 0) way += norm(step(k));
    DrawnWave wave{run.points[k].label, way, run.at_points[k]};
    if (norm(q[k]) > at_rest) {
      waves.push_back(wave);
      continue;
    }
    for (std::size_t const side : {k, k + 1})
      if (side > 0 && side < q.size() && norm(step(side)) > at_rest) {
        wave.THz = phonons.frequencies(q[k], step(side));
        waves.push_back(wave);
      }
  }
  return waves;
}

}  // namespace

Json to_json(PropertiesRun const& run) {
  CrystalProperties const& p = run.properties;
  Json json = provenance();
  json["structure"] = run.structure.name;
  json["assumed_by_reader"] = run.crystal.notes;
  json["potential"] = to_json(run.set);
  json["ions"] = run.crystal.size();
  json["shells"] = p.particles.springs.size();
  json["volume_A3"] = p.volume;
  json["energy_eV"] = p.energy;
  json["largest_force_eV_per_A"] = p.largest_force;
  json["elastic"] = elastic_json(p);
  json["dielectric"] = dielectric_json(run);
  json["phonons"] = phonons_json(run);
  if (run.harmonic) json["harmonic"] = harmonic_json(run);
  if (run.has_defect()) json["defect"] = defects_json(run);
  for (GivenValue const& given : run.given)
    json["beside"].push_back({{"quantity", given.quantity},
                              {"computed", computed_value(run, given.quantity)},
                              {"given", given.value},
                              {"source", given.source}});
  json["notes"] = json["warnings"] = Json::array();
  for (Warning const& w : run.warnings)
    json["notes"].push_back(w.note), json["warnings"].push_back(w.text);
  return json;
}

std::vector<char const*> result_names(PropertiesRun const& run) {
  std::vector<char const*> names{"properties.json", "phonons.csv"};
  if (run.mesh[0] > 0) names.push_back("thermal.csv");
  if (!run.given.empty()) names.push_back("beside.csv");
  return names;
}

std::vector<char const*> picture_names(PropertiesRun const& run) {
  std::vector<char const*> names;
  if (run.points.size() > 1) names = {"phonons.dat", "phonons.gp", "phonons.png", "phonons.svg"};
  if (!run.given.empty())
    names.insert(names.end(), {"beside.dat", "beside.gp", "beside.png", "beside.svg"});
  return names;
}

void write_results(std::filesystem::path const& folder, PropertiesRun const& run) {
  std::ostringstream json;
  write_json(json, to_json(run));
  write_text(folder / "properties.json", json.str());
  write_text(folder / "phonons.csv", phonons_csv(run));
  if (run.harmonic) write_text(folder / "thermal.csv", thermal_csv(*run.harmonic));
  if (!run.given.empty()) write_text(folder / "beside.csv", beside_csv(run));
}

std::vector<std::filesystem::path> draw_results(std::filesystem::path const& folder,
                                                PropertiesRun const& run) {
  std::vector<std::filesystem::path> pictures;
  auto const add = [&](std::vector<std::filesystem::path> const& more) {
    pictures.insert(pictures.end(), more.begin(), more.end());
  };
  std::string const title = run.structure.file.filename().string();
  if (run.points.size() > 1) add(plot_phonons(folder, "phonons", title, drawn_waves(run)));
  if (run.given.empty()) return pictures;
  std::vector<DrawnPair> pairs;
  for (GivenValue const& given : run.given)
    pairs.push_back({given.quantity, computed_value(run, given.quantity), given.value});
  add(plot_beside(folder, "beside", title, pairs));
  return pictures;
}

}  // namespace ionscape::app
