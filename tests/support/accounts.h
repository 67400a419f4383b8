// SPDX-License-Identifier: Apache-2.0
// User accounts that exist only for the programs of one gateway.
#pragma once

#include "dbus/sdbus/sdbus.h"

#include <filesystem>
#include <memory>
#include <string>
#include <sys/types.h>
#include <vector>

namespace bgs2::test {

struct Account {
    const char* name;
    uid_t uid; ///< also its group
    std::vector<gid_t> groups{};
};

/// The account of bgs2d. Members of its group have all authorizations.
inline const Account daemon_account{.name = "bgs2d", .uid = 60900};
inline const Account member{.name = "member", .uid = 60901, .groups = {60900}};
inline const Account stranger{.name = "stranger", .uid = 60902};
inline const Account nobody{.name = "nobody", .uid = 65534};
inline const Account root{.name = "root", .uid = 0};

/// Writes the files of accounts-sandbox to `folder`: the accounts of the machine and those above. With
/// `polkit`, also the actions and rules of bgs2d, the actions of ModemManager and systemd, and the
/// distribution's rule for administrators.
void write_accounts(const std::filesystem::path& folder, bool polkit);

/// The command line that runs `command` with these accounts.
std::vector<std::string> with_accounts(const std::filesystem::path& folder,
                                       const std::vector<std::string>& command);

/// The command line that runs `command` as another user. Requires root.
std::vector<std::string> run_as(const Account& account, const std::vector<std::string>& command);

/// Connects this process to a bus as another user. Requires root.
std::unique_ptr<sdbus::IConnection> connect_as(const Account& account, const std::string& bus_address);

} // namespace bgs2::test
