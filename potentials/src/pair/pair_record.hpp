// A pair of species as kernels know it: its form, how it ends, and what is summed over the lattice.
//
// A new form of pair_form.hpp joins FormOnDevice, and says in form_on_device() how it gets there.
#pragma once

#include <algorithm>
#include <new>
#include <type_traits>

#include <Kokkos_Core.hpp>

#include <ionscape/potentials/pair/pair_form.hpp>

namespace ionscape::detail {

/// No term at all.
struct Nothing {
  template <class T>
  KOKKOS_INLINE_FUNCTION void add(T, T, T&, T&) const {}
};

/// One of several functors, on host and device: a std::variant that kernels can read.
template <class... Forms>
class OneOf {
  static_assert((std::is_trivially_copyable_v<Forms> && ...));

 public:
  template <class Form>
  OneOf(Form const& form) {
    static_assert((std::is_same_v<Form, Forms> || ...));
    int index = 0;
    ((std::is_same_v<Form, Forms> ? true : (++index, false)) || ...);
    which_ = index;
    new (bytes_) Form(form);
  }
  /// Calls call(form).
  template <class Visit>
  KOKKOS_FORCEINLINE_FUNCTION void visit(Visit const& call) const {
    int index = 0;
    ((which_ == index++ && (call(*reinterpret_cast<Forms const*>(bytes_)), true)) || ...);
  }
  template <class Form>
  bool is() const {
    bool same = false;
    visit([&]<class Held>(Held const&) { same = std::is_same_v<Held, Form>; });
    return same;
  }

 private:
  int which_ = 0;
  alignas(Forms...) unsigned char bytes_[std::max({sizeof(Forms)...})] = {};
};

using FormOnDevice =
    OneOf<Nothing, BornMayer, Buckingham, Morse, LennardJones, Tabulated, BornMayerHuggins>;

/// upload(values) gives the device's copy of a table.
template <class Upload>
FormOnDevice form_on_device(PairForm const& form, Upload const& upload) {
  struct Convert {
    Upload const& upload;
    FormOnDevice operator()(std::monostate) const { return Nothing{}; }
    FormOnDevice operator()(Buckingham const& f) const {
      if (f.C != 0) return f;
      if (f.repulsion.A == 0) return Nothing{};
      return f.repulsion;
    }
    FormOnDevice operator()(BornMayerHuggins const& f) const { return f; }
    FormOnDevice operator()(Morse const& f) const { return f; }
    FormOnDevice operator()(LennardJones const& f) const { return f; }
    FormOnDevice operator()(PairTable const& f) const {
      return Tabulated{upload(*f.coefficients), f.first, 1 / f.step,
                       int(f.coefficients->size() / 4)};
    }
  };
  return std::visit(Convert{upload}, form);
}

/// Two species of a batch.
struct PairRecord {
  FormOnDevice form = Nothing{};
  bool ends = false;      // has a shift or a wall
  double dispersion = 0;  // C that is summed over the lattice
  double cutoff_square = 0;
  double cutoff = 0, shift = 0, slope = 0;
  double wall_square = 0, wall_B = 0, wall_D = 0;
  double turnover_square = 0;
};

template <class Upload>
PairRecord record_of(PairFunction const& function, Upload const& upload) {
  PairRecord record;
  record.form = form_on_device(function.form, upload);
  if (record.form.is<Nothing>()) return record;
  PairEnd const end = pair_end(function);
  record.cutoff = function.cutoff;
  record.cutoff_square = function.cutoff * function.cutoff;
  record.shift = end.shift, record.slope = end.slope;
  record.wall_square = function.wall * function.wall;
  record.wall_B = end.wall_B, record.wall_D = end.wall_D;
  record.ends = end.shift != 0 || end.slope != 0 || function.wall > 0;
  return record;
}

}  // namespace ionscape::detail
