# SPDX-License-Identifier: GPL-2.0-or-later
#
# Finds libnbd, which ships a libnbd.pc and no CMake package.
#
#   Libnbd_ROOT      where to look first
#   Libnbd::libnbd   the library to link
#   Libnbd_VERSION   its version, as libnbd.pc says it

find_package(PkgConfig QUIET)
if(PkgConfig_FOUND AND NOT Libnbd_ROOT)
    pkg_check_modules(PC_Libnbd QUIET libnbd)
endif()

find_path(Libnbd_INCLUDE_DIR libnbd.h HINTS ${PC_Libnbd_INCLUDE_DIRS})
find_library(Libnbd_LIBRARY nbd HINTS ${PC_Libnbd_LIBRARY_DIRS})
mark_as_advanced(Libnbd_INCLUDE_DIR Libnbd_LIBRARY)

# One in a place of its own has no version that could be checked: the user vouches for it.
unset(Libnbd_VERSION)
if(PC_Libnbd_VERSION)
    set(Libnbd_VERSION "${PC_Libnbd_VERSION}")
endif()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(Libnbd
    REQUIRED_VARS Libnbd_LIBRARY Libnbd_INCLUDE_DIR
    VERSION_VAR Libnbd_VERSION)

if(Libnbd_FOUND AND NOT TARGET Libnbd::libnbd)
    add_library(Libnbd::libnbd UNKNOWN IMPORTED)
    set_target_properties(Libnbd::libnbd PROPERTIES
        IMPORTED_LOCATION "${Libnbd_LIBRARY}"
        INTERFACE_INCLUDE_DIRECTORIES "${Libnbd_INCLUDE_DIR}")
endif()
