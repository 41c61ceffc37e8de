# SPDX-License-Identifier: GPL-2.0-or-later
# Compile through ccache where it is there. A launcher that was chosen from outside stays.

if(NLAFIX_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
    find_program(NLAFIX_CCACHE_PROGRAM ccache)
    mark_as_advanced(NLAFIX_CCACHE_PROGRAM)
    if(NLAFIX_CCACHE_PROGRAM)
        set(CMAKE_CXX_COMPILER_LAUNCHER "${NLAFIX_CCACHE_PROGRAM}")
    endif()
endif()
