# SPDX-License-Identifier: GPL-2.0-or-later
#
# cmake -DBUILDER=program -DCOMMITTED=folder -DGENERATED=folder -P compare_fixtures.cmake
# Makes the fixtures anew and compares them with the committed ones, both ways and to the byte.

cmake_minimum_required(VERSION 3.25)

file(REMOVE_RECURSE "${GENERATED}")
file(MAKE_DIRECTORY "${GENERATED}")
execute_process(COMMAND "${BUILDER}" "${GENERATED}" RESULT_VARIABLE status OUTPUT_QUIET)
if(NOT status EQUAL 0)
    message(FATAL_ERROR "The fixture builder ended with status ${status}.")
endif()

file(GLOB_RECURSE made RELATIVE "${GENERATED}" "${GENERATED}/*")
file(GLOB_RECURSE committed RELATIVE "${COMMITTED}" "${COMMITTED}/*")
# Beside the fixtures lie their sources and their description.
list(FILTER committed EXCLUDE REGEX "\\.(cpp|h|md|tsv)$|CMakeLists\\.txt$")

set(complaints "")
if(NOT made)
    list(APPEND complaints "the builder made no file")
endif()
foreach(name IN LISTS made)
    if(NOT EXISTS "${COMMITTED}/${name}")
        list(APPEND complaints "${name}: made, but not committed")
        continue()
    endif()
    file(SHA256 "${GENERATED}/${name}" new)
    file(SHA256 "${COMMITTED}/${name}" old)
    if(NOT new STREQUAL old)
        list(APPEND complaints "${name}: differs")
    endif()
endforeach()
foreach(name IN LISTS committed)
    if(NOT name IN_LIST made)
        list(APPEND complaints "${name}: committed, but the builder does not make it")
    endif()
endforeach()

if(complaints)
    list(JOIN complaints "\n  " text)
    message(FATAL_ERROR "The committed fixtures are not what the builder makes:\n  ${text}\n"
        "Build the target `fixtures` to write them anew, and look at the difference.")
endif()
list(LENGTH made count)
message(STATUS "${count} fixtures are as the builder makes them")
