// A fit file: what is fitted, how it is searched, and the forms.
#include <algorithm>

#include <ionscape/core/error.hpp>
#include <ionscape/core/io/format.hpp>
#include <ionscape/core/io/toml.hpp>
#include <ionscape/fit/calibrate.hpp>

#include "fit_terms.hpp"

namespace ionscape {

namespace {

Across read_across(TomlReader& table) {
  std::string const word = table.optional<std::string>("across").value_or("own");
  if (word == "own") return Across::own;
  if (word == "shared") return Across::shared;
  if (word == "trend") return Across::trend;
  table.fail("across", "across = \"", word, "\", expected \"own\", \"shared\" or \"trend\"");
}

FitParameter read_parameter(TomlReader& term, std::string const& key, std::string const& name,
                            int index) {
  FitParameter p;
  p.name = name, p.term = index;
  if (!term.has(key)) return p;  // fixed at zero
  if (!term.is_table(key)) {
    p.start = term.required<double>(key);
    return p;
  }
  TomlReader table = term.table(key);
  if (!table.has("start")) {
    for (std::string const& anion : table.keys()) p.by_anion[anion] = table.required<double>(anion);
    return p;
  }
  p.free = true;
  p.start = table.required<double>("start");
  p.min = table.required<double>("min"), p.max = table.required<double>("max");
  if (!(p.min < p.max) || p.start < p.min || p.start > p.max)
    fail_input(table.where(), key, ": expected min <= start <= max and min < max, found ", p.min,
               ", ", p.start, ", ", p.max);
  p.across = read_across(table);
  return p;
}

void read_term(TomlReader table, std::string const& keyword, std::string const& suffix,
               FitForm& form) {
  with_fit_term(keyword, [&](auto term) {
    for (char const* name : term.names)
      form.parameters.push_back(read_parameter(table, name, name + suffix, int(form.terms.size())));
  });
  form.terms.push_back(keyword);
}

FitForm read_form(TomlReader& table) {
  FitForm form;
  form.name = table.required<std::string>("name");
  read_term(table.table("charge"), "charge", "", form);
  auto repulsions = table.tables("repulsion");
  for (std::size_t i = 0; i < repulsions.size(); ++i)
    read_term(repulsions[i], "repulsion", repulsions.size() > 1 ? std::to_string(i + 1) : "", form);
  if (auto dispersion = table.optional_table("dispersion")) {
    if (repulsions.empty())
      fail_input(table.where(), "form \"", form.name,
                 "\": expected a [[form.repulsion]] beside [form.dispersion]");
    read_term(*dispersion, "dispersion", "", form);
  }
  if (std::ranges::none_of(form.parameters, &FitParameter::free))
    fail_input(table.where(), "form \"", form.name, "\" has no free parameter");
  return form;
}

void check_sharing(TomlReader const& form, FitPlan const& plan, FitParameter const& p) {
  if (!p.by_anion.empty())
    for (auto const* list : {&plan.anions, &plan.predicted})
      for (std::string const& anion : *list)
        if (!p.by_anion.contains(anion))
          fail_input(form.where(), p.name,
                     ": expected start, min and max, or a value for each anion; found none for ",
                     anion);
  if (!p.free) return;
  if (p.across == Across::own && !plan.predicted.empty())
    fail_input(form.where(), "predict needs across = \"shared\" or \"trend\" for ", p.name);
  if (p.across != Across::trend) return;
  for (auto const* list : {&plan.anions, &plan.predicted})
    for (std::string const& anion : *list)
      if (!plan.radius_A.contains(anion))
        fail_input(form.where(), p.name, " follows a trend, but [radius_A] has no ", anion);
}

void read_anions(TomlReader& toml, FitPlan& plan) {
  plan.anions = toml.required<std::vector<std::string>>("anions");
  if (plan.anions.empty()) toml.fail("anions", "anions is empty");
  plan.predicted =
      toml.optional<std::vector<std::string>>("predict").value_or(std::vector<std::string>{});
  if (auto const range = toml.optional<std::vector<double>>("charge_e")) {
    if (range->size() != 2 || !((*range)[0] < (*range)[1]))
      toml.fail("charge_e", "charge_e: expected [lowest, highest]");
    plan.charge_e = {(*range)[0], (*range)[1]};
  }
}

void read_weights(TomlReader observables, FitPlan& plan) {
  for (std::string const& key : observables.keys()) {
    auto const quantity = std::ranges::find(all_quantities, key, name_of);
    if (quantity == std::end(all_quantities) || *quantity == Quantity::E_tet) {
      std::vector<std::string> names;
      for (Quantity q : all_quantities)
        if (q != Quantity::E_tet) names.push_back(name_of(q));
      observables.fail(key, "no observable '", key, "', expected one of ", joined(names));
    }
    TomlReader table = observables.table(key);
    plan.weights[*quantity] = {table.optional<double>("undistorted_eV", above(0)).value_or(0),
                               table.optional<double>("distorted_eV", above(0)).value_or(0)};
  }
}

void read_hold_out(TomlReader& held, FitPlan& plan) {
  plan.held_out_charges =
      held.optional<std::vector<double>>("charge_e").value_or(std::vector<double>{});
  plan.held_out_volumes =
      held.optional<std::vector<double>>("volume_A3").value_or(std::vector<double>{});
}

void read_search(TomlReader& search, FitPlan& plan) {
  plan.starts = search.optional<int>("starts", between(1, 1000)).value_or(plan.starts);
  plan.folds = search.optional<int>("folds", between(2, 100)).value_or(plan.folds);
  plan.bootstrap = search.optional<int>("bootstrap", between(0, 10000)).value_or(0);
  plan.tolerance =
      search.optional<double>("tolerance", between(1e-14, 1e-3)).value_or(plan.tolerance);
  plan.robust = search.optional<double>("robust", at_least(0)).value_or(0);
  plan.chosen = search.optional<std::string>("choose").value_or("");
}

void read_trade_off(TomlReader& traded, FitPlan& plan) {
  auto const quantity =
      std::ranges::find(all_quantities, traded.required<std::string>("quantity"), name_of);
  if (quantity == std::end(all_quantities)) traded.fail("quantity", "no such quantity");
  plan.traded = *quantity;
  plan.traded_weights = traded.required<std::vector<double>>("distorted_eV", above(0));
}

}  // namespace

FitPlan read_fit_plan(std::filesystem::path const& file) {
  TomlReader toml = TomlReader::from_file(file);
  FitPlan plan;
  plan.file = file;
  plan.name = toml.required<std::string>("name");
  read_anions(toml, plan);
  read_weights(toml.table("observables"), plan);
  if (auto held = toml.optional_table("hold_out")) read_hold_out(*held, plan);
  if (auto search = toml.optional_table("search")) read_search(*search, plan);
  if (auto traded = toml.optional_table("trade_off")) read_trade_off(*traded, plan);
  if (auto radii = toml.optional_table("radius_A"))
    for (std::string const& anion : radii->keys())
      plan.radius_A[anion] = radii->required<double>(anion, above(0));
  for (TomlReader& table : toml.tables("form")) {
    plan.forms.push_back(read_form(table));
    for (FitParameter const& p : plan.forms.back().parameters) check_sharing(table, plan, p);
  }
  toml.reject_unknown_keys();
  if (plan.forms.empty()) fail_input(toml.where(), "no [[form]]");
  if (!plan.chosen.empty() &&
      std::ranges::find(plan.forms, plan.chosen, &FitForm::name) == plan.forms.end())
    fail_input(toml.where(), "choose = \"", plan.chosen, "\" is none of the forms");
  return plan;
}

}  // namespace ionscape
