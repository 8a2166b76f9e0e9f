// How `ionscape neb` says what it found in a frozen host.
#pragma once

#include <filesystem>

#include <ionscape/neb/certificate.hpp>

#include "output.hpp"

namespace ionscape::app {

/// One hop: what was asked, and what came out.
struct NebRun {
  HopTask task;
  Json input;               // the task as the user gave it
  std::string description;  // the same in words
  NebOptions options;
  double accuracy = 1e-8;  // eV and eV/Å
  BandResult band;
  HopCertificate certificate;
  std::vector<std::string> warnings;
};

void print_result(NebRun const& run);
/// profile.csv, neb.json, band.extxyz.
void write_results(std::filesystem::path const& directory, NebRun const& run);

}  // namespace ionscape::app
