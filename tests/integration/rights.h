// SPDX-License-Identifier: Apache-2.0
// A gateway with users with and without authorizations.
#pragma once

#include "tests/integration/calls.h"
#include "tests/integration/certificates.h"
#include "tests/integration/password_dialogue.h"

#include <gtest/gtest.h>

#include <chrono>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <unistd.h>
#include <vector>

namespace bgs2::test {

inline constexpr const char* denied = "org.freedesktop.DBus.Error.AccessDenied";
inline constexpr const char* manager_path = "/io/bgs2d1";
inline constexpr const char* manager = "io.bgs2d1.Manager";

/// The reason to skip a test; null: run it.
inline const char* why_not(Authorities authorities) {
    if (::geteuid() != 0)
        return "SKIPPED: running as another user requires root";
    if (authorities == Authorities::polkit && ::access("/usr/lib/polkit-1/polkitd", X_OK) != 0)
        return "SKIPPED: polkitd is not installed";
    if (Process({"unshare", "--mount", "true"}, {}).wait(std::chrono::seconds(10)) != 0)
        return "SKIPPED: cannot create namespaces";
    return nullptr;
}

/// A modem that differs from its policy, whose mode is manual.
class Rights : public testing::Test {
  protected:
    void begin(Authorities authorities, const std::vector<std::string>& modem = {}) {
        gateway_ = std::make_unique<Gateway>(std::vector<std::string>{"modem"}, authorities);
        gateway_->write_policy("10-client", "[provision]\nmode = \"manual\"\n" + client_policy(*gateway_));
        gateway_->start();
        gateway_->plug("modem", modem);
        ASSERT_TRUE(gateway_->becomes("drifted")) << gateway_->log();
    }

    [[nodiscard]] Ending rescan_as(const Account& account) const {
        return Visitor(*gateway_, account).call(manager_path, manager, "Rescan");
    }

    /// All objects, properties and lists of bgs2d as text.
    [[nodiscard]] std::string everything() const {
        const std::string output = gateway_->path("everything");
        std::filesystem::remove(output);
        const std::vector<std::vector<std::string>> calls{
            {"call", "io.bgs2d1", manager_path, "org.freedesktop.DBus.ObjectManager", "GetManagedObjects"},
            {"call", "io.bgs2d1", manager_path, "org.freedesktop.DBus.Properties", "GetAll", "s", manager},
            {"call", "io.bgs2d1", manager_path, manager, "ListPolicies"},
            {"call", "io.bgs2d1", manager_path, manager, "ListPorts"}};
        for (const auto& call : calls) {
            std::vector<std::string> command{"busctl", "--address=" + gateway_->bus_address()};
            command.insert(command.end(), call.begin(), call.end());
            Process busctl(command, {.environment = {}, .output = output});
            EXPECT_EQ(busctl.wait(std::chrono::seconds(30)), 0);
        }
        std::ifstream stream(output);
        return {std::istreambuf_iterator(stream), {}};
    }

    std::unique_ptr<Gateway> gateway_;
};

class RightsByPolkit : public Rights {
  protected:
    void SetUp() override {
        if (const char* reason = why_not(Authorities::polkit))
            GTEST_SKIP() << reason;
    }

    /// Calls Rescan and waits until the password dialogue opens; false: it does not.
    bool opens(Visitor& visitor, PasswordDialogue& dialogue) {
        pending_ = visitor.ask_to_rescan();
        return gateway_->eventually([&] {
            visitor.process();
            dialogue.process();
            return dialogue.is_open() || pending_->ending;
        }) && dialogue.is_open();
    }

    bool ends(Visitor& visitor) {
        return gateway_->eventually([&] {
            visitor.process();
            return pending_->ending.has_value();
        });
    }

    std::shared_ptr<PendingCall> pending_;
};

} // namespace bgs2::test
