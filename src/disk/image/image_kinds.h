// SPDX-License-Identifier: GPL-2.0-or-later
// Every kind of image that nlafix knows: how it is recognised, who opens it, whether it can be
// written, and the command that helps where it cannot.
// Owns: the one table of that. --format, hints, the README and the manual come from it.
// Never: opens a file.
//
// Formats: qemu's docs/interop/{qcow2,qed_spec,parallels}.txt; MS-VHDX; "Virtual Hard Disk Image
// Format Specification" 1.0; VMware's "Virtual Disk Format 5.0"; POSIX pax (tar); RFC 1952, 8878.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"

namespace nlafix::disk {

/// The formats that nlafix opens, by itself or through a qemu-nbd that it starts.
enum class ImageFormat { raw, qcow2, vhd, vhdx, vmdk };

/// Who opens an image. `nobody`: the user runs a command first.
enum class Opener { nlafix, qemu_nbd, nobody };

/// What the command does with an image.
enum class Remedy { none, convert, serve, decompress, unpack, restore, join };

struct ImageKind {
    std::string_view name;  // for people: "VDI"
    /// What --format calls it; empty for a kind that is a special case of a format, or of none.
    std::string_view word;
    std::optional<ImageFormat> format;
    Opener opener = Opener::nobody;
    bool is_writable = false;  // by nlafix, once it is open
    Remedy remedy = Remedy::none;
    /// For a POSIX shell; IMAGE stands for the file. Of Remedy::serve what follows the options that
    /// all servers need: `command_of` is the whole line.
    std::string_view arguments;
    /// What to give as TARGET then.
    std::string_view then;
    /// Whether a file that starts with `head` is of this kind; nothing for a kind without magic.
    bool (*matches)(ByteView head) = nullptr;
};

/// How many bytes of a file `matches` wants to see; fewer will do.
inline constexpr std::size_t image_head_bytes = 4096 + 512;

/// All of them; of two that match a file the first is meant.
std::span<const ImageKind> image_kinds();
/// The kind that a head bears the magic of; nothing where there is none.
const ImageKind* kind_by_magic(ByteView head);
/// The plain kind of a format.
const ImageKind& kind_of(ImageFormat format);
/// A raw image in pieces, which has no magic.
const ImageKind& split_image();

/// The word that --format takes and reports show: "raw", "qcow2", "vhd", "vhdx", "vmdk".
std::string_view word_of(ImageFormat format);
/// The format of such a word; "vpc", as qemu calls VHD, is one too. Nothing for any other word.
std::optional<ImageFormat> image_format_of(std::string_view word);
/// All those words: "raw", "qcow2", "vhd", "vhdx", "vmdk".
std::vector<std::string> image_format_words();
/// What people call those formats: "raw, qcow2, VHD, VHDX, VMDK".
std::string image_format_names();

/// The line for a POSIX shell that makes a TARGET of an image; empty where none is needed.
std::string command_of(const ImageKind& kind);
/// That line for the file at `path`, and what to do next: "convert it (qemu-img ...), then give
/// disk.raw as TARGET".
std::string hint_for(const ImageKind& kind, const std::string& path);

/// What to do about a disk that ends too early, in an image or in a partition.
std::string hint_for_cut_disk();

}  // namespace nlafix::disk
