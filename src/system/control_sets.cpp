// SPDX-License-Identifier: GPL-2.0-or-later
#include "system/control_sets.h"

#include <algorithm>
#include <cstdio>

#include "base/error.h"
#include "regf/key_value.h"
#include "system/other_hive.h"

namespace nlafix::system {
namespace {

constexpr const char* hint_not_system =
    "give the SYSTEM hive, Windows/System32/config/SYSTEM, or take it from a backup";

std::optional<std::uint32_t> read_number(const regf::KeyNode& select, const char* name) {
    const std::optional<regf::KeyValue> value = regf::find_value(select, name);
    if (!value) return std::nullopt;
    const Bytes data = value->data();
    if (value->type() != regf::reg_dword || data.size() < 4) {
        throw Error(ErrorCode::malformed_value, std::string("Select: value \"") + name + "\" is " +
                                                    regf::type_name(value->type()) + " of " +
                                                    std::to_string(data.size()) + " bytes (" +
                                                    to_hex(data, 16) + "), expected REG_DWORD")
            .hint("name the control set with --control-set N");
    }
    return u32_at(data, 0);
}

std::optional<std::uint32_t> read_number_if_valid(const regf::KeyNode& select, const char* name) {
    try {
        return read_number(select, name);
    } catch (const Error&) {
        return std::nullopt;
    }
}

/// The number in "ControlSetNNN", without regard to case; nothing for another name.
std::optional<std::uint32_t> number_of(const regf::Name& name) {
    constexpr std::size_t digits_at = 10;
    const std::u16string text = name.units();
    if (text.size() != digits_at + 3) return std::nullopt;
    std::uint32_t number = 0;
    for (const char16_t digit : text.substr(digits_at)) {
        if (digit < u'0' || digit > u'9') return std::nullopt;
        number = 10 * number + (digit - u'0');
    }
    if (number == 0 || !name.equals_ascii(control_set_name(number))) return std::nullopt;
    return number;
}

// What is reported grows with each of them.
constexpr std::size_t most_control_sets = 16;

std::vector<ControlSet> all_control_sets(const regf::KeyNode& root) {
    std::vector<ControlSet> sets;
    for (const regf::CellOffset offset : root.subkeys()) {
        const regf::KeyNode key(root.cells(), offset);
        const auto number = number_of(key.name());
        if (!number) continue;
        if (sets.size() == most_control_sets) {
            throw Error(ErrorCode::malformed_hive, "the hive has more than " +
                                                       std::to_string(most_control_sets) +
                                                       " control sets; Windows keeps four at most")
                .hint("name the control set with --control-set N");
        }
        sets.push_back({*number, key});
    }
    if (sets.empty()) {
        throw Error(ErrorCode::no_control_set, "the hive has no control set").hint(hint_not_system);
    }
    return sets;
}

std::uint32_t required(const std::optional<std::uint32_t>& number, const char* name) {
    if (number) return *number;
    throw Error(ErrorCode::no_control_set, std::string("Select: there is no value \"") + name +
                                               "\", so nobody can tell which "
                                               "control set boots")
        .hint("name the control set with --control-set N");
}

/// Current, or Default while Windows was never booted.
std::uint32_t current_number(const Select& select) {
    const std::uint32_t current = required(select.current, "Current");
    return current == 0 ? required(select.default_set, "Default") : current;
}

std::vector<std::uint32_t> chosen_numbers(const Select& select, const Choice& choice) {
    switch (choice.kind) {
        case Choice::Kind::number: return {choice.number};
        case Choice::Kind::current: return {current_number(select)};
        case Choice::Kind::default_set: return {required(select.default_set, "Default")};
        case Choice::Kind::boot:
        case Choice::Kind::all: break;
    }
    const std::uint32_t current = current_number(select);
    const std::uint32_t next = required(select.default_set, "Default");
    if (current == next) return {next};
    return {current, next};
}

std::string names_of(const std::vector<ControlSet>& sets) {
    std::string names;
    for (const ControlSet& set : sets) {
        names += (names.empty() ? "" : ", ") + control_set_name(set.number);
    }
    return names;
}

[[noreturn]] void throw_missing(const regf::KeyNode& root, std::uint32_t number,
                                const Select& select, const Choice& choice) {
    const std::vector<ControlSet> present = all_control_sets(root);  // throws where there is none
    const std::string name = control_set_name(number);
    if (!depends_on_select(choice)) {
        throw Error(ErrorCode::no_control_set,
                    "the hive has no " + name + "; it has " + names_of(present))
            .hint("choose one of these with --control-set");
    }
    throw Error(ErrorCode::no_control_set,
                "Select names " + name + ", which the hive does not have" +
                    (number == select.default_set ? ", so Windows cannot boot" : "") + "; it has " +
                    names_of(present))
        .hint(
            "put SYSTEM back from a backup, or correct Select with a registry editor; "
            "--control-set " +
            std::to_string(present.front().number) + " looks at a set that exists");
}

[[noreturn]] void throw_no_select(const regf::KeyNode& root) {
    if (const auto other = other_hive(root)) {
        throw Error(ErrorCode::no_key, "is " + std::string(*other) + ", not SYSTEM")
            .hint("give Windows/System32/config/SYSTEM of the same disk");
    }
    throw Error(ErrorCode::no_key, "the hive has no key Select").hint(hint_not_system);
}

}  // namespace

std::string control_set_name(std::uint32_t number) {
    char name[32];
    std::snprintf(name, sizeof name, "ControlSet%03u", number);
    return name;
}

bool depends_on_select(const Choice& choice) {
    return choice.kind != Choice::Kind::all && choice.kind != Choice::Kind::number;
}

Select read_select(const regf::Hive& hive) {
    const std::optional<regf::KeyNode> key = regf::find_key(regf::root_key(hive), "Select");
    if (!key) throw_no_select(regf::root_key(hive));
    return {read_number(*key, "Current"), read_number(*key, "Default"),
            read_number_if_valid(*key, "Failed"), read_number_if_valid(*key, "LastKnownGood")};
}

std::vector<std::uint32_t> take_stubs(std::vector<ControlSet>& sets) {
    const auto is_whole = [](const ControlSet& set) {
        return regf::find_key(set.key, "Control\\Lsa").has_value();
    };
    if (std::none_of(sets.begin(), sets.end(), is_whole)) return {};
    std::vector<std::uint32_t> stubs;
    for (const ControlSet& set : sets) {
        if (!is_whole(set)) stubs.push_back(set.number);
    }
    std::erase_if(sets, [&](const ControlSet& set) { return !is_whole(set); });
    return stubs;
}

std::vector<ControlSet> choose_control_sets(const regf::Hive& hive, const Select& select,
                                            const Choice& choice) {
    const regf::KeyNode root = regf::root_key(hive);
    if (choice.kind == Choice::Kind::all) return all_control_sets(root);
    std::vector<ControlSet> sets;
    for (const std::uint32_t number : chosen_numbers(select, choice)) {
        const auto key = regf::find_subkey(root, control_set_name(number));
        // There is no control set 0, whatever a key is called.
        if (number == 0 || !key) {
            throw_missing(root, number, select, choice);
        }
        sets.push_back({number, *key});
    }
    return sets;
}

}  // namespace nlafix::system
