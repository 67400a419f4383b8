// SPDX-License-Identifier: Apache-2.0
#include "tests/support/accounts.h"

#include "daemon/base/immovable.h"

#include <fmt/format.h>

#include <array>
#include <fstream>
#include <grp.h>
#include <stdexcept>
#include <system_error>
#include <unistd.h>

namespace bgs2::test {
namespace {

namespace fs = std::filesystem;

void require_success(int result, const char* what) {
    if (result != 0)
        throw std::system_error(errno, std::generic_category(), what);
}

/// Writes a copy of `source` with more lines.
void write_extended(const fs::path& source, const fs::path& target, const std::string& lines) {
    std::ifstream before(source);
    std::ofstream after(target);
    after << before.rdbuf() << lines;
    after.close();
    if (!after)
        throw std::runtime_error("cannot write " + target.string());
}

/// Changes the effective user, group and supplementary groups of this process during its lifetime.
class EffectiveUser : Immovable {
  public:
    explicit EffectiveUser(const Account& account)
      : groups_(static_cast<std::size_t>(::getgroups(0, nullptr))) {
        require_success(::getgroups(static_cast<int>(groups_.size()), groups_.data()) < 0 ? -1 : 0,
                        "getgroups");
        require_success(::setgroups(account.groups.size(), account.groups.data()), "setgroups");
        require_success(::setegid(account.uid), "setegid");
        require_success(::seteuid(account.uid), "seteuid");
    }
    ~EffectiveUser() {
        if (::seteuid(0) != 0 || ::setegid(0) != 0 || ::setgroups(groups_.size(), groups_.data()) != 0)
            std::terminate();
    }

  private:
    std::vector<gid_t> groups_;
};

} // namespace

void write_accounts(const fs::path& folder, bool polkit) {
    fs::create_directories(folder / "etc");
    std::string users;
    std::string groups;
    for (const Account* account : {&daemon_account, &member, &stranger}) {
        users += fmt::format("{0}:x:{1}:{1}::/nonexistent:/bin/sh\n", account->name, account->uid);
        groups += fmt::format("{}:x:{}:{}\n", account->name, account->uid,
                              account == &daemon_account ? member.name : "");
    }
    write_extended("/etc/passwd", folder / "etc/passwd", users);
    write_extended("/etc/group", folder / "etc/group", groups);
    if (!polkit)
        return;
    fs::create_directories(folder / "polkit/actions");
    fs::create_directories(folder / "polkit/rules.d");
    fs::copy(BGS2_POLKIT_ACTIONS, folder / "polkit/actions");
    for (const char* name : {"ModemManager1", "systemd1"}) {
        const fs::path actions = fmt::format("/usr/share/polkit-1/actions/org.freedesktop.{}.policy", name);
        if (fs::exists(actions))
            fs::copy(actions, folder / "polkit/actions");
    }
    fs::copy(BGS2_POLKIT_RULES, folder / "polkit/rules.d");
    fs::copy("/usr/share/polkit-1/rules.d/50-default.rules", folder / "polkit/rules.d");
}

std::vector<std::string> with_accounts(const fs::path& folder, const std::vector<std::string>& command) {
    std::vector<std::string> result{BGS2_ACCOUNTS_SANDBOX, folder};
    result.insert(result.end(), command.begin(), command.end());
    return result;
}

std::vector<std::string> run_as(const Account& account, const std::vector<std::string>& command) {
    std::vector<std::string> result{"setpriv", fmt::format("--reuid={}", account.uid),
                                    fmt::format("--regid={}", account.uid)};
    if (account.groups.empty())
        result.emplace_back("--clear-groups");
    else
        result.push_back(fmt::format("--groups={}", fmt::join(account.groups, ",")));
    result.insert(result.end(), command.begin(), command.end());
    return result;
}

std::unique_ptr<sdbus::IConnection> connect_as(const Account& account, const std::string& bus_address) {
    const EffectiveUser user(account);
    return sdbus::createSessionBusConnectionWithAddress(bus_address);
}

} // namespace bgs2::test
