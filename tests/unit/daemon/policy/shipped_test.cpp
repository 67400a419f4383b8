// SPDX-License-Identifier: Apache-2.0
// The example that is installed says what the documentation says it does.
#include "daemon/policy/parse.h"
#include "daemon/policy/text_file.h"

#include <gtest/gtest.h>

#include <filesystem>

namespace bgs2::policy {
namespace {

TEST(PolicyExample, IsAValidPolicy) {
    const std::filesystem::path file = std::filesystem::path(BGS2_SYSTEMD_DIR) / "policy-example.toml";
    const auto text = read_text_file(file);
    ASSERT_TRUE(text) << to_string(text.error());
    const auto policy = parse(*text, file.string());
    ASSERT_TRUE(policy) << to_string(policy.error().front());

    EXPECT_EQ(policy->name, "policy-example");
    EXPECT_EQ(policy->file, file);
    EXPECT_EQ(policy->match, (Match{.model = Patterns{{"BGS2-*"}},
                                    .imei = Patterns{{"35693803*", "!356938035643809"}},
                                    .port = {},
                                    .properties = {}}));
    EXPECT_EQ(policy->port, PortSettings()) << "it says that these are the defaults";
    const Policy defaults;
    EXPECT_EQ(policy->mode, defaults.mode);
    EXPECT_EQ(policy->erase_unlisted, defaults.erase_unlisted);
    EXPECT_EQ(policy->renew_before, defaults.renew_before);
    EXPECT_EQ(policy->verify_every, defaults.verify_every);
    EXPECT_EQ(policy->require_clock, defaults.require_clock);
    EXPECT_EQ(policy->family_limits, defaults.family_limits);
    EXPECT_EQ(policy->bind, defaults.bind);
    EXPECT_EQ(policy->readable, defaults.readable);
    EXPECT_EQ(policy->sign, defaults.sign);
    const SlotRule client{.index = 0,
                          .certificate = {SourceKind::file, "/etc/bgs2d/certs/{imei}.pem"},
                          .private_key = Source{SourceKind::credential, "{imei}.key"},
                          .passphrase = Source{SourceKind::credential, "{imei}.pass"}};
    const SlotRule root{.index = 1,
                        .certificate = {SourceKind::file, "/etc/ssl/certs/Example_Root.pem"},
                        .private_key = {},
                        .passphrase = {}};
    EXPECT_EQ(policy->slots, (std::vector{client, root}));
}

} // namespace
} // namespace bgs2::policy
