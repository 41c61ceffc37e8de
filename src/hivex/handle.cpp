// SPDX-License-Identifier: GPL-2.0-or-later
#include "hivex/handle.h"

#include <hivex.h>

#include <cerrno>

#include "base/error.h"

namespace nlafix::hivex {
namespace {

template <typename Pointer>
hive_h* raw(const Pointer& pointer) {
    return static_cast<hive_h*>(pointer.get());
}

[[noreturn]] void throw_failure(int number, const std::string& action) {
    const bool machine = number == ENOMEM || number == ENOSPC || number == EIO ||
                         number == EDQUOT || number == EMFILE;
    throw Error(machine ? ErrorCode::io_error : ErrorCode::hivex_refused, "hivex " + action)
        .system_error(number)
        .hint(machine ? "free some memory, then run it again" : "this hive needs another editor");
}

}  // namespace

void Handle::Close::operator()(void* handle) const {
    static_cast<void>(hivex_close(static_cast<hive_h*>(handle)));
}

Handle Handle::open(const std::string& path) {
    hive_h* handle = hivex_open(path.c_str(), HIVEX_OPEN_WRITE);
    if (handle == nullptr) throw_failure(errno, "does not open the hive");
    return Handle(handle);
}

Node Handle::root() {
    const hive_node_h node = hivex_root(raw(handle_));
    if (node == 0) throw_failure(errno, "finds no root key");
    return {node};
}

Node Handle::child(Node parent, const std::string& name) {
    errno = 0;  // "not found" leaves it alone
    const hive_node_h node = hivex_node_get_child(raw(handle_), parent.handle, name.c_str());
    if (node == 0) throw_failure(errno, "does not find the key \"" + name + "\"");
    return {node};
}

void Handle::set_value(Node key, const std::string& name, std::uint32_t type, ByteView data) {
    std::string key_copy = name;
    std::string data_copy;
    for (const std::byte b : data) data_copy += static_cast<char>(b);
    const hive_set_value value = {key_copy.data(), static_cast<hive_type>(type), data_copy.size(),
                                  data_copy.data()};
    if (hivex_node_set_value(raw(handle_), key.handle, &value, 0) != 0) {
        throw_failure(errno, "does not set the value \"" + name + "\"");
    }
}

void Handle::commit(const std::string& path) {
    if (hivex_commit(raw(handle_), path.c_str(), 0) != 0) {
        throw_failure(errno, "does not write the edited copy");
    }
}

}  // namespace nlafix::hivex
