// SPDX-License-Identifier: GPL-2.0-or-later
// hivex converts names through iconv, and without its modules finds nothing and writes nameless
// values. So the conversions are tried before anything else: before a hive is even looked for.
#pragma once

namespace nlafix::hivex {

/// Throws Error(no_iconv), with the package's name in the hint, unless UTF-8 and Latin-1 can be
/// converted to and from UTF-16LE.
void require_iconv();

/// Opens the conversions for good, so that the C library needs no file for them any more: a
/// confined process gets none. Those that do not work are left to require_iconv.
void keep_conversions();

}  // namespace nlafix::hivex
