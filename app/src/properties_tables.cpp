// Tables of `ionscape properties`.
#include <algorithm>
#include <iostream>

#include <ionscape/core/io/format.hpp>

#include "properties_beside.hpp"

namespace ionscape::app {

namespace {

constexpr std::size_t most_ions_printed = 60, most_modes_printed = 400;
constexpr std::size_t most_points_printed = 12;  // beyond, those that have a label
constexpr char const* directions[6] = {"xx", "yy", "zz", "yz", "xz", "xy"};

void print_head(PropertiesRun const& run) {
  CrystalProperties const& p = run.properties;
  std::size_t const ions = run.crystal.size();
  std::cout << run.structure.name << ": " << ions << " ions";
  if (auto const shells = p.particles.springs.size(); shells > 0)
    std::cout << ", " << shells << " shells";
  std::cout << ", " << fixed(p.volume, 4) << " Å^3\npotential: " << run.set.name << " ("
            << run.set.file.string() << ")\nenergy " << fixed(p.energy, 6) << " eV, "
            << fixed(p.energy / double(ions), 6) << " eV per ion\nlargest force "
            << scientific(p.largest_force) << " eV/Å, stress";
  for (int I = 0; I < 6; ++I) std::cout << ' ' << fixed(p.elastic.stress[I], 4);
  std::cout << " GPa (xx yy zz yz xz xy; positive: the cell wants to shrink)\n";
}

void print_matrix(std::string const& title, Matrix6 const& m) {
  std::cout << '\n' << title << '\n';
  std::vector<std::string> headings{""};
  headings.insert(headings.end(), directions, directions + 6);
  TextTable table(headings);
  for (int I = 0; I < 6; ++I) {
    std::vector<std::string> row{directions[I]};
    for (int J = 0; J < 6; ++J) row.push_back(fixed(m(I, J), 3));
    table.row(row);
  }
  table.print(std::cout);
}

void print_elastic(PropertiesRun const& run) {
  CrystalProperties const& p = run.properties;
  bool const stressed = p.elastic.stress.cwiseAbs().maxCoeff() > small_stress;
  print_matrix("elastic constants/GPa, all ions relaxed", p.elastic.relaxed);
  print_matrix("elastic constants/GPa, cores clamped at their fractional coordinates",
               p.elastic.clamped);
  if (stressed)
    print_matrix("stress to strain/GPa, all ions relaxed, under this stress",
                 p.elastic.stress_strain);
  std::cout << '\n';
  ElasticModuli const& m = p.moduli;
  TextTable table({"modulus/GPa", "Voigt", "Reuss", "Hill"});
  for (auto const& [name, modulus] : {std::pair("bulk", m.bulk), std::pair("shear", m.shear)})
    table.row({name, fixed(modulus.voigt, 3), fixed(modulus.reuss, 3), fixed(modulus.hill(), 3)});
  table.row({"Young", "", "", fixed(m.young_hill(), 3)});
  table.print(std::cout);
  std::cout << "  Young along x, y, z: " << fixed(m.young[0], 3) << ' ' << fixed(m.young[1], 3)
            << ' ' << fixed(m.young[2], 3) << " GPa; Poisson's ratio (Hill) "
            << fixed(m.poisson_hill(), 4) << "; compressibility "
            << fixed(1e3 * m.compressibility, 4) << " 1/TPa\n  lowest eigenvalue "
            << fixed(p.born_stability[0], 3) << " GPa: "
            << (p.born_stability[0] > 0 ? "elastically stable\n" : "elastically unstable\n");
}

void print_dielectric(PropertiesRun const& run) {
  Dielectric const& d = run.properties.dielectric;
  std::cout << "\ndielectric constants\n";
  TextTable table({"", "xx", "yy", "zz", "yz", "xz", "xy"});
  for (auto const& [name, m] : {std::pair("static (eps_0)", d.zero_frequency),
                                {"high frequency (eps_inf)", d.high_frequency}})
    table.row({name, fixed(m(0, 0), 5), fixed(m(1, 1), 5), fixed(m(2, 2), 5), fixed(m(1, 2), 5),
               fixed(m(0, 2), 5), fixed(m(0, 1), 5)});
  table.print(std::cout);
  std::cout << "  refractive index along the principal axes: " << fixed(d.refractive_index[0], 5)
            << ' ' << fixed(d.refractive_index[1], 5) << ' ' << fixed(d.refractive_index[2], 5)
            << '\n';
}

void print_born_charges(PropertiesRun const& run) {
  auto const& charges = run.properties.dielectric.born_charges;
  std::cout << "\nBorn charges/e: polarisation along the first, displacement along the second\n";
  TextTable table({"ion", "xx", "yy", "zz", "xy", "yx", "xz", "zx", "yz", "zy"});
  for (std::size_t i = 0; i < std::min(charges.size(), most_ions_printed); ++i) {
    Eigen::Matrix3d const& z = charges[i];
    std::vector<std::string> row{run.label(i)};
    for (double const v :
         {z(0, 0), z(1, 1), z(2, 2), z(0, 1), z(1, 0), z(0, 2), z(2, 0), z(1, 2), z(2, 1)})
      row.push_back(fixed(v, 4));
    table.row(row);
  }
  table.print(std::cout);
  if (charges.size() > most_ions_printed)
    std::cout << "  " << charges.size() - most_ions_printed << " more: --json or --out\n";
}

std::string in_cm(double THz) { return fixed(THz * inverse_centimetres_per_THz, 2); }

void print_modes(PropertiesRun const& run) {
  CrystalProperties const& p = run.properties;
  std::cout << "\nphonons at q = 0; with the field of a long wave along x, y or z\n";
  TextTable table({"mode", "THz", "cm^-1", "x/cm^-1", "y/cm^-1", "z/cm^-1"});
  for (std::size_t k = 0; k < std::min(p.at_rest.size(), most_modes_printed); ++k)
    table.row({std::to_string(k + 1), fixed(p.at_rest[k], 4), in_cm(p.at_rest[k]),
               in_cm(p.with_field[0][k]), in_cm(p.with_field[1][k]), in_cm(p.with_field[2][k])});
  table.print(std::cout);
  std::cout << "  each column ascends by itself: a row need not be one mode\n";
  if (p.at_rest.size() > most_modes_printed)
    std::cout << "  " << p.at_rest.size() - most_modes_printed << " more: --json or --out\n";
  std::size_t left_out = 0;
  for (std::size_t k = 0; k < run.points.size(); ++k) {
    WavePoint const& point = run.points[k];
    if (run.points.size() > most_points_printed && point.label.empty()) {
      ++left_out;
      continue;
    }
    std::cout << "\nphonons/cm^-1 at q = " << shortest(point.fractional.x) << ' '
              << shortest(point.fractional.y) << ' ' << shortest(point.fractional.z)
              << (point.label.empty() ? "" : " (" + point.label + ")");
    for (std::size_t m = 0; m < run.at_points[k].size(); ++m)
      std::cout << (m % 8 == 0 ? "\n  " : "  ") << in_cm(run.at_points[k][m]);
    std::cout << '\n';
  }
  if (left_out > 0)
    std::cout << "  and at " << left_out << " wave vectors without a label: --json or --out\n";
}

void print_harmonic(PropertiesRun const& run) {
  if (!run.harmonic) return;
  Harmonic const& h = *run.harmonic;
  std::cout << "\nharmonic vibrations of one cell, mesh " << run.mesh[0] << " x " << run.mesh[1]
            << " x " << run.mesh[2] << ": zero-point energy " << fixed(h.zero_point, 6) << " eV\n";
  TextTable table({"T/K", "free energy/eV", "energy/eV", "entropy/(meV/K)", "C_V/(meV/K)"});
  for (HarmonicRow const& row : h.rows)
    table.row({shortest(row.temperature), fixed(row.free_energy, 6), fixed(row.energy, 6),
               fixed(1e3 * row.entropy, 6), fixed(1e3 * row.heat_capacity, 6)});
  table.print(std::cout);
  if (h.translations > 0)
    std::cout << "  left out: translations, " << fixed(h.translations, 4) << " modes a cell\n";
}

void print_defects(PropertiesRun const& run) {
  if (!run.has_defect()) return;
  std::cout << "\ndefect of charge " << fixed(run.defect_charge, 6) << " e:";
  for (int const ion : run.defect.vacancies)
    std::cout << " without " << run.label(std::size_t(ion));
  for (Interstitial const& ion : run.defect.interstitials)
    std::cout << " with " << ion.species << " at " << shortest(ion.fractional.x) << ' '
              << shortest(ion.fractional.y) << ' ' << shortest(ion.fractional.z);
  std::cout << "; ions relaxed, cell fixed; energy against ions at infinity\n";
  TextTable table({"cell", "ions", "energy/eV", "with Makov-Payne", "with Lany-Zunger", "status"});
  for (DefectCell const& cell : run.defects)
    table.row({std::to_string(cell.size[0]) + " x " + std::to_string(cell.size[1]) + " x " +
                   std::to_string(cell.size[2]),
               std::to_string(cell.ions), fixed(cell.energy, 5), fixed(cell.corrected(), 5),
               fixed(cell.energy + cell.correction.lany_zunger, 5),
               to_string(cell.relaxed.status)});
  table.print(std::cout);
  if (run.defects.size() > 1)
    std::cout << "  Makov-Payne of the two largest, linear in 1/volume: "
              << fixed(extrapolated(run.defects), 5) << " eV\n";
}

}  // namespace

void print_properties(PropertiesRun const& run) {
  print_head(run);
  print_elastic(run);
  print_dielectric(run);
  print_born_charges(run);
  print_modes(run);
  print_harmonic(run);
  print_defects(run);
  print_beside(run);
  if (!run.warnings.empty()) std::cout << '\n';
  for (Warning const& warning : run.warnings) std::cout << "warning: " << warning.text << '\n';
}

}  // namespace ionscape::app
