// SPDX-License-Identifier: GPL-2.0-or-later
// Room: the certificates of the machine, as SOFTWARE keeps them.
// Owns: the stores that a listener's certificate is looked for in; the properties of a blob; as
// much
//   of DER as leads to the dates of validity.
// Never: checks a signature or a chain, or opens a private key.
//
// A blob is a row of properties: id, encoding, length (32 bits each), data. 32 is the certificate
// in DER, 2 says where its private key is.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/bytes.h"
#include "regf/cells.h"

namespace nlafix::nla {

/// Times are FILETIMEs.
struct Validity {
    std::uint64_t from = 0;
    std::uint64_t until = 0;
};

struct Certificate {
    std::string key;  // below the root of SOFTWARE
    bool has_private_key = false;
    std::optional<Validity> validity;  // nothing where the certificate cannot be read
};

inline constexpr std::size_t thumbprint_bytes = 20;

/// The certificate with this SHA-1 in the stores of the machine; nothing where there is none.
/// Throws Error(malformed_hive) where the stores cannot be read.
std::optional<Certificate> find_certificate(const regf::Cells& software, ByteView thumbprint);

/// What a blob of a store says of its certificate. Never throws.
Certificate read_certificate_blob(ByteView blob);

/// The dates in a certificate (X.509 in DER); nothing where they are not where they have to be.
std::optional<Validity> read_validity(ByteView der);

}  // namespace nlafix::nla
