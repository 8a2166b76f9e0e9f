#include "device/fft.hpp"

#include <algorithm>
#include <mutex>
#include <new>
#include <stdexcept>
#include <string>

#if defined(KOKKOS_ENABLE_CUDA)
#include <cufft.h>
#else
#include <fftw3.h>
#endif

namespace ionscape::detail {

#if defined(KOKKOS_ENABLE_CUDA)

namespace {

void check(cufftResult result, char const* what) {
  if (result != CUFFT_SUCCESS)
    throw std::runtime_error(std::string("cuFFT: ") + what + " failed with code " +
                             std::to_string(int(result)));
}

}  // namespace

struct Transform::Plans {
  cufftHandle forward = 0, backward = 0;
  Plans() = default;
  Plans(Plans const&) = delete;
  Plans& operator=(Plans const&) = delete;
  ~Plans() {
    if (forward != 0) cufftDestroy(forward);
    if (backward != 0) cufftDestroy(backward);
  }
};

Transform::Transform(MeshShape const& shape) : plans_(std::make_shared<Plans>()) {
  int n[3] = {shape.x, shape.y, shape.z};
  int real[3] = {shape.x, shape.plane_rows, shape.stride},
      complex[3] = {shape.x, shape.plane_rows, shape.stride / 2};
  check(cufftPlanMany(&plans_->forward, 3, n, real, 1, int(shape.size()), complex, 1,
                      int(shape.size() / 2), CUFFT_D2Z, 1),
        "planning");
  check(cufftPlanMany(&plans_->backward, 3, n, complex, 1, int(shape.size() / 2), real, 1,
                      int(shape.size()), CUFFT_Z2D, 1),
        "planning");
}

void Transform::forward(Kokkos::Cuda const& exec, double* mesh) const {
  check(cufftSetStream(plans_->forward, exec.cuda_stream()), "choosing the stream");
  check(cufftExecD2Z(plans_->forward, mesh, reinterpret_cast<cufftDoubleComplex*>(mesh)),
        "a transform");
}

void Transform::backward(Kokkos::Cuda const& exec, double* mesh) const {
  check(cufftSetStream(plans_->backward, exec.cuda_stream()), "choosing the stream");
  check(cufftExecZ2D(plans_->backward, reinterpret_cast<cufftDoubleComplex*>(mesh), mesh),
        "a transform");
}

#else

namespace {

// Only fftw_execute is thread-safe in FFTW.
std::mutex planner;

fftw_complex* complex(double* x) { return reinterpret_cast<fftw_complex*>(x); }

}  // namespace

struct Transform::Plans {
  fftw_plan row[2] = {}, y[2] = {}, x[2] = {};
  Plans() = default;
  Plans(Plans const&) = delete;
  Plans& operator=(Plans const&) = delete;
  ~Plans() {
    std::lock_guard const lock(planner);
    for (fftw_plan const plan : {row[0], row[1], y[0], y[1], x[0], x[1]})
      if (plan != nullptr) fftw_destroy_plan(plan);
  }
};

Transform::Transform(MeshShape const& shape) : plans_(std::make_shared<Plans>()) {
  // FFTW_ESTIMATE: measured plans would give other bits in the next run. It does not read the
  // arrays.
  auto const free = [](double* p) { fftw_free(p); };
  std::unique_ptr<double, decltype(free)> const mesh(fftw_alloc_real(std::size_t(shape.size())),
                                                     free);
  std::size_t const lines =
      std::size_t(2 * line_block) * std::size_t(std::max({shape.x, shape.y, shape.z}));
  std::unique_ptr<double, decltype(free)> const packed(fftw_alloc_real(2 * lines), free);
  if (!mesh || !packed) throw std::bad_alloc();
  double *const from = mesh.get(), *const to = packed.get();

  std::lock_guard const lock(planner);
  Plans& p = *plans_;
  p.row[forward] = fftw_plan_dft_r2c_1d(shape.z, from, complex(to), FFTW_ESTIMATE);
  p.row[backward] = fftw_plan_dft_c2r_1d(shape.z, complex(to), from, FFTW_ESTIMATE);
  auto const plan_lines = [&](int n, double* source, int stride, double* target, int sign) {
    return fftw_plan_many_dft(1, &n, line_block, complex(source), nullptr, stride, 1,
                              complex(target), nullptr, line_block, 1, sign, FFTW_ESTIMATE);
  };
  int const y_stride = shape.stride / 2, x_stride = int(shape.row(1, 0) / 2);
  p.y[forward] = plan_lines(shape.y, from, y_stride, to, FFTW_FORWARD);
  p.y[backward] = plan_lines(shape.y, from, y_stride, to, FFTW_BACKWARD);
  p.x[forward] = plan_lines(shape.x, from, x_stride, to, FFTW_FORWARD);
  p.x[backward] = plan_lines(shape.x, to, line_block, to + lines, FFTW_BACKWARD);
  for (fftw_plan const plan : {p.row[0], p.row[1], p.y[0], p.y[1], p.x[0], p.x[1]})
    if (plan == nullptr) throw std::runtime_error("FFTW has no plan for this mesh");
}

void Transform::row(Direction direction, double* from, double* to) const {
  if (direction == forward)
    fftw_execute_dft_r2c(plans_->row[forward], from, complex(to));
  else
    fftw_execute_dft_c2r(plans_->row[backward], complex(from), to);
}

void Transform::y_lines(Direction direction, double* mesh, double* to) const {
  fftw_execute_dft(plans_->y[direction], complex(mesh), complex(to));
}

void Transform::x_lines(double* mesh, double* to) const {
  fftw_execute_dft(plans_->x[forward], complex(mesh), complex(to));
}

void Transform::x_lines_back(double* from, double* to) const {
  fftw_execute_dft(plans_->x[backward], complex(from), complex(to));
}

#endif

}  // namespace ionscape::detail
