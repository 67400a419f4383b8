// SPDX-License-Identifier: Apache-2.0
#include "tests/sim/pty.h"

#include <asio/use_awaitable.hpp>
#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

namespace bgs2::sim {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void throw_errno(std::string_view action) {
    throw std::system_error(errno, std::generic_category(), fmt::format("cannot {}", action));
}

int checked(int result, std::string_view action) {
    if (result < 0)
        throw_errno(action);
    return result;
}

// In canonical mode, the line would echo the modem's answers back to it.
void make_raw(int descriptor) {
    termios settings{};
    checked(tcgetattr(descriptor, &settings), "read the settings of the pty");
    cfmakeraw(&settings);
    checked(tcsetattr(descriptor, TCSANOW, &settings), "make the pty raw");
}

/// Whether both are the same node. Names and device numbers of ptys are the same in all containers, but not
/// the file systems of their nodes.
bool is_same(const struct stat& one, const struct stat& other) {
    return one.st_dev == other.st_dev && one.st_ino == other.st_ino;
}

/// The number of descriptors of other processes for the pty. Without root, processes of other users do not
/// count.
int count_in_proc(int pty) {
    int count = 0;
    struct stat wanted{};
    checked(fstat(pty, &wanted), "examine the pty");
    std::error_code hidden; // processes that have ended, or belong to another user
    for (const auto& process : fs::directory_iterator("/proc", hidden)) {
        const std::string name = process.path().filename();
        if (name.find_first_not_of("0123456789") != std::string::npos || name == std::to_string(getpid()))
            continue;
        for (fs::directory_iterator descriptor(process.path() / "fd", hidden), end;
             !hidden && descriptor != end; descriptor.increment(hidden)) {
            struct stat open{};
            if (stat(descriptor->path().c_str(), &open) == 0 && is_same(open, wanted))
                ++count;
        }
    }
    return count;
}

} // namespace

std::unique_ptr<Pty> Pty::create(const asio::any_io_executor& executor, const fs::path& link, Log& log) {
    using Descriptor = asio::posix::stream_descriptor;
    Descriptor master(executor, checked(posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK),
                                        "create a pty; is /dev/pts mounted?"));
    checked(grantpt(master.native_handle()), "grant access to the pty");
    checked(unlockpt(master.native_handle()), "unlock the pty");
    std::array<char, 64> name{};
    if (ptsname_r(master.native_handle(), name.data(), name.size()) != 0)
        throw_errno("find the name of the pty");
    Descriptor slave(executor, checked(::open(name.data(), O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK),
                                       fmt::format("open {}", name.data())));
    make_raw(slave.native_handle());

    // After the open() above, which must not count as an opener.
    Descriptor inotify(executor, checked(inotify_init1(IN_NONBLOCK | IN_CLOEXEC), "watch the pty"));
    checked(inotify_add_watch(inotify.native_handle(), name.data(), IN_OPEN | IN_CLOSE),
            fmt::format("watch {}", name.data()));

    std::unique_ptr<Pty> pty(
        new Pty(std::move(master), std::move(slave), std::move(inotify), name.data(), log));
    pty->make_link(link);
    return pty;
}

Pty::Pty(asio::posix::stream_descriptor master, asio::posix::stream_descriptor slave,
         asio::posix::stream_descriptor inotify, fs::path device, Log& log)
  : Port(std::move(master))
  , slave_(std::move(slave))
  , inotify_(std::move(inotify))
  , first_open_(slave_.get_executor())
  , device_(std::move(device))
  , log_(log) {}

Pty::~Pty() {
    remove_link();
}

void Pty::make_link(const fs::path& link) {
    const auto status = fs::symlink_status(link);
    if (fs::exists(status) && !fs::is_symlink(status))
        throw std::runtime_error(fmt::format(
            "{} exists and is not a symbolic link; remove it, or use another name", link.string()));
    const fs::path next = fmt::format("{}.{}", link.string(), getpid());
    fs::create_symlink(device_, next);
    fs::rename(next, link);
    link_ = link;
    log_.write("link", fmt::format("{} -> {}", link.string(), device_.string()));
}

void Pty::remove_link() {
    std::error_code ignored; // the link may be gone already
    if (!link_.empty() && fs::read_symlink(link_, ignored) == device_)
        fs::remove(link_, ignored);
    link_.clear();
}

asio::awaitable<void> Pty::opened() {
    while (openers_ == 0)
        co_await first_open_.wait();
}

asio::awaitable<void> Pty::watch() {
    for (;;) {
        co_await inotify_.async_wait(asio::posix::stream_descriptor::wait_read, asio::use_awaitable);
        count_openers();
    }
}

void Pty::count_openers() {
    std::array<char, 4096> events{};
    for (;;) {
        const auto size = ::read(inotify_.native_handle(), events.data(), events.size());
        if (size < 0 && (errno == EAGAIN || errno == EINTR))
            return;
        if (size <= 0)
            throw_errno("read the openers of the pty");
        for (std::size_t offset = 0; offset < static_cast<std::size_t>(size);) {
            inotify_event event{};
            std::memcpy(&event, events.data() + offset, sizeof event);
            offset += sizeof event + event.len;
            if ((event.mask & IN_OPEN) != 0) {
                ++openers_;
                log_.write("port-open", fmt::format("{} by {}", device_.string(), openers_));
                first_open_.notify();
            } else if ((event.mask & IN_CLOSE) != 0) {
                --openers_;
                // inotify merges equal events in a row, so the count can be too low.
                if (openers_ <= 0)
                    openers_ = count_in_proc(slave_.native_handle());
                if (openers_ == 0)
                    handle_last_close();
                log_.write("port-close", fmt::format("{} by {}", device_.string(), openers_));
            }
        }
    }
}

// The kernel does this on the last close of a real tty, but not here, where this program keeps the slave
// open.
void Pty::handle_last_close() {
    checked(tcflush(slave_.native_handle(), TCIFLUSH), "empty the pty");
    checked(ioctl(slave_.native_handle(), TIOCNXCL), "release the pty");
    note_hang_up();
}

std::size_t Pty::send(ByteView bytes) {
    count_openers();
    return openers_ == 0 ? 0 : Port::send(bytes);
}

bool Pty::is_open() {
    count_openers();
    return openers_ > 0;
}

void Pty::close() {
    remove_link();
    slave_.close();
    Port::close();
}

} // namespace bgs2::sim
