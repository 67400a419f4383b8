// The daemon is killed in every state, and ends in the same place as if it had not been.
#include "tests/integration/certificates.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <functional>
#include <ostream>
#include <string>
#include <vector>

namespace bgs2::test {
namespace {

using namespace std::chrono_literals;

bool logged(Gateway& gateway, const std::string& text) {
    return gateway.modem_log("modem").find(text) != std::string::npos;
}

struct Moment {
    const char* name;
    std::string rules;                  ///< of [provision]
    std::vector<std::string> arguments; ///< of bgs2sim
    std::function<bool(Gateway&)> come; ///< when to kill
    const char* end;                    ///< the state in which all ends
};

void PrintTo(const Moment& moment, std::ostream* stream) {
    *stream << moment.name;
}

bool in_state(Gateway& gateway, const char* state) {
    return gateway.property("State") == state;
}

class AKill : public testing::TestWithParam<Moment> {};

TEST_P(AKill, ChangesNothingAboutWhereItEnds) {
    Gateway gateway;
    gateway.write_policy("10-client", "[provision]\n" + GetParam().rules + client_policy(gateway));
    gateway.start();
    std::vector<std::string> arguments{"--baud", "19200", "--frame-timeout", "1"};
    arguments.insert(arguments.end(), GetParam().arguments.begin(), GetParam().arguments.end());
    gateway.plug("modem", arguments);
    ASSERT_TRUE(gateway.eventually([&] { return GetParam().come(gateway); })) << gateway.log();
    gateway.daemon().signal(SIGKILL);
    ASSERT_EQ(gateway.daemon().wait(10s), -SIGKILL);
    gateway.start();
    ASSERT_TRUE(gateway.becomes(GetParam().end)) << gateway.log() << gateway.modem_log("modem");
    if (std::string(GetParam().end) != "compliant")
        return;
    EXPECT_EQ(gateway.thumbprint(0), client().certificate().fingerprint());
    EXPECT_EQ(gateway.thumbprint(1), certificate_authority().certificate().fingerprint());
}

INSTANTIATE_TEST_SUITE_P(
    Moments, AKill,
    testing::Values(
        Moment{"WhileItAsksWhoIsThere", "", {}, [](Gateway& g) { return logged(g, "AT"); }, "compliant"},
        Moment{"WhileItReads", "", {}, [](Gateway& g) { return logged(g, "SBNR"); }, "compliant"},
        Moment{"BeforeTheFirstFrame", "", {}, [](Gateway& g) { return logged(g, "AT^SBNW"); }, "compliant"},
        Moment{"WithinAFrame", "", {}, [](Gateway& g) { return logged(g, "SECURE CMD READY"); }, "compliant"},
        Moment{"BetweenTwoFrames",
               "",
               {},
               [](Gateway& g) { return logged(g, "slot is_cert 0 written"); },
               "compliant"},
        Moment{"BeforeItReadsBack",
               "",
               {},
               [](Gateway& g) { return logged(g, "slot is_cert 1 written"); },
               "compliant"},
        Moment{"WhenCompliant", "", {}, [](Gateway& g) { return in_state(g, "compliant"); }, "compliant"},
        Moment{"WhenDrifted",
               "mode = \"manual\"\n",
               {},
               [](Gateway& g) { return in_state(g, "drifted"); },
               "drifted"},
        Moment{"WhenIgnored",
               "mode = \"ignore\"\n",
               {},
               [](Gateway& g) { return in_state(g, "unmanaged"); },
               "unmanaged"},
        Moment{"WhenFailed",
               "",
               {"--fault", "length-error"},
               [](Gateway& g) { return in_state(g, "failed"); },
               "failed"},
        Moment{"WhenFailedOnce",
               "",
               {"--fault", "length-error,times=1"},
               [](Gateway& g) { return logged(g, "LENGTH ERROR"); },
               "compliant"},
        Moment{"WhenBlocked",
               "",
               {"--fault", "key-removed"},
               [](Gateway& g) { return in_state(g, "blocked"); },
               "blocked"}),
    [](const auto& instance) { return std::string(instance.param.name); });

} // namespace
} // namespace bgs2::test
