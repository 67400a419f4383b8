// SPDX-License-Identifier: Apache-2.0
// The certificates that the tests here provision.
#pragma once

#include "tests/support/gateway.h"
#include "tests/support/identity.h"

#include <fmt/format.h>

#include <map>
#include <sstream>
#include <string>
#include <vector>

namespace bgs2::test {

/// A CA; made once, since RSA takes its time.
inline const Identity& certificate_authority() {
    static const Identity identity =
        Identity::make({.common_name = "Test CA", .algorithm = Algorithm::rsa2048, .ca = true});
    return identity;
}

/// A client whose certificate that CA signed.
inline const Identity& client() {
    static const Identity identity = Identity::make(
        {.common_name = "Test Client", .algorithm = Algorithm::rsa2048, .issuer = &certificate_authority()});
    return identity;
}

/// A policy that puts the CA into slot 1. Writes the certificate beside it.
inline std::string ca_policy(const Gateway& gateway) {
    const std::string file = gateway.write("ca.pem", certificate_authority().certificate_pem());
    return "[[slot]]\nindex = 1\ncertificate = \"" + file + "\"\n";
}

/// A policy that puts the client and its key into slot 0 as well.
inline std::string client_policy(const Gateway& gateway) {
    const std::string certificate = gateway.write("client.pem", client().certificate_pem());
    const std::string key = gateway.write("client.key", client().pkcs8_pem());
    return "[[slot]]\nindex = 0\ncertificate = \"" + certificate + "\"\nprivate-key = \"" + key + "\"\n" +
           ca_policy(gateway);
}

/// Whose key a module in secure mode obeys.
inline const Identity& management() {
    static const Identity identity =
        Identity::make({.common_name = "Fleet Management", .algorithm = Algorithm::rsa2048});
    return identity;
}

/// What a module holds before anybody writes to it.
struct Held {
    std::string store;
    unsigned slot = 0;
    std::string certificate; ///< PEM
};

/// The file for bgs2sim's --slots.
inline std::string slots_file(const Gateway& gateway, const std::vector<Held>& all) {
    std::map<std::string, std::string> stores;
    for (const Held& held : all) {
        std::istringstream pem(held.certificate);
        std::string base64;
        for (std::string line; std::getline(pem, line);)
            base64 += line.starts_with("-----") ? "" : line;
        std::string& slots = stores[held.store];
        slots += fmt::format(R"({}"{}":{{"certificate":"{}"}})", slots.empty() ? "" : ",", held.slot, base64);
    }
    std::string text;
    for (const auto& [store, slots] : stores)
        text += fmt::format(R"({}"{}":{{{}}})", text.empty() ? "" : ",", store, slots);
    return gateway.write("slots.json", "{" + text + "}");
}

} // namespace bgs2::test
