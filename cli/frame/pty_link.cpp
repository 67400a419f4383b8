// SPDX-License-Identifier: Apache-2.0
#include "cli/frame/pty_link.h"

#include "cli/terminal/command_error.h"
#include "daemon/base/system_error.h"

#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <pty.h>
#include <sys/ioctl.h>
#include <system_error>
#include <termios.h>
#include <unistd.h>
#include <utility>

namespace bgs2::cli {
namespace {

[[noreturn]] void fail_making(const std::string& what, int number) {
    throw CommandError(
        system_error(number, "create " + what, "give a path in a directory that your user can write to"));
}

/// Whether this is the link of a capture that was killed.
bool is_left_over(const std::filesystem::path& path) {
    std::error_code error;
    const auto target = std::filesystem::read_symlink(path, error);
    return !error && target.native().starts_with("/dev/pts/") && !std::filesystem::exists(path, error);
}

} // namespace

PtyLink::PtyLink(std::string path)
  : path_(std::move(path)) {
    if (is_left_over(path_))
        unlink(path_.c_str());
    std::array<char, 128> name{};
    if (openpty(&master_, &slave_, name.data(), nullptr, nullptr) != 0)
        fail_making("a pty", errno);
    try {
        link(name.data());
    } catch (...) {
        close_both();
        throw;
    }
}

void PtyLink::link(const char* port) {
    termios settings{};
    if (tcgetattr(slave_, &settings) != 0)
        fail_making("a pty", errno);
    cfmakeraw(&settings);
    cfsetspeed(&settings, B115200);
    if (tcsetattr(slave_, TCSANOW, &settings) != 0 || fcntl(master_, F_SETFL, O_NONBLOCK) != 0)
        fail_making("a pty", errno);
    for (const int descriptor : {master_, slave_})
        fcntl(descriptor, F_SETFD, FD_CLOEXEC);
    if (symlink(port, path_.c_str()) == 0)
        return;
    if (errno != EEXIST)
        fail_making(path_, errno);
    throw CommandError(Error{ErrorCode::failed, fmt::format("cannot create {}: it exists already", path_),
                             "give another path, or remove that file"});
}

PtyLink::~PtyLink() {
    unlink(path_.c_str());
    close_both();
}

bool PtyLink::is_read() const {
    int unread = 0;
    return ioctl(slave_, FIONREAD, &unread) != 0 || unread == 0;
}

void PtyLink::close_both() const {
    close(slave_);
    close(master_);
}

} // namespace bgs2::cli
