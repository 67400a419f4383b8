// SPDX-License-Identifier: Apache-2.0
#include "tests/vm/gateway.h"

#include "daemon/pki/certificate.h"

#include <fmt/format.h>

namespace bgs2::test {

std::string thumbprint_of(const Identity& identity) {
    return identity.certificate().fingerprint();
}

void Gateway::write_policy() {
    machine.write("/etc/bgs2d/certs/client.pem", client_.certificate_pem());
    machine.write("/etc/bgs2d/certs/client.key", client_.pkcs8_pem());
    machine.write("/etc/bgs2d/certs/ca.pem", authority_.certificate_pem());
    machine.write("/etc/bgs2d/policy.d/50-all.toml", R"([port]
settle = "0ms"
[[slot]]
index = 0
certificate = "/etc/bgs2d/certs/client.pem"
private-key = "/etc/bgs2d/certs/client.key"
[[slot]]
index = 1
certificate = "/etc/bgs2d/certs/ca.pem"
)");
}

std::string Gateway::write_policy_of(const std::string& imei) {
    const Identity own =
        Identity::make({.common_name = "CA of " + imei, .algorithm = Algorithm::rsa2048, .ca = true});
    machine.write(fmt::format("/etc/bgs2d/certs/{}.pem", imei), own.certificate_pem());
    machine.write(fmt::format("/etc/bgs2d/policy.d/10-{}.toml", imei), fmt::format(R"([match]
imei = "{0}"
[[slot]]
index = 1
certificate = "/etc/bgs2d/certs/{0}.pem"
)",
                                                                                   imei));
    return thumbprint_of(own);
}

bool Gateway::becomes(std::string_view state, const std::string& imei, std::chrono::seconds longest_wait) {
    const Answer answer = machine.run(
        fmt::format("bgs2ctl wait {} --state {} --timeout {}s", imei, state, longest_wait.count()),
        longest_wait + std::chrono::seconds(30));
    if (answer.exit != 0)
        ADD_FAILURE() << answer.output;
    return answer.exit == 0;
}

std::string Gateway::property(const std::string& name, const std::string& imei) {
    return machine
        .run(fmt::format("busctl --auto-start=no --json=short get-property io.bgs2d1 /io/bgs2d1/modem/{} "
                         "io.bgs2d1.Modem {} | jq --raw-output .data",
                         imei, name))
        .output;
}

bool Gateway::is_gone(const std::string& imei) {
    return machine.eventually(
        fmt::format("! busctl --auto-start=no introspect io.bgs2d1 /io/bgs2d1/modem/{}", imei));
}

std::string Gateway::thumbprint(unsigned slot, const std::string& imei) {
    return machine.output_of(fmt::format(
        "bgs2ctl show {} --json | jq --join-output '.slots[] | select(.slot == {}) | .thumbprint'", imei,
        slot));
}

} // namespace bgs2::test
