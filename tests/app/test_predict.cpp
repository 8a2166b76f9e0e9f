// ionscape predict as a user calls it.
#include <sstream>

#include <ionscape_test/catch.hpp>
#include <nlohmann/json.hpp>

#include <ionscape_test/files.hpp>

#include "program.hpp"

using namespace ionscape_test;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::StartsWith;

namespace {
std::string const compounds = IONSCAPE_SOURCE_DIR "/examples/compounds/";
}

TEST_CASE("Li2S: framework, volume, charge and barriers from its structure") {
  Folder const folder;
  Outcome const o =
      folder.run({"predict", compounds + "Li2S.cif", "--charge", "S=-1.6", "--out", "out"});
  CAPTURE(o.err);
  CHECK(o.code == 0);
  CHECK_THAT(o.out, StartsWith(compounds + "Li2S.cif\nLi in Li2S: lowest recommended barrier 0."));
  for (char const* word : {"framework of S, fcc", "46.49", "-1.600 e per anion", "tet-oct-tet",
                           "C-V-D   fcc framework; C, V and D inside the calibrated range"})
    CHECK_THAT(o.out, ContainsSubstring(word));
  CHECK_THAT(o.out, !ContainsSubstring("own framework"));
  CHECK_THAT(folder
                 .run({"predict", compounds + "Li2S.cif", "--charge", "S=-1.6", "--out", "out",
                       "--details"})
                 .out,
             ContainsSubstring("own framework") && ContainsSubstring("span, three points"));
  CHECK(std::filesystem::exists(folder / "out/predict.csv"));
  CHECK(std::filesystem::exists(folder / "out/predict.json"));
}

TEST_CASE("A table of numbers gives the barriers of the model cell at them") {
  Folder const folder;
  folder.write("t.csv", "formula,path,volume_A3,charge_e,csm\nLi2S,TOT,46.5,-1.6,0\n");
  CHECK(folder.run({"predict", "--table", "t.csv", "--out", "out"}).code == 0);
  folder.write("points.csv", "anion,volume_A3,charge_e,distortion\nS,46.5,-1.6,1\n");
  CHECK(folder.run({"sweep", "--points", "points.csv", "--out", "map"}).code == 0);
  auto const last_line_of = [&](std::string const& file) {
    std::istringstream lines(text_of(folder / file));
    std::string line, last;
    while (std::getline(lines, line)) last = line;
    return last;
  };
  auto const field = [](std::string const& line, int index) {
    std::istringstream fields(line);
    std::string text;
    for (int i = 0; i <= index; ++i) std::getline(fields, text, ',');
    return std::stod(text);
  };
  // cv_three_point_eV of predict.csv against Ea_three_point_eV of map.csv
  CHECK(field(last_line_of("out/predict.csv"), 8) ==
        Approx(field(last_line_of("map/map.csv"), 17)).epsilon(1e-9));
}

TEST_CASE("A potential that no structure needs is refused") {
  Folder const folder;
  folder.write("set.toml", lis_set);
  Outcome const o = folder.run(
      {"predict", compounds + "LiCoO2.cif", "--charge", "O=-1", "--potential", "set.toml"});
  CHECK(o.code == 1);
  CHECK_THAT(o.err,
             ContainsSubstring("set.toml: a set for frameworks of S, but no structure has one"));
}

TEST_CASE("No charge is invented: without a source, or with a wrong one, there is one error") {
  Folder const folder;
  auto const refused = [&](Words words, std::string const& expected) {
    words.insert(words.begin(), {"predict", compounds + "LiCoO2.cif"});
    Outcome const o = folder.run(words);
    CAPTURE(o.err);
    CHECK(o.code == 1);
    CHECK(lines_in(o.err) == 1);
    CHECK_THAT(o.err, StartsWith("ionscape: error: ") && ContainsSubstring(expected));
  };
  refused({}, "--charge");
  refused({"--charge", "S=-1"}, "no such species");
  refused({"--charge", "O=x"}, "O=x");
  refused({"--charges", "nowhere.csv"}, "nowhere.csv");
  refused({"--charge-model", "magic"}, "ionicity");
  CHECK_FALSE(std::filesystem::exists(folder / "results"));
}

TEST_CASE("Every source of charges is read, and says which it was") {
  Folder const folder;
  folder.write(
      "Li2S.vasp",
      "Li2S\n1.0\n0 2.854 2.854\n2.854 0 2.854\n2.854 2.854 0\nLi S\n2 1\nDirect\n0.25 0.25 0.25\n"
      "0.75 0.75 0.75\n0 0 0\n");
  folder.write("Li2S.extxyz",
               "3\nLattice=\"0 2.854 2.854 2.854 0 2.854 2.854 2.854 0\" "
               "Properties=species:S:1:pos:R:3:charge:R:1\n"
               "Li 1.427 1.427 1.427 0.86\nLi 4.281 4.281 4.281 0.86\nS 0 0 0 -1.72\n");
  folder.write("species.csv", "species,charge_e\nS,-1.72\n");
  folder.write("ions.csv", "ion,species,charge_e\n3,S,-1.72\n");
  folder.write("species.toml", "[charges]\nS = -1.72\n");
  folder.write("ions.toml", "charges_e = [0.86, 0.86, -1.72]\n");
  folder.write(
      "ACF.dat",
      "    #         X           Y           Z       CHARGE      MIN DIST   ATOMIC VOL\n ------\n"
      "    1    1.4270    1.4270    1.4270    0.1400    0.8000    3.0000\n"
      "    2    4.2810    4.2810    4.2810    0.1400    0.8000    3.0000\n"
      "    3    0.0000    0.0000    0.0000    7.7200    1.1000   20.0000\n ------\n"
      "    VACUUM CHARGE:               0.0000\n    NUMBER OF ELECTRONS:        8.0000\n");
  auto const says = [&](Words words, std::string const& charge) {
    words.insert(words.begin(), {"predict", "--hop", "oct-tet-oct", "--out",
                                 "out"});  // no Li in Oct: no hop to compute
    Outcome const o = folder.run(words);
    CAPTURE(o.err);
    CHECK(o.code == 0);
    CHECK_THAT(o.out, ContainsSubstring(charge));
  };
  says({"Li2S.vasp", "--charge", "S=-1.72"}, "C = -1.720 e per anion: given per species");
  for (std::string const file : {"species.csv", "ions.csv", "species.toml", "ions.toml"})
    says({"Li2S.vasp", "--charges", file}, "C = -1.720 e per anion: file " + file);
  says({"Li2S.vasp", "--charges", "ACF.dat", "--valence", "Li=1,S=6"},
       "C = -1.720 e per anion: Bader charges");
  says({"Li2S.extxyz", "--structure-charges"},
       "C = -1.720 e per anion: charges in the structure file");
  says({"Li2S.vasp", "--oxidation"},
       "C = -2.000 e per anion: formal oxidation states (Li 1, S -2)");
  says({"Li2S.vasp", "--charge-model", "ionicity"},
       "C = -1.256 ± 0.18 e per anion: model 'ionicity'");
  says({"Li2S.vasp", compounds + "LiCoO2.cif", "--charge", "S=-1.72,O=-1.06"}, "C = -1.060 e");

  auto const refused = [&](Words words, std::string const& expected) {
    words.insert(words.begin(), {"predict", "Li2S.vasp", "--out", "none"});
    Outcome const o = folder.run(words);
    CAPTURE(o.err);
    CHECK(o.code == 1);
    CHECK(lines_in(o.err) == 1);
    CHECK_THAT(o.err, StartsWith("ionscape: error: ") && ContainsSubstring(expected));
  };
  folder.write("short.toml", "charges_e = [0.86, -1.72]\n");
  folder.write("positive.csv", "species,charge_e\nS,1.72\n");
  folder.write("cation.csv", "species,charge_e\nLi,0.9\n");
  folder.write("column.csv", "species,q\nS,-1.7\n");
  refused({"--charges", "short.toml"}, "short.toml:1: 2 charges, expected 3");
  refused({"--charges", "positive.csv"},
          "mean charge is 1.72 e (file positive.csv), expected one below 0");
  refused({"--charges", "cation.csv"},
          "no charge of S3 (file cation.csv), expected one for every S");
  refused({"--charges", "column.csv"}, "column.csv:1: no column 'charge_e'");
  refused({"--charges", "ACF.dat"}, "--valence Li=N");
  refused({"--charges", "ACF.dat", "--valence", "Li=1,S=6,O=6"}, "--valence O=6: no such species");
  refused({"--charges", "species.csv", "--valence", "Li=1"}, "for Bader's ACF.dat alone");
  refused({"--charges", "none.acf", "--valence", "Li=1,S=6"}, "none.acf: no such file");
  refused({"--charge", "S=nan"}, "expected SPECIES=NUMBER");
  refused({"--charge", "S=-1", "--oxidation"}, "expected one source");
  refused({"--structure-charges"}, "states no charges");
  refused({"--oxidation", "--states", "S=2"}, "no choice of common oxidation states is neutral");
  CHECK_FALSE(std::filesystem::exists(folder / "none"));
}

TEST_CASE(
    "In an hcp framework no barrier is recommended; the numbers of C-V and C-V-D stand in "
    "brackets, without an uncertainty") {
  Folder const folder;
  Outcome const o = folder.run({"predict", compounds + "LiTiS2-layered.cif", "--charge", "S=-1.09",
                                "--out", "out", "--details"});
  CAPTURE(o.err);
  CHECK(o.code == 0);
  CHECK_THAT(o.out,
             ContainsSubstring("Li in LiTiS2: no recommended barrier: the anions form an hcp "
                               "lattice; C-V-D is a model of fcc frameworks"));
  for (char const* words :
       {"framework of S, hcp", "[0.", "outside their domain", "cv_cvd_outside_domain"})
    CHECK_THAT(o.out, ContainsSubstring(words));
  auto const json = nlohmann::json::parse(read_file(folder / "out/predict.json"));
  auto const& hop = json.at("compounds").at(0).at("hops").at(0);
  CHECK(hop.at("recommended_eV").is_null());
  CHECK(hop.at("recommended_model") == "none");
  CHECK_THAT(hop.at("reason").get<std::string>(), ContainsSubstring("hcp"));
  for (char const* model : {"cv", "cvd_by_tet", "cvd_by_oct"}) {
    CHECK(hop.at(model).at("Ea_span_neb_eV").at("uncertainty").is_null());
    CHECK(hop.at(model).at("notes").at(0) == "outside_domain");
  }
  CHECK(hop.at("own_framework").at("Ea_span_neb_eV").at("uncertainty").is_number());
}

TEST_CASE("Bands that bend at a flat saddle converge, as those of chalcopyrite LiScS2") {
  Folder const folder;
  Outcome const o = folder.run(
      {"predict", compounds + "LiScS2-chalcopyrite.cif", "--charge", "S=-1.316", "--out", "out"});
  CAPTURE(o.out, o.err);
  CHECK(o.code == 0);
}

TEST_CASE(
    "Formal charges are used when asked for, with the warning that the potentials do not know "
    "them") {
  Folder const folder;
  Outcome const o =
      folder.run({"predict", compounds + "LiCoO2.cif", "--oxidation", "--out", "out"});
  CAPTURE(o.err);
  CHECK(o.code != 1);  // so far outside, a band may not converge (2)
  CHECK_THAT(o.out + o.err, ContainsSubstring("outside the calibrated range"));
  CHECK_THAT(o.out, ContainsSubstring("no recommended barrier"));
  CHECK_THAT(o.out, ContainsSubstring("far outside the calibrated range: the error is not known"));
  CHECK_THAT(o.out, !ContainsSubstring(" ± 0."));
}

TEST_CASE(
    "The recommended barrier of a hop is C-V-D from its end, in JSON and CSV as on the screen") {
  Folder const folder;
  std::string const spinel = IONSCAPE_SOURCE_DIR "/examples/06-predict/LiTi2O4.vasp";
  Outcome const o = folder.run({"predict", spinel, "--charge", "O=-1.3", "--out", "out"});
  CAPTURE(o.out, o.err);
  CHECK(o.code == 0);
  auto const compound =
      nlohmann::json::parse(read_file(folder / "out/predict.json")).at("compounds").at(0);
  CHECK(compound.at("formula") == "LiTi2O4");
  auto const& hop = compound.at("hops").at(int(compound.at("lowest_recommended_hop")) - 1);
  double const best = hop.at("recommended_eV");
  CHECK(best == double(compound.at("lowest_recommended_eV")));
  CHECK(best == double(hop.at("cvd_by_tet").at("Ea_from_end_three_point_eV").at("value")));
  CHECK(double(hop.at("recommended_error_eV")) >= 0.09);
  char text[100];
  std::snprintf(text, sizeof text,
                "Li in LiTi2O4: lowest recommended barrier %.2f ± %.2f eV (C-V-D", best,
                double(hop.at("recommended_error_eV")));
  CHECK_THAT(o.out, ContainsSubstring(text));
  CHECK_THAT(read_file(folder / "out/predict.csv"),
             ContainsSubstring("recommended_eV,recommended_error_eV,recommended_model,reason"));
}

TEST_CASE(
    "A structure that cannot be predicted has its error in its row, the others are predicted") {
  Folder const folder;
  std::filesystem::create_directory(folder / "in");
  std::filesystem::copy_file(compounds + "Li2S.cif", folder / "in/Li2S.cif");
  folder.write("in/MgO.vasp", mgo_poscar);
  folder.write("in/bad.vasp", "not a structure\n");
  folder.write("in/notes.txt", "strangers are passed over");
  Outcome const o =
      folder.run({"predict", "in", "--charge", "S=-1.6", "--hop", "oct-tet-oct", "--out", "out"});
  CAPTURE(o.out, o.err);
  CHECK(o.code == 2);
  CHECK_THAT(o.err, ContainsSubstring("2 of 3 structures failed"));
  CHECK_THAT(o.out, ContainsSubstring("Li in Li2S: ") &&
                        ContainsSubstring("failed: in/bad.vasp:") &&
                        ContainsSubstring("failed: in/MgO.vasp: "));
  auto const rows = nlohmann::json::parse(read_file(folder / "out/predict.json")).at("compounds");
  CHECK(rows.at(0).at("status") == "computed");
  CHECK(rows.at(1).at("status") == "failed");
  CHECK_THAT(rows.at(2).at("error").get<std::string>(), StartsWith("in/bad.vasp:"));
  CHECK_THAT(read_file(folder / "out/predict.csv"), ContainsSubstring("in/bad.vasp,failed,"));
}

TEST_CASE("Bader's table is known by its heading, whatever its name") {
  Folder const folder;
  std::filesystem::copy_file(compounds + "Li2S.cif", folder / "Li2S.cif");
  folder.write("bader.txt", "    #         X           Y           Z       CHARGE\n ----\n");
  folder.write("words.txt", "charges of the ions\n");
  auto const error = [&](std::string const& file) {
    return folder
        .run({"predict", "Li2S.cif", "--charges", file, "--valence", "Li=1,S=6", "--out", "out"})
        .err;
  };
  CHECK_THAT(error("bader.txt"), ContainsSubstring("bader.txt: 0 charges, expected "));
  CHECK_THAT(error("words.txt"), ContainsSubstring("for Bader's ACF.dat alone"));
}
