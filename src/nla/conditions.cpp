// SPDX-License-Identifier: GPL-2.0-or-later
#include "nla/conditions.h"

#include <set>

#include "base/text.h"
#include "regf/key_value.h"

namespace nlafix::nla {
namespace {

using Seen = std::vector<Observation>;

template <typename Holds>
Condition where(std::string words, Holds holds) {
    return {std::move(words), [holds](const Seen& seen, const Scene&) {
                return found_if(seen.front().is_present() && holds(seen.front().number));
            }};
}

}  // namespace

Change number_at(const Observation& at, std::uint32_t number) {
    Change change{at, regf::reg_dword, Bytes(4)};
    put_u32(change.data, 0, number);
    return change;
}

Change text_at(const Observation& at, std::uint32_t type, const std::string& text) {
    return {at, type, utf16le_bytes(utf16_of_utf8(text) + u'\0')};
}

Change strings_at(const Observation& at, const std::vector<std::string>& strings) {
    std::u16string text;
    for (const std::string& string : strings) (text += utf16_of_utf8(string)) += u'\0';
    return {at, regf::reg_multi_sz, utf16le_bytes(text + u'\0')};
}

Answer found_if(bool found) {
    return found ? Answer(Found{}) : std::nullopt;
}

Condition is_number(std::uint32_t number) {
    return where(number_text(number), [number](std::uint32_t found) { return found == number; });
}

Condition is_set() {
    return where("not 0", [](std::uint32_t found) { return found != 0; });
}

Condition is_above(std::uint32_t most) {
    return where("above " + number_text(most),
                 [most](std::uint32_t found) { return found > most; });
}

Condition is_below(std::uint32_t least) {
    return where("below " + number_text(least),
                 [least](std::uint32_t found) { return found < least; });
}

Condition is_not(std::uint32_t number) {
    return where("not " + number_text(number),
                 [number](std::uint32_t found) { return found != number; });
}

Condition is_there() {
    return where("present", [](std::uint32_t) { return true; });
}

Condition in_domain(Condition condition) {
    return {condition.when + ", on a machine in a domain",
            [finds = std::move(condition.finds)](const Seen& seen, const Scene& scene) {
                return scene.in_domain() ? finds(seen, scene) : std::nullopt;
            }};
}

std::string quoted_once(const std::vector<std::string>& list) {
    constexpr std::size_t most_named = 10;
    constexpr std::size_t most_bytes_of_one = 256;
    std::set<std::string> named;
    std::string text;
    for (const std::string& item : list) {
        if (!named.insert(ascii_lower_case(item)).second || named.size() > most_named) continue;
        text += (text.empty() ? "" : ", ") + quoted(shortened(item, most_bytes_of_one));
    }
    if (named.size() > most_named) {
        text += " and " + std::to_string(named.size() - most_named) + " more";
    }
    return text;
}

Remedy set_number(std::uint32_t number) {
    return {number_text(number), [number](const Observation& seen, const Scene&) {
                return std::vector<Change>{number_at(seen, number)};
            }};
}

Remedy set_stock_number() {
    return {"the stock value", [](const Observation& seen, const Scene& scene) {
                return std::vector<Change>{
                    number_at(seen, stock_number(seen.place, scene.generation()))};
            }};
}

Remedy remove_value() {
    Remedy remedy;
    remedy.writes = "the value is removed";
    remedy.names_the_value = true;
    remedy.changes = [](const Observation& seen, const Scene&) {
        Change change;
        change.at = seen;
        change.removes = true;
        return std::vector<Change>{change};
    };
    return remedy;
}

}  // namespace nlafix::nla
