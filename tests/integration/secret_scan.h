// SPDX-License-Identifier: Apache-2.0
// Searches text for secrets in several encodings.
#pragma once

#include "daemon/base/bytes.h"
#include "daemon/pki/private_key.h"

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace bgs2::test {

/// Secrets to search for. Finds each part of at least 32 bytes of a long secret: raw, as hex, or as Base64
/// (also PEM) at any alignment.
class SecretScan {
  public:
    /// Adds a secret of at least 64 bytes of which each part is secret, such as a number.
    void add(std::string_view name, ByteView secret);
    /// Adds the private numbers of a key.
    void add_key(std::string_view name, const pki::PrivateKey& key);
    /// Adds a short secret, which is only found as a whole.
    void add_text(std::string_view name, std::string_view text);

    /// The description of a secret in `text`, such as "the client's d as Base64"; nothing: none found.
    [[nodiscard]] std::optional<std::string> find_in(std::string_view text) const;

  private:
    void add_windows(const std::string& name, std::string_view text, std::size_t width);

    std::map<std::size_t, std::unordered_map<std::string, std::string>> by_width_; ///< descriptions by window
    std::map<std::string, std::string> texts_;
};

} // namespace bgs2::test
