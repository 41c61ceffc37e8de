// SPDX-License-Identifier: GPL-2.0-or-later
// Any bytes as one of the two values: an edit either refuses, or holds the entry afterwards and
// needs no second edit.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "base/error.h"
#include "nla/list_edit.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace nlafix;
    const ByteView bytes(reinterpret_cast<const std::byte*>(data), size);
    for (const nla::ListKind kind : {nla::ListKind::strings, nla::ListKind::comma_separated}) {
        try {
            const nla::ListEdit edit = nla::edit_list(kind, bytes, "tspkg");
            if (!edit.present && !nla::edit_list(kind, edit.data, "tspkg").present) std::abort();
        } catch (const Error&) {
            // An answer like any other.
        }
    }
    return 0;
}
