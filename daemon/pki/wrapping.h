// SPDX-License-Identifier: Apache-2.0
// Undoes what editors and tools do to whole files: UTF-16 and Base64.
#pragma once

#include "daemon/base/bytes.h"
#include "daemon/pki/secret.h"

#include <optional>

namespace bgs2::pki {

/// By its byte order mark, or by the zero bytes of its first two characters.
bool is_utf16(ByteView bytes);

/// UTF-16 as UTF-8, without a byte order mark; nothing if `bytes` are not valid UTF-16.
std::optional<Secret> from_utf16(ByteView bytes);

/// The bytes of a file in a known format, freed from UTF-16 and Base64, also nested: Base64 of DER, or of PEM
/// (as in manifests of Kubernetes). The same bytes if they are not wrapped, or if what is inside is unknown.
class Unwrapped {
  public:
    explicit Unwrapped(ByteView bytes); ///< a view; it must outlive this

    [[nodiscard]] ByteView bytes() const { return inner_ ? inner_->bytes() : outer_; }
    [[nodiscard]] bool changed() const { return inner_.has_value(); }

  private:
    ByteView outer_;
    std::optional<Secret> inner_;
};

} // namespace bgs2::pki
