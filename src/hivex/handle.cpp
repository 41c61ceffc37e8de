// SPDX-License-Identifier: GPL-2.0-or-later
#include "hivex/handle.h"

#include <hivex.h>

#include <cerrno>
#include <cstdlib>
#include <vector>

namespace nlafix::hivex {
namespace {

template <typename Pointer>
hive_h* raw(const Pointer& pointer) {
    return static_cast<hive_h*>(pointer.get());
}

std::optional<Node> found(hive_node_h node) {
    if (node == 0) return std::nullopt;
    return Node{node};
}

struct Free {
    void operator()(void* memory) const { std::free(memory); }  // hivex calls malloc
};
using Text = std::unique_ptr<char, Free>;

/// A value as hivex gives it, and takes it.
struct OwnedValue {
    Text name;
    hive_type type = hive_t_none;
    std::size_t size = 0;
    Text data;
};

std::optional<std::vector<OwnedValue>> values_of(hive_h* handle, hive_node_h key) {
    const std::unique_ptr<hive_value_h, Free> list(hivex_node_values(handle, key));
    if (!list) return std::nullopt;
    std::vector<OwnedValue> values;
    for (const hive_value_h* at = list.get(); *at != 0; ++at) {
        OwnedValue value;
        value.name.reset(hivex_value_key(handle, *at));
        if (value.name) value.data.reset(hivex_value_value(handle, *at, &value.type, &value.size));
        if (!value.data) return std::nullopt;
        values.push_back(std::move(value));
    }
    return values;
}

}  // namespace

void Handle::Close::operator()(void* handle) const {
    static_cast<void>(hivex_close(static_cast<hive_h*>(handle)));
}

std::optional<Handle> Handle::open(const std::string& path) {
    hive_h* handle = hivex_open(path.c_str(), HIVEX_OPEN_WRITE);
    if (handle == nullptr) return std::nullopt;
    return Handle(handle);
}

std::optional<Node> Handle::root() {
    return found(hivex_root(raw(handle_)));
}

std::optional<Node> Handle::child(Node parent, const std::string& name) {
    errno = 0;  // "not found" leaves it alone
    return found(hivex_node_get_child(raw(handle_), parent.handle, name.c_str()));
}

bool Handle::set_value(Node key, const std::string& name, std::uint32_t type, ByteView data) {
    std::string key_copy = name;
    std::string data_copy;
    for (const std::byte b : data) data_copy += static_cast<char>(b);
    const hive_set_value value = {key_copy.data(), static_cast<hive_type>(type), data_copy.size(),
                                  data_copy.data()};
    return hivex_node_set_value(raw(handle_), key.handle, &value, 0) == 0;
}

bool Handle::remove_value(Node key, const std::string& name) {
    const auto values = values_of(raw(handle_), key.handle);
    if (!values) return false;
    std::vector<hive_set_value> kept;
    for (const OwnedValue& value : *values) {
        if (name == value.name.get()) continue;
        kept.push_back({value.name.get(), value.type, value.size, value.data.get()});
    }
    if (kept.size() + 1 != values->size()) {
        errno = ENOENT;
        return false;
    }
    return hivex_node_set_values(raw(handle_), key.handle, kept.size(), kept.data(), 0) == 0;
}

bool Handle::commit(const std::string& path) {
    return hivex_commit(raw(handle_), path.c_str(), 0) == 0;
}

}  // namespace nlafix::hivex
