# SPDX-License-Identifier: GPL-2.0-or-later
#
# The licences of what the one file holds, as the packages that it was linked from bring them, with their
# versions: the LGPL asks for its text, and for a way to link the program with another version of them.
# packaging/LINKING.md says how that goes.

string(REGEX MATCH "^[0-9]+" compiler_major "${CMAKE_CXX_COMPILER_VERSION}")
set(linked libhivex-dev libxxhash-dev libfmt-dev nlohmann-json3-dev libcli11-dev libc6-dev)
if(CMAKE_CROSSCOMPILING)
    list(APPEND linked libstdc++-${compiler_major}-dev-arm64-cross)
else()
    list(APPEND linked libstdc++-${compiler_major}-dev)
endif()
if(TARGET NTFS3G::ntfs3g)
    list(APPEND linked ntfs-3g-dev)
endif()

set(licences "${PROJECT_BINARY_DIR}/licences")
file(REMOVE_RECURSE "${licences}")
file(MAKE_DIRECTORY "${licences}")

set(versions "")
foreach(package IN LISTS linked)
    # From where it was linked: unpacked by packaging/arm64_sysroot, or installed.
    set(copyright "${CMAKE_SYSROOT}/usr/share/doc/${package}/copyright")
    set(version "")
    if(CMAKE_SYSROOT AND EXISTS "${copyright}" AND EXISTS "${CMAKE_SYSROOT}/PACKAGES")
        string(REPLACE "+" "\\+" pattern "${package}")
        file(STRINGS "${CMAKE_SYSROOT}/PACKAGES" version REGEX "^${pattern} ")
        string(REGEX MATCH "[^ ]+ [^ ]+$" version "${version}")
    else()
        set(copyright "/usr/share/doc/${package}/copyright")
        execute_process(
            COMMAND dpkg-query -W "-f=\${source:Package} \${source:Version}" "${package}"
            OUTPUT_VARIABLE version RESULT_VARIABLE status ERROR_QUIET)
        if(NOT status EQUAL 0)
            set(version "")
        endif()
    endif()
    if(NOT version OR NOT EXISTS "${copyright}")
        message(STATUS "No Debian package ${package}: the .tar.gz would lack its licence")
        set(version "unknown")
    else()
        configure_file("${copyright}" "${licences}/${package}" COPYONLY)
    endif()
    string(APPEND versions "${package}: source ${version}\n")
endforeach()
foreach(text LGPL-2.1 GPL-2 GPL-3)
    if(EXISTS "/usr/share/common-licenses/${text}")
        configure_file("/usr/share/common-licenses/${text}" "${licences}/${text}" COPYONLY)
    endif()
endforeach()
file(WRITE "${licences}/VERSIONS" "${versions}")

install(DIRECTORY "${licences}/" DESTINATION "${CMAKE_INSTALL_DOCDIR}/licences")
install(FILES packaging/LINKING.md DESTINATION "${CMAKE_INSTALL_DOCDIR}/licences")
