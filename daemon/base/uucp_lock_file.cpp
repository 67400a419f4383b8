// SPDX-License-Identifier: Apache-2.0
#include "daemon/base/uucp_lock_file.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <ctime>
#include <fcntl.h>
#include <string_view>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace bgs2 {
namespace {

/// A program creates its lock and writes its pid right after that.
constexpr std::time_t creation_time = 2; // seconds

/// The pid in ASCII, which may be followed by other words, or as a binary int; 0: none. Each binary pid has a
/// byte zero, since pids are less than 2^22.
pid_t process_in(std::string_view text) {
    std::int32_t process = 0;
    if (text.size() == sizeof process && text.contains('\0')) {
        std::memcpy(&process, text.data(), sizeof process);
    } else {
        text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
        std::from_chars(text.data(), text.data() + text.size(), process);
    }
    return std::max(process, 0);
}

} // namespace

std::vector<std::string> uucp_lock_file_names(const PortInfo& port) {
    std::vector<std::filesystem::path> paths{port.device};
    std::error_code missing;
    if (auto node = std::filesystem::canonical(port.device, missing); !missing)
        paths.push_back(std::move(node));
    paths.insert(paths.end(), port.links.begin(), port.links.end());

    std::vector<std::string> names;
    const auto add = [&names](std::string name) {
        if (!name.empty() && std::ranges::find(names, name) == names.end())
            names.push_back(std::move(name));
    };
    constexpr std::string_view directory = "/dev/";
    for (const auto& path : paths) {
        std::string whole = path.string();
        if (!whole.starts_with(directory))
            continue; // its last part is no name of one port only
        whole.erase(0, directory.size());
        std::ranges::replace(whole, '/', '_');
        add("LCK.." + whole);
        add("LCK.." + path.filename().string());
    }
    return names;
}

/// All users can create files in /run/lock: opening another kind of file could block.
std::optional<UucpLockFile> read_uucp_lock_file(const std::filesystem::path& file) {
    const int fd = ::open(file.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0 && errno == EACCES)
        return UucpLockFile{.process = 0, .owner_unknown = true};
    if (fd < 0)
        return std::nullopt;
    struct stat status{};
    std::array<char, 64> buffer{};
    const bool regular = ::fstat(fd, &status) == 0 && S_ISREG(status.st_mode);
    const ssize_t size = regular ? ::read(fd, buffer.data(), buffer.size()) : -1;
    ::close(fd);
    if (size < 0)
        return std::nullopt;
    return UucpLockFile{.process = process_in({buffer.data(), static_cast<std::size_t>(size)}),
                        .owner_unknown = size == 0 && std::time(nullptr) - status.st_mtime < creation_time};
}

} // namespace bgs2
