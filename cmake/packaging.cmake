# SPDX-License-Identifier: GPL-2.0-or-later
#
# Packages, by CPack: of the preset `release` a .deb, of the preset `static` a .tar.gz of the one file;
# of both the source archive. packaging/build makes them all, and their checksums.

include(install_rules)

set(CPACK_PACKAGE_NAME nlafix)
set(CPACK_PACKAGE_VENDOR nlafix)
set(CPACK_PACKAGE_CONTACT
    "nlafix maintainers <maintainers@users.noreply.r-seed-9c44494c.example>")
set(CPACK_PACKAGE_VERSION "${PROJECT_VERSION}")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "repairs Remote Desktop logins of an offline Windows")
set(CPACK_PACKAGE_DESCRIPTION
"nlafix repairs Windows Remote Desktop logins that fail with a network level
authentication error, on a machine that is not running: it edits the SYSTEM
hive of a detached or mounted system disk, or in a disk image (raw, qcow2, VHD,
VHDX, VMDK), replays its transaction logs first, verifies the edit, keeps a
backup, and can undo it.")
set(CPACK_RESOURCE_FILE_LICENSE "${PROJECT_SOURCE_DIR}/LICENSE")
set(CPACK_PACKAGE_DIRECTORY "${PROJECT_BINARY_DIR}/packages")
set(CPACK_STRIP_FILES ON)
# Two builds in different folders, by people with different masks, give the same bytes.
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
    OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_PRE_BUILD_SCRIPTS "${PROJECT_SOURCE_DIR}/packaging/finish_tree.cmake")

set(CPACK_SOURCE_GENERATOR TGZ)
set(CPACK_SOURCE_PACKAGE_FILE_NAME "nlafix-${PROJECT_VERSION}-source")
set(CPACK_SOURCE_IGNORE_FILES
    "/build/" "/\\\\.git/" "/\\\\.cache/" "/__pycache__/" "\\\\.pyc$" "\\\\.swp$" "~$"
    "/compile_commands\\\\.json$" "/CMakeUserPresets\\\\.json$")

if(NLAFIX_STATIC)
    include(licences)
    set(CPACK_GENERATOR TGZ)
    set(CPACK_PACKAGE_FILE_NAME
        "nlafix-${PROJECT_VERSION}-linux-${CMAKE_SYSTEM_PROCESSOR}")
elseif(NLAFIX_HIVEX_SOURCE)
    include(licences) # packaging/windows makes the archive
else()
    set(CPACK_GENERATOR DEB)
    set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
    set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
    set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
    set(CPACK_DEBIAN_PACKAGE_SECTION admin)
    set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
    set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
    # Its programs are started: qemu-nbd for images that are not raw. Not needed for hives and disks.
    set(CPACK_DEBIAN_PACKAGE_RECOMMENDS qemu-utils)
    set(CPACK_DEBIAN_PACKAGE_SUGGESTS ntfs-3g)
    set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
    set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS OFF)
    install(FILES packaging/debian/copyright DESTINATION "${CMAKE_INSTALL_DOCDIR}")
endif()

include(CPack)
