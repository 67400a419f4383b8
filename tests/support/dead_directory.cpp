// SPDX-License-Identifier: Apache-2.0
#include "tests/support/dead_directory.h"

#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <fcntl.h>
#include <linux/fuse.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>
#include <utility>

namespace bgs2::test {
namespace {

constexpr std::uint64_t file_node = 2;

fuse_attr attributes_of(std::uint64_t node, std::uint64_t size, std::uint64_t modified) {
    fuse_attr attributes{};
    attributes.ino = node;
    attributes.mode = node == FUSE_ROOT_ID ? S_IFDIR | 0755 : S_IFREG | 0644;
    attributes.nlink = 1;
    attributes.size = size;
    attributes.mtime = modified;
    attributes.blksize = 4096;
    return attributes;
}

template<class Body>
void reply(int device, std::uint64_t unique, Body body) {
    fuse_out_header header{.len = sizeof header + sizeof body, .error = 0, .unique = unique};
    const std::array<iovec, 2> parts{iovec{&header, sizeof header}, iovec{&body, sizeof body}};
    [[maybe_unused]] const auto written = ::writev(device, parts.data(), parts.size());
}

} // namespace

DeadDirectory::DeadDirectory(std::filesystem::path mount_point)
  : mount_point_(std::move(mount_point)) {
    std::filesystem::create_directories(mount_point_);
    device_ = ::open("/dev/fuse", O_RDWR | O_CLOEXEC);
    const std::string options = fmt::format("fd={},rootmode=40000,user_id=0,group_id=0,allow_other", device_);
    if (device_ < 0 || ::unshare(CLONE_NEWNS) != 0 ||
        ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
        ::mount("dead", mount_point_.c_str(), "fuse", MS_NOSUID | MS_NODEV, options.c_str()) != 0)
        mount_error_ = std::strerror(errno);
    else
        thread_ = std::thread([this] { answer(); });
}

DeadDirectory::~DeadDirectory() {
    if (mount_error_.empty())
        ::umount2(mount_point_.c_str(), MNT_FORCE); // ends the calls that hang, and the thread's read
    if (thread_.joinable())
        thread_.join();
    if (device_ >= 0)
        ::close(device_);
    if (mount_error_.empty())
        ::umount2(mount_point_.c_str(), MNT_DETACH);
}

void DeadDirectory::hang() {
    const std::scoped_lock lock(mutex_);
    hangs_ = true;
}

void DeadDirectory::revive() {
    const std::scoped_lock lock(mutex_);
    hangs_ = false;
    for (const auto& request : std::exchange(hanging_, {}))
        answer(request);
}

void DeadDirectory::change_files() {
    ++size_;
    modified_ =
        static_cast<std::uint64_t>(std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now())
                                       .time_since_epoch()
                                       .count());
}

bool DeadDirectory::has_hanging_call() {
    const std::scoped_lock lock(mutex_);
    return !hanging_.empty();
}

void DeadDirectory::answer() {
    std::vector<std::byte> buffer(FUSE_MIN_READ_BUFFER + 1024 * 1024);
    for (;;) {
        const ssize_t size = ::read(device_, buffer.data(), buffer.size());
        if (size < 0 && (errno == EINTR || errno == ENOENT))
            continue;
        if (size < static_cast<ssize_t>(sizeof(fuse_in_header)))
            return;
        const std::vector<std::byte> request(buffer.begin(), buffer.begin() + size);
        fuse_in_header header{};
        std::memcpy(&header, request.data(), sizeof header);
        const std::scoped_lock lock(mutex_);
        if (hangs_ && header.opcode != FUSE_INIT && header.opcode != FUSE_INTERRUPT)
            hanging_.push_back(request);
        else
            answer(request);
    }
}

/// Answers questions about names, and nothing else.
void DeadDirectory::answer(const std::vector<std::byte>& bytes) {
    ++answers_;
    fuse_in_header request{};
    std::memcpy(&request, bytes.data(), sizeof request);
    if (request.opcode == FUSE_INIT) {
        fuse_init_out init{};
        init.major = FUSE_KERNEL_VERSION;
        init.minor = 31;
        init.max_write = 4096;
        reply(device_, request.unique, init);
    } else if (request.opcode == FUSE_LOOKUP) {
        fuse_entry_out entry{};
        entry.nodeid = file_node;
        entry.attr = attributes_of(file_node, size_, modified_);
        reply(device_, request.unique, entry);
    } else if (request.opcode == FUSE_GETATTR) {
        fuse_attr_out attributes{};
        attributes.attr = attributes_of(request.nodeid, size_, modified_);
        reply(device_, request.unique, attributes);
    } else if (request.opcode == FUSE_INTERRUPT) { // as with NFS, a process that hangs can be killed
        fuse_interrupt_in interrupt{};
        std::memcpy(&interrupt, bytes.data() + sizeof request, sizeof interrupt);
        const fuse_out_header header{.len = sizeof header, .error = -EINTR, .unique = interrupt.unique};
        [[maybe_unused]] const auto written = ::write(device_, &header, sizeof header);
    }
}

} // namespace bgs2::test
