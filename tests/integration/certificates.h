// SPDX-License-Identifier: Apache-2.0
// The certificates and policies of the integration tests.
#pragma once

#include "tests/support/gateway.h"
#include "tests/support/identity.h"

#include <fmt/format.h>

#include <map>
#include <sstream>
#include <string>
#include <vector>

namespace bgs2::test {

/// A CA. Made once, because RSA keys take time.
inline const Identity& certificate_authority() {
    static const Identity identity =
        Identity::make({.common_name = "Test CA", .algorithm = Algorithm::rsa2048, .ca = true});
    return identity;
}

/// A client with a certificate of that CA.
inline const Identity& client() {
    static const Identity identity = Identity::make(
        {.common_name = "Test Client", .algorithm = Algorithm::rsa2048, .issuer = &certificate_authority()});
    return identity;
}

/// A CA that replaces it.
inline const Identity& next_authority() {
    static const Identity identity =
        Identity::make({.common_name = "Next CA", .algorithm = Algorithm::rsa2048, .ca = true});
    return identity;
}

/// A policy with the CA in slot 1. Writes the certificate file.
inline std::string ca_policy(const Gateway& gateway) {
    const std::string file = gateway.write("ca.pem", certificate_authority().certificate_pem());
    return "[[slot]]\nindex = 1\ncertificate = \"" + file + "\"\n";
}

/// A policy with the client certificate and key in slot 0, and the CA in slot 1. Writes the files.
inline std::string client_policy(const Gateway& gateway) {
    const std::string certificate = gateway.write("client.pem", client().certificate_pem());
    const std::string key = gateway.write("client.key", client().pkcs8_pem());
    return "[[slot]]\nindex = 0\ncertificate = \"" + certificate + "\"\nprivate-key = \"" + key + "\"\n" +
           ca_policy(gateway);
}

/// The identity whose signatures a module in secure mode accepts.
inline const Identity& management() {
    static const Identity identity =
        Identity::make({.common_name = "Fleet Management", .algorithm = Algorithm::rsa2048});
    return identity;
}

/// The initial content of a slot.
struct Held {
    std::string store;
    unsigned slot = 0;
    std::string certificate; ///< PEM
};

/// Writes a file for the option --slots of bgs2sim and returns its path.
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
