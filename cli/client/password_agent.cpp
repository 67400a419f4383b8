// SPDX-License-Identifier: Apache-2.0
#include "cli/client/password_agent.h"

#include "cli/terminal/files.h"

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <string>
#include <system_error>
#include <unistd.h>

namespace bgs2::cli {
namespace {

constexpr int notified = 3; ///< the descriptor that the agent closes once it is ready

} // namespace

bool can_ask_for_password() {
    return geteuid() != 0 && isatty(STDIN_FILENO) == 1;
}

PasswordAgent::PasswordAgent() {
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0)
        return;
    const Descriptor reading(ends[0]);
    try {
        const Descriptor writing(
            fcntl(ends[1], F_DUPFD_CLOEXEC, notified + 1)); // dup2 to itself keeps CLOEXEC
        close(ends[1]);
        const Descriptor nowhere(open("/dev/null", O_WRONLY | O_CLOEXEC));
        // The agent uses the terminal; on standard error it only reports that it could not start.
        program_.emplace(
            std::vector<std::string>{"pkttyagent", "--notify-fd", std::to_string(notified), "--fallback",
                                     "--process", std::to_string(getpid())},
            ChildProcess::Options{.descriptors = {{nowhere.get(), STDERR_FILENO}, {writing.get(), notified}},
                                  .environment = {}});
    } catch (const std::system_error&) {
        return; // not installed
    }
    char nothing = 0;
    while (::read(reading.get(), &nothing, 1) < 0 && errno == EINTR) {
    }
}

PasswordAgent::~PasswordAgent() {
    if (program_)
        program_->end();
}

} // namespace bgs2::cli
