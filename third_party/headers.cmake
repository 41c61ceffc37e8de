# SPDX-License-Identifier: GPL-2.0-or-later
#
# Header-only libraries of the machine that builds, for a program of another one. Each is shown through a
# link of its own: with the whole of /usr/include the headers of two C libraries would mix.

set(header_links "${PROJECT_BINARY_DIR}/headers")
file(MAKE_DIRECTORY "${header_links}")

# nlafix_headers(TARGET NAME PACKAGE): NAME, a folder or a file, below an include folder.
function(nlafix_headers target name package)
    find_path(${name}_FOLDER "${name}" PATHS /usr/include /usr/local/include
        NO_CMAKE_FIND_ROOT_PATH NO_DEFAULT_PATH)
    mark_as_advanced(${name}_FOLDER)
    if(NOT ${name}_FOLDER)
        message(FATAL_ERROR "nlafix needs ${name} of the package ${package} (Debian, Ubuntu).")
    endif()
    file(CREATE_LINK "${${name}_FOLDER}/${name}" "${header_links}/${name}" SYMBOLIC)
    if(NOT TARGET ${target})
        add_library(${target} INTERFACE IMPORTED)
        target_include_directories(${target} SYSTEM INTERFACE "${header_links}")
    endif()
endfunction()

nlafix_headers(CLI11::CLI11 CLI libcli11-dev)
nlafix_headers(fmt::fmt-header-only fmt libfmt-dev)
target_compile_definitions(fmt::fmt-header-only INTERFACE FMT_HEADER_ONLY)
nlafix_headers(nlohmann_json::nlohmann_json nlohmann nlohmann-json3-dev)
nlafix_headers(xxHash::xxhash xxhash.h libxxhash-dev)
target_compile_definitions(xxHash::xxhash INTERFACE XXH_INLINE_ALL)
if(NLAFIX_BUILD_TESTS)
    nlafix_headers(doctest::doctest doctest doctest-dev)
endif()
