// SPDX-License-Identifier: Apache-2.0
#include "cli/client/objects.h"
#include "cli/terminal/output.h"
#include "cli/verbs/verbs.h"

#include <gtest/gtest.h>

#include <vector>

namespace bgs2::cli {
namespace {

constexpr const char* imei = "356938035643809";

std::vector<HistoryEntry> sample_entries() {
    return history_entries_of(
        Value::array({{{"time", 1795374932},
                       {"imei", imei},
                       {"event", "state"},
                       {"state", "compliant"},
                       {"error", ""},
                       {"message", "its slots match policy '10-demo'"},
                       {"policy", "/etc/bgs2d/policy.d/10-demo.toml"},
                       {"generation", 3}},
                      {{"time", 1795374999},
                       {"imei", imei},
                       {"event", "write"},
                       {"store", "is_cert"},
                       {"slot", 0},
                       {"thumbprint-before", "0d2784b2237a3f7c720fb9e6ae35e315c6b2dea6"},
                       {"error", "ModemRejected"},
                       {"message", "refused"},
                       {"duration", 1234},
                       {"bytes", 1927}}}));
}

TEST(History, PrintsOneLinePerEntry) {
    EXPECT_EQ(table_of(sample_entries()).text(Terminal{}),
              "TIME                  IMEI             EVENT  STATE      SLOT  ERROR          MESSAGE\n"
              "2026-11-22T19:15:32Z  356938035643809  state  compliant  -     -              its slots match "
              "policy '10-demo'\n"
              "2026-11-22T19:16:39Z  356938035643809  write  -          0     ModemRejected  refused\n");
}

TEST(History, PrintsEveryFieldAsJson) {
    const Json rows = table_of(sample_entries()).json();
    ASSERT_EQ(rows.size(), 2U);
    EXPECT_EQ(rows[0]["time"], 1795374932);
    EXPECT_EQ(rows[0]["slot"], nullptr);
    EXPECT_EQ(rows[0]["policy"], "/etc/bgs2d/policy.d/10-demo.toml");
    EXPECT_EQ(rows[0]["generation"], 3);
    EXPECT_EQ(rows[1], (Json{{"time", 1795374999},
                             {"imei", imei},
                             {"event", "write"},
                             {"state", ""},
                             {"slot", 0},
                             {"error", "ModemRejected"},
                             {"message", "refused"},
                             {"store", "is_cert"},
                             {"thumbprint_before", "0d2784b2237a3f7c720fb9e6ae35e315c6b2dea6"},
                             {"thumbprint_after", ""},
                             {"port_path", ""},
                             {"policy", ""},
                             {"generation", 0},
                             {"duration", 1234},
                             {"bytes", 1927},
                             {"boot_id", ""}}));
}

TEST(History, EscapesControlCharacters) {
    HistoryEntry event;
    event.message = "\x1b[2J";
    const std::string text = table_of(std::vector{event}).text(Terminal{});
    EXPECT_EQ(text.find('\x1b'), std::string::npos);
}

} // namespace
} // namespace bgs2::cli
