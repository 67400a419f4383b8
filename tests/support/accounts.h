// SPDX-License-Identifier: Apache-2.0
// People with accounts that only the programs of one gateway know of.
#pragma once

#include <sdbus-c++/sdbus-c++.h>

#include <filesystem>
#include <memory>
#include <string>
#include <sys/types.h>
#include <vector>

namespace bgs2::test {

struct Account {
    const char* name;
    uid_t uid; ///< and the group of that number
    std::vector<gid_t> groups{};
};

/// The daemon's, and the group of those who may.
inline const Account daemon_account{.name = "bgs2d", .uid = 60900};
inline const Account member{.name = "member", .uid = 60901, .groups = {60900}};
inline const Account stranger{.name = "stranger", .uid = 60902};
inline const Account nobody{.name = "nobody", .uid = 65534};
inline const Account root{.name = "root", .uid = 0};

/// Writes what accounts-sandbox wants in `folder`: the machine's accounts and those above; `polkit`:
/// polkitd's files, which are the ones that are shipped, ModemManager's and the distribution's rule on who
/// administers.
void write_accounts(const std::filesystem::path& folder, bool polkit);

/// The command, run where those accounts are.
std::vector<std::string> with_accounts(const std::filesystem::path& folder,
                                       const std::vector<std::string>& command);

/// The command, run by somebody else. Takes root.
std::vector<std::string> run_by(const Account& account, const std::vector<std::string>& command);

/// This process on a bus as somebody else. Takes root.
std::unique_ptr<sdbus::IConnection> connect_as(const Account& account, const std::string& bus_address);

} // namespace bgs2::test
