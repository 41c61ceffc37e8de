// SPDX-License-Identifier: GPL-2.0-or-later
// What speaks against writing, and what the user does about it.
#include "base/error.h"
#include "disk/ntfs/ntfs_volume.h"

namespace nlafix::disk {

void require_writable(NtfsVolume& volume) {
    const NtfsState state = volume.state();
    if (state.hibernated) {
        throw Error(ErrorCode::hibernated,
                    "Windows is hibernated or was shut down for a fast startup; it would resume "
                    "with the volume and the registry that it has in memory")
            .hint(
                "start that Windows and shut it down completely (shutdown /s /t 0), then run "
                "this again");
    }
    if (state.journal_open) {
        throw Error(ErrorCode::unclean_volume,
                    "the NTFS volume was not closed (" + state.journal +
                        "): Windows would replay its journal over what is written now")
            .hint(
                "start Windows once, or let it repair the volume (chkdsk /f), then run this again; "
                "on Linux ntfsfix -d throws the journal away, which is a risk: what only the "
                "journal "
                "holds is lost, and nothing checks the volume");
    }
    if (state.marked_dirty) {
        throw Error(ErrorCode::unclean_volume,
                    "the NTFS volume is marked dirty: Windows will check and repair it")
            .hint(
                "start Windows once, or let it repair the volume (chkdsk /f), then run this again; "
                "on Linux ntfsfix -d clears the mark, which is a risk: what is wrong stays wrong, "
                "and nothing checks the volume (ntfsresize leaves it on a sound volume)");
    }
}

void require_writable(const NtfsFile& file) {
    const auto refuse = [&](const char* how) {
        throw Error(ErrorCode::unsuitable_file,
                    file.path + " is " + how + "; nlafix does not write such files")
            .hint(
                "from the command prompt of a Windows rescue system, store the file plainly "
                "(compact /u, cipher /d, fsutil sparse setflag FILE 0), then run this again");
    };
    if (file.is_folder) refuse("a folder");
    if (file.reparse_tag) {
        refuse(*file.reparse_tag == 0x80000017 ? "compressed by the Windows overlay filter (WOF)"
                                               : "a link, or stored by a filter of Windows");
    }
    if (file.encrypted) refuse("encrypted (EFS)");
    if (file.compressed) refuse("compressed");
    if (file.sparse) refuse("sparse");
    if (file.resident) refuse("stored inside its MFT record");
    for (const ClusterRun& run : file.runs) {
        if (run.first == ClusterRun::hole) refuse("sparse");
    }
}

}  // namespace nlafix::disk
