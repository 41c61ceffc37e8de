// SPDX-License-Identifier: GPL-2.0-or-later
// Holds a file as Windows holds a hive that it uses: open, and shared with nobody. Says "held", and
// ends with its standard input.
#include <windows.h>
//
#include <shellapi.h>

#include <cstdio>

int main() {
    int count = 0;
    wchar_t** words = CommandLineToArgvW(GetCommandLineW(), &count);
    if (count != 2) return 2;
    const HANDLE file =
        CreateFileW(words[1], GENERIC_READ | GENERIC_WRITE, 0, nullptr, OPEN_EXISTING, 0, nullptr);
    LocalFree(words);
    if (file == INVALID_HANDLE_VALUE) return 1;
    std::puts("held");
    std::fflush(stdout);
    while (std::getchar() != EOF) continue;
    CloseHandle(file);
    return 0;
}
