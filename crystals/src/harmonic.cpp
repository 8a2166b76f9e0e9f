#include <algorithm>
#include <cmath>

#include <ionscape/crystals/phonons.hpp>

namespace ionscape {

namespace {

/// Adds one mode of the energy `quantum` (eV) to all rows.
void add_mode(Harmonic& sum, double quantum, double weight) {
  sum.zero_point += weight * quantum / 2;
  for (HarmonicRow& row : sum.rows) {
    row.free_energy += weight * quantum / 2;
    row.energy += weight * quantum / 2;
    if (!(row.temperature > 0)) continue;
    double const thermal = boltzmann * row.temperature, x = quantum / thermal;
    double const filled = x < 700 ? 1 / std::expm1(x) : 0;  // Bose and Einstein's occupation
    double const log_part = std::log(-std::expm1(-x));      // ln(1 - e^-x)
    row.free_energy += weight * thermal * log_part;
    row.energy += weight * quantum * filled;
    row.entropy += weight * boltzmann * (x * filled - log_part);
    row.heat_capacity += weight * boltzmann * x * x * filled * (filled + 1);
  }
}

}  // namespace

WaveMesh monkhorst_pack(Cell const& cell, std::array<int, 3> size) {
  Cell const reciprocal = cell.reciprocal();
  auto const place = [](int r, int n) { return double(2 * r - n - 1) / (2.0 * n); };
  WaveMesh mesh;
  double const all = double(size[0]) * size[1] * size[2];
  for (int a = 1; a <= size[0]; ++a)
    for (int b = 1; b <= size[1]; ++b)
      for (int c = 1; c <= size[2]; ++c) {
        Vec3 const f{place(a, size[0]), place(b, size[1]), place(c, size[2])};
        // Of f and -f, which are both there, the one whose first number that is not 0 is positive.
        double const first = f.x != 0 ? f.x : f.y != 0 ? f.y : f.z;
        if (first < 0) continue;
        mesh.q.push_back(reciprocal.to_cartesian(f));
        mesh.weight.push_back((first > 0 ? 2 : 1) / all);
      }
  return mesh;
}

Harmonic harmonic(WaveMesh const& mesh, std::span<std::vector<double> const> frequencies,
                  std::span<double const> temperatures, double still) {
  Harmonic sum;
  for (double const T : temperatures) sum.rows.push_back({T});
  for (std::size_t k = 0; k < mesh.q.size(); ++k)
    for (double const nu : frequencies[k]) {
      if (std::fabs(nu) < still)
        sum.translations += mesh.weight[k];
      else if (nu < 0)
        sum.imaginary += mesh.weight[k];
      else
        add_mode(sum, 1e-3 * meV_per_THz * nu, mesh.weight[k]);
    }
  return sum;
}

}  // namespace ionscape
