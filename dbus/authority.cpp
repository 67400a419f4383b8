#include "dbus/authority.h"

#include "daemon/error.h"
#include "dbus/error_names.h"

#include <fmt/format.h>
#include <sdbus-c++/sdbus-c++.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <grp.h>
#include <map>
#include <optional>
#include <sys/types.h>
#include <vector>

namespace bgs2::dbus {
namespace {

constexpr const char* writers_group = "bgs2d";

using Credentials = std::map<std::string, sdbus::Variant>;

std::optional<gid_t> group_id(const char* name) {
    group entry{};
    group* found = nullptr;
    std::array<char, 4096> buffer{};
    if (::getgrnam_r(name, &entry, buffer.data(), buffer.size(), &found) != 0 || found == nullptr)
        return std::nullopt;
    return entry.gr_gid;
}

bool is_root(const Credentials& credentials) {
    const auto uid = credentials.find("UnixUserID");
    return uid != credentials.end() && uid->second.get<std::uint32_t>() == 0;
}

bool is_member(const Credentials& credentials, const char* name) {
    const auto gids = credentials.find("UnixGroupIDs");
    const auto wanted = group_id(name);
    if (gids == credentials.end() || !wanted)
        return false;
    const auto list = gids->second.get<std::vector<std::uint32_t>>();
    return std::ranges::find(list, *wanted) != list.end();
}

} // namespace

Authority::Authority(sdbus::IConnection& connection)
  : bus_(sdbus::createProxy(connection, "org.freedesktop.DBus", "/org/freedesktop/DBus")) {}

void Authority::require(const sdbus::IObject& object, const std::string& right) const {
    const sdbus::Message* message = object.getCurrentlyProcessedMessage();
    Credentials credentials;
    if (message != nullptr)
        bus_->callMethod("GetConnectionCredentials")
            .onInterface("org.freedesktop.DBus")
            .withArguments(message->getSender())
            .storeResultsTo(credentials);
    if (is_root(credentials) || is_member(credentials, writers_group))
        return;
    throw to_bus(Error{ErrorCode::access_denied, fmt::format("you may not {}", right),
                       fmt::format("it takes root or a member of the group '{}'", writers_group)});
}

} // namespace bgs2::dbus
