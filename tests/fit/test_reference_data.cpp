// The reader of published tables, on tables made up for the purpose; on the real ones where
// IONSCAPE_REFERENCE names them.
#include <cmath>
#include <cstdlib>
#include <map>

#include <ionscape/fit/reference_data.hpp>
#include <ionscape_test/catch.hpp>
#include <ionscape_test/files.hpp>
#include <ionscape_test/mutations.hpp>

using namespace ionscape;
using ionscape_test::input_error;
using ionscape_test::TemporaryFolder;

namespace {

ReferenceValue const* find(ReferenceData const& data, Quantity quantity, double charge,
                           double distortion = 1, int image = 0) {
  for (ReferenceValue const& v : data.values)
    if (v.quantity == quantity && std::fabs(v.charge_e - charge) < 1e-9 &&
        std::fabs(v.distortion - distortion) < 1e-9 && v.image == image)
      return &v;
  return nullptr;
}

bool mentions(ReferenceData const& data, std::string const& words) {
  for (std::string const& remark : data.remarks)
    if (remark.find(words) != std::string::npos) return true;
  return false;
}

std::string number(double x) { return std::to_string(x); }

using Energies = std::vector<double>;
Energies const smooth{0, 0.11, 0.38, 0.64, 0.70, 0.52, 0.40};

/// A block of a file of Xu et al. (2020); `end` ends its lines.
std::string block(std::string const& label, Energies const& energies,
                  std::string const& end = "\n") {
  std::string text = label + end;
  for (std::size_t k = 0; k < energies.size(); ++k)
    text += "   " + std::to_string(k) + "   0.000000  " + number(energies[k] - 150) + "  " +
            number(energies[k]) + end;
  return text;
}

std::string const profile_header =
    "anion,charge_e,lattice_scale,profile_id,image,relative_energy_eV,flag_offtrend\n";
std::string profile_rows(std::string const& anion, double charge, Energies const& energies,
                         int off_image = -1) {
  std::string text;
  for (int k = 0; k < int(energies.size()); ++k)
    text += anion + "," + number(charge) + ",1.0," + anion + number(charge) + "," +
            std::to_string(k) + "," + number(energies[std::size_t(k)]) + "," +
            (k == off_image ? "1" : "0") + "\n";
  return text;
}

std::string const decoded_header =
    "anion,quantity,distortion_factor,charge_e,volume_per_anion_A3,value_eV,uncertainty_eV,"
    "saturated,scale_min_eV,"
    "scale_max_eV,source_figure\n";

}  // namespace

TEST_CASE("The authors' files are found at any depth, with any line ends and misspelt names") {
  TemporaryFolder const folder;
  folder.write("Figure 3/Li-O/Li-O-barrier.txt", block("Li-O-c-0.5-v-0.84", smooth, "\r\n") +
                                                     block("0.60-v-1.10", smooth, "\r") +
                                                     block("q 0.7 -v-1 ", smooth));
  folder.write("Figure S4 and S5/Cl/lithium-chlroine-barrier.txt",
               block("chlorine-0.15-v-1.02", smooth));
  folder.write("Figure S4 and S5/Br/lithium-bromine-barrier.txt", block("0.25-v-1.02", smooth));
  auto const data = read_reference_data(folder.path());

  std::map<std::string, int> count;
  for (ReferenceValue const& v : data.values) ++count[v.anion];
  CHECK(count == std::map<std::string, int>{{"O", 3 * 8}, {"Cl", 8}, {"Br", 8}});
  // 48 anions fill 12.926672 * 9.695004 * 9.138 Å^3 at scale 1.
  double const full = 12.926672 * 9.695004 * 9.138 / 48;
  auto const* D = find(data, Quantity::tet_minus_oct, -0.5);
  REQUIRE(D);
  CHECK(D->volume_A3 == Approx(full * 0.84 * 0.84 * 0.84));
  CHECK(D->value_eV == Approx(0.40));
  CHECK_FALSE(D->doubtful);
  CHECK(find(data, Quantity::barrier, -0.6)->value_eV == Approx(0.70));
  CHECK(find(data, Quantity::barrier, -0.6)->volume_A3 == Approx(full * 1.331));
  CHECK(find(data, Quantity::image, -0.7, 1, 2)->value_eV == Approx(0.38));
  CHECK(find(data, Quantity::image, -0.7, 1, 0) == nullptr);
}

TEST_CASE(
    "An erratic image 3 is found by the smoothness of the path and does not enter the barrier") {
  auto dented = smooth, spiked = smooth;
  dented[3] = -0.2, spiked[3] = 0.9;
  TemporaryFolder const folder;
  folder.write("Li-S-barrier.txt",
               block("0.5-v-1", dented) + block("0.6-v-1", spiked) + block("0.7-v-1", smooth));
  auto const data = read_reference_data(folder.path());
  CHECK(find(data, Quantity::image, -0.5, 1, 3)->doubtful);
  CHECK(find(data, Quantity::image, -0.6, 1, 3)->doubtful);
  CHECK_FALSE(find(data, Quantity::image, -0.7, 1, 3)->doubtful);
  CHECK_FALSE(find(data, Quantity::image, -0.5, 1, 4)->doubtful);
  // The dent lies below both ends and must not count as an end; the spike was the highest, so the
  // barrier is only a guess.
  CHECK(find(data, Quantity::barrier, -0.5)->value_eV == Approx(0.70));
  CHECK_FALSE(find(data, Quantity::barrier, -0.5)->doubtful);
  CHECK(find(data, Quantity::barrier, -0.6)->value_eV == Approx(0.70));
  CHECK(find(data, Quantity::barrier, -0.6)->doubtful);
}

TEST_CASE(
    "A barrier is doubtful where the smooth path would have been highest at an erratic image 3") {
  TemporaryFolder const folder;
  folder.write("Li-S-barrier.txt", block("0.5-v-1", {0, 0.05, 0.15, 0.2, 0.15, 0.05, 0}) +
                                       block("0.6-v-1", {0, 0.05, 0.15, 0.1, 0.15, 0.05, 0}));
  auto const data = read_reference_data(folder.path());
  CHECK_FALSE(find(data, Quantity::barrier, -0.5)->doubtful);
  CHECK(find(data, Quantity::barrier, -0.6)->value_eV == Approx(0.15));
  CHECK(find(data, Quantity::barrier, -0.6)->doubtful);
}

TEST_CASE("Tables of profiles stand before the authors' files, and a repeated image is refused") {
  TemporaryFolder const folder;
  folder.write("dft_profiles.csv", profile_header + profile_rows("S", -1.0, smooth, 2));
  folder.write("raw/Li-S-barrier.txt", block("1.0-v-1", smooth));
  auto const data = read_reference_data(folder.path());
  CHECK(find(data, Quantity::image, -1.0, 1, 2)->doubtful);
  CHECK(mentions(data, "raw/Li-S-barrier.txt: not read"));
  std::string rows = profile_rows("S", -1.0, smooth);
  folder.write("dft_profiles.csv", profile_header + rows + rows.substr(0, rows.find('\n') + 1));
  CHECK_THAT(input_error([&] { read_reference_data(folder.path()); }),
             Catch::Matchers::ContainsSubstring("a second image 0"));
}

TEST_CASE("Points are the same whatever the last digits of their volumes") {
  for (double v : {23.405, 70.215, 12.64, 37.448}) {
    CHECK(point_key(1, -0.5, v) == point_key(1, -0.5, v * (1 + 1e-9)));
    CHECK(point_key(1, -0.5, v) == point_key(1, -0.5, v * (1 - 1e-9)));
    CHECK(point_key(1, -0.5, v) != point_key(1, -0.5, v + 0.01));
  }
}

TEST_CASE("The barrier counts from the lower end") {
  TemporaryFolder const folder;
  folder.write("Li-S-barrier.txt", block("0.5-v-1", {0, 0.01, 0.02, 0, -0.05, -0.12, -0.15}));
  CHECK(find(read_reference_data(folder.path()), Quantity::barrier, -0.5)->value_eV ==
        Approx(0.17));
}

TEST_CASE(
    "A table of profiles brings its own marks, and O and S are doubtful beyond the kink at -1.75 "
    "e") {
  TemporaryFolder const folder;
  folder.write("dft_profiles.csv", profile_header + profile_rows("O", -1.0, smooth, 6) +
                                       profile_rows("O", -1.8, smooth) +
                                       profile_rows("O", -1.7, smooth));
  auto const data = read_reference_data(folder.path());
  CHECK(find(data, Quantity::tet_minus_oct, -1.0)->doubtful);
  CHECK(find(data, Quantity::barrier, -1.0)->doubtful);
  CHECK_FALSE(find(data, Quantity::image, -1.0, 1, 5)->doubtful);
  CHECK(find(data, Quantity::image, -1.8, 1, 5)->doubtful);
  CHECK_FALSE(find(data, Quantity::image, -1.7, 1, 5)->doubtful);
  CHECK(mentions(data, "not there: cvd_decoded_3d.csv, "));
}

TEST_CASE("Sites stand in for missing profiles") {
  TemporaryFolder const folder;
  folder.write("dft_sites.csv",
               "anion,charge_e,lattice_scale,E_tet_minus_E_oct_eV,barrier_from_endpoint_eV,barrier_"
               "excl_image3_eV,"
               "saddle_image,flag_image3_offtrend,n_other_images_offtrend\n"
               "F,-0.5,1.0,0.1,0.5,0.4,3,1,0\nF,-0.6,1.0,0.1,0.5,0.4,3,0,0\n"
               "F,-0.7,1.0,0.1,0.5,0.5,4,1,0\nF,-0.8,1.0,0.1,0.5,0.5,0,1,0\n");
  auto const data = read_reference_data(folder.path());
  CHECK(data.values.size() == 8);
  CHECK(find(data, Quantity::barrier, -0.5)->value_eV == 0.4);
  CHECK(find(data, Quantity::barrier, -0.5)->doubtful);
  CHECK(find(data, Quantity::barrier, -0.6)->value_eV == 0.5);
  // An erratic image 3 beside the highest of the others may have been the highest; one beside an
  // end cannot.
  CHECK(find(data, Quantity::barrier, -0.7)->doubtful);
  CHECK_FALSE(find(data, Quantity::barrier, -0.8)->doubtful);
}

TEST_CASE("The end of a colour scale is a bound on the side where it lies") {
  TemporaryFolder const folder;
  folder.write("cvd_decoded_3d.csv",
               decoded_header +
                   "S,Ea,1.0,-0.5,23.4,1.0,0.03,1,0.0,1.0,a figure\n"
                   "O,E_tet_minus_E_oct,1.0,-0.6,12.6,-0.8,0.02,1,-0.8,1.2,another\n"
                   "O,E_tet_insertion,1.0,-0.7,12.6,3.0,0.15,0,-3.0,10.0,a third\n");
  auto const data = read_reference_data(folder.path());
  auto const *Ea = find(data, Quantity::barrier_three_point, -0.5),
             *D = find(data, Quantity::tet_minus_oct, -0.6);
  CHECK(Ea->bound);
  CHECK(Ea->bound_sign == 1);
  CHECK(Ea->uncertainty_eV == 0.03);
  CHECK(D->bound);
  CHECK(D->bound_sign == -1);
  CHECK(find(data, Quantity::E_tet, -0.7)->doubtful);
}

TEST_CASE(
    "A value that cannot be told from the end of its scale is a bound, one far off its neighbours "
    "is doubtful") {
  TemporaryFolder const folder;
  std::string rows = "S,Ea,1.16,-0.5,23.4,0.996,0.007,0,0.0,1.0,a figure\n";
  for (auto const& [charge, value] : {std::pair("-0.6", "0.90"),
                                      {"-0.7", "0.87"},
                                      {"-0.8", "0.50"},
                                      {"-0.9", "0.80"},
                                      {"-1.0", "0.77"}})
    rows += std::string("O,E_tet_minus_E_oct,1.0,") + charge + ",12.64," + value +
            ",0.02,0,-0.8,1.2,a figure\n";
  folder.write("cvd_decoded_3d.csv", decoded_header + rows);
  auto const data = read_reference_data(folder.path());
  CHECK(find(data, Quantity::barrier_three_point, -0.5, 1.16)->bound_sign == 1);
  for (double charge : {-0.6, -0.7, -0.8, -0.9, -1.0})
    CHECK(find(data, Quantity::tet_minus_oct, charge)->doubtful == (charge == -0.8));
}

TEST_CASE(
    "A printed number goes before one read from a picture, any number before a bound, and the "
    "tighter bound") {
  TemporaryFolder const folder;
  folder.write("cvd_decoded_3d.csv", decoded_header +
                                         "S,Ea,1.0,-0.5,23.405,0.31,0.002,0,0.0,1.0,a figure\n"
                                         "S,Ea,1.0,-0.6,23.405,0.85,0.006,0,0.0,1.0,a figure\n"
                                         "S,Ea,1.0,-0.8,23.405,1.0,0.03,1,0.0,1.0,a figure\n");
  folder.write("cvd_grid_S_csm0.csv",
               "anion,distortion_factor,charge_e,volume_per_anion_A3,Ea_eV\nS,1.0,-0.5,23.405,0."
               "30\nS,1.0,-0.6,23.405,\n"
               "S,1.0,-0.7,23.405,\nS,1.0,-0.8,23.405,\n");
  auto const data = read_reference_data(folder.path());
  CHECK(data.values.size() == 4);
  CHECK(find(data, Quantity::barrier_three_point, -0.8)->value_eV == 1.0);
  CHECK(find(data, Quantity::barrier_three_point, -0.5)->value_eV == 0.30);
  CHECK(find(data, Quantity::barrier_three_point, -0.6)->value_eV == 0.85);
  auto const* masked = find(data, Quantity::barrier_three_point, -0.7);
  CHECK(masked->bound);
  CHECK(masked->bound_sign == 1);
  CHECK(masked->value_eV == 0.4);
  CHECK(mentions(data, "3 values stand in a second place"));
}

TEST_CASE(
    "dE_tet follows from dE_oct and the change of the difference, with all three uncertainties") {
  TemporaryFolder const folder;
  folder.write("cvd_decoded_3d.csv",
               decoded_header +
                   "O,E_tet_minus_E_oct,1.0,-0.5,12.64,0.5,0.02,0,-0.8,1.2,a\n"
                   "O,E_tet_minus_E_oct,1.2,-0.5,12.64,0.8,0.03,0,-0.8,1.2,a\n"
                   "O,dE_oct_rel_undistorted,1.0,-0.5,12.64,0.01,0.02,0,-0.2,0.9,b\n"
                   "O,dE_oct_rel_undistorted,1.2,-0.5,12.64,0.4,0.06,0,-0.2,0.9,b\n");
  auto const data = read_reference_data(folder.path());
  CHECK(find(data, Quantity::dE_oct, -0.5, 1) == nullptr);  // zero by definition
  auto const* dE = find(data, Quantity::dE_tet, -0.5, 1.2);
  REQUIRE(dE);
  CHECK(dE->value_eV == Approx(0.7));
  CHECK(dE->uncertainty_eV == Approx(0.07));
}

TEST_CASE(
    "Curves stand at the distortion that was drawn, printed rows with the corrected sign, shares "
    "with their doubts") {
  TemporaryFolder const folder;
  folder.write("digitised_csm_curves.csv",
               "anion,quantity,charge_e,volume_per_anion_A3,legend_csm,distortion_factor_plotted,"
               "value_eV,uncertainty_eV,"
               "source_figure\nO,Ea,-0.5,12.64,0.0,1.04,1.6855,0.003,a plot\n");
  folder.write(
      "cvd_grid_rows.csv",
      "anion,distortion_factor,charge_e,volume_per_anion_A3,Ea_eV,col_Etet_minus_Eoct_as_printed,"
      "E_tet_minus_E_oct_corrected_eV\nS,1.08,-0.7,56.172,0.4303,0.4303,-0.4303\nS,1.08,-0.8,56."
      "172,,,\n");
  folder.write("cvd_coverage.csv",
               "anion,quantity,distortion_factor,Ea_threshold_eV,value,suspect\nS,coverage_"
               "fraction,1.04,0.4,0.25,0\n"
               "S,coverage_fraction,1.04,0.2,0.09,1\nS,MAE,,,0.07,0\n");
  auto const data = read_reference_data(folder.path());
  CHECK(find(data, Quantity::barrier_three_point, -0.5, 1.04)->value_eV == 1.6855);
  CHECK(find(data, Quantity::tet_minus_oct, -0.7, 1.08)->value_eV == -0.4303);
  CHECK(data.values.size() == 3);
  REQUIRE(data.shares.size() == 2);
  CHECK_FALSE(data.shares[0].doubtful);
  CHECK(data.shares[1].doubtful);
}

TEST_CASE("A folder without reference data is refused with what was expected") {
  TemporaryFolder const folder;
  CHECK_THAT(input_error([&] { read_reference_data(folder.path()); }),
             Catch::Matchers::ContainsSubstring("dft_profiles.csv") &&
                 Catch::Matchers::ContainsSubstring("-barrier.txt"));
  CHECK_THAT(input_error([&] { read_reference_data(folder / "none"); }),
             Catch::Matchers::ContainsSubstring("no such folder"));
}

TEST_CASE("A barrier file that cannot be understood is refused with its line") {
  auto const refused = [](std::string const& text) {
    TemporaryFolder const folder;
    folder.write("Li-O-barrier.txt", text);
    return input_error([&] { read_reference_data(folder.path()); });
  };
  using Catch::Matchers::StartsWith;
  CHECK_THAT(refused("a header\n"), StartsWith("Li-O-barrier.txt:1: found 'a header'"));
  CHECK_THAT(refused(block("0.5-v-1", smooth) + "0.6-v-1\n0 0 1 0\n2 0 1 0\n"),
             StartsWith("Li-O-barrier.txt:11: "));
  CHECK_THAT(refused(block("0.5-v-1", {0, 1, 2})),
             StartsWith("Li-O-barrier.txt: ends inside the block"));
  CHECK_THAT(refused(block("0.5-v-40", smooth)),
             StartsWith("Li-O-barrier.txt:1: charge 0.5 and scale 40"));
  // Labels of any length: digits beyond a double's range, a long line, many marks.
  for (std::string const& label :
       {std::string(400, '1') + " S -v- 1.05", std::string(100'000, 'x'),
        "0.5" + std::string(100'000, 'x') + "-v-", "0.5-v-" + std::string(400, '9'), [] {
          std::string marks;
          for (int i = 0; i < 30'000; ++i) marks += "-v-";
          return marks;
        }()}) {
    std::string const message = refused(block(label, smooth));
    CHECK_THAT(message, StartsWith("Li-O-barrier.txt:1: found '") &&
                            Catch::Matchers::EndsWith("expected a label with CHARGE-v-SCALE"));
    CHECK(message.size() < 200);
  }
  CHECK_THAT(refused(block("0.5-v-1", smooth) + "0.6-v-1\n0 0 1e999 0\n"),
             StartsWith("Li-O-barrier.txt:10: found '0 0 1e999 0'"));
  TemporaryFolder const folder;
  folder.write("dft_profiles.csv", profile_header + profile_rows("O", -1, {0, 1, 2}));
  CHECK_THAT(input_error([&] { read_reference_data(folder.path()); }),
             StartsWith("dft_profiles.csv: profile O"));
}

TEST_CASE("Mutated reference tables are read or refused with their name, never more") {
  std::pair<char const*, std::string> const files[] = {
      {"Li-O-barrier.txt", block("0.5-v-1", smooth) + block("0.6-v-1", smooth)},
      {"dft_profiles.csv", profile_header + profile_rows("O", -1, smooth)},
  };
  for (auto const& [name, text] : files) {
    int refused = 0;
    for (std::string const& mutated : ionscape_test::mutations(text, 200)) {
      TemporaryFolder const folder;
      folder.write(name, mutated);
      auto const error = input_error([&] { read_reference_data(folder.path()); });
      INFO(mutated);
      if (error.empty()) continue;
      ++refused;
      CHECK_THAT(error, Catch::Matchers::StartsWith(name));
    }
    CHECK(refused > 50);
  }
}

TEST_CASE("The published tables agree with each other where they meet") {
  char const* const directory = std::getenv("IONSCAPE_REFERENCE");
  if (!directory || !std::filesystem::is_directory(directory)) {
    WARN("skipped: IONSCAPE_REFERENCE names no folder with the reference tables");
    return;
  }
  auto const data = read_reference_data(directory);
  CHECK(data.values.size() > 5000);
  for (ReferenceValue const& v : data.values) {
    CHECK(v.uncertainty_eV > 0);
    CHECK(v.charge_e < 0);
    CHECK(v.bound == (v.bound_sign != 0));
  }
  // The end of a path is D.
  int ends = 0;
  std::map<std::tuple<std::string, double, double>, double> D;
  for (ReferenceValue const& v : data.values)
    if (v.quantity == Quantity::tet_minus_oct && v.distortion == 1)
      D[{v.anion, v.volume_A3, v.charge_e}] = v.value_eV;
  for (ReferenceValue const& v : data.values)
    if (v.quantity == Quantity::image && v.image == 6) {
      ++ends;
      CHECK(D.at({v.anion, v.volume_A3, v.charge_e}) == v.value_eV);
    }
  CHECK(ends > 500);
}
