// SPDX-License-Identifier: Apache-2.0
#include "daemon/base/container.h"

#include <cstdint>
#include <fstream>
#include <limits>
#include <string_view>
#include <system_error>

namespace bgs2 {
namespace {

/// The first line; empty if there is none.
std::string first_line(const std::filesystem::path& file) {
    std::ifstream stream(file);
    std::string line;
    std::getline(stream, line);
    return line;
}

/// The variable "container" of the first process, which systemd and most programs that make containers set.
std::string from_environment(const std::filesystem::path& file) {
    constexpr std::string_view name = "container=";
    std::ifstream stream(file, std::ios::binary);
    for (std::string variable; std::getline(stream, variable, '\0');) {
        if (variable.starts_with(name))
            return variable.substr(name.size());
    }
    return {};
}

} // namespace

std::string container_manager(const std::filesystem::path& root) {
    // systemd as the first process writes the one, a program that makes containers the other.
    for (const char* file : {"run/systemd/container", "run/host/container-manager"}) {
        if (auto name = first_line(root / file); !name.empty())
            return name;
    }
    if (auto name = from_environment(root / "proc/1/environ"); !name.empty())
        return name;
    std::error_code error;
    if (std::filesystem::exists(root / "run/.containerenv", error))
        return "podman";
    return std::filesystem::exists(root / ".dockerenv", error) ? "docker" : "";
}

bool users_are_mapped(const std::filesystem::path& root) {
    std::ifstream stream(root / "proc/self/uid_map");
    std::uint64_t inside = 0;
    std::uint64_t outside = 0;
    std::uint64_t count = 0;
    const bool is_read = static_cast<bool>(stream >> inside >> outside >> count);
    return is_read && (inside != outside || count != std::numeric_limits<std::uint32_t>::max());
}

} // namespace bgs2
