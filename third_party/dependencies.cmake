# SPDX-License-Identifier: GPL-2.0-or-later
#
# Every dependency, found on this machine; nothing is downloaded. The versions are those of Debian 12,
# the oldest system that nlafix is built and tested on.

list(APPEND CMAKE_MODULE_PATH "${CMAKE_CURRENT_LIST_DIR}")

# nlafix_require(NAME VERSION MODULE|CONFIG DEBIAN p FEDORA p ARCH p ALPINE p HOMEBREW p)
# MODULE takes the find module beside this file, CONFIG the CMake package that the library ships.
function(nlafix_require name version mode)
    cmake_parse_arguments(package "" "DEBIAN;FEDORA;ARCH;ALPINE;HOMEBREW" "" ${ARGN})
    find_package(${name} ${version} QUIET ${mode})
    if(${name}_FOUND)
        set(found_version "${${name}_VERSION}")
        if(NOT found_version)
            set(found_version "(version unknown)")
        endif()
        message(STATUS "Found ${name} ${found_version}")
        set_property(GLOBAL PROPERTY nlafix_version_of_${name} "${found_version}")
        return()
    endif()

    set(seen "it is not installed")
    set(versions ${${name}_VERSION} ${${name}_CONSIDERED_VERSIONS})
    if(versions)
        list(REMOVE_DUPLICATES versions)
        list(JOIN versions ", " versions)
        set(seen "${versions} is there, but too old or not complete")
    endif()
    message(FATAL_ERROR
        "nlafix needs ${name} ${version} or newer: ${seen}. Packages that bring it:\n"
        "  Debian, Ubuntu 24.04 or newer: ${package_DEBIAN}\n"
        "  Fedora:   ${package_FEDORA}\n"
        "  Arch:     ${package_ARCH}\n"
        "  Alpine:   ${package_ALPINE}\n"
        "  Homebrew: ${package_HOMEBREW}\n"
        "Elsewhere: set ${name}_ROOT to the folder that it is installed in.")
endfunction()

if(NLAFIX_HIVEX_SOURCE)
    include(third_party/hivex_from_source.cmake)
elseif(WIN32 AND NOT Hivex_ROOT)
    message(STATUS "No hivex, and so the library and its tests alone: nobody packages hivex for Windows "
        "(docs/building.md says how to build it)")
else()
    nlafix_require(Hivex 1.3.23 MODULE
        DEBIAN libhivex-dev FEDORA hivex-devel ARCH hivex ALPINE hivex-dev HOMEBREW hivex)
endif()
if(CMAKE_CROSSCOMPILING AND WIN32)
    include(third_party/headers.cmake)
else()
nlafix_require(CLI11 2.1.2 CONFIG
    DEBIAN libcli11-dev FEDORA cli11-devel ARCH cli11 ALPINE cli11-dev HOMEBREW cli11)
nlafix_require(fmt 9.1 CONFIG
    DEBIAN libfmt-dev FEDORA fmt-devel ARCH fmt ALPINE fmt-dev HOMEBREW fmt)
nlafix_require(nlohmann_json 3.11.2 CONFIG
    DEBIAN nlohmann-json3-dev FEDORA json-devel ARCH nlohmann-json ALPINE nlohmann-json
    HOMEBREW nlohmann-json)
nlafix_require(xxHash 0.8.1 MODULE
    DEBIAN libxxhash-dev FEDORA xxhash-devel ARCH xxhash ALPINE xxhash-dev HOMEBREW xxhash)
if(NLAFIX_BUILD_TESTS)
    nlafix_require(doctest 2.4.9 CONFIG
        DEBIAN doctest-dev FEDORA doctest-devel ARCH doctest ALPINE doctest-dev HOMEBREW doctest)
endif()
endif()

# nlafix_optional(OPTION NAME VERSION WHAT DEBIAN p FEDORA p ARCH p ALPINE p)
# Takes the find module beside this file, unless OPTION is OFF; insists if it is ON. WHAT goes on
# without it is said where it is absent.
function(nlafix_optional option name version what)
    if(${option} STREQUAL "AUTO")
        find_package(${name} ${version} QUIET MODULE)
        if(${name}_FOUND)
            message(STATUS "Found ${name} ${${name}_VERSION}")
            set_property(GLOBAL PROPERTY nlafix_version_of_${name} "${${name}_VERSION}")
            return()
        endif()
        cmake_parse_arguments(package "" "DEBIAN" "" ${ARGN})
        message(STATUS "No ${name} ${version}, and so ${what} (Debian: ${package_DEBIAN})")
    elseif(${option})
        nlafix_require(${name} ${version} MODULE ${ARGN})
    else()
        message(STATUS "${option} is off, and so ${what}")
    endif()
endfunction()

nlafix_optional(NLAFIX_WITH_DISK NTFS3G 2022.10.3
    "a disk has to be mounted before its hive can be repaired"
    DEBIAN ntfs-3g-dev FEDORA ntfs-3g-devel ARCH ntfs-3g ALPINE ntfs-3g-dev HOMEBREW ntfs-3g-mac)
if(NLAFIX_STATIC AND NLAFIX_WITH_NBD STREQUAL "AUTO")
    # It needs gnutls, and that libraries of which nobody ships archives.
    message(STATUS "One static file is without libnbd, and so of images only raw ones can be opened")
else()
    nlafix_optional(NLAFIX_WITH_NBD Libnbd 1.14
        "of images only raw ones can be opened"
        DEBIAN libnbd-dev FEDORA libnbd-devel ARCH libnbd ALPINE libnbd-dev HOMEBREW libnbd)
endif()

# The library that cli/ formats with. Debian has no archive of fmt, so one file gets its headers.
add_library(nlafix_fmt INTERFACE)
if(NLAFIX_STATIC OR (CMAKE_CROSSCOMPILING AND WIN32))
    target_link_libraries(nlafix_fmt INTERFACE fmt::fmt-header-only)
else()
    target_link_libraries(nlafix_fmt INTERFACE fmt::fmt)
endif()

set(THREADS_PREFER_PTHREAD_FLAG ON)
find_package(Threads REQUIRED)
