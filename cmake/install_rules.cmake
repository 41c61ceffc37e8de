# SPDX-License-Identifier: GPL-2.0-or-later
# What is installed beside the program: the manual, the documents, the completions of the shells.

# In the folders of the sources: what a document links to is where it says.
install(FILES README.md CHANGELOG.md CONTRIBUTING.md SECURITY.md LICENSE
    DESTINATION "${CMAKE_INSTALL_DOCDIR}")
install(DIRECTORY docs DESTINATION "${CMAKE_INSTALL_DOCDIR}")
install(DIRECTORY examples DESTINATION "${CMAKE_INSTALL_DOCDIR}" USE_SOURCE_PERMISSIONS)
install(FILES fixtures/README.md DESTINATION "${CMAKE_INSTALL_DOCDIR}/fixtures")
install(FILES third_party/README.md DESTINATION "${CMAKE_INSTALL_DOCDIR}/third_party")
install(FILES docs/nlafix.1 DESTINATION "${CMAKE_INSTALL_MANDIR}/man1")

# zsh has no folder that every distribution looks into.
set(zsh_folder site-functions)
if(EXISTS /etc/debian_version AND NOT NLAFIX_STATIC)
    set(zsh_folder vendor-completions)
endif()
set(NLAFIX_ZSH_FOLDER "${CMAKE_INSTALL_DATADIR}/zsh/${zsh_folder}" CACHE STRING
    "Where completions for zsh are installed")

install(FILES completions/nlafix.bash RENAME nlafix
    DESTINATION "${CMAKE_INSTALL_DATADIR}/bash-completion/completions")
install(FILES completions/_nlafix DESTINATION "${NLAFIX_ZSH_FOLDER}")
install(FILES completions/nlafix.fish
    DESTINATION "${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d")
install(FILES completions/nlafix.ps1 DESTINATION "${CMAKE_INSTALL_DOCDIR}")
