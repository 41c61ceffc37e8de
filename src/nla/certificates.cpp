// SPDX-License-Identifier: GPL-2.0-or-later
#include "nla/certificates.h"

#include <array>
#include <chrono>

#include "base/error.h"
#include "base/file_time.h"
#include "regf/key_value.h"

namespace nlafix::nla {
namespace {

constexpr std::array<const char*, 2> stores = {"MY", "Remote Desktop"};
constexpr std::size_t most_blob_bytes = std::size_t{1} << 20;

constexpr std::uint32_t property_private_key = 2;
constexpr std::uint32_t property_certificate = 32;

constexpr unsigned tag_integer = 0x02;
constexpr unsigned tag_utc_time = 0x17;
constexpr unsigned tag_generalized_time = 0x18;
constexpr unsigned tag_sequence = 0x30;
constexpr unsigned tag_version = 0xa0;

/// One element of DER, and what follows it.
struct Element {
    unsigned tag = 0;
    ByteView content;
    ByteView rest;
};

std::optional<Element> next_element(ByteView der) {
    if (der.size() < 2) return std::nullopt;
    const auto byte_at = [der](std::size_t at) { return std::to_integer<std::size_t>(der[at]); };
    std::size_t length = byte_at(1), at = 2;
    if ((length & 0x80) != 0) {
        const std::size_t count = length & 0x7f;
        if (count == 0 || count > 4 || der.size() < 2 + count) return std::nullopt;
        length = 0;
        for (; at < 2 + count; ++at) length = length << 8 | byte_at(at);
    }
    if (!range_is_inside(at, length, der.size())) return std::nullopt;
    return Element{static_cast<unsigned>(byte_at(0)), der.subspan(at, length),
                   der.subspan(at + length)};
}

/// The number of two digits at `at`; nothing for anything else.
std::optional<int> two_digits(ByteView text, std::size_t at) {
    if (at + 2 > text.size()) return std::nullopt;
    int number = 0;
    for (std::size_t i = at; i < at + 2; ++i) {
        const int digit = std::to_integer<int>(text[i]) - '0';
        if (digit < 0 || digit > 9) return std::nullopt;
        number = 10 * number + digit;
    }
    return number;
}

/// "YYMMDDhhmmssZ", or with a year of four digits.
std::optional<std::uint64_t> read_time(const Element& element) {
    std::size_t at = 0;
    std::array<int, 7> parts = {};  // century, year, month, day, hour, minute, second
    for (std::size_t i = element.tag == tag_utc_time ? 1 : 0; i < parts.size(); ++i, at += 2) {
        const auto number = two_digits(element.content, at);
        if (!number) return std::nullopt;
        parts[i] = *number;
    }
    if (element.tag == tag_utc_time) {
        parts[0] = parts[1] >= 50 ? 19 : 20;
    } else if (element.tag != tag_generalized_time) {
        return std::nullopt;
    }
    const std::chrono::year_month_day date(std::chrono::year(100 * parts[0] + parts[1]),
                                           std::chrono::month(static_cast<unsigned>(parts[2])),
                                           std::chrono::day(static_cast<unsigned>(parts[3])));
    if (!date.ok() || date.year() < std::chrono::year(1601)) return std::nullopt;
    constexpr std::int64_t days_from_1601_to_1970 = 134'774;
    const auto days =
        std::chrono::sys_days(date).time_since_epoch().count() + days_from_1601_to_1970;
    const std::int64_t seconds =
        ((std::int64_t{days} * 24 + parts[4]) * 60 + parts[5]) * 60 + parts[6];
    return static_cast<std::uint64_t>(seconds) * file_time_ticks_per_second;
}

/// The element behind those that come before it, each of which must have its tag.
std::optional<Element> element_behind(ByteView der, std::initializer_list<unsigned> tags) {
    std::optional<Element> element;
    for (const unsigned tag : tags) {
        element = next_element(der);
        if (!element || element->tag != tag) return std::nullopt;
        der = element->rest;
    }
    return element;
}

}  // namespace

std::optional<Validity> read_validity(ByteView der) {
    const auto certificate = element_behind(der, {tag_sequence});
    const auto signed_part =
        certificate ? element_behind(certificate->content, {tag_sequence}) : std::nullopt;
    if (!signed_part) return std::nullopt;
    ByteView fields = signed_part->content;
    const auto version = next_element(fields);
    if (version && version->tag == tag_version) fields = version->rest;
    // Serial number, algorithm, issuer, validity.
    const auto validity =
        element_behind(fields, {tag_integer, tag_sequence, tag_sequence, tag_sequence});
    const auto from = validity ? next_element(validity->content) : std::nullopt;
    const auto until = from ? next_element(from->rest) : std::nullopt;
    const auto first = from ? read_time(*from) : std::nullopt;
    const auto last = until ? read_time(*until) : std::nullopt;
    if (!first || !last) return std::nullopt;
    return Validity{*first, *last};
}

Certificate read_certificate_blob(ByteView blob) {
    constexpr std::size_t header_bytes = 12;
    Certificate certificate;
    while (blob.size() >= header_bytes) {
        const std::uint32_t id = u32_at(blob, 0);
        const std::uint32_t length = u32_at(blob, 8);
        if (!range_is_inside(header_bytes, length, blob.size())) break;
        const ByteView data = blob.subspan(header_bytes, length);
        if (id == property_private_key) certificate.has_private_key = true;
        if (id == property_certificate) certificate.validity = read_validity(data);
        blob = blob.subspan(header_bytes + length);
    }
    return certificate;
}

std::optional<Certificate> find_certificate(const regf::Cells& software, ByteView thumbprint) {
    std::string name;
    for (const std::byte b : thumbprint) {
        constexpr const char* digits = "0123456789ABCDEF";
        name += digits[std::to_integer<unsigned>(b) >> 4];
        name += digits[std::to_integer<unsigned>(b) & 15U];
    }
    for (const char* store : stores) {
        const std::string path =
            std::string("Microsoft\\SystemCertificates\\") + store + "\\Certificates\\" + name;
        const auto key = regf::find_key(regf::root_key(software), path);
        if (!key) continue;
        const auto value = regf::find_value(*key, "Blob");
        Certificate certificate;
        if (value && value->data_size_bytes() <= most_blob_bytes) {
            certificate = read_certificate_blob(value->data());
        }
        certificate.key = path;
        return certificate;
    }
    return std::nullopt;
}

}  // namespace nlafix::nla
