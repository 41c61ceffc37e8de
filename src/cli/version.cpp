// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/version.h"

#include "nlafix_version.h"

namespace nlafix::cli {

std::string version_text() {
    return "nlafix " NLAFIX_VERSION
           "\n"
           "commit:      " NLAFIX_COMMIT
           "\n"
           "built for:   " NLAFIX_BUILT_FOR
           "\n"
           "hivex:       " NLAFIX_HIVEX
           "\n"
           "libntfs-3g:  " NLAFIX_NTFS3G
           "\n"
           "libnbd:      " NLAFIX_LIBNBD
           "\n"
           "A bug report needs these lines and what the command prints with -v. Send it to the\n"
           "project's issue tracker.";
}

}  // namespace nlafix::cli
