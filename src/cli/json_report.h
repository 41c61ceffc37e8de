// SPDX-License-Identifier: GPL-2.0-or-later
// A report for a program: schema "nlafix.report/1", docs/report.schema.json.
#pragma once

#include <string>

#include "app/report.h"
#include "cli/usage.h"

namespace nlafix::cli {

/// One JSON object on one line, with a newline.
std::string json_report(const app::Report& report);

/// What became of the TARGETs that a signal left without a report: one line for all of them, schema
/// "nlafix.error/1".
std::string json_interruption(const std::string& message, const std::string& hint);

/// A usage error, schema "nlafix.error/1", docs/error.schema.json: one line as well.
std::string json_usage_error(const UsageError& error);

}  // namespace nlafix::cli
