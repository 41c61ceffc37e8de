// SPDX-License-Identifier: GPL-2.0-or-later
// What a program reads: reports and errors, one JSON object each on one line.
// Owns: their fields, which docs/*.schema.json describe.
#pragma once

#include <string>

#include "app/report.h"
#include "cli/usage.h"

namespace nlafix::cli {

/// Schema "nlafix.report/1", with a newline as all of them.
std::string json_report(const app::Report& report);

/// What became of the TARGETs that a signal left without a report: one line for all of them, schema
/// "nlafix.error/1".
std::string json_interruption(const std::string& message, const std::string& hint);

/// A usage error, schema "nlafix.error/1", docs/error.schema.json: one line as well.
std::string json_usage_error(const UsageError& error);

}  // namespace nlafix::cli
