// SPDX-License-Identifier: GPL-2.0-or-later
#include <string>
#include <vector>

#include "cli/run.h"
#include "os/signals.h"
#include "os/system.h"

int main(int argc, char** argv) {
    nlafix::os::install_signal_handlers();
    const std::vector<std::string> arguments(argv + (argc > 0 ? 1 : 0), argv + argc);
    return nlafix::cli::run(arguments, nlafix::os::real_system(), nlafix::os::was_interrupted);
}
