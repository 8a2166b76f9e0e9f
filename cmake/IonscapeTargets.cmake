# What the rooms, tests and benches are declared with.
include(GNUInstallDirs)
include(CheckCXXCompilerFlag)

# --- flags -----------------------------------------------------------------------------------------------------
add_library(ionscape_warnings INTERFACE)
if(IONSCAPE_WARNINGS)
  target_compile_options(ionscape_warnings INTERFACE -Wall -Wextra -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual
    -Wdouble-promotion
    # Two false alarms of g++ 12: its own AVX-512 header (GCC PR105593), and std::string (GCC PR105651).
    "$<$<AND:$<CXX_COMPILER_ID:GNU>,$<VERSION_LESS:$<CXX_COMPILER_VERSION>,13>>:-Wno-maybe-uninitialized;-Wno-restrict>")
endif()
if(IONSCAPE_WERROR)
  target_compile_options(ionscape_warnings INTERFACE -Werror)
endif()

# The same flags on everything, so that code inlined into several objects is compiled one way only.
add_library(ionscape_cpu_flags INTERFACE)
if(IONSCAPE_NATIVE)
  check_cxx_compiler_flag(-march=native IONSCAPE_HAVE_MARCH_NATIVE)
  if(IONSCAPE_HAVE_MARCH_NATIVE)
    target_compile_options(ionscape_cpu_flags INTERFACE $<$<CONFIG:Release,RelWithDebInfo>:-march=native>)
  endif()
endif()

# --- rooms -----------------------------------------------------------------------------------------------------
# ionscape_add_room(<name> [SOURCES a.cpp ...] DEPENDS target ... [PRIVATE_DEPENDS target ...])
#
# Library ionscape_<name> with alias ionscape::<name>, installed and exported. Without SOURCES all of src/*.cpp.
# Its only include root is <name>/include: what a room does not depend on, it cannot include.
function(ionscape_add_room name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;DEPENDS;PRIVATE_DEPENDS")
  if(arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "ionscape_add_room(${name}): what is '${arg_UNPARSED_ARGUMENTS}'?")
  endif()
  if(NOT arg_SOURCES)
    file(GLOB_RECURSE arg_SOURCES CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/src/*.cpp")
  endif()

  if(arg_SOURCES)
    set(scope PUBLIC)
    add_library(ionscape_${name} STATIC ${arg_SOURCES})
    # BUILD_INTERFACE: these two are the build's own and not part of the installed package.
    target_link_libraries(ionscape_${name} PRIVATE
      ${arg_PRIVATE_DEPENDS} $<BUILD_INTERFACE:ionscape_warnings> $<BUILD_INTERFACE:ionscape_cpu_flags>)
    target_include_directories(ionscape_${name} PRIVATE "${CMAKE_CURRENT_SOURCE_DIR}/src")
    set_target_properties(ionscape_${name} PROPERTIES POSITION_INDEPENDENT_CODE ON)
  else()
    set(scope INTERFACE)
    add_library(ionscape_${name} INTERFACE)
  endif()
  add_library(ionscape::${name} ALIAS ionscape_${name})
  target_compile_features(ionscape_${name} ${scope} cxx_std_20)
  target_link_libraries(ionscape_${name} ${scope} ${arg_DEPENDS})
  target_include_directories(ionscape_${name} ${scope}
    "$<BUILD_INTERFACE:${CMAKE_CURRENT_SOURCE_DIR}/include>"
    "$<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>")
  set_target_properties(ionscape_${name} PROPERTIES EXPORT_NAME ${name})

  set_property(GLOBAL APPEND PROPERTY IONSCAPE_ROOMS ${name})
  set_property(GLOBAL PROPERTY IONSCAPE_ROOM_${name}_DIR "${CMAKE_CURRENT_SOURCE_DIR}")
  if(IONSCAPE_INSTALL)
    install(TARGETS ionscape_${name} EXPORT ionscapeTargets
      ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
    if(EXISTS "${CMAKE_CURRENT_SOURCE_DIR}/include")
      install(DIRECTORY include/ DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.hpp")
    endif()
  endif()
endfunction()

# --- tests -----------------------------------------------------------------------------------------------------
# ionscape_add_test(<name> SOURCES a.cpp ... LINK target ... [KOKKOS] [TIMEOUT seconds] [LABELS ...])
#
# Catch2 program test_<name>, its main() given; with KOKKOS that starts and ends Kokkos around the tests.
# ctest runs it once for each source file, as <name>.<file>: chosen by Catch2's file tag, since sentences as filters
# are fragile (a comma or a bracket in a name makes Catch2 match nothing and succeed).
function(ionscape_add_test name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "KOKKOS" "TIMEOUT" "SOURCES;LINK;LABELS")
  if(arg_UNPARSED_ARGUMENTS OR NOT arg_SOURCES)
    message(FATAL_ERROR "ionscape_add_test(${name}): no SOURCES, or what is '${arg_UNPARSED_ARGUMENTS}'?")
  endif()
  if(arg_KOKKOS AND IONSCAPE_HOST_ONLY)
    return()
  endif()
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 600)
  endif()
  set(target test_${name})
  if(arg_KOKKOS)
    add_executable(${target} ${arg_SOURCES} $<TARGET_OBJECTS:ionscape_test_main_kokkos>)
    target_link_libraries(${target} PRIVATE ionscape::kokkos)
  else()
    add_executable(${target} ${arg_SOURCES} $<TARGET_OBJECTS:ionscape_test_main_host>)
  endif()
  target_link_libraries(${target} PRIVATE ${arg_LINK} ionscape_test_support ionscape_warnings ionscape_cpu_flags)

  foreach(source IN LISTS arg_SOURCES)
    # Catch2 cuts the tag at the file's last dot.
    get_filename_component(stem "${source}" NAME_WLE)
    add_test(NAME ${name}.${stem} COMMAND ${target} -\# "[#${stem}]")
    set_tests_properties(${name}.${stem} PROPERTIES
      LABELS "${name};${arg_LABELS}" TIMEOUT ${arg_TIMEOUT}
      # A file without tests must not pass.
      FAIL_REGULAR_EXPRESSION "No test cases matched;No tests ran")
    if(arg_KOKKOS)
      # Tests run side by side: threads pinned to the same cores would wait for each other.
      set_tests_properties(${name}.${stem} PROPERTIES PROCESSORS 2
        ENVIRONMENT "OMP_NUM_THREADS=2;OMP_PROC_BIND=false;OMP_WAIT_POLICY=passive")
    endif()
  endforeach()
endfunction()

# ionscape_add_bench(<name> SOURCES a.cpp ... LINK target ... [SMOKE argument ...])
#
# Program bench_<name>. SMOKE gives the arguments for a run of a second or so, which ctest then makes: it must not rot.
function(ionscape_add_bench name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;LINK;SMOKE")
  add_executable(bench_${name} ${arg_SOURCES})
  target_link_libraries(bench_${name} PRIVATE ${arg_LINK} ionscape_warnings ionscape_cpu_flags)
  if(arg_SMOKE AND IONSCAPE_BUILD_TESTS)
    add_test(NAME bench.${name} COMMAND bench_${name} ${arg_SMOKE})
    set_tests_properties(bench.${name} PROPERTIES LABELS bench TIMEOUT 300 PROCESSORS 2
      ENVIRONMENT "OMP_NUM_THREADS=2;OMP_PROC_BIND=false;OMP_WAIT_POLICY=passive")
  endif()
endfunction()
