// SPDX-License-Identifier: Apache-2.0
#include "daemon/port/uucp_lock.h"

#include "daemon/base/error.h"
#include "daemon/base/process.h"
#include "daemon/base/uucp_lock_file.h"
#include "daemon/port/port_holder.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace bgs2 {
namespace {

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
    const auto content = read_uucp_lock_file(file);
    return content && content->owner_unknown ? std::optional<PortHolder>(std::in_place) : std::nullopt;
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
    return uucp_lock_file_names(port);
}

std::optional<pid_t> uucp_lock_owner(const std::filesystem::path& lock_file) {
    const auto content = read_uucp_lock_file(lock_file);
    if (!content || !is_running(content->process))
        return std::nullopt;
    return content->process;
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
