// SPDX-License-Identifier: GPL-2.0-or-later
#include "system/windows_version.h"

#include <algorithm>

#include "base/error.h"
#include "base/text.h"
#include "regf/key_value.h"

namespace nlafix::system {
namespace {

constexpr const char* current_version = "Microsoft\\Windows NT\\CurrentVersion";
constexpr std::uint32_t first_build_of_11 = 22000;

// Product names have some thirty characters; more of a hostile one does not belong into a report.
constexpr std::size_t most_text_bytes = 512;

/// Values of one key. What cannot be read is empty, and said once.
class Reader {
public:
    explicit Reader(const regf::KeyNode& key) : key_(key) {}

    std::string text(const char* name) {
        const auto data = data_of(name, regf::reg_sz);
        if (!data) return {};
        const std::size_t size = std::min(data->size(), most_text_bytes);
        std::u16string units = utf16_units(ByteView(*data).first(size));
        return utf8_of(units.substr(0, units.find(u'\0')));
    }

    /// The first of two that says something.
    std::string text(const char* name, const char* earlier_name) {
        const std::string found = text(name);
        return found.empty() ? text(earlier_name) : found;
    }

    std::optional<std::uint32_t> number(const char* name) {
        const auto data = data_of(name, regf::reg_dword);
        if (!data) return std::nullopt;
        if (data->size() >= 4) return u32_at(*data, 0);
        damaged_ = true;
        return std::nullopt;
    }

    bool damaged() const { return damaged_; }

private:
    std::optional<Bytes> data_of(const char* name, std::uint32_t type) {
        try {
            const auto value = regf::find_value(key_, name);
            if (!value) return std::nullopt;
            if (value->type() == type) return value->data();
        } catch (const Error&) {
            // said below
        }
        damaged_ = true;
        return std::nullopt;
    }

    regf::KeyNode key_;
    bool damaged_ = false;
};

/// Nothing for text that is no number a build can be.
std::optional<std::uint32_t> build_number(const std::string& text) {
    if (text.empty() || text.size() > 6 ||
        text.find_first_not_of("0123456789") != std::string::npos) {
        return std::nullopt;
    }
    return static_cast<std::uint32_t>(std::stoul(text));
}

/// The product, by its right name.
std::string right_product(const WindowsVersion& version) {
    constexpr std::string_view ten = "Windows 10";
    const auto build = build_number(version.build);
    std::string product = version.product;
    if (build && *build >= first_build_of_11 && product.compare(0, ten.size(), ten) == 0) {
        product.replace(0, ten.size(), "Windows 11");
    }
    if (product.empty()) product = name_of(generation_of(version));
    return product;
}

}  // namespace

std::optional<WindowsVersion> read_windows_version(const regf::Cells& software) {
    std::optional<regf::KeyNode> key;
    try {
        key = regf::find_key(regf::root_key(software), current_version);
    } catch (const Error&) {
        return std::nullopt;
    }
    if (!key) return std::nullopt;
    Reader reader(*key);
    WindowsVersion version;
    version.product = reader.text("ProductName");
    version.edition = reader.text("EditionID");
    version.release = reader.text("DisplayVersion", "ReleaseId");
    version.build = reader.text("CurrentBuildNumber", "CurrentBuild");
    version.revision = reader.number("UBR");
    version.version = reader.text("CurrentVersion");
    version.damaged = reader.damaged();
    return version;
}

Generation generation_of(const WindowsVersion& version) {
    const auto build = build_number(version.build);
    // First builds that were sold; Server 2003 and XP x64 are 3790. A build below NT 4 is none.
    if (!build || *build < 1381) return Generation::unknown;
    if (*build < 2195) return Generation::nt4;
    if (*build < 2600) return Generation::win2000;
    if (*build < 3790) return Generation::xp;
    if (*build < 6000) return Generation::server2003;
    if (*build < 7600) return Generation::vista;
    if (*build < 9200) return Generation::win7;
    if (*build < 9600) return Generation::win8;
    if (*build < 10240) return Generation::win81;
    return Generation::win10;
}

std::string name_of(const WindowsVersion& version) {
    std::string name = right_product(version);
    if (!version.release.empty()) name += ", " + version.release;
    if (!version.build.empty()) {
        name += ", build " + version.build;
        if (version.revision) name += "." + std::to_string(*version.revision);
    }
    return name;
}

}  // namespace nlafix::system
