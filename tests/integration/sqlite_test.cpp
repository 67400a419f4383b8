// SPDX-License-Identifier: Apache-2.0
// A gateway on which SQLite is not installed.
#include "tests/integration/certificates.h"
#include "tests/integration/ctl.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>

namespace bgs2::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;

class WithoutSqlite : public testing::Test {
  protected:
    void SetUp() override {
        gateway_.write_policy("10-ca", ca_policy(gateway_));
        // An invalid file that comes first in the search path ends the search for the library.
        gateway_.write("libsqlite3.so.0", "");
        gateway_.start({}, {"LD_LIBRARY_PATH=" + gateway_.path("")});
    }

    Gateway gateway_;
};

TEST_F(WithoutSqlite, ModemsAreProvisionedAndTheMissingPackageIsLoggedOnce) {
    gateway_.plug("modem");
    ASSERT_TRUE(gateway_.becomes("compliant")) << gateway_.log();
    const auto message_count = [&] {
        const std::string log = gateway_.log();
        std::size_t times = 0;
        for (auto at = log.find("without SQLite"); at != std::string::npos;
             at = log.find("without SQLite", at + 1))
            ++times;
        return times;
    };
    EXPECT_THAT(ctl(gateway_, {"history"}).errors, HasSubstr("without SQLite"))
        << "asked after all was recorded";
    EXPECT_EQ(message_count(), 1U) << gateway_.log();
    EXPECT_THAT(gateway_.log(), AllOf(HasSubstr("install libsqlite3.so.0"), HasSubstr("libsqlite3-0")));
    EXPECT_FALSE(std::filesystem::exists(gateway_.path("state/history.db")));
    EXPECT_EQ(gateway_.stop(), 0);
}

TEST_F(WithoutSqlite, TheHistoryVerbNamesThePackageToInstall) {
    const Outcome history = ctl(gateway_, {"history"});
    EXPECT_EQ(history.exit, 1);
    EXPECT_THAT(history.errors,
                AllOf(HasSubstr("cannot write the history without SQLite"),
                      HasSubstr("install libsqlite3.so.0 (of Debian's package libsqlite3-0)")));
    EXPECT_NE(gateway_.manager()
                  .getProperty("HistoryLostSince")
                  .onInterface("io.bgs2d1.Manager")
                  .get<std::uint64_t>(),
              0U);
    EXPECT_THAT(ctl(gateway_, {"doctor"}).output, HasSubstr("check that SQLite is installed"));
}

} // namespace
} // namespace bgs2::test
