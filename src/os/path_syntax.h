// SPDX-License-Identifier: GPL-2.0-or-later
// How this platform writes paths, what it lets a name be given to, and how its programs get their
// arguments, and how its shells want them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace nlafix::os {

/// What join puts between a folder and a name.
extern const char separator;

/// Whether System::rename takes a file from its old name while it is open.
extern const bool renames_open_files;

bool is_separator(char c);

/// Length of what a path begins with that names no file: "/", "C:\", "\\server\share\"; 0 for a
/// relative one.
std::size_t root_length(const std::string& path);

/// True for a path where the system keeps its devices, one that exists or not.
bool names_device(std::string_view path);

/// `text` as one word of this platform's shell, for somebody to copy from a terminal: what would
/// act on the terminal is escaped.
std::string shell_quoted(std::string_view text);

/// The arguments behind the program's name, in UTF-8 where the platform knows an encoding at all.
std::vector<std::string> arguments_of(int argc, char** argv);

}  // namespace nlafix::os
