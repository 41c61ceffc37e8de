// SPDX-License-Identifier: GPL-2.0-or-later
// The DACL of an open file, as self-relative security descriptor.
// Owns: reading and setting it.
// Never: says what it lets anybody do.
#pragma once

#include "base/bytes.h"

namespace nlafix::os {

/// `handle` is a HANDLE. ENOTSUP where the file system has none; else an errno value.
int read_dacl(void* handle, Bytes& descriptor);
/// EINVAL for bytes that are no descriptor.
int write_dacl(void* handle, ByteView descriptor);

}  // namespace nlafix::os
