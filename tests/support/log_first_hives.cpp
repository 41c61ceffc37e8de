// SPDX-License-Identifier: GPL-2.0-or-later
#include "log_first_hives.h"

#include <algorithm>

#include "base/bytes.h"
#include "dirty_hive.h"
#include "system_tree.h"

namespace nlafix::test {
namespace {

namespace f = nlafix::fixture;

constexpr std::size_t page_bytes = 4096;

/// A hive that lacks both entries, and the states that follow it, each with another
/// Setup\SetupType.
std::vector<Bytes> states_of(std::size_t edits, bool must_grow) {
    f::HiveOptions options;
    options.fill_last_bin = true;
    options.slack_bytes = must_grow ? 0 : page_bytes;  // hivex adds a bin of this size
    const f::Built hive = f::build(f::small_tree({false, false}), options);
    const std::size_t at =
        f::field(hive.value(u"Setup", u"SetupType").key_value, f::key_value::data);
    std::vector<Bytes> states = {hive.bytes};
    for (std::size_t i = 1; i <= edits; ++i) {
        states.push_back(states.back());
        f::put_u32(states.back(), at, static_cast<std::uint32_t>(i));
    }
    return states;
}

/// Entries 110 and 111 in LOG1, 112 and 113 in LOG2; `room` bytes behind the last of each.
LoggedHive dirty_new(const std::string& name, bool must_grow, std::size_t room_1,
                     std::size_t room_2) {
    f::NewLogOptions options;
    options.entries_in_first_log = 2;
    options.remnants = 1;
    f::DirtyHive hive = f::dirty_hive_new(states_of(4, must_grow), options);
    LoggedHive result{name, std::move(hive.primary), {}};
    const std::size_t room[] = {room_1, room_2};
    for (std::size_t i = 0; i < hive.logs.size(); ++i) {
        Bytes& bytes = hive.logs[i].bytes;
        bytes.resize(hive.logs[i].end + room[i]);  // remnants, as far as there is room for them
        result.logs.push_back({hive.logs[i].suffix, std::move(bytes)});
    }
    return result;
}

/// The same after Windows has brought all to the primary file.
LoggedHive clean_new(const std::string& name, bool must_grow, std::size_t room) {
    LoggedHive hive = dirty_new(name, must_grow, room, page_bytes);
    hive.primary = states_of(4, must_grow).back();
    f::put_sequences(hive.primary, 114, 114);
    return hive;
}

LoggedHive dirty_old(const std::string& name, const std::string& suffix) {
    const std::vector<Bytes> states = states_of(1, false);
    f::DirtyHive hive = f::dirty_hive_old(states[0], states[1], suffix);
    return {name, std::move(hive.primary), {{suffix, std::move(hive.logs[0].bytes)}}};
}

LoggedHive clean_old(const std::string& name, const std::string& suffix, std::size_t log_bytes) {
    LoggedHive hive = dirty_old(name, suffix);
    hive.primary = states_of(1, false)[1];
    f::put_sequences(hive.primary, 101, 101);
    hive.logs[0].bytes.resize(log_bytes);
    return hive;
}

}  // namespace

std::vector<LoggedHive> log_first_hives() {
    std::vector<LoggedHive> hives;
    constexpr std::size_t room = 8 * page_bytes;
    hives.push_back(clean_new("A clean, new format", false, room));
    hives.push_back(clean_new("A clean, new format, must grow", true, room));
    hives.push_back(clean_new("A clean, new format, logs must grow", false, 0));
    LoggedHive one_log = clean_new("A clean, new format, one log", false, room);
    one_log.logs.erase(one_log.logs.begin());
    one_log.logs[0].bytes.resize(one_log.logs[0].bytes.size() + room);
    hives.push_back(std::move(one_log));
    hives.push_back(dirty_new("B dirty, new format", false, 0, room));
    hives.push_back(dirty_new("B dirty, new format, must grow", true, 0, room));
    LoggedHive torn = dirty_new("B dirty, new format, torn header", false, 0, room);
    f::put_u32(torn.primary, f::base_block::checksum, 0x12345678);
    hives.push_back(std::move(torn));
    hives.push_back(dirty_new("B' dirty, new format, no room", false, room, 0));
    hives.push_back(dirty_new("B' dirty, no room, must grow", true, room, 0));
    LoggedHive vista = clean_old("C clean, old format", ".LOG1", 8 * page_bytes);
    vista.logs.push_back({".LOG2", {}});
    hives.push_back(std::move(vista));
    hives.push_back(clean_old("C clean, Windows XP", ".LOG", 1024));
    hives.push_back(dirty_old("D dirty, old format", ".LOG1"));
    hives.push_back(dirty_old("D dirty, Windows XP", ".LOG"));
    return hives;
}

void flush_of_windows(Bytes& primary, NamedLog& log, CutOfWindows cut) {
    namespace base = f::base_block;
    const std::uint32_t number = f::get_u32(primary, base::primary_sequence);
    const bool is_new = f::get_u32(log.bytes, base::file_type) == f::new_log_type;
    const std::uint64_t time = u64_at(primary, base::timestamp) + 1'000'000;
    Bytes next = primary;
    // Behind the last value that an edit of ours touches: the last bytes of the first page.
    const std::size_t at = f::base_block_size_bytes + page_bytes - 1;
    next[at] ^= std::byte{0x5a};
    if (!is_new) {
        f::put_u64(next, base::timestamp, time);
        f::put_u64(next, f::base_block_size_bytes + f::hive_bin::timestamp, time);
    }
    const auto pages = f::changed_pages(primary, next, page_bytes, true);
    Bytes written;
    if (is_new) {
        written = f::log_base_block(next, number, f::new_log_type);
        const Bytes entry = f::make_entry(next, number, pages);
        written.insert(written.end(), entry.begin(), entry.end());
    } else {
        written = f::make_old_log(next, number + 1, pages);
    }
    log.bytes.resize(std::max(log.bytes.size(), written.size()));
    std::copy(written.begin(), written.end(), log.bytes.begin());
    if (cut == CutOfWindows::behind_the_log) return;
    std::copy_n(next.begin(), 512, primary.begin());
    f::put_sequences(primary, number + 1, number);
    if (cut == CutOfWindows::in_the_header) {
        f::put_u32(primary, base::checksum, ~f::get_u32(primary, base::checksum));
        if (!is_new) {
            f::put_u64(primary, f::base_block_size_bytes + f::hive_bin::timestamp, time);
        }
    }
    if (cut == CutOfWindows::among_the_pages) primary[at] = next[at];
}

}  // namespace nlafix::test
