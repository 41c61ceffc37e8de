# SPDX-License-Identifier: GPL-2.0-or-later
# nlafix_sanitizers: the sanitizers of NLAFIX_SANITIZE; every report ends the program.
# nlafix_sanitizer_options: an object for executables, sets the exit status of such an end.

add_library(nlafix_sanitizers INTERFACE)
add_library(nlafix_sanitizer_options INTERFACE)

if(NLAFIX_SANITIZE)
    set(flags "-fsanitize=${NLAFIX_SANITIZE}" -fno-sanitize-recover=all -fno-omit-frame-pointer)
    target_compile_options(nlafix_sanitizers INTERFACE ${flags})
    target_link_options(nlafix_sanitizers INTERFACE ${flags})
    target_sources(nlafix_sanitizer_options INTERFACE
        "${CMAKE_CURRENT_LIST_DIR}/sanitizer_options.cpp")
endif()

if(NLAFIX_FUZZ)
    if(NOT CMAKE_CXX_COMPILER_ID MATCHES "Clang")
        message(FATAL_ERROR "NLAFIX_FUZZ needs clang: libFuzzer is a part of it.")
    endif()
    # Coverage for all of our code; the main of libFuzzer for the fuzz targets alone.
    target_compile_options(nlafix_sanitizers INTERFACE -fsanitize=fuzzer-no-link)
    target_link_options(nlafix_sanitizers INTERFACE -fsanitize=fuzzer-no-link)
endif()
