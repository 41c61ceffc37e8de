# SPDX-License-Identifier: GPL-2.0-or-later
#
# Finds xxHash, which many distributions ship without a CMake package.
#
#   xxHash_ROOT      where to look first
#   xxHash::xxhash   the library to link
#   xxHash_VERSION   its version, as xxhash.h says it

find_package(PkgConfig QUIET)
if(PkgConfig_FOUND AND NOT xxHash_ROOT)
    pkg_check_modules(PC_xxHash QUIET libxxhash)
endif()

find_path(xxHash_INCLUDE_DIR xxhash.h HINTS ${PC_xxHash_INCLUDE_DIRS})
find_library(xxHash_LIBRARY xxhash HINTS ${PC_xxHash_LIBRARY_DIRS})
mark_as_advanced(xxHash_INCLUDE_DIR xxHash_LIBRARY)

if(xxHash_INCLUDE_DIR)
    set(xxHash_VERSION "")
    foreach(_xxhash_part MAJOR MINOR RELEASE)
        file(STRINGS "${xxHash_INCLUDE_DIR}/xxhash.h" _xxhash_line
            REGEX "^#[ \t]*define[ \t]+XXH_VERSION_${_xxhash_part}[ \t]+[0-9]+" LIMIT_COUNT 1)
        string(REGEX MATCH "[0-9]+" _xxhash_number "${_xxhash_line}")
        string(APPEND xxHash_VERSION ".${_xxhash_number}")
    endforeach()
    string(SUBSTRING "${xxHash_VERSION}" 1 -1 xxHash_VERSION)
    unset(_xxhash_part)
    unset(_xxhash_line)
    unset(_xxhash_number)
endif()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(xxHash
    REQUIRED_VARS xxHash_LIBRARY xxHash_INCLUDE_DIR
    VERSION_VAR xxHash_VERSION)

if(xxHash_FOUND AND NOT TARGET xxHash::xxhash)
    add_library(xxHash::xxhash UNKNOWN IMPORTED)
    set_target_properties(xxHash::xxhash PROPERTIES
        IMPORTED_LOCATION "${xxHash_LIBRARY}"
        INTERFACE_INCLUDE_DIRECTORIES "${xxHash_INCLUDE_DIR}")
endif()
