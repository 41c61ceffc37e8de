// SPDX-License-Identifier: GPL-2.0-or-later
#include "os/ntfs_attributes.h"

#include <cerrno>

namespace nlafix::os {
namespace {

bool is_without(int number) {
    return number == ENODATA || number == ENOTSUP || number == EINVAL || number == ENOSYS;
}

}  // namespace

std::optional<Bytes> attribute_of(const File& file, const char* name) {
    Bytes value;
    bool has_it = true;
    must(
        [&] {
            const int result = file.system().attribute(file.handle(), name, value);
            has_it = result == 0;
            return is_without(result) ? 0 : result;
        },
        "cannot read an extended attribute", file.path());
    if (!has_it) return std::nullopt;
    return value;
}

std::optional<Bytes> descriptor_of(const File& file) {
    for (const char* name : descriptor_names) {
        if (auto value = attribute_of(file, name)) return value;
    }
    return std::nullopt;
}

}  // namespace nlafix::os
