// SPDX-License-Identifier: GPL-2.0-or-later
// A report for a program: schema "nlafix.report/1", docs/report.schema.json.
#pragma once

#include <string>

#include "app/report.h"
#include "cli/usage.h"

namespace nlafix::cli {

/// One JSON object on one line, with a newline.
std::string json_report(const app::Report& report);

/// A usage error, schema "nlafix.error/1", docs/error.schema.json: one line as well.
std::string json_usage_error(const UsageError& error);

}  // namespace nlafix::cli
