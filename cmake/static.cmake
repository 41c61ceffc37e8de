# SPDX-License-Identifier: GPL-2.0-or-later
# nlafix_static: link it to get one file that needs nothing at run time (NLAFIX_STATIC).

add_library(nlafix_static INTERFACE)

if(NLAFIX_STATIC)
    if(NOT CMAKE_SYSTEM_NAME STREQUAL "Linux")
        message(FATAL_ERROR "NLAFIX_STATIC is for Linux: elsewhere nobody has one C library for all.")
    endif()
    # Every library that is found from here on is an archive.
    set(CMAKE_FIND_LIBRARY_SUFFIXES ".a")
    # Position-independent all the same: the kernel still chooses where it lies. CMake knows only
    # -pie, which wants the loader of shared libraries.
    unset(CMAKE_POSITION_INDEPENDENT_CODE)
    add_compile_options(-fPIE -ffunction-sections -fdata-sections)
    target_link_options(nlafix_static INTERFACE -static-pie "-Wl,--gc-sections" -s)
endif()
