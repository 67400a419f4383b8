// SPDX-License-Identifier: Apache-2.0
#include "daemon/pki/file.h"

#include "daemon/base/background.h"
#include "daemon/base/system_error.h"
#include "daemon/pki/conversion.h"
#include "daemon/pki/wrapping.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <optional>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>
#include <vector>

namespace bgs2::pki {

namespace {

std::unexpected<Error> unreadable(int number, std::string_view name) {
    Error error = system_error(number, fmt::format("read {}", name));
    if (error.code == ErrorCode::not_found)
        error.hint = "check the path";
    else if (error.code == ErrorCode::access_denied)
        error.hint = "give the user bgs2d read access to the file and its directories";
    else if (number == ELOOP)
        error.hint = "check the symbolic links on the path";
    else
        error.hint = "check the file system and the system log";
    return std::unexpected(std::move(error));
}

std::span<std::byte> bytes(Bytes& buffer) {
    return buffer;
}

std::span<std::byte> bytes(Secret& buffer) {
    return buffer.bytes();
}

template<class Buffer>
Expected<Buffer> read_all(int descriptor, std::string_view name, std::size_t max_size) {
    struct stat status{};
    if (::fstat(descriptor, &status) != 0)
        return unreadable(errno, name);
    if (!S_ISREG(status.st_mode))
        return fail(ErrorCode::failed,
                    fmt::format("{} is {}, not a regular file", name,
                                S_ISDIR(status.st_mode) ? "a directory" : "a device, pipe or socket"),
                    "name a regular file");
    const auto too_large = [&] {
        return fail(ErrorCode::too_much_data, fmt::format("{} is larger than {} bytes", name, max_size),
                    "check that it is the right file: certificates, keys and frames are far smaller");
    };
    if (std::cmp_greater(status.st_size, max_size))
        return too_large();
    // One byte more than the size shows whether the file has grown; the size of files of the kernel is 0.
    constexpr std::size_t least = 4096;
    Buffer buffer;
    buffer.resize(
        std::clamp(static_cast<std::size_t>(status.st_size), least - 1, std::max(least - 1, max_size)) + 1);
    std::size_t filled = 0;
    for (;;) {
        const auto free = bytes(buffer).subspan(filled);
        const auto got = ::pread(descriptor, free.data(), free.size(), static_cast<off_t>(filled));
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return unreadable(errno, name);
        if (got == 0)
            break;
        filled += static_cast<std::size_t>(got);
        if (filled > max_size)
            return too_large();
        if (filled == bytes(buffer).size())
            buffer.resize(std::min(filled * 2, max_size + 1));
    }
    buffer.resize(filled);
    return buffer;
}

/// The bits of the mode that let others write: S_IWOTH, and S_IWGRP unless root or this process is the group.
mode_t writers(const struct stat& status) {
    const bool trusted = status.st_gid == 0 || status.st_gid == ::getegid();
    return status.st_mode & (trusted ? S_IWOTH : S_IWOTH | S_IWGRP);
}

/// "o-w", as chmod takes it.
std::string_view removed(mode_t mode) {
    if (mode == S_IWOTH)
        return "o-w";
    return mode == S_IWGRP ? "g-w" : "go-w";
}

std::filesystem::path directory_of(const std::filesystem::path& file) {
    return file.has_parent_path() ? file.parent_path() : ".";
}

/// The error if others than `owner` can replace the file `name` in its directory.
std::optional<Error> check_directory(const std::filesystem::path& directory, std::string_view name,
                                     uid_t owner) {
    struct stat status{};
    if (::stat(directory.c_str(), &status) != 0)
        return std::nullopt; // renamed since the file was opened
    const mode_t mode = (status.st_mode & S_ISVTX) != 0 ? 0 : writers(status);
    if (mode != 0)
        return Error{
            ErrorCode::access_denied,
            fmt::format("{} contains a secret, and others can replace it: its directory {} is writable "
                        "by others (mode {:04o})",
                        name, directory.native(), status.st_mode & 07777U),
            fmt::format("run 'chmod {} {}'", removed(mode), shell_word(directory.native()))};
    if (status.st_uid != 0 && status.st_uid != ::geteuid() && status.st_uid != owner)
        return Error{
            ErrorCode::access_denied,
            fmt::format("{} contains a secret, and others can replace it: its directory {} belongs to "
                        "the user id {}",
                        name, directory.native(), status.st_uid),
            fmt::format("run 'chown root {}'", shell_word(directory.native()))};
    return std::nullopt;
}

} // namespace

File::File(int descriptor, std::string name)
  : descriptor_(descriptor)
  , name_(std::move(name)) {}

File::File(File&& other) noexcept
  : descriptor_(std::exchange(other.descriptor_, -1))
  , name_(std::move(other.name_)) {}

File::~File() {
    if (descriptor_ >= 0)
        ::close(descriptor_);
}

Expected<File> File::open(const std::filesystem::path& path) {
    note_step("reading " + path.string());
    // open() of a FIFO without a writer would block the whole daemon.
    const int number = ::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
    if (number < 0)
        return unreadable(errno, path.native());
    return File(number, path);
}

Expected<Bytes> File::read(std::size_t max_size) const {
    return read_descriptor(descriptor_, name_, max_size);
}

Expected<Secret> File::read_secret(std::size_t max_size) const {
    return read_secret_descriptor(descriptor_, name_, max_size);
}

Expected<void> File::require_private() const {
    struct stat status{};
    if (::fstat(descriptor_, &status) != 0)
        return unreadable(errno, name_);
    if ((status.st_mode & S_IROTH) != 0)
        return fail(ErrorCode::access_denied,
                    fmt::format("{} contains a secret and is readable by others (mode {:04o})", name_,
                                status.st_mode & 07777U),
                    fmt::format("run 'chmod o-r {0}', or list it in readable of the policy's [provision]",
                                shell_word(name_)));
    return require_protected();
}

Expected<void> File::require_protected() const {
    struct stat status{};
    if (::fstat(descriptor_, &status) != 0)
        return unreadable(errno, name_);
    if (const auto mode = writers(status); mode != 0)
        return fail(ErrorCode::access_denied,
                    fmt::format("{} contains a secret and is writable by others (mode {:04o})", name_,
                                status.st_mode & 07777U),
                    fmt::format("run 'chmod {} {}'", removed(mode), shell_word(name_)));
    // Where a symbolic link is, and where it leads to.
    std::vector<std::filesystem::path> directories{directory_of(name_)};
    std::error_code error;
    if (const auto file = std::filesystem::read_symlink(fmt::format("/proc/self/fd/{}", descriptor_), error);
        !error && file.parent_path() != directories.front())
        directories.push_back(file.parent_path());
    for (const auto& directory : directories) {
        if (auto replaceable = check_directory(directory, name_, status.st_uid))
            return std::unexpected(std::move(*replaceable));
    }
    return {};
}

void clean_passphrase(Secret& passphrase) {
    if (auto utf8 = from_utf16(std::as_const(passphrase).bytes()))
        passphrase = std::move(*utf8);
    constexpr std::string_view mark = "\xef\xbb\xbf";
    if (as_text(std::as_const(passphrase).bytes()).starts_with(mark))
        passphrase = Secret::copy_of(std::as_const(passphrase).bytes().subspan(mark.size()));
    std::string_view text = as_text(std::as_const(passphrase).bytes());
    if (!text.ends_with('\n'))
        return;
    text.remove_suffix(1);
    if (text.ends_with('\r'))
        text.remove_suffix(1);
    passphrase.truncate(text.size());
}

Expected<Bytes> read_descriptor(int descriptor, std::string_view name, std::size_t max_size) {
    return read_all<Bytes>(descriptor, name, max_size);
}

Expected<Secret> read_secret_descriptor(int descriptor, std::string_view name, std::size_t max_size) {
    return read_all<Secret>(descriptor, name, max_size);
}

} // namespace bgs2::pki
