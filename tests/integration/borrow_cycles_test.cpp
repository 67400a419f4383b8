// SPDX-License-Identifier: Apache-2.0
// bgs2d borrows a port a thousand times.
#include "dbus/sdbus/sdbus.h"
#include "tests/integration/certificates.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <sys/types.h>

namespace bgs2::test {
namespace {

using namespace std::chrono_literals;

/// The number of descriptors and the resident memory of bgs2d, in kB.
struct Resources {
    std::size_t descriptors = 0;
    std::size_t resident = 0;
};

Resources resources_of(pid_t process) {
    Resources result;
    const std::filesystem::path proc = fmt::format("/proc/{}", process);
    const std::filesystem::directory_iterator descriptors(proc / "fd");
    result.descriptors = static_cast<std::size_t>(std::distance(begin(descriptors), end(descriptors)));
    std::ifstream status(proc / "status");
    for (std::string line; std::getline(status, line);) {
        if (line.starts_with("VmRSS:"))
            result.resident = std::stoul(line.substr(6));
    }
    return result;
}

TEST(BorrowCycles, LeaveNothingBehindAThousandTimes) {
    Gateway gateway;
    const auto connection = sdbus::createSessionBusConnectionWithAddress(gateway.bus_address());
    const auto manager = bus::make_proxy(*connection, "io.bgs2d1", "/io/bgs2d1");
    std::size_t released = 0;
    manager->uponSignal("PortReleased")
        .onInterface("io.bgs2d1.Manager")
        .call([&released](const std::string& /*device*/) { ++released; });
    bus::finish_registration(*manager);
    const auto cycles = [&](std::size_t count) {
        return gateway.eventually(
            [&] {
                while (bus::process_one(*connection)) {
                }
                return released >= count;
            },
            10min);
    };
    gateway.write_policy("10-ca", "[port]\nsettle = \"0\"\n[provision]\nverify-every = \"1ms\"\n" +
                                      ca_policy(gateway));
    gateway.start();
    gateway.plug("modem");
    ASSERT_TRUE(cycles(100)) << gateway.log(); // until caches are filled
    const Resources before = resources_of(gateway.daemon().pid());
    ASSERT_TRUE(cycles(1100)) << gateway.log();
    gateway.write_policy("10-ca", "[port]\nsettle = \"0\"\n" + ca_policy(gateway));
    gateway.reload();
    ASSERT_TRUE(gateway.is_closed("modem")) << gateway.log();
    const Resources after = resources_of(gateway.daemon().pid());
    fmt::print("descriptors {} -> {}, resident {} kB -> {} kB\n", before.descriptors, after.descriptors,
               before.resident, after.resident);
    EXPECT_LE(after.descriptors, before.descriptors);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) // which keep freed memory
    EXPECT_LT(after.resident, before.resident + 2048);
#endif
    EXPECT_TRUE(std::filesystem::is_empty(gateway.path("lock")));
}

} // namespace
} // namespace bgs2::test
