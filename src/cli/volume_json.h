// SPDX-License-Identifier: GPL-2.0-or-later
// A volume for a program: schema "nlafix.volume/1", docs/volume.schema.json.
#pragma once

#include <string>

#include "app/volume_list.h"

namespace nlafix::cli {

/// One JSON object on one line, with a newline.
std::string json_volume(const app::Volume& volume);

}  // namespace nlafix::cli
