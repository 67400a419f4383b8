// SPDX-License-Identifier: Apache-2.0
#include "tests/vm/uplink.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>

namespace bgs2::test {
namespace {

constexpr std::string_view begin_of_data = "data-mode begins";

/// The network's side. Both sides are in one guest, so one of them has network interfaces of its own.
constexpr auto network = "ip netns exec network pppd notty nodetach noauth nodefaultroute nolock noipv6 novj "
                         "noccp lcp-echo-interval 0 10.64.0.1:10.64.0.2";

} // namespace

std::string gprs_service(std::string_view more) {
    return fmt::format(R"([Unit]
Description=The uplink

[Service]
Type=exec
ExecStart=/usr/sbin/pppd call gprs
SuccessExitStatus=5
Restart=always
RestartSec=1
{})",
                       more);
}

std::string gprs_peer(std::string_view port) {
    return fmt::format(R"({}
115200
lock
modem
nocrtscts
nodetach
noauth
noipdefault
nodefaultroute
noipv6
novj
noccp
lcp-echo-interval 0
connect "/usr/sbin/chat -v -f /etc/chatscripts/gprs-modem"
)",
                       port);
}

std::string gprs_chat() {
    return R"(TIMEOUT 10
ABORT 'NO CARRIER'
ABORT ERROR
'' ATZ
OK ATE0
OK 'AT+CGDCONT=1,"IP","internet"'
OK ATD*99***1#
CONNECT \c
)";
}

void Uplink::install(const std::string& arguments) const {
    machine_.write("/etc/ppp/peers/gprs", gprs_peer(port));
    machine_.write("/etc/chatscripts/gprs-modem", gprs_chat());
    machine_.write("/etc/systemd/system/gprs.service", gprs_service());
    machine_.output_of("modprobe ppp_async && ip netns add network && systemctl daemon-reload");
    // The IDs of no modem: only bgs2d.toml can name the port.
    device_.make({.vendor = "0x0525", .product = "0xa4a7", .function = "acm"});
    device_.start_modem(0, fmt::format("--peer '{}' {}", network, arguments));
    device_.plug();
    EXPECT_TRUE(machine_.eventually(fmt::format("test -c {}", port)));
}

bool Uplink::carries_a_ping(std::chrono::seconds longest_wait) const {
    return machine_.eventually(fmt::format("ping -c 1 -W 2 {}", address), longest_wait);
}

void Uplink::watch() const {
    machine_.write("/run/watch-uplink", fmt::format(R"(while :; do
    ping -q -c 1 -W 1 {} >/dev/null 2>&1 && date +%s.%N >>/run/pings
    sleep 0.2
done
)",
                                                    address));
    machine_.output_of("systemd-run --quiet --unit=watch-uplink bash /run/watch-uplink");
    EXPECT_TRUE(machine_.eventually("test -s /run/pings"));
}

double Uplink::longest_gap() const {
    return std::stod(machine_.output_of(
        "awk 'NR > 1 && $1 - last > gap { gap = $1 - last } { last = $1 } END { print gap }' /run/pings"));
}

std::string Uplink::log_of_call() const {
    const std::string log = modem_log();
    const auto begin = log.rfind(begin_of_data);
    return begin == std::string::npos ? std::string() : log.substr(begin);
}

int Uplink::calls() const {
    return std::stoi(
        machine_.output_of(fmt::format("grep --count '{}' /run/modem.log || true", begin_of_data)));
}

} // namespace bgs2::test
