// SPDX-License-Identifier: Apache-2.0
// Finding secrets where they do not belong, in whatever form they got there.
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

/// The secrets to search for. Finds any part of 32 bytes or more of a long secret: as it is, as hex, or
/// as Base64 (PEM included) wherever the Base64 begins.
class SecretScan {
  public:
    /// A number or anything else that is secret in each of its parts; of 64 bytes or more.
    void add(std::string_view name, ByteView secret);
    /// A private key's numbers, and not its public ones.
    void add_key(std::string_view name, const pki::PrivateKey& key);
    /// Something short, found as a whole.
    void add_text(std::string_view name, std::string_view text);

    /// "the client's d as Base64", if any of it is in `text`.
    [[nodiscard]] std::optional<std::string> find_in(std::string_view text) const;

  private:
    void add_windows(const std::string& name, std::string_view text, std::size_t width);

    std::map<std::size_t, std::unordered_map<std::string, std::string>> by_width_; ///< what each is, by it
    std::map<std::string, std::string> texts_;
};

} // namespace bgs2::test
