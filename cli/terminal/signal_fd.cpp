// SPDX-License-Identifier: Apache-2.0
#include "cli/terminal/signal_fd.h"

#include "cli/terminal/command_error.h"
#include "daemon/base/system_error.h"

#include <cerrno>
#include <csignal>
#include <sys/signalfd.h>
#include <unistd.h>

namespace bgs2::cli {
namespace {

sigset_t ending_signals() {
    sigset_t signals{};
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    return signals;
}

} // namespace

SignalFd::SignalFd() {
    const sigset_t signals = ending_signals();
    descriptor_ = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
    if (descriptor_ < 0)
        throw CommandError(system_error(errno, "wait for signals"));
    sigprocmask(SIG_BLOCK, &signals, nullptr);
}

SignalFd::~SignalFd() {
    signalfd_siginfo taken{};
    // A signal that was received must not end the process when it is unblocked.
    while (::read(descriptor_, &taken, sizeof taken) > 0) {
    }
    close(descriptor_);
    const sigset_t signals = ending_signals();
    sigprocmask(SIG_UNBLOCK, &signals, nullptr);
}

} // namespace bgs2::cli
