# SPDX-License-Identifier: GPL-2.0-or-later
#
# Finds libntfs-3g, which ships a libntfs-3g.pc and no CMake package.
#
#   NTFS3G_ROOT      where to look first
#   NTFS3G::ntfs3g   the library to link
#   NTFS3G_VERSION   its version, as libntfs-3g.pc says it

find_package(PkgConfig QUIET)
if(PkgConfig_FOUND AND NOT NTFS3G_ROOT)
    pkg_check_modules(PC_NTFS3G QUIET libntfs-3g)
endif()

find_path(NTFS3G_INCLUDE_DIR ntfs-3g/volume.h HINTS ${PC_NTFS3G_INCLUDE_DIRS})
find_library(NTFS3G_LIBRARY ntfs-3g HINTS ${PC_NTFS3G_LIBRARY_DIRS})
mark_as_advanced(NTFS3G_INCLUDE_DIR NTFS3G_LIBRARY)

# One in a place of its own has no version that could be checked: the user vouches for it.
unset(NTFS3G_VERSION)
if(PC_NTFS3G_VERSION)
    set(NTFS3G_VERSION "${PC_NTFS3G_VERSION}")
endif()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(NTFS3G
    REQUIRED_VARS NTFS3G_LIBRARY NTFS3G_INCLUDE_DIR
    VERSION_VAR NTFS3G_VERSION)

if(NTFS3G_FOUND AND NOT TARGET NTFS3G::ntfs3g)
    add_library(NTFS3G::ntfs3g UNKNOWN IMPORTED)
    set_target_properties(NTFS3G::ntfs3g PROPERTIES
        IMPORTED_LOCATION "${NTFS3G_LIBRARY}"
        INTERFACE_INCLUDE_DIRECTORIES "${NTFS3G_INCLUDE_DIR}")
endif()
