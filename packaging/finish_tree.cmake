# SPDX-License-Identifier: GPL-2.0-or-later
#
# CPack runs this between installing and packing. It gives every file the time of the release and a
# usual mode, so that an archive depends on nothing but its content, and makes what Debian wants.

if(DEFINED ENV{SOURCE_DATE_EPOCH})
    set(epoch "$ENV{SOURCE_DATE_EPOCH}")
else()
    message(FATAL_ERROR "Set SOURCE_DATE_EPOCH, or let packaging/build do it.")
endif()

function(run)
    execute_process(COMMAND ${ARGN} COMMAND_ERROR_IS_FATAL ANY)
endfunction()

if(CPACK_GENERATOR STREQUAL "DEB")
    set(tree "${CPACK_TEMPORARY_DIRECTORY}/usr/share")
    run(gzip -9nf "${tree}/man/man1/nlafix.1")
    # Debian keeps the licence in its own file.
    file(REMOVE "${tree}/doc/nlafix/LICENSE")
    file(RENAME "${tree}/doc/nlafix/CHANGELOG.md" "${tree}/doc/nlafix/changelog")
    run(gzip -9nf "${tree}/doc/nlafix/changelog")
    execute_process(COMMAND date -u -R -d "@${epoch}" OUTPUT_VARIABLE date
        OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
    file(WRITE "${tree}/doc/nlafix/changelog.Debian"
        "nlafix (${CPACK_PACKAGE_VERSION}-${CPACK_DEBIAN_PACKAGE_RELEASE}) unstable; urgency=medium\n\n"
        "  * What is new in this version is in changelog.gz.\n\n"
        " -- ${CPACK_PACKAGE_CONTACT}  ${date}\n")
    run(gzip -9nf "${tree}/doc/nlafix/changelog.Debian")
endif()

run(chmod -R "u=rwX,go=rX" "${CPACK_TEMPORARY_DIRECTORY}")
run(find "${CPACK_TEMPORARY_DIRECTORY}" -exec touch -h -d "@${epoch}" {} +)
