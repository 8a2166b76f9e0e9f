// Tables of `ionscape predict`.
#include <algorithm>
#include <cmath>
#include <iostream>

#include <ionscape/core/io/format.hpp>

#include "predict_report.hpp"

namespace ionscape::app {

namespace {

std::string framework_words(FrameworkMatch const& match) {
  std::string text =
      std::string(name_of(match.kind)) + " (deviation " + fixed(match.deviation, 3) + "; anions";
  char const* const kinds[] = {"fcc", "hcp", "bcc", "none"};
  for (std::size_t k = 0; k < 4; ++k)
    if (match.shares[k] > 0)
      text += std::string(" ") + kinds[k] + " " + fixed(100 * match.shares[k], 0) + " %";
  return text + ")";
}

/// "Li-Li", "Li-empty"
std::string ends_in_words(CompoundHop const& hop, std::string const& mobile) {
  return (hop.mobile_ends > 0 ? mobile : "empty") + "-" + (hop.mobile_ends > 1 ? mobile : "empty");
}

void print_framework(Compound const& c) {
  CompoundGeometry const& g = c.geometry;
  std::cout << "framework of " << g.anion << ", " << framework_words(g.framework)
            << "\nV = " << fixed(g.volume_A3, 3)
            << " Å^3 per anion, C = " << fixed(c.charge.mean, 3)
            << (c.source.uncertainty > 0 ? " ± " + fixed(c.source.uncertainty, 2) : "")
            << " e per anion: " << c.source.source << '\n';
}

/// "0.36 ± 0.09 eV"
std::string recommended_text(Estimate const& e) {
  return fixed(e.value, 2) + " ± " + fixed(e.uncertainty, 2) + " eV";
}

/// The answer in one line.
void print_answer(Compound const& c, PredictView const& view) {
  std::cout << c.name << '\n' << view.mobile << " in " << c.formula << ": ";
  auto const recommended = [&](std::size_t h) {
    return recommend(c.geometry, c.geometry.hops[h], c.predicted[h], view.csm_of);
  };
  if (auto const h = lowest_recommended(c, view.csm_of)) {
    std::cout << "lowest recommended barrier " << recommended_text(recommended(*h).barrier_eV)
              << " (" << recommended(*h).model << ", " << words_of(c.geometry.hops[*h].hop.kind)
              << ", " << ends_in_words(c.geometry.hops[*h], view.mobile) << ", hop " << *h + 1
              << ")\n";
  } else {
    std::cout << "no recommended barrier: "
              << (c.geometry.hops.empty() ? "no hop was found" : recommended(0).reason) << '\n';
  }
}

void print_recommendations(Compound const& c, PredictView const& view) {
  if (c.geometry.hops.empty()) return;
  std::cout << "\nrecommended: C-V-D at the CSM of " << name_of(view.csm_of)
            << ", highest energy of the path minus that of the hop's end, from three points;\n±: "
            << fixed(compound_rmse_eV, 2)
            << " eV (rms against DFT of 15 compounds), or the model's own where that is larger\n";
  TextTable table({"hop", "kind", "in cell", "between", "E_a/eV", "±/eV", "model", "why"});
  for (std::size_t h = 0; h < c.geometry.hops.size(); ++h) {
    CompoundHop const& hop = c.geometry.hops[h];
    Recommendation const r = recommend(c.geometry, hop, c.predicted[h], view.csm_of);
    table.row({std::to_string(h + 1), words_of(hop.hop.kind), std::to_string(hop.count),
               ends_in_words(hop, view.mobile), fixed(r.barrier_eV.value, 2),
               fixed(r.barrier_eV.uncertainty, 2), r.model, r.reason});
  }
  table.print(std::cout);
}

void print_geometry(Compound const& c) {
  TextTable table({"hop", "kind", "number", "CSM tet", "CSM oct", "V tet/Å^3", "V oct/Å^3",
                   "window/Å^2", "radius/Å", "length/Å", "span/Å", "d by tet", "by oct", ""});
  for (std::size_t h = 0; h < c.geometry.hops.size(); ++h) {
    CompoundHop const& hop = c.geometry.hops[h];
    auto const& p = c.predicted[h];
    table.row({std::to_string(h + 1), words_of(hop.hop.kind), std::to_string(hop.count),
               fixed(hop.csm_tet, 3), fixed(hop.csm_oct, 3), fixed(hop.tet_volume_A3, 3),
               fixed(hop.oct_volume_A3, 3), fixed(hop.bottleneck_area_A2, 3),
               fixed(hop.bottleneck_radius_A, 3), fixed(hop.length_A, 3), fixed(hop.span_A, 3),
               p ? fixed(p->cvd_by_tet.distortion, 3) : "",
               p ? fixed(p->cvd_by_oct.distortion, 3) : "",
               p ? "" : "blocked by " + hop.blocked_by});
  }
  table.print(std::cout);
}

void print_barriers(Compound const& c, PredictView const& view) {
  std::cout << "\nE_a/eV. span: highest - lowest energy of the path; from end: highest - the hop's "
               "end; C-V-D at the CSM of "
            << name_of(view.csm_of)
            << "\nown framework: the anions alone, held; its ± is that of the potential and leaves "
               "out what cations do"
            << (c.geometry.in_domain
                    ? ""
                    : "\n[ ]: models of fcc frameworks, outside their domain here; error not known")
            << '\n';
  TextTable table({"hop", "kind", "between", "E_a", "C-V", "C-V-D", "own framework", ""});
  auto const of_fcc_model = [&](Estimate const& e) {
    return c.geometry.in_domain ? with_uncertainty(e) : "[" + with_uncertainty(e) + "]";
  };
  for (std::size_t h = 0; h < c.geometry.hops.size(); ++h) {
    auto const& p = c.predicted[h];
    if (!p) continue;
    CompoundHop const& hop = c.geometry.hops[h];
    ModelBarrier const& cvd = view.csm_of == SiteKind::tet ? p->cvd_by_tet : p->cvd_by_oct;
    for (BarrierKind const& kind : barrier_kinds) {
      bool const first = &kind == barrier_kinds;
      table.row({first ? std::to_string(h + 1) : "", first ? words_of(hop.hop.kind) : "",
                 first ? ends_in_words(hop, view.mobile) : "", kind.words,
                 of_fcc_model(p->cv.*kind.value), of_fcc_model(cvd.*kind.value),
                 with_uncertainty(p->own_framework.*kind.value), first ? short_notes(c, h) : ""});
    }
  }
  table.print(std::cout);
}

void print_details(Compound const& c, PredictView const& view) {
  PotentialSet const& set = view.potentials.at(c.geometry.anion);
  std::cout << "\npotential: " << set.name << " (" << set.file.string() << ")\n";
  std::string taken;
  for (auto const& [what, n] : c.geometry.taken)
    taken += (taken.empty() ? "" : ", ") + std::to_string(n) + " " + what;
  if (!taken.empty()) std::cout << "in the sites: " << taken << '\n';
  if (c.geometry.hops.empty()) return;
  std::cout << '\n';
  print_geometry(c);
  if (std::ranges::any_of(c.predicted, [](auto const& p) { return p.has_value(); }))
    print_barriers(c, view);
}

}  // namespace

char const* words_of(HopKind kind) {
  return kind == HopKind::tet_oct_tet ? "tet-oct-tet" : "oct-tet-oct";
}

void print_compound(Compound const& c, PredictView const& view) {
  if (!c.is_read()) {
    std::cout << c.name << "\nfailed: " << c.error << "\n\n";
    return;
  }
  print_answer(c, view);
  print_framework(c);
  print_recommendations(c, view);
  if (view.details) print_details(c, view);
  for (std::string const& words : warnings_of(c)) std::cout << "warning: " << words << '\n';
  std::cout << '\n';
}

}  // namespace ionscape::app
