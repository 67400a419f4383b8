// SPDX-License-Identifier: Apache-2.0
#include "daemon/port/uucp_lock.h"

#include "daemon/base/error.h"
#include "daemon/base/process.h"
#include "daemon/port/port_holder.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstdint>
#include <cstdio>
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

struct LockContent {
    std::string text;
    std::time_t changed = 0;
};

/// Nothing if it is no regular file: all users can create files in /run/lock, and another kind could block.
std::optional<LockContent> read_lock(const std::filesystem::path& file) {
    const int fd = ::open(file.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return std::nullopt;
    struct stat status{};
    std::array<char, 64> buffer{};
    const bool regular = ::fstat(fd, &status) == 0 && S_ISREG(status.st_mode);
    const ssize_t size = regular ? ::read(fd, buffer.data(), buffer.size()) : -1;
    ::close(fd);
    if (size < 0)
        return std::nullopt;
    return LockContent{.text = std::string(buffer.data(), static_cast<std::size_t>(size)),
                       .changed = status.st_mtime};
}

/// The pid in ASCII, which may be followed by other words, or as a binary int; 0: none. Each binary pid has a
/// byte zero, since pids are less than 2^22.
pid_t process_in(std::string_view text) {
    std::int32_t process = 0;
    if (text.size() == sizeof process && text.contains('\0')) {
        std::memcpy(&process, text.data(), sizeof process);
        return process;
    }
    text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
    std::from_chars(text.data(), text.data() + text.size(), process);
    return process;
}

Error claimed_by(const std::filesystem::path& file, const PortInfo& port, const PortHolder& holder) {
    return {ErrorCode::port_claimed,
            fmt::format("cannot lock {}: {} has {}", port.device, to_string(holder), file.string()),
            "stop that program, or name its unit in [port] borrow-from"};
}

/// The process other than this one that has the lock; one without a pid if it is just being created.
std::optional<PortHolder> owner_of(const std::filesystem::path& file) {
    if (const auto owner = uucp_lock_owner(file)) {
        if (*owner == ::getpid())
            return std::nullopt;
        return PortHolder{.name = process_name(*owner), .pid = *owner};
    }
    const auto content = read_lock(file);
    if (content && content->text.empty() && std::time(nullptr) - content->changed < creation_time)
        return PortHolder();
    return std::nullopt;
}

/// Writes the pid to a file of its own, from which each lock is linked: no other program sees an empty lock.
bool write_lock(const std::filesystem::path& file) {
    ::unlink(file.c_str()); // of an earlier process with the same pid
    const int fd = ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
    if (fd < 0)
        return false;
    const std::string content = fmt::format("{:10}\n", ::getpid());
    const bool written = ::fchmod(fd, 0644) == 0 && // the unit has UMask=0077
                         ::write(fd, content.data(), content.size()) == static_cast<ssize_t>(content.size());
    ::close(fd);
    if (!written)
        ::unlink(file.c_str());
    return written;
}

/// Removes the lock of a process that has ended. Moves it first: meanwhile another program may have replaced
/// it, and its lock is put back then.
bool remove_stale(const std::filesystem::path& file) {
    std::filesystem::path moved = file;
    moved += fmt::format(".{}", ::getpid());
    if (::rename(file.c_str(), moved.c_str()) != 0)
        return errno == ENOENT;
    if (!owner_of(moved) ||
        ::renameat2(AT_FDCWD, moved.c_str(), AT_FDCWD, file.c_str(), RENAME_NOREPLACE) != 0)
        ::unlink(moved.c_str());
    return true;
}

/// Takes one lock, if that is possible. Returns the process that has it.
std::optional<PortHolder> take(const std::filesystem::path& own, const std::filesystem::path& file,
                               bool& taken) {
    taken = ::link(own.c_str(), file.c_str()) == 0;
    if (taken)
        return std::nullopt;
    auto owner = owner_of(file);
    if (owner || !remove_stale(file))
        return owner;
    taken = ::link(own.c_str(), file.c_str()) == 0;
    return taken ? std::nullopt : owner_of(file);
}

} // namespace

std::vector<std::string> uucp_lock_names(const PortInfo& port) {
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

std::optional<pid_t> uucp_lock_owner(const std::filesystem::path& lock_file) {
    const auto content = read_lock(lock_file);
    const pid_t process = content ? process_in(content->text) : 0;
    if (process <= 0 || !is_running(process))
        return std::nullopt;
    return process;
}

UucpLock::UucpLock(const PortInfo& port, const std::filesystem::path& lock_directory) {
    const std::filesystem::path own = lock_directory / fmt::format("LTMP.bgs2d.{}", ::getpid());
    const bool written = write_lock(own);
    std::optional<Error> error;
    for (const std::string& name : uucp_lock_names(port)) {
        const std::filesystem::path file = lock_directory / name;
        bool taken = false;
        const auto owner = written ? take(own, file, taken) : owner_of(file);
        if (taken)
            files_.push_back(file);
        if (owner) {
            error = claimed_by(file, port, *owner);
            break;
        }
    }
    if (written)
        ::unlink(own.c_str());
    if (!error)
        return;
    release();
    throw Exception(std::move(*error));
}

UucpLock::~UucpLock() {
    release();
}

/// Another program may have taken a lock over that it took for a stale one.
void UucpLock::release() {
    for (const auto& file : files_) {
        if (uucp_lock_owner(file) == ::getpid())
            ::unlink(file.c_str());
    }
    files_.clear();
}

} // namespace bgs2
