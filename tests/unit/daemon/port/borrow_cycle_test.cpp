// SPDX-License-Identifier: Apache-2.0
// A port is opened and closed many times in the life of a daemon.
#include "daemon/at/line_state.h"
#include "daemon/at/serial_port.h"
#include "daemon/port/port_holder.h"
#include "daemon/port/release_watch.h"
#include "daemon/port/uucp_lock.h"
#include "tests/support/child.h"
#include "tests/support/pty.h"
#include "tests/support/temporary_directory.h"

#include <asio/io_context.hpp>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <unistd.h>

namespace bgs2 {
namespace {

std::ptrdiff_t number_of_files(const std::filesystem::path& directory) {
    return std::distance(std::filesystem::directory_iterator(directory),
                         std::filesystem::directory_iterator());
}

/// In KiB.
std::size_t resident_memory() {
    std::size_t total = 0;
    std::size_t resident = 0;
    std::ifstream("/proc/self/statm") >> total >> resident;
    return resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE)) / 1024;
}

TEST(BorrowCycle, LeavesNothingBehindAThousandTimes) {
    const test::Pty pty;
    const test::TemporaryDirectory locks;
    const PortInfo port{.device = pty.path(), .links = {}, .properties = {}};
    const int line = test::Child::open_tty(pty.path());
    const at::LineState found(line);
    asio::io_context loop;
    const auto borrow = [&] {
        const ReleaseWatch watch(loop.get_executor(), port, locks.path(), [] {});
        ASSERT_FALSE(find_holder(port, locks.path()));
        const UucpLock lock(port, locks.path());
        const at::SerialPort opened(loop.get_executor(), pty.path(), {.baud = 9600});
        loop.restart();
        loop.poll();
    };
    for (int i = 0; i < 100; ++i)
        borrow();
    const auto descriptors = number_of_files("/proc/self/fd");
    const auto threads = number_of_files("/proc/self/task");
    const std::size_t memory = resident_memory();
    for (int i = 0; i < 1000; ++i) {
        borrow();
        ASSERT_EQ(at::LineState(line), found) << i;
    }
    EXPECT_EQ(number_of_files("/proc/self/fd"), descriptors);
    EXPECT_LE(number_of_files("/proc/self/task"), threads + 1) << "a thread that closes may not have ended";
    EXPECT_EQ(number_of_files(locks.path()), 0);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) // which keep freed memory
    EXPECT_LE(resident_memory(), memory + 1024) << "KiB";
#endif
    RecordProperty("grown_kib", static_cast<int>(resident_memory()) - static_cast<int>(memory));
    ::close(line);
}

} // namespace
} // namespace bgs2
