# SPDX-License-Identifier: GPL-2.0-or-later
# nlafix_hardening: what makes a parser of hostile files stop early instead of running on.

include(CheckCXXCompilerFlag)
include(CheckLinkerFlag)
include(CheckPIESupported)

set(CMAKE_POSITION_INDEPENDENT_CODE ON)
check_pie_supported(LANGUAGES CXX)

add_library(nlafix_hardening INTERFACE)

# libstdc++: check the bounds of spans, strings and vectors, in every build.
target_compile_definitions(nlafix_hardening INTERFACE _GLIBCXX_ASSERTIONS)

check_cxx_compiler_flag(-fstack-protector-strong NLAFIX_HAS_STACK_PROTECTOR_STRONG)
if(NLAFIX_HAS_STACK_PROTECTOR_STRONG)
    target_compile_options(nlafix_hardening INTERFACE -fstack-protector-strong)
    if(MINGW)
        # Its protector is a library of its own.
        target_link_options(nlafix_hardening INTERFACE -fstack-protector-strong)
    endif()
endif()

# Needs optimisation, and gets in the way of the sanitizers. -U first: some compilers preset a level.
if(NOT NLAFIX_SANITIZE)
    target_compile_options(nlafix_hardening INTERFACE
        $<$<CONFIG:Release,RelWithDebInfo,MinSizeRel>:-U_FORTIFY_SOURCE$<SEMICOLON>-D_FORTIFY_SOURCE=2>)
endif()

# No path of the building machine in a released binary.
check_cxx_compiler_flag("-ffile-prefix-map=a=b" NLAFIX_HAS_FILE_PREFIX_MAP)
if(NLAFIX_HAS_FILE_PREFIX_MAP)
    target_compile_options(nlafix_hardening INTERFACE
        "$<$<CONFIG:Release>:-ffile-prefix-map=${PROJECT_SOURCE_DIR}/=>"
        "$<$<CONFIG:Release>:-ffile-prefix-map=${PROJECT_BINARY_DIR}/=build/>")
endif()

check_linker_flag(CXX "-Wl,-z,relro,-z,now" NLAFIX_HAS_RELRO)
if(NLAFIX_HAS_RELRO)
    target_link_options(nlafix_hardening INTERFACE "-Wl,-z,relro,-z,now")
endif()
