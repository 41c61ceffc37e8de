// SPDX-License-Identifier: GPL-2.0-or-later
#include "os/windows/wide_text.h"

#include <windows.h>

#include <limits>
#include <new>

namespace nlafix::os {
namespace {

int length_of(std::size_t size) {
    if (size > static_cast<std::size_t>(std::numeric_limits<int>::max())) throw std::bad_alloc();
    return static_cast<int>(size);
}

}  // namespace

std::wstring to_wide(std::string_view text) {
    if (text.empty()) return {};
    const int length = length_of(text.size());
    std::wstring wide(text.size(), L'\0');  // never more units than bytes
    const int units = MultiByteToWideChar(CP_UTF8, 0, text.data(), length, wide.data(), length);
    wide.resize(static_cast<std::size_t>(units));
    return wide;
}

std::string from_wide(std::wstring_view text) {
    if (text.empty()) return {};
    std::string narrow(3 * text.size(), '\0');
    const int bytes =
        WideCharToMultiByte(CP_UTF8, 0, text.data(), length_of(text.size()), narrow.data(),
                            length_of(narrow.size()), nullptr, nullptr);
    narrow.resize(static_cast<std::size_t>(bytes));
    return narrow;
}

}  // namespace nlafix::os
