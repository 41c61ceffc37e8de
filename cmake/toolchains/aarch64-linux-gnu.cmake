# SPDX-License-Identifier: GPL-2.0-or-later
#
# Builds for 64-bit ARM Linux on another machine, with the cross compiler of Debian and Ubuntu
# (g++-aarch64-linux-gnu) and the libraries that packaging/arm64_sysroot unpacks; tests run under
# qemu-user where it is.
#
#   NLAFIX_ARM64_SYSROOT   the folder of the libraries; build/arm64-sysroot if not set

set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR aarch64)
set(CMAKE_LIBRARY_ARCHITECTURE aarch64-linux-gnu)

set(CMAKE_C_COMPILER aarch64-linux-gnu-gcc)
set(CMAKE_CXX_COMPILER aarch64-linux-gnu-g++)

# The compiler is tried in a project of its own, which has to know the folder, too.
list(APPEND CMAKE_TRY_COMPILE_PLATFORM_VARIABLES NLAFIX_ARM64_SYSROOT)
if(NOT NLAFIX_ARM64_SYSROOT)
    get_filename_component(NLAFIX_ARM64_SYSROOT
        "${CMAKE_CURRENT_LIST_DIR}/../../build/arm64-sysroot" ABSOLUTE)
endif()
if(NOT EXISTS "${NLAFIX_ARM64_SYSROOT}/usr/lib/aarch64-linux-gnu")
    message(FATAL_ERROR "There are no arm64 libraries in ${NLAFIX_ARM64_SYSROOT}. On Debian and Ubuntu\n"
        "  packaging/arm64_sysroot build/arm64-sysroot\n"
        "brings them, without root; elsewhere set NLAFIX_ARM64_SYSROOT.")
endif()

set(CMAKE_SYSROOT "${NLAFIX_ARM64_SYSROOT}")
# The compiler has a C library of its own, which gets no updates: that of the folder comes first.
set(CMAKE_EXE_LINKER_FLAGS_INIT "-B${CMAKE_SYSROOT}/usr/lib/aarch64-linux-gnu")
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)
# The .pc files of this machine must not speak for those.
set(ENV{PKG_CONFIG_LIBDIR}
    "${CMAKE_SYSROOT}/usr/lib/aarch64-linux-gnu/pkgconfig:${CMAKE_SYSROOT}/usr/share/pkgconfig")
set(ENV{PKG_CONFIG_SYSROOT_DIR} "${CMAKE_SYSROOT}")

find_program(NLAFIX_QEMU_ARM64 NAMES qemu-aarch64-static qemu-aarch64)
if(NLAFIX_QEMU_ARM64)
    set(CMAKE_CROSSCOMPILING_EMULATOR "${NLAFIX_QEMU_ARM64}")
endif()
