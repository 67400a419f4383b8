// SPDX-License-Identifier: Apache-2.0
// Authorization by the distribution's polkit with the files of the package.
#include "tests/vm/gateway.h"

namespace bgs2::test {
namespace {

class Rights : public Gateway {
  protected:
    void SetUp() override {
        configure(adapters_named);
        machine.plug("ADAPTER1");
        ASSERT_TRUE(becomes("unmanaged"));
    }
    Answer as(const std::string& user, const std::string& command) {
        return machine.run("runuser -u " + user + " -- " + command);
    }
    static constexpr const char* erase = "bgs2ctl --no-ask-password erase any --slot 1";
};

TEST_F(Rights, OfAnOrdinaryUserAllowReadingButNotWriting) {
    EXPECT_EQ(as("visitor", "bgs2ctl show").exit, 0);
    const Answer denied = as("visitor", erase);
    EXPECT_EQ(denied.exit, 4);
    EXPECT_TRUE(denied.output.find("io.bgs2d1.erase-certificate") != std::string::npos) << denied.output;
    EXPECT_EQ(as("visitor", "bgs2ctl --no-ask-password provision").exit, 4);
    EXPECT_EQ(as("visitor", "bgs2ctl --no-ask-password reload").exit, 4);
    EXPECT_EQ(machine.frames("ADAPTER1"), 0U);
}

TEST_F(Rights, OfAMemberOfTheGroupAllowWriting) {
    const Answer done = as("technician", erase);
    EXPECT_EQ(done.exit, 0) << done.output;
    EXPECT_EQ(machine.frames("ADAPTER1"), 1U);
}

TEST_F(Rights, OfAnOrdinaryUserExcludeConfigurationKeysAndState) {
    write_policy();
    EXPECT_NE(as("visitor", "ls /etc/bgs2d").exit, 0);
    EXPECT_NE(as("visitor", "cat /etc/bgs2d/certs/client.key").exit, 0);
    EXPECT_NE(as("visitor", "ls /var/lib/bgs2d").exit, 0);
}

} // namespace
} // namespace bgs2::test
