// SPDX-License-Identifier: GPL-2.0-or-later
// iconv(3) for hivex in a static file: that of the C library looks for gconv modules at run time,
// and where there are none hivex finds no key. As an object of the program these win over libc's.
#include <iconv.h>

#include <cerrno>
#include <memory>
#include <new>

#include "hivex/conversion.h"

namespace {

struct Conversion {
    nlafix::hivex::Encoding from;
    nlafix::hivex::Encoding to;
};

constexpr auto failed = static_cast<std::size_t>(-1);

}  // namespace

extern "C" iconv_t iconv_open(const char* to_name, const char* from_name) {
    const auto from = nlafix::hivex::encoding_of(from_name);
    const auto to = nlafix::hivex::encoding_of(to_name);
    Conversion* conversion = nullptr;
    if (!from || !to) {
        errno = EINVAL;
    } else if ((conversion = new (std::nothrow) Conversion{*from, *to}) == nullptr) {
        errno = ENOMEM;
    }
    return conversion != nullptr ? conversion : reinterpret_cast<iconv_t>(failed);
}

extern "C" std::size_t iconv(iconv_t handle, char** input, std::size_t* input_left, char** output,
                             std::size_t* output_left) {
    // A reset: these encodings have no state.
    if (input == nullptr || *input == nullptr) return 0;
    const auto& conversion = *static_cast<const Conversion*>(handle);
    const nlafix::hivex::Converted done = nlafix::hivex::convert(
        conversion.from, {reinterpret_cast<const std::byte*>(*input), *input_left}, conversion.to,
        {reinterpret_cast<std::byte*>(*output), *output_left});
    *input += done.read_bytes;
    *input_left -= done.read_bytes;
    *output += done.written_bytes;
    *output_left -= done.written_bytes;
    if (done.error == 0) return 0;
    errno = done.error;
    return failed;
}

extern "C" int iconv_close(iconv_t handle) {
    delete static_cast<Conversion*>(handle);
    return 0;
}
