// The certificates that the tests here provision.
#pragma once

#include "tests/support/gateway.h"
#include "tests/support/identity.h"

#include <string>

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

} // namespace bgs2::test
