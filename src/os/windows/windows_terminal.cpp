// SPDX-License-Identifier: GPL-2.0-or-later
#include <windows.h>

#include <algorithm>

#include "os/terminal.h"
#include "os/windows/wide_text.h"

namespace nlafix::os {
namespace {

HANDLE handle_of(Stream stream) {
    return GetStdHandle(stream == Stream::output ? STD_OUTPUT_HANDLE : STD_ERROR_HANDLE);
}

constexpr std::size_t most_units_per_call = 8192;

bool write_to_console(HANDLE console, std::wstring_view text) {
    while (!text.empty()) {
        DWORD written = 0;
        const auto part = static_cast<DWORD>(std::min(text.size(), most_units_per_call));
        if (!WriteConsoleW(console, text.data(), part, &written, nullptr) || written == 0) {
            return false;
        }
        text.remove_prefix(written);
    }
    return true;
}

}  // namespace

bool is_terminal(Stream stream) {
    DWORD mode = 0;
    const HANDLE console = handle_of(stream);
    // Older consoles know no escape sequences: for colours they are no terminal.
    return GetConsoleMode(console, &mode) != 0 &&
           SetConsoleMode(console, mode | ENABLE_VIRTUAL_TERMINAL_PROCESSING) != 0;
}

std::size_t terminal_columns(Stream stream) {
    CONSOLE_SCREEN_BUFFER_INFO info = {};
    if (!GetConsoleScreenBufferInfo(handle_of(stream), &info)) return 0;
    return static_cast<std::size_t>(std::max(0, info.srWindow.Right - info.srWindow.Left + 1));
}

bool write_all(Stream stream, std::string_view text) {
    const HANDLE handle = handle_of(stream);
    DWORD mode = 0;
    if (GetConsoleMode(handle, &mode) != 0) return write_to_console(handle, to_wide(text));
    while (!text.empty()) {
        DWORD written = 0;
        const auto part = static_cast<DWORD>(std::min(text.size(), std::size_t{1} << 20));
        if (!WriteFile(handle, text.data(), part, &written, nullptr) || written == 0) return false;
        text.remove_prefix(written);
    }
    return true;
}

}  // namespace nlafix::os
