// SPDX-License-Identifier: Apache-2.0
// Measures the run time of bgs2ctl: medians, compared with an empty program and busctl.
#include "tests/integration/certificates.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <fcntl.h>
#include <spawn.h>
#include <stdexcept>
#include <string>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>
#include <vector>

namespace bgs2::test {
namespace {

using Clock = std::chrono::steady_clock;
using Milliseconds = std::chrono::duration<double, std::milli>;

constexpr std::size_t runs = 31;

Milliseconds time_of(std::vector<std::string>& command) {
    std::vector<char*> arguments;
    for (std::string& word : command)
        arguments.push_back(word.data());
    arguments.push_back(nullptr);
    posix_spawn_file_actions_t quietly{};
    posix_spawn_file_actions_init(&quietly);
    posix_spawn_file_actions_addopen(&quietly, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    const auto start = Clock::now();
    pid_t child = -1;
    if (const int error = posix_spawnp(&child, arguments[0], &quietly, nullptr, arguments.data(), environ);
        error != 0)
        throw std::system_error(error, std::system_category(), command.front());
    int status = 0;
    waitpid(child, &status, 0);
    const Milliseconds taken = Clock::now() - start;
    posix_spawn_file_actions_destroy(&quietly);
    if (status != 0)
        throw std::runtime_error(command.front() + " failed");
    return taken;
}

Milliseconds median_of(std::vector<std::string> command) {
    std::vector<Milliseconds> times;
    for (std::size_t i = 0; i < runs; ++i)
        times.push_back(time_of(command));
    std::ranges::sort(times);
    return times[runs / 2];
}

/// `at_most`: the limit on an idle machine; 0: for comparison only.
Milliseconds print(const char* what, Milliseconds taken, Milliseconds at_most, Milliseconds beside) {
    fmt::print("{:<24}{:6.2f} ms", what, taken.count());
    if (at_most.count() > 0)
        fmt::print(", {:.2f} of the limit of {} ms, {:.2f} times busctl", taken / at_most, at_most.count(),
                   taken / beside);
    fmt::print("\n");
    return taken;
}

} // namespace
} // namespace bgs2::test

int main() {
    using namespace bgs2::test;
    Gateway gateway;
    gateway.write_policy("10-bench", client_policy(gateway));
    gateway.start();
    gateway.plug("modem");
    if (!gateway.becomes("compliant"))
        throw std::runtime_error(gateway.log());
    setenv("DBUS_SYSTEM_BUS_ADDRESS", gateway.bus_address().c_str(), 1);
    const Milliseconds none(0);
    print("an empty program", median_of({"/bin/true"}), none, none);
    const auto busctl = print(
        "busctl tree", median_of({"busctl", "--system", "--no-pager", "tree", "io.bgs2d1"}), none, none);
    print("bgs2ctl --help", median_of({BGS2CTL, "--help"}), Milliseconds(3), busctl);
    print("bgs2ctl list", median_of({BGS2CTL, "list"}), Milliseconds(6), busctl);
    print("bgs2ctl list --json", median_of({BGS2CTL, "list", "--json"}), Milliseconds(6), busctl);
    print("bgs2ctl show", median_of({BGS2CTL, "show"}), Milliseconds(6), busctl);
    return EXIT_SUCCESS;
}
