# SPDX-License-Identifier: GPL-2.0-or-later
#
# Finds hivex, which ships a hivex.pc and no CMake package.
#
#   Hivex_ROOT      where to look first (a prefix with include/ and lib/)
#   Hivex::hivex    the library to link
#   Hivex_VERSION   its version, as hivex.pc says it

find_package(PkgConfig QUIET)

# A prefix that the user names has a hivex.pc of its own; that of the system must not speak for it.
set(_hivex_root "${Hivex_ROOT}")
if(NOT _hivex_root AND DEFINED ENV{Hivex_ROOT})
    set(_hivex_root "$ENV{Hivex_ROOT}")
endif()

if(_hivex_root)
    file(GLOB _hivex_pc
        "${_hivex_root}/lib/pkgconfig/hivex.pc"
        "${_hivex_root}/lib64/pkgconfig/hivex.pc"
        "${_hivex_root}/lib/*/pkgconfig/hivex.pc")
    if(_hivex_pc)
        list(GET _hivex_pc 0 _hivex_pc)
        file(STRINGS "${_hivex_pc}" _hivex_version REGEX "^Version:")
        string(REGEX REPLACE "^Version:[ \t]*" "" PC_Hivex_VERSION "${_hivex_version}")
    endif()
elseif(PkgConfig_FOUND)
    pkg_check_modules(PC_Hivex QUIET hivex)
endif()

find_path(Hivex_INCLUDE_DIR hivex.h HINTS ${PC_Hivex_INCLUDE_DIRS})
find_library(Hivex_LIBRARY hivex HINTS ${PC_Hivex_LIBRARY_DIRS})

# A hivex without a .pc, built by hand, has no version that could be checked: the user vouches for it.
unset(Hivex_VERSION)
if(PC_Hivex_VERSION)
    set(Hivex_VERSION "${PC_Hivex_VERSION}")
endif()
mark_as_advanced(Hivex_INCLUDE_DIR Hivex_LIBRARY)

# hivex converts names through iconv: a part of libc on Linux, a library of its own elsewhere.
set(_hivex_required Hivex_LIBRARY Hivex_INCLUDE_DIR)
if(WIN32 OR APPLE)
    find_package(Iconv QUIET)
    list(APPEND _hivex_required Iconv_FOUND)
endif()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(Hivex
    REQUIRED_VARS ${_hivex_required}
    VERSION_VAR Hivex_VERSION)

if(Hivex_FOUND AND NOT TARGET Hivex::hivex)
    add_library(Hivex::hivex UNKNOWN IMPORTED)
    set_target_properties(Hivex::hivex PROPERTIES
        IMPORTED_LOCATION "${Hivex_LIBRARY}"
        INTERFACE_INCLUDE_DIRECTORIES "${Hivex_INCLUDE_DIR}")
    if(TARGET Iconv::Iconv)
        set_property(TARGET Hivex::hivex APPEND PROPERTY INTERFACE_LINK_LIBRARIES Iconv::Iconv)
    endif()
endif()

unset(_hivex_root)
unset(_hivex_pc)
unset(_hivex_version)
unset(_hivex_required)
