// A crystal, its states and the options become the host of a BondValenceEnergy.
#include "bond_valence_host.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include <ionscape/core/error.hpp>
#include <ionscape/core/io/format.hpp>
#include <ionscape/core/units.hpp>
#include <ionscape/landscape/bond_valence_parameters.hpp>

namespace ionscape {

namespace {

/// Å. Also kernels count on it: an elastic ion is in no Morse term's ending.
constexpr double least_end = 6;

void refuse_bad_options(BondValenceOptions const& options) {
  auto const positive = [](char const* what, double value, char const* unit) {
    if (!(value > 0 && std::isfinite(value)))
      fail_input({}, what, " ", value, " ", unit, ", expected > 0");
  };
  positive("factor of the Morse terms", options.morse_factor, "");
  positive("screening factor", options.screening, "");
  positive("cutoff of the Morse terms", options.morse_cutoff, "Å");
  positive("cutoff of the like ions", options.coulomb_cutoff, "Å");
  if (options.spring) positive("spring of the counter-ions", *options.spring, "eV/Å^2");
  double const shortest_cutoff = std::min(options.morse_cutoff, options.coulomb_cutoff);
  if (!(options.taper >= 0 && options.taper <= shortest_cutoff))
    fail_input({}, "taper ", options.taper, " Å, expected 0 to the shorter cutoff, ",
               shortest_cutoff, " Å");
  if (options.morse_cutoff - options.taper < least_end)
    fail_input({}, "Morse terms that end from ", options.morse_cutoff - options.taper,
               " Å on, expected at least ", least_end, " Å: bonds are up to 4 Å long");
  if (options.morse_cutoff > 50 || options.coulomb_cutoff > 50)
    fail_input({}, "a cutoff above 50 Å: these terms have long vanished there");
}

/// State of the mobile ion: as given, else that of the crystal's, else the element's only common
/// one.
double state_of_mobile(Crystal const& crystal, std::span<double const> states,
                       BondValenceOptions const& options) {
  std::string const& mobile = options.mobile;
  std::optional<double> state = options.mobile_state;
  for (std::size_t i = 0; i < crystal.size() && !options.mobile_state; ++i) {
    if (crystal.species[i] != mobile) continue;
    if (state && *state != states[i])
      fail_input({}, "the mobile ions ", mobile, " have the states ", *state, " and ", states[i],
                 ", expected one: name the mobile ion's state");
    state = states[i];
  }
  if (!state) {
    std::vector<int> common;
    for (BondValenceIon const& ion : bond_valence_ions())
      if (ion.element == mobile && ion.use != StateUse::rare) common.push_back(ion.state);
    if (common.size() != 1)
      fail_input({}, "the crystal has no ", mobile,
                 common.empty() ? "" : ", which has several states",
                 ": name the mobile ion's state");
    state = common[0];
  }
  if (*state == 0 || !std::isfinite(*state))
    fail_input({}, "state ", *state, " of the mobile ion ", mobile, ", expected a charge");
  return *state;
}

/// Which ions the mobile one feels.
std::vector<std::size_t> host_ions(Crystal const& crystal, BondValenceOptions const& options) {
  bool const vacancy = options.host_mobile == HostMobileIons::one_vacancy;
  int const n = int(crystal.size());
  if (vacancy && (options.vacancy < 0 || options.vacancy >= n ||
                  crystal.species[std::size_t(options.vacancy)] != options.mobile))
    fail_input({}, "vacancy at ion ", options.vacancy + 1, ", expected an ion of ", options.mobile,
               " among the ", n, " ions");
  std::vector<std::size_t> ions;
  for (std::size_t i = 0; i < crystal.size(); ++i) {
    bool const mobile = crystal.species[i] == options.mobile;
    if (mobile && options.host_mobile == HostMobileIons::left_out) continue;
    if (vacancy && i == std::size_t(options.vacancy)) continue;
    ions.push_back(i);
  }
  return ions;
}

/// The mobile ion's partners of one element and state.
struct Partner {
  std::string element;
  double state;
};

struct KindMaker {
  BondValenceOptions const& options;
  double mobile_state;
  std::vector<std::string>& remarks;

  double width(BondValenceIon const& a, BondValenceIon const& b) const {
    return options.radii == CovalentRadii::softbv
               ? options.screening * (a.radius + b.radius)
               : options.screening * (a.cordero_radius + b.cordero_radius);
  }

  detail::Ending ending(double cutoff) const { return {cutoff - options.taper, cutoff}; }

  BondValenceKind counter_ions(Partner const& partner, detail::IonImages images) const {
    bool const cation = mobile_state > 0;
    auto const choice =
        cation ? bond_valence_pair(options.mobile, mobile_state, partner.element, partner.state)
               : bond_valence_pair(partner.element, partner.state, options.mobile, mobile_state);
    if (!choice.remark.empty()) remarks.push_back(choice.remark);
    BondValencePair const& pair = choice.pair;
    double const depth = options.morse_factor * pair.depth;
    double const softness =
        options.spring ? 2 * depth * pair.steepness * pair.steepness / *options.spring : 0;
    return {detail::MorseTerm{pair.minimum, pair.steepness, softness}, depth,
            ending(options.morse_cutoff), std::move(images)};
  }

  BondValenceKind like_ions(Partner const& partner, detail::IonImages images) const {
    BondValenceIon const& mobile = bond_valence_ion(options.mobile, mobile_state);
    BondValenceIon const& ion = bond_valence_ion(partner.element, partner.state);
    double const strength = coulomb_constant * mobile_state * partner.state /
                            std::sqrt(double(mobile.principal_number) * ion.principal_number);
    return {detail::ScreenedTerm{1 / width(mobile, ion)}, strength, ending(options.coulomb_cutoff),
            std::move(images)};
  }
};

}  // namespace

BondValenceEnergy::BondValenceEnergy(Crystal const& crystal, std::span<double const> states,
                                     BondValenceOptions const& options) {
  refuse_bad_options(options);
  if (states.size() != crystal.size())
    fail_input({}, states.size(), " oxidation states for ", crystal.size(), " ions");
  auto host = std::make_unique<Host>();
  host->cell = crystal.cell;
  host->home = reduced(crystal.cell).cell;
  host->mobile_state = state_of_mobile(crystal, states, options);
  host->bins = PlaceBins(host->home);

  std::map<std::pair<std::string, double>, std::vector<Vec3>> partners;
  for (std::size_t i : host_ions(crystal, options)) {
    if (!std::isfinite(states[i]))
      fail_input({}, "ion ", i + 1, " (", crystal.species[i], ") has no oxidation state");
    partners[{crystal.species[i], states[i]}].push_back(crystal.positions[i]);
  }
  KindMaker const make{options, host->mobile_state, host->remarks};
  for (auto const& [key, positions] : partners) {
    Partner const partner{key.first, key.second};
    if (partner.state == 0) {
      host->remarks.push_back(partner.element +
                              " has the state 0: it does not act on the mobile ion");
      continue;
    }
    bool const like = (partner.state > 0) == (host->mobile_state > 0);
    detail::IonImages images(host->home, positions,
                             like ? options.coulomb_cutoff : options.morse_cutoff);
    host->kinds.push_back(like ? make.like_ions(partner, std::move(images))
                               : make.counter_ions(partner, std::move(images)));
  }
  if (std::ranges::none_of(host->kinds, [](BondValenceKind const& kind) {
        return std::holds_alternative<detail::MorseTerm>(kind.term);
      }))
    fail_input({}, "the host has no ", host->mobile_state > 0 ? "anions" : "cations",
               " that could hold the mobile ion ", options.mobile);
  host_ = std::move(host);
}

}  // namespace ionscape
