// SPDX-License-Identifier: GPL-2.0-or-later
#include "disk/image/image_kinds.h"

#include <algorithm>
#include <array>

#include "base/bytes.h"
#include "os/path_syntax.h"

namespace nlafix::disk {
namespace {

bool begins(ByteView head, std::string_view magic) {
    return has_text(head, 0, magic);
}

/// A qcow2 image by its magic, version and method of encryption (0: none, 1: AES, 2: LUKS).
bool is_qcow2(ByteView head, std::optional<std::uint64_t> encryption) {
    constexpr std::size_t version_at = 4, encryption_at = 32;
    const std::uint64_t version = big_endian_or_0(head, version_at, 4);
    return begins(head, "QFI\xfb") && (version == 2 || version == 3) &&
           (!encryption || big_endian_or_0(head, encryption_at, 4) == *encryption);
}

/// A sparse extent whose grains are compressed: each may be written once.
bool is_stream_optimized(ByteView head) {
    constexpr std::size_t flags_at = 8;
    constexpr std::uint32_t compressed_grains = 1U << 16;
    return begins(head, "KDMV") && head.size() >= flags_at + 4 &&
           (u32_at(head, flags_at) & compressed_grains) != 0;
}

bool is_tar(ByteView head) {
    return has_text(head, 257, "ustar");
}

/// A tar archive in which the description of a machine comes first.
bool is_ova(ByteView head) {
    constexpr std::size_t name_bytes = 100;
    if (!is_tar(head)) return false;
    const std::string_view name(reinterpret_cast<const char*>(head.data()), name_bytes);
    return name.substr(0, name.find('\0')).ends_with(".ovf");
}

constexpr std::string_view disk_raw = "disk.raw";
constexpr std::string_view disk_vmdk = "disk.vmdk";
constexpr std::string_view served = "\"nbd+unix:///?socket=$PWD/disk.sock\"";
constexpr std::string_view what_was_inside = "the image that was in it";
constexpr std::string_view to_raw = "qemu-img convert -O raw IMAGE disk.raw";

// The server has to be there for each of our connections, and to be found for its end.
constexpr std::string_view serve =
    "qemu-nbd --fork --persistent --pid-file=\"$PWD/disk.pid\" --socket=\"$PWD/disk.sock\" ";

constexpr auto kinds = std::to_array<ImageKind>({
    {"raw", "raw", ImageFormat::raw, Opener::nlafix, true, Remedy::none, "", "", nullptr},
    {"qcow2 with LUKS encryption", "", ImageFormat::qcow2, Opener::nobody, true, Remedy::serve,
     "--object secret,id=key,file=PASSPHRASE-FILE --image-opts driver=qcow2,encrypt.key-secret=key,"
     "file.driver=file,file.filename=IMAGE",
     served, [](ByteView head) { return is_qcow2(head, 2); }},
    {"qcow2 with AES encryption", "", ImageFormat::qcow2, Opener::nobody, true, Remedy::serve,
     "--object secret,id=key,file=PASSPHRASE-FILE --image-opts driver=qcow2,encrypt.key-secret=key,"
     "file.driver=file,file.filename=IMAGE",
     served, [](ByteView head) { return is_qcow2(head, 1); }},
    {"qcow2", "qcow2", ImageFormat::qcow2, Opener::qemu_nbd, true, Remedy::convert, to_raw,
     disk_raw, [](ByteView head) { return is_qcow2(head, std::nullopt); }},
    {"VHD", "vhd", ImageFormat::vhd, Opener::qemu_nbd, true, Remedy::convert, to_raw, disk_raw,
     [](ByteView head) { return begins(head, "conectix"); }},
    {"VHDX", "vhdx", ImageFormat::vhdx, Opener::qemu_nbd, true, Remedy::convert, to_raw, disk_raw,
     [](ByteView head) { return begins(head, "vhdxfile"); }},
    {"streamOptimized VMDK", "", ImageFormat::vmdk, Opener::qemu_nbd, false, Remedy::convert,
     "qemu-img convert -O vmdk IMAGE disk.vmdk", disk_vmdk, is_stream_optimized},
    {"VMDK", "vmdk", ImageFormat::vmdk, Opener::qemu_nbd, true, Remedy::convert, to_raw, disk_raw,
     [](ByteView head) {
         return begins(head, "KDMV") || begins(head, "COWD") ||
                begins(head, "# Disk DescriptorFile");
     }},
    {"VDI",
     "",
     {},
     Opener::nobody,
     true,
     Remedy::serve,
     "--format=vdi IMAGE",
     served,
     [](ByteView head) { return has_text(head, 64, "\x7f\x10\xda\xbe"); }},
    {"QED",
     "",
     {},
     Opener::nobody,
     true,
     Remedy::serve,
     "--format=qed IMAGE",
     served,
     [](ByteView head) { return begins(head, std::string_view("QED\0", 4)); }},
    {"qcow",
     "",
     {},
     Opener::nobody,
     true,
     Remedy::serve,
     "--format=qcow IMAGE",
     served,
     [](ByteView head) { return begins(head, std::string_view("QFI\xfb\0\0\0\1", 8)); }},
    {"Parallels",
     "",
     {},
     Opener::nobody,
     true,
     Remedy::serve,
     "--format=parallels IMAGE",
     served,
     [](ByteView head) {
         return begins(head, "WithoutFreeSpace") || begins(head, "WithouFreSpacExt");
     }},
    {"Bochs",
     "",
     {},
     Opener::nobody,
     false,
     Remedy::convert,
     "qemu-img convert -f bochs -O raw IMAGE disk.raw",
     disk_raw,
     [](ByteView head) { return begins(head, "Bochs Virtual HD Image"); }},
    {"EWF (EnCase)",
     "",
     {},
     Opener::nobody,
     false,
     Remedy::convert,
     "ewfexport -u -f raw -t disk IMAGE",
     disk_raw,
     [](ByteView head) { return begins(head, "EVF\x09\x0d\x0a\xff"); }},
    {"ntfsclone",
     "",
     {},
     Opener::nobody,
     false,
     Remedy::restore,
     "ntfsclone --restore-image --overwrite disk.raw IMAGE",
     disk_raw,
     [](ByteView head) { return begins(head, std::string_view("\0ntfsclone-image", 16)); }},
    {"gzip",
     "",
     {},
     Opener::nobody,
     false,
     Remedy::decompress,
     "gzip -dc IMAGE > disk.raw",
     disk_raw,
     [](ByteView head) { return begins(head, "\x1f\x8b\x08"); }},
    {"xz",
     "",
     {},
     Opener::nobody,
     false,
     Remedy::decompress,
     "xz -dc IMAGE > disk.raw",
     disk_raw,
     [](ByteView head) {
         return begins(head, std::string_view("\xfd"
                                              "7zXZ\0",
                                              6));
     }},
    {"zstd",
     "",
     {},
     Opener::nobody,
     false,
     Remedy::decompress,
     "zstd -dc IMAGE > disk.raw",
     disk_raw,
     [](ByteView head) { return begins(head, "\x28\xb5\x2f\xfd"); }},
    {"bzip2",
     "",
     {},
     Opener::nobody,
     false,
     Remedy::decompress,
     "bzip2 -dc IMAGE > disk.raw",
     disk_raw,
     [](ByteView head) { return begins(head, "BZh") && has_text(head, 4, "1AY&SY"); }},
    {"zip",
     "",
     {},
     Opener::nobody,
     false,
     Remedy::unpack,
     "unzip IMAGE",
     what_was_inside,
     [](ByteView head) { return begins(head, "PK\3\4"); }},
    {"7z",
     "",
     {},
     Opener::nobody,
     false,
     Remedy::unpack,
     "7z x IMAGE",
     what_was_inside,
     [](ByteView head) { return begins(head, "7z\xbc\xaf\x27\x1c"); }},
    {"OVA",
     "",
     {},
     Opener::nobody,
     false,
     Remedy::unpack,
     "tar -xf IMAGE",
     "the .vmdk file that was in it",
     is_ova},
    {"tar",
     "",
     {},
     Opener::nobody,
     false,
     Remedy::unpack,
     "tar -xf IMAGE",
     what_was_inside,
     is_tar},
    {"raw in pieces",
     "",
     {},
     Opener::nobody,
     false,
     Remedy::join,
     "cat disk.001 disk.002 > disk.raw",
     disk_raw,
     nullptr},
});

std::string_view advice_of(Remedy remedy) {
    switch (remedy) {
        case Remedy::convert: return "convert it";
        case Remedy::serve: return "serve it";
        case Remedy::decompress: return "decompress it";
        case Remedy::unpack: return "unpack it";
        case Remedy::restore: return "restore it";
        case Remedy::join: return "join the pieces";
        case Remedy::none: break;
    }
    return "give it as it is";
}

/// `path` for a shell; in the options of qemu a comma has to be doubled.
std::string argument_of(const ImageKind& kind, const std::string& path) {
    const bool is_in_options = kind.arguments.find("--image-opts") != std::string_view::npos;
    std::string text;
    for (const char c : path) text += is_in_options && c == ',' ? ",," : std::string(1, c);
    return os::shell_quoted(text);
}

}  // namespace

std::span<const ImageKind> image_kinds() {
    return kinds;
}

const ImageKind* kind_by_magic(ByteView head) {
    const auto* found = std::ranges::find_if(kinds, [head](const ImageKind& kind) {
        return kind.matches != nullptr && kind.matches(head);
    });
    return found == kinds.end() ? nullptr : found;
}

const ImageKind& kind_of(ImageFormat format) {
    return *std::ranges::find_if(kinds, [format](const ImageKind& kind) {
        return kind.format == format && !kind.word.empty();
    });
}

const ImageKind& split_image() {
    return kinds.back();
}

std::string_view word_of(ImageFormat format) {
    return kind_of(format).word;
}

std::optional<ImageFormat> image_format_of(std::string_view word) {
    if (word.empty()) return std::nullopt;
    if (word == "vpc") return ImageFormat::vhd;
    const auto* found = std::ranges::find(kinds, word, &ImageKind::word);
    return found == kinds.end() ? std::nullopt : found->format;
}

std::vector<std::string> image_format_words() {
    std::vector<std::string> words;
    for (const ImageKind& kind : kinds) {
        if (!kind.word.empty()) words.emplace_back(kind.word);
    }
    return words;
}

std::string image_format_names() {
    std::string names;
    for (const ImageKind& kind : kinds) {
        if (!kind.word.empty()) names += (names.empty() ? "" : ", ") + std::string(kind.name);
    }
    return names;
}

std::string command_of(const ImageKind& kind) {
    return std::string(kind.remedy == Remedy::serve ? serve : "") + std::string(kind.arguments);
}

std::string hint_for(const ImageKind& kind, const std::string& path) {
    constexpr std::string_view placeholder = "IMAGE";
    std::string command = command_of(kind);
    const std::size_t at = command.rfind(placeholder);
    if (at != std::string::npos) {
        command.replace(at, placeholder.size(), argument_of(kind, path));
    }
    std::string hint = std::string(advice_of(kind.remedy)) + " (" + command + "), then give " +
                       std::string(kind.then) + " as TARGET";
    if (kind.remedy == Remedy::serve) hint += "; end the server with kill \"$(cat disk.pid)\"";
    return hint;
}

std::string hint_for_cut_disk() {
    return "a cut image has to be copied again; of a split one " + hint_for(split_image(), {}) +
           "; a partition that was made smaller than its volume needs its old size back";
}

}  // namespace nlafix::disk
