// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/command_model.h"

#include "app/options.h"

namespace nlafix::cli {
namespace {

const std::string target_description =
    "a SYSTEM hive; the root of a mounted Windows volume, its Windows folder or its config "
    "folder; or a disk, partition or image (" +
    disk::image_format_names() + ", nbd:// URI)";
constexpr const char* backup_description =
    "the copy that fix made (.bak), its manifest (.json), or the hive, folder, disk or image that "
    "was "
    "fixed";
constexpr const char* hive_description =
    "any hive, not only SYSTEM, with its logs beside it; of a folder, disk or image its SYSTEM "
    "hive";

CommandModel list() {
    CommandModel model;
    model.name = "list";
    model.description =
        "Read-only: show every disk and volume, where Windows is, and what to type next";
    model.usage = "[OPTIONS] [TARGET...]";
    model.operand_description =
        "a disk, a partition, an image or a folder; without one, every disk of this machine";
    model.needs_operand = false;
    model.examples = {{"nlafix list", "find the disk with the broken Windows"},
                      {"nlafix list server.qcow2", "show the volumes of an image"},
                      {"nlafix list --json", "print one JSON object for each volume"}};
    return model;
}

CommandModel check() {
    CommandModel model;
    model.name = "check";
    model.description = "Read-only: find out why nobody can log in";
    model.operand_description = target_description;
    model.examples = {{"nlafix check /dev/sdb", "check an attached disk without a mount"},
                      {"nlafix check -v server.qcow2", "check an image, and show every value"},
                      {"nlafix check --json hives/*", "print one JSON object for each hive"}};
    return model;
}

CommandModel fix() {
    CommandModel model;
    model.name = "fix";
    model.description = "Add the missing entries; verify the result and keep a backup";
    model.operand_description = target_description;
    model.examples = {
        {"nlafix fix -n /dev/sdb", "say what would be done, and write nothing"},
        {"nlafix fix --backup-dir /media/usb /dev/sdb", "repair, with the backup on another disk"},
        {"nlafix fix --also remote-desktop-off /mnt", "switch Remote Desktop on as well"}};
    return model;
}

CommandModel undo() {
    CommandModel model;
    model.name = "undo";
    model.description = "Put back what a fix replaced";
    model.operand = "BACKUP";
    model.operand_description = backup_description;
    model.examples = {{"nlafix undo SYSTEM.nlafix-20261122T105207Z.bak", "put the hive back"},
                      {"nlafix undo server.qcow2", "put the hive of an image back"},
                      {"nlafix undo --target /dev/sdc sdb.nlafix-20261122T105207Z.bak",
                       "the same for a disk that has another name now"}};
    return model;
}

CommandModel backups() {
    CommandModel model;
    model.name = "backups";
    model.description = "Read-only: show which fixes can be undone";
    model.usage = "[OPTIONS] [DIR...]";
    model.operand = "DIR";
    model.operand_description = "a folder with backups; without one, the current folder";
    model.needs_operand = false;
    model.examples = {{"nlafix backups /root", "show their machines, and whether undo would work"}};
    return model;
}

CommandModel recover() {
    CommandModel model;
    model.name = "recover";
    model.description = "Apply the transaction logs, and write the hive to another file";
    model.usage = "[OPTIONS] -o OUT HIVE";
    model.operand = "HIVE";
    model.operand_description = hive_description;
    model.examples = {{"nlafix recover -o /tmp/SOFTWARE /mnt/Windows/System32/config/SOFTWARE",
                       "write the hive as Windows would load it"}};
    return model;
}

CommandModel help() {
    CommandModel model;
    model.name = "help";
    model.description = "Show this help, or the help of a command";
    model.usage = "[COMMAND]";
    model.operand = "COMMAND";
    model.operand_description = "the command to show";
    model.needs_operand = false;
    model.examples = {{"nlafix help fix", "show the options of fix"}};
    return model;
}

}  // namespace

std::vector<CommandModel> command_models() {
    std::vector<CommandModel> models = {list(),    check(),   fix(), undo(),
                                        recover(), backups(), help()};
    for (CommandModel& model : models) {
        if (model.usage.empty()) model.usage = "[OPTIONS] " + model.operand + "...";
    }
    return models;
}

}  // namespace nlafix::cli
