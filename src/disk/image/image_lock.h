// SPDX-License-Identifier: GPL-2.0-or-later
// The locks by which programs of qemu see that a machine runs on an image.
// Owns: which bytes stand for what, taking and probing them.
// Never: waits for a lock.
//
// Source: qemu, block/file-posix.c: a shared lock on byte 100 + p says that permission p is held,
// one on byte 200 + p that nobody else may hold it. First all are taken, then those of others
// looked for.
#pragma once

#include "disk/block_device.h"
#include "os/file.h"

namespace nlafix::disk {

/// Takes the locks of a qemu that reads or writes `file` as an image; they go with its handle.
/// Throws Error(in_use) where somebody holds what they contradict: a machine that writes to it, for
/// reading as well. Where the file system has no locks nobody can tell, and nothing happens.
void lock_image(const os::File& file, Access access);

}  // namespace nlafix::disk
