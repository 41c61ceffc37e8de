// SPDX-License-Identifier: GPL-2.0-or-later
#include "app/next_command.h"

#include <algorithm>

#include "app/volume_list.h"
#include "os/path_syntax.h"
#include "os/paths.h"

namespace nlafix::app {
namespace {

/// Whether this run has set the value that the finding rests on.
bool was_repaired(const Report& report, const std::string& code) {
    return report.outcome == Outcome::fixed &&
           std::any_of(report.edits.begin(), report.edits.end(),
                       [&](const nla::PlannedEdit& edit) { return edit.repairs == code; });
}

/// " --also CODE" for everything that was found, may refuse logins, and fix can repair.
std::string repairs_of(const Report& report) {
    std::string words;
    if (!report.diagnosis) return words;
    std::vector<std::string> codes;
    for (const nla::Finding& finding : report.diagnosis->findings) {
        const std::string code = finding.code();
        if (finding.severity == nla::Severity::note || !is_repair(code)) continue;
        if (was_repaired(report, code) || finding.repair.empty()) continue;
        if (std::find(codes.begin(), codes.end(), code) != codes.end()) continue;
        codes.push_back(code);
        words += " --also " + code;
    }
    return words;
}

std::string control_set_words(const system::Choice& choice) {
    using Kind = system::Choice::Kind;
    switch (choice.kind) {
        case Kind::current: return " --control-set current";
        case Kind::default_set: return " --control-set default";
        case Kind::all: return " --control-set all";
        case Kind::number: return " --control-set " + std::to_string(choice.number);
        case Kind::boot: break;
    }
    return "";
}

/// A name for what cryptsetup makes of `device`: of its last part, without what a shell would see.
std::string mapped_name(const std::string& device) {
    std::string name = "unlocked-";
    for (const char c : os::name_of(device)) {
        const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                              (c >= '0' && c <= '9') || c == '-' || c == '_';
        name += is_plain ? c : '_';
    }
    return name;
}

/// Of an image everything but raw needs a device first, and so does the kernel for any.
std::string as_device(const Volume& volume) {
    const std::string image = quoted_for_shell(volume.disk);
    return volume.format == "raw" ? "losetup --find --show --partscan " + image
                                  : "qemu-nbd --connect=/dev/nbd0 " + image;
}

}  // namespace

std::string quoted_for_shell(const std::string& path) {
    return os::shell_quoted(path.starts_with('-') ? "./" + path : path);
}

std::string words_of(const Options& options) {
    std::string words = control_set_words(options.control_sets);
    if (options.create_missing) words += " --create-missing";
    if (options.logs == recovery::LogPolicy::ignore) words += " --ignore-logs";
    if (options.partition) words += " --partition " + std::to_string(*options.partition);
    if (!options.windows_folder.empty()) {
        words += " --windows " + quoted_for_shell(options.windows_folder);
    }
    if (options.image_format) {
        words += " --format " + std::string(disk::word_of(*options.image_format));
    }
    if (options.trust_image_references) words += " --trust-image-references";
    if (!options.backup_folder.empty()) {
        words += " --backup-dir " + quoted_for_shell(options.backup_folder);
    }
    return words;
}

std::string next_command(const Report& report, const std::string& place, const std::string& words) {
    const bool was_found = report.command == Command::check || report.command == Command::fix;
    if (!was_found || report.outcome == Outcome::failed || report.fix_refuses) return "";
    const std::string also = repairs_of(report);
    if (also.empty() && report.outcome != Outcome::change_needed) return "";
    return "nlafix fix" + also + words + ' ' + quoted_for_shell(place);
}

std::string way_in(const Volume& volume) {
    const bool is_device = volume.disk.starts_with("/dev/");
    const std::string device = quoted_for_shell(volume.device);
    switch (volume.role) {
        case VolumeRole::bitlocker:
            if (is_device) {
                return "cryptsetup open --type bitlk " + device + ' ' + mapped_name(volume.device);
            }
            if (volume.format != "raw") return as_device(volume);
            return "dislocker -O " + std::to_string(volume.offset) + " -V " +
                   quoted_for_shell(volume.disk) + " -p -- /mnt";
        case VolumeRole::luks:
            if (!is_device) return as_device(volume);
            return "cryptsetup open " + device + ' ' + mapped_name(volume.device);
        case VolumeRole::lvm_member: return is_device ? "vgchange -ay" : as_device(volume);
        case VolumeRole::raid_member:
            return is_device ? "mdadm --assemble --scan" : as_device(volume);
        case VolumeRole::ldm_member: return is_device ? "ldmtool create all" : as_device(volume);
        default: return "";
    }
}

}  // namespace nlafix::app
