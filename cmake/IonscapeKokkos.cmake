# Finds Kokkos, 4.2 <= version < 6, and defines ionscape::kokkos, which is what our targets link.
# Used by the build and, installed, by ionscapeConfig.cmake.
#
# Order: Kokkos_ROOT or Kokkos_DIR of the user (and then nothing else), CMAKE_PREFIX_PATH and the system,
# the private prefix that scripts/kokkos-from-debian made.
# On failure IONSCAPE_KOKKOS_PROBLEM holds a text for the user; the caller decides what to do with it.

set(IONSCAPE_KOKKOS_PROBLEM "")
if(NOT DEFINED IONSCAPE_KOKKOS_PREFIX)
  set(IONSCAPE_KOKKOS_PREFIX "${CMAKE_CURRENT_LIST_DIR}/../build/deps/kokkos"
      CACHE PATH "Private prefix with Kokkos, made by scripts/setup; used when no other Kokkos is found")
endif()
get_filename_component(_ionscape_private "${IONSCAPE_KOKKOS_PREFIX}" REALPATH)
set(_ionscape_advice
    "scripts/setup provides a Kokkos on Debian. Elsewhere, or for a GPU, install one (Spack, conda, a module, its own CMake build) and set Kokkos_ROOT to its prefix.")

# Kokkos looks for OpenMP: with a private prefix it must find the libgomp in there, else the system's, whatever an
# earlier run has cached.
macro(_ionscape_openmp_beside prefix)
  if(EXISTS "${prefix}/ionscape-kokkos-prefix.txt")
    file(GLOB _ionscape_gomp "${prefix}/lib/*/libgomp.so.1")
    set(OpenMP_gomp_LIBRARY "${_ionscape_gomp}" CACHE FILEPATH "OpenMP run-time library" FORCE)
  elseif(OpenMP_gomp_LIBRARY)
    get_filename_component(_ionscape_gomp "${OpenMP_gomp_LIBRARY}" DIRECTORY)
    if(EXISTS "${_ionscape_gomp}/../../ionscape-kokkos-prefix.txt" OR NOT EXISTS "${OpenMP_gomp_LIBRARY}")
      unset(OpenMP_gomp_LIBRARY CACHE)
      unset(OpenMP_CXX_LIB_NAMES CACHE)
      unset(OpenMP_CXX_FLAGS CACHE)
    endif()
  endif()
endmacro()

if(NOT TARGET Kokkos::kokkos)
  set(_ionscape_root "${Kokkos_ROOT}")
  if(_ionscape_root STREQUAL "")
    set(_ionscape_root "$ENV{Kokkos_ROOT}")
  endif()

  # A location cached by an earlier run must not hide a Kokkos which the user has named or installed since.
  if(Kokkos_DIR)
    get_filename_component(_ionscape_dir "${Kokkos_DIR}" REALPATH)
    get_filename_component(_ionscape_root_real "${_ionscape_root}" REALPATH)
    string(FIND "${_ionscape_dir}/" "${_ionscape_private}/" _ionscape_in_private)
    string(FIND "${_ionscape_dir}/" "${_ionscape_root_real}/" _ionscape_in_root)
    if(_ionscape_in_private EQUAL 0 OR (NOT _ionscape_root STREQUAL "" AND NOT _ionscape_in_root EQUAL 0))
      unset(Kokkos_DIR CACHE)
    endif()
  endif()

  if(Kokkos_DIR)
    get_filename_component(_ionscape_dir "${Kokkos_DIR}/../../../.." REALPATH)
    _ionscape_openmp_beside("${_ionscape_dir}")
  else()
    _ionscape_openmp_beside("${_ionscape_root}")
  endif()
  if(NOT _ionscape_root STREQUAL "")
    find_package(Kokkos 4.2...<6 CONFIG QUIET NO_DEFAULT_PATH PATHS "${_ionscape_root}")
    set(_ionscape_where "below Kokkos_ROOT=${_ionscape_root}")
  else()
    find_package(Kokkos 4.2...<6 CONFIG QUIET)
    set(_ionscape_where "in CMAKE_PREFIX_PATH and on this system")
  endif()
  set(_ionscape_considered "")
  if(NOT Kokkos_FOUND)
    foreach(_file _version IN ZIP_LISTS Kokkos_CONSIDERED_CONFIGS Kokkos_CONSIDERED_VERSIONS)
      string(APPEND _ionscape_considered " Found version ${_version} (${_file}), which is not in that range.")
    endforeach()
    if(_ionscape_root STREQUAL "" AND EXISTS "${_ionscape_private}/ionscape-kokkos-prefix.txt")
      if(_ionscape_considered)
        message(STATUS "Kokkos:${_ionscape_considered} Using the private one instead.")
      endif()
      unset(Kokkos_DIR CACHE)
      _ionscape_openmp_beside("${_ionscape_private}")
      find_package(Kokkos 4.2...<6 CONFIG QUIET NO_DEFAULT_PATH PATHS "${_ionscape_private}")
    endif()
  endif()
  if(NOT Kokkos_FOUND)
    set(IONSCAPE_KOKKOS_PROBLEM
        "No Kokkos with 4.2 <= version < 6 ${_ionscape_where}.${_ionscape_considered} ${_ionscape_advice}")
    return()
  endif()
endif()

# Not every version file knows ranges, and a parent project may have found its own Kokkos.
if(DEFINED Kokkos_VERSION AND (Kokkos_VERSION VERSION_LESS 4.2 OR Kokkos_VERSION VERSION_GREATER_EQUAL 6))
  set(IONSCAPE_KOKKOS_PROBLEM
      "Kokkos ${Kokkos_VERSION} (${Kokkos_DIR}) is not in the range 4.2 <= version < 6. ${_ionscape_advice}")
  return()
endif()

if(NOT TARGET ionscape::kokkos)
  add_library(ionscape::kokkos INTERFACE IMPORTED GLOBAL)
  target_link_libraries(ionscape::kokkos INTERFACE Kokkos::kokkos)

  # nvcc only warns when a kernel calls a host function, and then compiles the kernel to nothing.
  if(Kokkos_ENABLE_CUDA AND Kokkos_CXX_COMPILER_ID STREQUAL "NVIDIA")
    target_compile_options(ionscape::kokkos INTERFACE "$<$<COMPILE_LANGUAGE:CXX>:-Werror=cross-execution-space-call>")
  endif()

  # --- only for the private prefix of scripts/kokkos-from-debian -----------------------------------------------
  # That Kokkos was linked against newer C and C++ run-time libraries than the system's. Our programs therefore
  # start with the prefix's dynamic linker and take all its libraries from there; DT_RPATH and not DT_RUNPATH,
  # since only the former holds for libraries of libraries (else the system's libm meets the prefix's libc).
  get_filename_component(_ionscape_lib "${Kokkos_DIR}/../.." REALPATH)
  get_filename_component(_ionscape_above "${_ionscape_lib}/../.." REALPATH)
  set(IONSCAPE_KOKKOS_IS_PRIVATE OFF)
  if(EXISTS "${_ionscape_above}/ionscape-kokkos-prefix.txt")
    set(IONSCAPE_KOKKOS_IS_PRIVATE ON)
    file(GLOB _ionscape_loader "${_ionscape_lib}/ld-linux*.so.*")
    target_link_options(ionscape::kokkos INTERFACE
      "LINKER:--dynamic-linker=${_ionscape_loader}"
      "LINKER:--disable-new-dtags"
      "LINKER:-rpath,${_ionscape_lib}"
      "LINKER:--allow-shlib-undefined")
  endif()
  # ----------------------------------------------------------------------------------------------------------
endif()
