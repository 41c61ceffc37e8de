// SPDX-License-Identifier: GPL-2.0-or-later
// The bytes of a file, shared by all copies until one of them is changed: the fault tests copy
// whole disks for each of thousands of states, of which almost all bytes are the same.
#pragma once

#include <cstring>
#include <memory>
#include <utility>
#include <vector>

#include "base/bytes.h"

namespace nlafix::test {

class SharedBytes {
public:
    SharedBytes() : bytes_(std::make_shared<Bytes>()) {}
    SharedBytes(Bytes bytes) : bytes_(std::make_shared<Bytes>(std::move(bytes))) {}  // like a Bytes

    operator const Bytes&() const { return *bytes_; }
    std::size_t size() const { return bytes_->size(); }
    bool empty() const { return bytes_->empty(); }
    const std::byte* data() const { return bytes_->data(); }
    Bytes::const_iterator begin() const { return bytes_->begin(); }
    Bytes::const_iterator end() const { return bytes_->end(); }

    /// To change them, here alone. Valid until this is copied.
    Bytes& edit() {
        if (bytes_.use_count() != 1) bytes_ = copy_of(*bytes_);
        return *bytes_;
    }

    friend bool operator==(const SharedBytes& a, const SharedBytes& b) {
        return a.bytes_ == b.bytes_ || a == *b.bytes_;
    }
    /// By memcmp, which the sanitizers do not slow down.
    friend bool operator==(const SharedBytes& a, const Bytes& b) {
        return a.size() == b.size() &&
               (b.empty() || std::memcmp(a.data(), b.data(), b.size()) == 0);
    }

private:
    /// In the memory of a copy that is gone, where there is one: blocks as large as a disk go back
    /// to the kernel when they are freed, and to get them anew takes longer than to copy.
    static std::shared_ptr<Bytes> copy_of(const Bytes& bytes) {
        constexpr std::size_t most_spare = 8;
        static auto& spare = *new std::vector<std::unique_ptr<Bytes>>;  // outlives all copies
        std::unique_ptr<Bytes> copy;
        if (!spare.empty()) {
            copy = std::move(spare.back());
            spare.pop_back();
        } else {
            copy = std::make_unique<Bytes>();
        }
        copy->assign(bytes.begin(), bytes.end());
        return {copy.release(), [](Bytes* gone) {
                    std::unique_ptr<Bytes> owned(gone);
                    if (spare.size() < most_spare) spare.push_back(std::move(owned));
                }};
    }

    std::shared_ptr<Bytes> bytes_;
};

}  // namespace nlafix::test
