// SPDX-License-Identifier: Apache-2.0
// A gateway without a clock battery: its clock starts at 1970.
#include "tests/vm/gateway.h"

#include <fmt/format.h>

namespace bgs2::test {
namespace {

using Clock = Gateway;

TEST_F(Clock, At1970BlocksProvisioningUntilItIsSet) {
    const std::string now = machine.output_of("date +%s");
    machine.output_of("date --set '1970-01-01 00:01 UTC'");
    configure(adapters_named);
    write_policy();
    machine.plug("ADAPTER1");
    ASSERT_TRUE(becomes("blocked"));
    EXPECT_EQ(machine.frames("ADAPTER1"), 0U);
    const std::string reason = property("Reason");
    EXPECT_TRUE(reason.find("clock is not set") != std::string::npos) << reason;

    machine.output_of("date --set @" + now);
    ASSERT_TRUE(becomes("compliant"));
    EXPECT_EQ(thumbprint(0), thumbprint_of(client()));
}

} // namespace
} // namespace bgs2::test
