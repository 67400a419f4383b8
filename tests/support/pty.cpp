// SPDX-License-Identifier: Apache-2.0
#include "tests/support/pty.h"

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <pty.h>
#include <system_error>
#include <unistd.h>

namespace bgs2::test {

Pty::Pty() {
    std::array<char, 128> path{};
    if (openpty(&master_, &slave_, path.data(), nullptr, nullptr) != 0)
        throw std::system_error(errno, std::generic_category(), "open a pty");
    for (const int end : {master_, slave_})
        ::fcntl(end, F_SETFD, FD_CLOEXEC); // programs that a test starts must not inherit it
    path_ = path.data();
}

Pty::~Pty() {
    close(slave_);
    close(master_);
}

} // namespace bgs2::test
