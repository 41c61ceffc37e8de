// SPDX-License-Identifier: GPL-2.0-or-later
// Prints the table of disk/image/image_kinds.h, a line for each kind, its fields between tabs:
// name, word, who opens it, whether it is written, the command, what to give then.
#include <iostream>

#include "disk/image/image_kinds.h"

int main() {
    using nlafix::disk::Opener;
    for (const nlafix::disk::ImageKind& kind : nlafix::disk::image_kinds()) {
        const char* const opener = kind.opener == Opener::nlafix     ? "nlafix"
                                   : kind.opener == Opener::qemu_nbd ? "qemu-nbd"
                                                                     : "nobody";
        std::cout << kind.name << '\t' << kind.word << '\t' << opener << '\t'
                  << (kind.is_writable ? "written" : "read") << '\t' << command_of(kind) << '\t'
                  << kind.then << '\n';
    }
    return std::cout.flush() ? 0 : 1;
}
