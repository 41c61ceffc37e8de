// SPDX-License-Identifier: GPL-2.0-or-later
#include "system/image_version.h"

#include <array>
#include <string>

#include "base/text.h"
#include "system/product_policy.h"
#include "system/quiet_reader.h"

namespace nlafix::system {
namespace {

/// Setup\CloneTag has the day on which the image was made, as asctime writes it. Read from real
/// hives; images of other days are not known.
struct Image {
    const char* month;
    const char* year;
    const char* client;
    const char* server;
    const char* release;
    const char* build;
};
constexpr std::array<Image, 6> images = {{
    {"Jul", "2009", "Windows 7", "Windows Server 2008 R2", "", "7600 or 7601"},
    {"Nov", "2010", "Windows 7", "Windows Server 2008 R2", "", "7601"},
    {"Mar", "2014", "Windows 8.1", "Windows Server 2012 R2", "", "9600"},
    {"Sep", "2017", "Windows 10", "Windows Server", "1709", "16299"},
    {"Mar", "2019", "Windows 10", "Windows Server", "1903 or 1909", "18362 or 18363"},
    {"Dec", "2019", "Windows 10", "Windows Server", "2004 to 22H2", "19041 to 19045"},
}};

const Image* image_of(const std::string& tag) {
    // "Mon Mar 18 21:56:38 2019"
    if (tag.size() != 24) return nullptr;
    for (const Image& image : images) {
        if (tag.substr(4, 3) == image.month && tag.substr(20) == image.year) return &image;
    }
    return nullptr;
}

}  // namespace

std::optional<WindowsVersion> read_image_version(const regf::KeyNode& set) {
    WindowsVersion version;
    const ProductPolicy policy(set);
    version.edition = policy.text("Kernel-EditionName");
    const auto setup = key_at(regf::root_key(set.cells()), "Setup");
    const auto tags = setup ? strings_at(*setup, "CloneTag") : std::vector<std::string>();
    const Image* const image = tags.empty() ? nullptr : image_of(tags.front());
    if (image != nullptr) {
        const auto options = key_at(set, "Control\\ProductOptions");
        const bool is_client =
            options &&
            equal_ignoring_ascii_case(std::string_view(text_at(*options, "ProductType")), "WinNT");
        version.product = is_client ? image->client : image->server;
        version.release = image->release;
        version.build = image->build;
    }
    if (image == nullptr && version.edition.empty()) return std::nullopt;
    return version;
}

}  // namespace nlafix::system
