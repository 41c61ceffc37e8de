// SPDX-License-Identifier: GPL-2.0-or-later
#include "hivex/iconv_check.h"

#include <iconv.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <string>
#include <string_view>

#include "base/error.h"

namespace nlafix::hivex {
namespace {

using std::string_view_literals::operator""sv;

struct Conversion {
    const char* from;
    const char* to;
    std::string_view input;
    std::string_view output;
};

// "ä" in each encoding: a byte that is no ASCII, so that a table has to be there.
constexpr std::array<Conversion, 4> conversions = {{
    {"UTF-8", "UTF-16LE", "\xc3\xa4"sv, "\xe4\0"sv},
    {"UTF-16LE", "UTF-8", "\xe4\0"sv, "\xc3\xa4"sv},
    {"LATIN1", "UTF-8", "\xe4"sv, "\xc3\xa4"sv},
    {"UTF-8", "LATIN1", "\xc3\xa4"sv, "\xe4"sv},
}};

bool works(const Conversion& conversion) {
    const iconv_t handle = iconv_open(conversion.to, conversion.from);
    // NOLINTNEXTLINE(performance-no-int-to-ptr): what iconv_open returns when it fails
    if (handle == reinterpret_cast<iconv_t>(-1)) return false;
    std::string input(conversion.input);
    std::array<char, 8> output = {};
    char* in = input.data();
    char* out = output.data();
    std::size_t in_left = input.size();
    std::size_t out_left = output.size();
    const bool converted =
        iconv(handle, &in, &in_left, &out, &out_left) != static_cast<std::size_t>(-1);
    iconv_close(handle);
    return converted &&
           std::string_view(output.data(), output.size() - out_left) == conversion.output;
}

}  // namespace

void require_iconv() {
    for (const Conversion& conversion : conversions) {
        if (works(conversion)) continue;
        throw Error(ErrorCode::no_iconv, std::string("this system cannot convert ") +
                                             conversion.from + " to " + conversion.to +
                                             ", which hivex needs")
            .hint(
                "install the gconv modules of the C library again (package libc6 on Debian and "
                "Ubuntu, glibc on Fedora and Arch), or take the static file of nlafix, which "
                "needs none");
    }
}

void keep_conversions() {
    // Never closed, so never destroyed: what holds them has to be there to the end.
    static const auto* const kept = [] {
        auto* handles = new std::array<iconv_t, conversions.size()>;
        std::transform(conversions.begin(), conversions.end(), handles->begin(),
                       [](const Conversion& conversion) {
                           return iconv_open(conversion.to, conversion.from);
                       });
        return handles;
    }();
    static_cast<void>(kept);
}

}  // namespace nlafix::hivex
