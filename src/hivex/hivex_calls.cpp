// SPDX-License-Identifier: GPL-2.0-or-later
#include "hivex/hivex_calls.h"

#include <cerrno>

#include "hivex/handle.h"
#include "regf/hive.h"

namespace nlafix::hivex {
namespace {

Outcome failed(Step step, std::size_t edit = 0, std::size_t depth = 0) {
    return {step, static_cast<std::uint32_t>(edit), static_cast<std::uint32_t>(depth),
            static_cast<std::uint32_t>(errno)};
}

Outcome carry_out(Handle& handle, const nla::PlannedEdit& edit, std::size_t index) {
    std::optional<Node> node = handle.root();
    if (!node) return failed(Step::root, index);
    for (std::size_t depth = 0; depth < edit.path.size(); ++depth) {
        node = handle.child(*node, edit.path[depth]);
        if (!node) return failed(Step::child, index, depth);
    }
    errno = 0;
    if (node->handle != regf::offset_in_file(edit.key_node)) return failed(Step::other_key, index);
    if (edit.removed) {
        return handle.remove_value(*node, edit.value) ? Outcome()
                                                      : failed(Step::remove_value, index);
    }
    if (!handle.set_value(*node, edit.value, edit.type, edit.data)) {
        return failed(Step::set_value, index);
    }
    return {};
}

}  // namespace

Outcome make_calls(const std::string& copy, const std::vector<nla::PlannedEdit>& edits) {
    std::optional<Handle> handle = Handle::open(copy);
    if (!handle) return failed(Step::open);
    for (std::size_t i = 0; i < edits.size(); ++i) {
        const Outcome outcome = carry_out(*handle, edits[i], i);
        if (outcome.step != Step::done) return outcome;
    }
    return handle->commit(copy) ? Outcome() : failed(Step::commit);
}

}  // namespace nlafix::hivex
