// SPDX-License-Identifier: Apache-2.0
#include "tests/support/foreign_pty.h"

#include <csignal>
#include <fcntl.h>
#include <sched.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace bgs2::test {
namespace {

/// Otherwise the forked process would have the ptys of the test open as well.
void close_devices() {
    constexpr int most = 1024;
    for (int fd = STDERR_FILENO + 1; fd < most; ++fd) {
        struct stat status{};
        if (::fstat(fd, &status) == 0 && S_ISCHR(status.st_mode))
            ::close(fd);
    }
}

bool enter_another_instance() {
    return ::unshare(CLONE_NEWNS) == 0 && ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
           ::mount("devpts", "/dev/pts", "devpts", 0, "newinstance,ptmxmode=0666") == 0;
}

/// Opens masters until one has this number, which are given out in order; -1: not permitted.
int open_master(const char* ptmx, unsigned number) {
    for (unsigned opened = 0; opened <= number; ++opened) {
        const int master = ::open(ptmx, O_RDWR | O_NOCTTY);
        unsigned found = 0;
        if (master < 0 || ::ioctl(master, TIOCGPTN, &found) != 0)
            return -1;
        if (found == number)
            return master;
    }
    return -1;
}

/// Forks a process that keeps all that is open now, until this one ends.
bool leave_to_a_child() {
    const pid_t parent = ::getpid();
    const pid_t child = ::fork();
    if (child == 0) {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (::getppid() != parent)
            ::_exit(1);
        Child::wait_for_signal();
    }
    return child > 0;
}

bool open_foreign(const std::string& path, ForeignPty::Opens opens) {
    close_devices();
    if (opens == ForeignPty::Opens::and_the_namesake && Child::open_tty(path) < 0)
        return false;
    const auto number = static_cast<unsigned>(std::stoul(path.substr(path.rfind('/') + 1)));
    if (!enter_another_instance())
        return false;
    const int master = open_master("/dev/ptmx", number);
    const int locked = 0;
    if (master < 0 || ::ioctl(master, TIOCSPTLCK, &locked) != 0)
        return false;
    if (opens == ForeignPty::Opens::and_the_namesake)
        return true;
    // Without a master, the kernel would remove the node.
    if (opens == ForeignPty::Opens::the_pty && (!leave_to_a_child() || ::close(master) != 0))
        return false;
    const int slave = Child::open_tty(path);
    return slave >= 0 && ::flock(slave, LOCK_EX) == 0;
}

} // namespace

ForeignPty::ForeignPty(const std::string& path, Opens opens)
  : process_([&](const auto& ready) {
      if (!open_foreign(path, opens))
          return 1;
      ready();
      Child::wait_for_signal();
      return 0;
  }) {}

} // namespace bgs2::test
