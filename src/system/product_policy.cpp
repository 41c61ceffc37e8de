// SPDX-License-Identifier: GPL-2.0-or-later
#include "system/product_policy.h"

#include "base/text.h"
#include "regf/key_value.h"
#include "system/quiet_reader.h"

namespace nlafix::system {
namespace {

constexpr std::uint32_t reg_binary = 3;
constexpr std::size_t most_policy_bytes = std::size_t{1} << 20;  // real ones have some 30,000
constexpr std::size_t header_bytes = 20;
constexpr std::size_t entry_header_bytes = 16;

}  // namespace

ProductPolicy::ProductPolicy(const regf::KeyNode& set) {
    const auto key = key_at(set, "Control\\ProductOptions");
    auto data = key ? data_at(*key, "ProductPolicy", reg_binary, most_policy_bytes) : std::nullopt;
    if (data) data_ = std::move(*data);
}

std::optional<ByteView> ProductPolicy::find(std::string_view name, std::uint32_t type) const {
    const ByteView all = data_;
    for (std::size_t at = header_bytes; range_is_inside(at, entry_header_bytes, all.size());) {
        const std::size_t size = u16_at(all, at);
        const std::size_t name_bytes = u16_at(all, at + 2);
        const std::size_t data_bytes = u16_at(all, at + 6);
        if (size < entry_header_bytes + name_bytes + data_bytes ||
            !range_is_inside(at, size, all.size())) {
            return std::nullopt;
        }
        if (u16_at(all, at + 4) == type && name_bytes == 2 * name.size() &&
            equal_ignoring_ascii_case(std::string_view(utf8_of(utf16_units(
                                          all.subspan(at + entry_header_bytes, name_bytes)))),
                                      name)) {
            return all.subspan(at + entry_header_bytes + name_bytes, data_bytes);
        }
        at += size;
    }
    return std::nullopt;
}

std::optional<std::uint32_t> ProductPolicy::number(std::string_view name) const {
    const auto data = find(name, regf::reg_dword);
    if (!data || data->size() < 4) return std::nullopt;
    return u32_at(*data, 0);
}

std::string ProductPolicy::text(std::string_view name) const {
    const auto data = find(name, regf::reg_sz);
    if (!data) return {};
    const std::u16string text = utf16_units(*data);
    return utf8_of(text.substr(0, text.find(u'\0')));
}

}  // namespace nlafix::system
