// SPDX-License-Identifier: Apache-2.0
// PEM: labelled blocks of Base64 in text.
#pragma once

#include "daemon/base/bytes.h"
#include "daemon/base/error.h"
#include "daemon/pki/certificate.h"
#include "daemon/pki/secret.h"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bgs2::pki {

struct PemBlock {
    std::string label;  ///< "CERTIFICATE"
    std::string header; ///< "Proc-Type: 4,ENCRYPTED ..." of a key in the traditional encrypted format;
                        ///< otherwise empty
    Secret content;     ///< decoded, but not decrypted

    [[nodiscard]] bool has_private_key() const; ///< by its label; encrypted or not
};

/// All blocks of `text`, in order; skips the text between them. Accepts any line ends, also the two
/// characters
/// "\\n", blanks before a line, and blocks that begin on the line where the last one ends. Errors, with
/// `code`: a damaged block, or no block; the message has the offset.
Expected<std::vector<PemBlock>> read_pem(ByteView text, std::string_view name, ErrorCode code);

/// The offset of the first control character that no text contains, such as NUL or Ctrl-Z.
std::optional<std::size_t> stray_byte(ByteView text);

/// The certificates as PEM blocks with LF line ends, nothing between them.
Bytes write_pem(const std::vector<Certificate>& certificates);

} // namespace bgs2::pki
