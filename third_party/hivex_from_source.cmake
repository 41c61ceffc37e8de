# SPDX-License-Identifier: GPL-2.0-or-later
#
# hivex as an archive, from its unpacked sources (NLAFIX_HIVEX_SOURCE), for Windows, where nobody packages it:
# lib/ alone, without its configure. The conversions are those of src/hivex/static in place of an iconv.

if(NOT MINGW)
    message(FATAL_ERROR "NLAFIX_HIVEX_SOURCE is for Windows by mingw-w64; elsewhere install hivex, or set Hivex_ROOT.")
endif()
set(hivex_configure "${NLAFIX_HIVEX_SOURCE}/configure")
foreach(file configure lib/handle.c gnulib/lib/full-read.c include/hivex.h LICENSE)
    if(NOT EXISTS "${NLAFIX_HIVEX_SOURCE}/${file}")
        message(FATAL_ERROR "${NLAFIX_HIVEX_SOURCE} is no unpacked release of hivex: it has no ${file}.")
    endif()
endforeach()
file(STRINGS "${hivex_configure}" Hivex_VERSION REGEX "^PACKAGE_VERSION=" LIMIT_COUNT 1)
string(REGEX REPLACE "^PACKAGE_VERSION='?([0-9.]+).*" "\\1" Hivex_VERSION "${Hivex_VERSION}")
if(NOT Hivex_VERSION VERSION_GREATER_EQUAL 1.3.23)
    message(FATAL_ERROR "nlafix needs hivex 1.3.23 or newer: ${NLAFIX_HIVEX_SOURCE} has ${Hivex_VERSION}.")
endif()
message(STATUS "Building hivex ${Hivex_VERSION}")
set_property(GLOBAL PROPERTY nlafix_version_of_Hivex "${Hivex_VERSION}")

enable_language(C)
set(hivex_sources
    lib/handle.c lib/mmap.c lib/node.c lib/offset-list.c lib/utf16.c lib/util.c lib/value.c lib/visit.c lib/write.c
    gnulib/lib/full-read.c gnulib/lib/full-write.c gnulib/lib/safe-read.c gnulib/lib/safe-write.c)
list(TRANSFORM hivex_sources PREPEND "${NLAFIX_HIVEX_SOURCE}/")
add_library(nlafix_hivex STATIC ${hivex_sources})
add_library(Hivex::hivex ALIAS nlafix_hivex)

# All that its configure would find out is a definition below.
set(hivex_config "${PROJECT_BINARY_DIR}/hivex_config")
file(WRITE "${hivex_config}/config.h" "")
target_compile_definitions(nlafix_hivex PRIVATE
    _FILE_OFFSET_BITS=64 __USE_MINGW_ANSI_STDIO=1
    __LITTLE_ENDIAN=1234 __BYTE_ORDER=1234 ICONV_CONST=)
target_include_directories(nlafix_hivex
    SYSTEM INTERFACE "${NLAFIX_HIVEX_SOURCE}/include" "${PROJECT_SOURCE_DIR}/third_party/hivex"
    PRIVATE "${hivex_config}" "${NLAFIX_HIVEX_SOURCE}/gnulib/lib" "${NLAFIX_HIVEX_SOURCE}/include"
        "${PROJECT_SOURCE_DIR}/third_party/hivex")
# Its assertions guard against hostile hives: they stay in a release. No path of this machine is in it.
target_compile_options(nlafix_hivex PRIVATE -UNDEBUG "-ffile-prefix-map=${NLAFIX_HIVEX_SOURCE}/=hivex/")
# The conversions are in nlafix_core, and hivex is behind it on the command line of the linker.
target_link_libraries(nlafix_hivex PRIVATE nlafix_hardening INTERFACE $<LINK_ONLY:nlafix_core>)
