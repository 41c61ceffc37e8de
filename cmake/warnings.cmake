# SPDX-License-Identifier: GPL-2.0-or-later
# nlafix_warnings: link it to get the warnings that all code of ours is built with.

add_library(nlafix_warnings INTERFACE)
target_compile_options(nlafix_warnings INTERFACE
    -Wall
    -Wextra
    -Wpedantic
    -Wconversion
    -Wsign-conversion
    -Wshadow
    -Wnon-virtual-dtor
    -Wold-style-cast
    $<$<BOOL:${NLAFIX_WERROR}>:-Werror>)

if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
    # GCC 12 reports this for plain uses of std::string (GCC bug 105651).
    target_compile_options(nlafix_warnings INTERFACE -Wno-restrict)
endif()

if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND NLAFIX_SANITIZE)
    # The checks that sanitizers put in hide from GCC that a variable was set.
    target_compile_options(nlafix_warnings INTERFACE -Wno-maybe-uninitialized)
endif()
