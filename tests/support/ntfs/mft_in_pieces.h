// SPDX-License-Identifier: GPL-2.0-or-later
// An MFT as volumes have it that were in use for long: in pieces, described by an attribute list.
// Owns: the move of its later records to another place, and the two records that then describe it.
#pragma once

struct _ntfs_volume;

namespace nlafix::test {

/// Moves all but the first records of the MFT elsewhere. Record 15, which is reserved for it,
/// describes the second piece, and an attribute list in record 0 and its mirror names both. The
/// last call before `volume`, mounted for writing, is closed. Throws where the MFT has one piece of
/// a cluster alone, or the volume no room.
void put_mft_in_pieces(_ntfs_volume& volume);

}  // namespace nlafix::test
