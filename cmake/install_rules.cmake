# SPDX-License-Identifier: GPL-2.0-or-later
# What is installed beside the program: the manual, the documents, the completions of the shells.

# In the folders of the sources: what a document links to is where it says.
install(FILES README.md CHANGELOG.md CONTRIBUTING.md SECURITY.md LICENSE
    DESTINATION "${CMAKE_INSTALL_DOCDIR}")
install(DIRECTORY docs DESTINATION "${CMAKE_INSTALL_DOCDIR}")
install(DIRECTORY examples DESTINATION "${CMAKE_INSTALL_DOCDIR}" USE_SOURCE_PERMISSIONS)
install(FILES fixtures/README.md DESTINATION "${CMAKE_INSTALL_DOCDIR}/fixtures")
install(FILES third_party/README.md DESTINATION "${CMAKE_INSTALL_DOCDIR}/third_party")
install(FILES completions/nlafix.ps1 DESTINATION "${CMAKE_INSTALL_DOCDIR}")
if(WIN32)
    return() # it has neither man nor those shells
endif()
install(FILES docs/nlafix.1 DESTINATION "${CMAKE_INSTALL_MANDIR}/man1")

# Where a shell looks depends on the prefix, which is known no sooner than now: a package has another one
# than its build. Debian's zsh takes what packages bring from a folder of its own. Below /usr/local fish
# looks only where XDG_DATA_DIRS says, which a root shell seldom has; what the administrator installs for
# everybody belongs in /etc/fish.
set(zsh_folder_of_packages site-functions)
if(EXISTS /etc/debian_version AND NOT NLAFIX_STATIC)
    set(zsh_folder_of_packages vendor-completions)
endif()
install(CODE "
    set(completions \"${PROJECT_SOURCE_DIR}/completions\")
    set(data \"\${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_DATADIR}\")
    set(zsh_folder site-functions)
    if(CMAKE_INSTALL_PREFIX STREQUAL \"/usr\")
        set(zsh_folder ${zsh_folder_of_packages})
    endif()
    set(fish_folder \"\${data}/fish/vendor_completions.d\")
    if(CMAKE_INSTALL_PREFIX STREQUAL \"/usr/local\")
        set(fish_folder /etc/fish/completions)
    endif()
    file(INSTALL \"\${completions}/_nlafix\" DESTINATION \"\${data}/zsh/\${zsh_folder}\")
    file(INSTALL \"\${completions}/nlafix.fish\" DESTINATION \"\${fish_folder}\")
")
install(FILES completions/nlafix.bash RENAME nlafix
    DESTINATION "${CMAKE_INSTALL_DATADIR}/bash-completion/completions")
