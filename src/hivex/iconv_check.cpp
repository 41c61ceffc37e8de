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

bool is_open(iconv_t handle) {
    // NOLINTNEXTLINE(performance-no-int-to-ptr): what iconv_open returns when it fails
    return handle != reinterpret_cast<iconv_t>(-1);
}

bool works(const Conversion& conversion) {
    const iconv_t handle = iconv_open(conversion.to, conversion.from);
    if (!is_open(handle)) return false;
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

/// All of them, open until the program ends: what they are made of stays loaded.
class KeptConversions {
public:
    KeptConversions() {
        std::transform(conversions.begin(), conversions.end(), handles_.begin(),
                       [](const Conversion& conversion) {
                           return iconv_open(conversion.to, conversion.from);
                       });
    }
    KeptConversions(const KeptConversions&) = delete;
    KeptConversions& operator=(const KeptConversions&) = delete;
    ~KeptConversions() {
        for (const iconv_t handle : handles_) {
            if (is_open(handle)) iconv_close(handle);
        }
    }

private:
    std::array<iconv_t, conversions.size()> handles_ = {};
};

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
    static const KeptConversions kept;
    static_cast<void>(kept);
}

}  // namespace nlafix::hivex
