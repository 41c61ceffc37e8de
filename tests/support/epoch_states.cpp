// SPDX-License-Identifier: GPL-2.0-or-later
#include "epoch_states.h"

#include <algorithm>
#include <random>

namespace nlafix::test {
namespace {

constexpr std::size_t sector_bytes = 512;

/// The writes of `epoch`, none longer than a sector or across the edge of one.
std::vector<Write> sectors_of(const Epoch& epoch) {
    std::vector<Write> sectors;
    for (const Write& write : epoch.writes) {
        for (std::size_t done = 0; done < write.after.size();) {
            const std::uint64_t at = write.offset + done;
            const std::size_t length =
                std::min<std::size_t>(sector_bytes - static_cast<std::size_t>(at % sector_bytes),
                                      write.after.size() - done);
            const auto begin = write.after.begin() + static_cast<std::ptrdiff_t>(done);
            sectors.push_back(
                {write.file, at, Bytes(begin, begin + static_cast<std::ptrdiff_t>(length))});
            done += length;
        }
    }
    return sectors;
}

void apply(const Write& write, Files& files) {
    apply_epoch({"", {write}}, files);
}

void resize(const Epoch& epoch, Files& files) {
    apply_epoch({"", {}, epoch.resizes}, files);
}

void visit_epoch(const Files& start, const Epoch& epoch, std::size_t random_states,
                 std::mt19937_64& random, const std::function<void(const Files&)>& visit) {
    const std::vector<Write> sectors = sectors_of(epoch);
    Files files = start;
    for (const Write& sector : sectors) {
        visit(files);
        if (sector.offset == 0 || sector.after.size() < sector_bytes) {
            for (std::size_t length = 4; length < sector.after.size(); length += 4) {
                Files torn = files;
                const auto begin = sector.after.begin();
                apply({sector.file, sector.offset,
                       Bytes(begin, begin + static_cast<std::ptrdiff_t>(length))},
                      torn);
                visit(torn);
            }
        }
        apply(sector, files);
    }
    visit(files);
    resize(epoch, files);
    visit(files);
    const std::size_t choices = sectors.size() + epoch.resizes.size();
    for (std::size_t i = 0; choices > 1 && i < random_states; ++i) {
        Files some = start;
        for (const Write& sector : sectors) {
            if (random() % 2 == 0) apply(sector, some);
        }
        if (random() % 2 == 0) resize(epoch, some);
        visit(some);
    }
}

}  // namespace

Files carried_out(Files files, const std::vector<Epoch>& epochs) {
    for (const Epoch& epoch : epochs) apply_epoch(epoch, files);
    return files;
}

void visit_cuts(const Files& start, const std::vector<Epoch>& epochs, std::size_t random_states,
                const std::function<void(const Files&)>& visit) {
    std::mt19937_64 random(1);
    Files files = start;
    for (const Epoch& epoch : epochs) {
        visit_epoch(files, epoch, random_states, random, visit);
        apply_epoch(epoch, files);
    }
    visit(files);
}

}  // namespace nlafix::test
