// SPDX-License-Identifier: Apache-2.0
#include "cli/doctor/lock_files.h"

#include "cli/client/selector.h"

#include <charconv>
#include <cstring>
#include <fstream>
#include <optional>
#include <set>
#include <system_error>

namespace bgs2::cli {
namespace {

namespace fs = std::filesystem;

/// Ten columns and a newline (the FHS), or the number in binary; 0: neither.
pid_t process_in(const std::string& text) {
    pid_t pid = 0;
    const auto begin = text.find_first_not_of(' ');
    if (begin != std::string::npos &&
        std::from_chars(text.data() + begin, text.data() + text.size(), pid).ec == std::errc())
        return pid;
    if (text.size() == sizeof pid)
        std::memcpy(&pid, text.data(), sizeof pid);
    return pid > 0 ? pid : 0;
}

std::optional<pid_t> process_named_in(const fs::path& file) {
    constexpr std::streamsize longest = 64;
    std::ifstream stream(file, std::ios::binary);
    if (!stream)
        return std::nullopt;
    std::string text(longest, '\0');
    stream.read(text.data(), longest);
    text.resize(static_cast<std::size_t>(stream.gcount()));
    return process_in(text);
}

} // namespace

std::vector<LockFile> lock_files(std::span<const std::string> devices, const fs::path& directory,
                                 const fs::path& proc) {
    std::vector<LockFile> found;
    for (const std::string& device : devices) {
        const std::set<std::string> names{fs::path(device).filename(), fs::path(followed(device)).filename()};
        for (const std::string& name : names) {
            const fs::path file = directory / ("LCK.." + name);
            if (const auto pid = process_named_in(file)) {
                std::error_code error;
                const bool running = *pid != 0 && fs::exists(proc / std::to_string(*pid), error);
                found.push_back({.device = device, .file = file, .pid = *pid, .running = running});
            }
        }
    }
    return found;
}

} // namespace bgs2::cli
