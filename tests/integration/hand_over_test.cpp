// SPDX-License-Identifier: Apache-2.0
// Callers that hand over keys by pipes, and do not write or close them.
#include "dbus/sdbus/sdbus.h"
#include "tests/integration/certificates.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <deque>
#include <fcntl.h>
#include <memory>
#include <optional>
#include <string>
#include <sys/mman.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace bgs2::test {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

constexpr std::size_t calls = 308;
constexpr std::size_t pipes_of_user = 32;
constexpr const char* other_imei = "490154203237518";

/// The writing end of a pipe that was handed over.
class Writer {
  public:
    explicit Writer(int end)
      : end_(end) {}
    Writer(Writer&& other) noexcept
      : end_(std::exchange(other.end_, -1)) {}
    Writer& operator=(Writer&&) = delete;
    Writer(const Writer&) = delete;
    Writer& operator=(const Writer&) = delete;
    ~Writer() {
        if (end_ >= 0)
            ::close(end_);
    }
    void write(const std::string& text) const { (void)!::write(end_, text.data(), text.size()); }

  private:
    int end_;
};

class HandOvers : public testing::Test {
  protected:
    void SetUp() override {
        gateway_.write_policy("10-ca", ca_policy(gateway_));
        gateway_.start();
        gateway_.plug("modem");
        ASSERT_TRUE(gateway_.becomes("compliant")) << gateway_.log();
        // A connection may wait for 128 replies.
        for (int i = 0; i < 4; ++i) {
            connections_.push_back(sdbus::createSessionBusConnectionWithAddress(gateway_.bus_address()));
            proxies_.push_back(bus::make_proxy(*connections_.back(), "io.bgs2d1",
                                               "/io/bgs2d1/modem/" + std::string(default_imei)));
        }
    }

    /// Begins to install a certificate by a pipe that stays open.
    void hand_over() {
        std::array<int, 2> ends{};
        ASSERT_EQ(::pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK), 0);
        writers_.emplace_back(ends[1]);
        proxies_[begun_++ % proxies_.size()]
            ->callMethodAsync("InstallCertificate")
            .onInterface("io.bgs2d1.Modem")
            .withTimeout(60s)
            .withArguments(std::uint32_t{5}, sdbus::UnixFd(ends[0], sdbus::adopt_fd), Gateway::Dictionary{})
            .uponReplyInvoke([this](bus::ReplyError error, const sdbus::ObjectPath& /*job*/) {
                answers_.push_back(!error ? "" : error->getName() + ": " + error->getMessage());
            });
    }

    bool answered(std::size_t count) {
        return gateway_.eventually([&] {
            for (const auto& connection : connections_) {
                while (bus::process_one(*connection)) {
                }
            }
            return answers_.size() >= count;
        });
    }

    /// Installs the CA in slot 5 by a memfd, and erases it.
    void install_by_file() {
        const std::string pem = certificate_authority().certificate_pem();
        const int file = ::memfd_create("certificate", MFD_CLOEXEC);
        ASSERT_EQ(::write(file, pem.data(), pem.size()), static_cast<ssize_t>(pem.size()));
        sdbus::ObjectPath job;
        gateway_.modem()
            ->callMethod("InstallCertificate")
            .onInterface("io.bgs2d1.Modem")
            .withArguments(std::uint32_t{5}, sdbus::UnixFd(file, sdbus::adopt_fd), Gateway::Dictionary{})
            .storeResultsTo(job);
        ASSERT_TRUE(gateway_.eventually([&] { return gateway_.end_of(job).has_value(); })) << gateway_.log();
        EXPECT_EQ(gateway_.end_of(job), "");
    }

    Gateway gateway_{{"modem", "other"}};
    std::vector<std::unique_ptr<sdbus::IConnection>> connections_;
    std::vector<std::unique_ptr<sdbus::IProxy>> proxies_;
    std::deque<Writer> writers_;
    std::vector<std::string> answers_;
    std::size_t begun_ = 0;
};

TEST_F(HandOvers, HundredsOfOpenPipesLeaveOtherCallersAndModemsAlone) {
    for (std::size_t i = 0; i < calls; ++i)
        ASSERT_NO_FATAL_FAILURE(hand_over());
    ASSERT_TRUE(answered(calls - pipes_of_user)) << gateway_.log();
    for (const std::string& answer : answers_)
        // The bus itself refuses descriptors that bgs2d does not fetch in time, on a busy machine.
        EXPECT_THAT(answer,
                    testing::AnyOf(HasSubstr("io.bgs2d1.Error.Busy: cannot read the certificate: 32 pipes"),
                                   HasSubstr("org.freedesktop.DBus.Error.LimitsExceeded")));
    ASSERT_NO_FATAL_FAILURE(install_by_file());
    gateway_.plug("other", {"--imei", other_imei});
    EXPECT_TRUE(gateway_.becomes("compliant", other_imei)) << gateway_.log();
    EXPECT_EQ(answers_.size(), calls - pipes_of_user);
    writers_.clear();
    ASSERT_TRUE(answered(calls)) << gateway_.log();
    answers_.clear();
    for (std::size_t i = 0; i < pipes_of_user; ++i)
        ASSERT_NO_FATAL_FAILURE(hand_over());
    ASSERT_NO_FATAL_FAILURE(install_by_file());
    EXPECT_FALSE(std::ranges::any_of(answers_, [](const std::string& answer) { return !answer.empty(); }))
        << "all places are free again";
}

TEST_F(HandOvers, FullPipesLeaveSecureMemoryToOtherModems) {
    for (std::size_t i = 0; i < pipes_of_user; ++i) {
        ASSERT_NO_FATAL_FAILURE(hand_over());
        writers_.back().write(std::string(60'000, 'x'));
    }
    ASSERT_TRUE(answered(pipes_of_user - 4)) << gateway_.log();
    for (const std::string& answer : answers_)
        EXPECT_THAT(answer, testing::AllOf(HasSubstr("io.bgs2d1.Error.Busy"), HasSubstr("secure memory")));
    gateway_.plug("other", {"--imei", other_imei});
    EXPECT_TRUE(gateway_.becomes("compliant", other_imei)) << gateway_.log();
    writers_.clear();
    ASSERT_TRUE(answered(pipes_of_user)) << gateway_.log();
    ASSERT_NO_FATAL_FAILURE(install_by_file());
}

} // namespace
} // namespace bgs2::test
