// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/run.h"
#include "os/path_syntax.h"
#include "os/signals.h"
#include "os/system.h"

int main(int argc, char** argv) {
    nlafix::os::install_signal_handlers();
    return nlafix::cli::run(nlafix::os::arguments_of(argc, argv), nlafix::os::real_system(),
                            nlafix::os::was_interrupted);
}
