// SPDX-License-Identifier: Apache-2.0
#include "tests/support/fake_journal.h"

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <poll.h>
#include <sched.h>
#include <string_view>
#include <sys/eventfd.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <system_error>
#include <unistd.h>

namespace bgs2::test {
namespace {

constexpr std::string_view folder = "/run/systemd/journal";

void check(bool success, const char* action) {
    if (!success)
        throw std::system_error(errno, std::generic_category(), action);
}

/// https://systemd.io/JOURNAL_NATIVE_PROTOCOL/: a field is "NAME=value\n", or "NAME\n", the size of the value
/// as 64 bits little-endian, the value, "\n".
FakeJournal::Entry parse(std::string_view datagram) {
    FakeJournal::Entry entry;
    while (!datagram.empty()) {
        const std::size_t end = datagram.find('\n');
        const std::string_view line = datagram.substr(0, end);
        const std::size_t equals = line.find('=');
        datagram.remove_prefix(end + 1);
        if (equals != std::string_view::npos) {
            entry.emplace(line.substr(0, equals), line.substr(equals + 1));
            continue;
        }
        std::uint64_t size = 0;
        std::memcpy(&size, datagram.data(), sizeof size);
        entry.emplace(line, datagram.substr(sizeof size, size));
        datagram.remove_prefix(sizeof size + size + 1);
    }
    return entry;
}

} // namespace

FakeJournal::FakeJournal(const std::filesystem::path& log)
  : socket_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0))
  , stop_(::eventfd(0, EFD_CLOEXEC)) {
    check(::unshare(CLONE_NEWNS) == 0, "create a mount namespace");
    check(::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0, "make the mounts private");
    check(::mount("run", "/run", "tmpfs", 0, nullptr) == 0, "mount a private /run");
    std::filesystem::create_directories(folder);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    (std::string(folder) + "/socket").copy(static_cast<char*>(address.sun_path), sizeof address.sun_path - 1);
    check(::bind(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0, "bind");
    check(stop_ >= 0, "eventfd");

    std::ofstream(log, std::ios::app).flush();
    struct stat stream{};
    check(::stat(log.c_str(), &stream) == 0, "stat");
    ::setenv("JOURNAL_STREAM", (std::to_string(stream.st_dev) + ":" + std::to_string(stream.st_ino)).c_str(),
             1);
    receiver_ = std::thread([this, log] { receive(log); });
}

FakeJournal::~FakeJournal() {
    ::unsetenv("JOURNAL_STREAM");
    ::eventfd_write(stop_, 1);
    receiver_.join();
    ::close(stop_);
    ::close(socket_);
}

std::vector<FakeJournal::Entry> FakeJournal::entries(const std::string& field,
                                                     const std::string& value) const {
    const std::scoped_lock lock(mutex_);
    std::vector<Entry> result;
    for (const Entry& entry : entries_) {
        const auto found = entry.find(field);
        if (found != entry.end() && found->second == value)
            result.push_back(entry);
    }
    return result;
}

void FakeJournal::receive(const std::filesystem::path& log) {
    std::ofstream lines(log, std::ios::app);
    std::array<char, 65536> buffer{};
    for (;;) {
        std::array waiting{pollfd{.fd = socket_, .events = POLLIN, .revents = 0},
                           pollfd{.fd = stop_, .events = POLLIN, .revents = 0}};
        ::poll(waiting.data(), waiting.size(), -1);
        if (waiting[1].revents != 0)
            return;
        const auto size = ::recv(socket_, buffer.data(), buffer.size(), MSG_DONTWAIT);
        if (size <= 0)
            continue;
        Entry entry = parse({buffer.data(), static_cast<std::size_t>(size)});
        lines << entry["MESSAGE"] << '\n' << std::flush;
        const std::scoped_lock lock(mutex_);
        entries_.push_back(std::move(entry));
    }
}

} // namespace bgs2::test
