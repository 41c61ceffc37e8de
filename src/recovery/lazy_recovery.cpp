// SPDX-License-Identifier: GPL-2.0-or-later
#include "recovery/lazy_recovery.h"

#include <utility>

namespace nlafix::recovery {
namespace {

/// A file as its logs complete it.
class CompletedFile final : public ByteSource {
public:
    /// `pages` views the logs; `base_block` goes over all of it.
    CompletedFile(ByteSource& primary, PageOverlay pages, Bytes base_block)
        : primary_(primary), pages_(std::move(pages)), base_block_(std::move(base_block)) {
        pages_.lay(0, base_block_);
    }

    std::uint64_t size_bytes() const override { return pages_.size_over(primary_.size_bytes()); }
    void read(MutableByteView into, std::uint64_t offset) override {
        pages_.read(primary_, into, offset);
    }

private:
    ByteSource& primary_;
    PageOverlay pages_;
    Bytes base_block_;
};

}  // namespace

LazyRecovery::LazyRecovery(ByteSource& primary,
                           const std::function<std::vector<LogFile>()>& read_logs,
                           LogPolicy policy) {
    const regf::BaseBlock base_block =
        regf::read_base_block(read_range(primary, 0, regf::base_block_head_bytes));
    if (is_dirty(base_block)) {
        if (policy == LogPolicy::ignore) {
            ignore_logs(primary, base_block);
        } else {
            logs_ = read_logs();
            apply_logs(primary, base_block);
        }
    }
    hive_ = std::make_unique<regf::LazyHive>(completed_ ? *completed_ : primary);
}

void LazyRecovery::apply_logs(ByteSource& primary, const regf::BaseBlock& base_block) {
    ReplayPlan plan = plan_replay(primary, logs_);
    warnings_ = std::move(plan.warnings);
    if (!plan.base_block) throw no_log_applies(base_block, logs_, plan.logs);
    completed_ = std::make_unique<CompletedFile>(primary, std::move(plan.pages),
                                                 std::move(*plan.base_block));
    recovered_ = true;
}

void LazyRecovery::ignore_logs(ByteSource& primary, const regf::BaseBlock& base_block) {
    Bytes head = read_range(primary, 0, regf::base_block_head_bytes);
    const std::uint32_t number = base_block.primary_sequence;
    regf::put_sequence_numbers(head, number, number);
    completed_ = std::make_unique<CompletedFile>(primary, PageOverlay(), std::move(head));
    warnings_.push_back("the hive is dirty, and what its logs hold is ignored");
}

}  // namespace nlafix::recovery
