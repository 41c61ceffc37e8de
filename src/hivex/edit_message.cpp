// SPDX-License-Identifier: GPL-2.0-or-later
#include "hivex/edit_message.h"

#include <string>

namespace nlafix::hivex {
namespace {

class Packer {
public:
    void number(std::size_t value) {
        bytes_.resize(bytes_.size() + 4);
        put_u32(bytes_, bytes_.size() - 4, static_cast<std::uint32_t>(value));
    }
    void bytes(ByteView value) {
        number(value.size());
        bytes_.insert(bytes_.end(), value.begin(), value.end());
    }
    void text(const std::string& value) { bytes(std::as_bytes(std::span(value))); }
    Bytes take() { return std::move(bytes_); }

private:
    Bytes bytes_;
};

class Unpacker {
public:
    explicit Unpacker(ByteView packed) : rest_(packed) {}
    std::uint32_t number() { return u32_at(next(4), 0); }
    Bytes bytes() {
        const ByteView view = next(number());
        return {view.begin(), view.end()};
    }
    std::string text() {
        const Bytes value = bytes();
        return {reinterpret_cast<const char*>(value.data()), value.size()};
    }

private:
    ByteView next(std::size_t size) {
        const ByteView view = slice(rest_, 0, size);
        rest_ = rest_.subspan(size);
        return view;
    }
    ByteView rest_;
};

}  // namespace

Bytes packed(const std::vector<nla::PlannedEdit>& edits) {
    Packer packer;
    packer.number(edits.size());
    for (const nla::PlannedEdit& edit : edits) {
        packer.number(edit.path.size());
        for (const std::string& name : edit.path) packer.text(name);
        packer.number(edit.key_node);
        packer.text(edit.value);
        packer.number(edit.removed ? 1 : 0);
        packer.number(edit.type);
        packer.bytes(edit.data);
    }
    return packer.take();
}

std::vector<nla::PlannedEdit> unpacked_edits(ByteView message) {
    Unpacker unpacker(message);
    std::vector<nla::PlannedEdit> edits(unpacker.number());
    for (nla::PlannedEdit& edit : edits) {
        edit.path.resize(unpacker.number());
        for (std::string& name : edit.path) name = unpacker.text();
        edit.key_node = unpacker.number();
        edit.value = unpacker.text();
        edit.removed = unpacker.number() != 0;
        edit.type = unpacker.number();
        edit.data = unpacker.bytes();
    }
    return edits;
}

Bytes packed(const Outcome& outcome) {
    Packer packer;
    packer.number(static_cast<std::uint32_t>(outcome.step));
    packer.number(outcome.edit);
    packer.number(outcome.depth);
    packer.number(outcome.number);
    return packer.take();
}

std::optional<Outcome> unpacked_outcome(ByteView message,
                                        const std::vector<nla::PlannedEdit>& edits) {
    if (message.size() != packed_outcome_bytes) return std::nullopt;
    Unpacker unpacker(message);
    const std::uint32_t step = unpacker.number();
    Outcome outcome{static_cast<Step>(step), unpacker.number(), unpacker.number(),
                    unpacker.number()};
    if (step > static_cast<std::uint32_t>(Step::commit) || outcome.edit >= edits.size()) {
        return std::nullopt;
    }
    const bool has_child =
        outcome.step != Step::child || outcome.depth < edits[outcome.edit].path.size();
    return has_child ? std::optional(outcome) : std::nullopt;
}

}  // namespace nlafix::hivex
