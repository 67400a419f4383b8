// SPDX-License-Identifier: Apache-2.0
// Measures the time to provision beyond the transfer time, the time for many modems relative to one, and the
// memory and wake-ups of an idle daemon.
#include "tests/integration/certificates.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace bgs2::test {
namespace {

using Clock = std::chrono::steady_clock;

constexpr double bytes_per_second = 115200.0 / 10;

std::string name(int number) {
    return fmt::format("modem{:02}", number);
}

std::string imei(int number) {
    return fmt::format("3569380356438{:02}", number);
}

/// The bytes on the wire in both directions, from the log of the modem: commands, answers and frames.
double bytes_on_the_wire(const Gateway& gateway, const std::string& modem) {
    std::size_t bytes = 0;
    std::ifstream log(gateway.path(modem + ".log"));
    for (std::string line; std::getline(log, line);) {
        std::size_t at = 0;
        if (at = line.find(" command "); at != std::string::npos)
            bytes += line.size() - at - 9 + 1; // and CR
        else if (at = line.find(" answer "); at != std::string::npos)
            bytes += line.size() - at - 8 + 4; // between CR LF and CR LF
    }
    for (const auto& frame : std::filesystem::directory_iterator(gateway.path(modem + ".frames")))
        bytes += frame.file_size();
    return static_cast<double>(bytes);
}

/// The value of a name in one of the daemon's files of /proc.
long proc_figure(Gateway& gateway, const std::string& file, const std::string& figure) {
    std::ifstream stream(fmt::format("/proc/{}/{}", gateway.daemon().pid(), file));
    for (std::string line; std::getline(stream, line);) {
        if (line.starts_with(figure + ":"))
            return std::stol(line.substr(figure.size() + 1));
    }
    throw std::runtime_error("no " + figure + " in " + file);
}

struct Run {
    double seconds = 0;     ///< from plugging in until the last modem is compliant
    double on_the_wire = 0; ///< of that, the transfer time of one modem at 115200 Bd
};

Run provision(Gateway& gateway, int modems) {
    const auto start = Clock::now();
    for (int i = 0; i < modems; ++i)
        gateway.plug(name(i), {"--imei", imei(i), "--baud", "115200"});
    for (int i = 0; i < modems; ++i) {
        if (!gateway.becomes("compliant", imei(i)))
            throw std::runtime_error(imei(i) + " is not compliant\n" + gateway.log());
    }
    const std::chrono::duration<double> taken = Clock::now() - start;
    return {.seconds = taken.count(), .on_the_wire = bytes_on_the_wire(gateway, name(0)) / bytes_per_second};
}

Run measure(int modems, const std::string& settle, bool weigh) {
    std::vector<std::string> ports;
    for (int i = 0; i < modems; ++i)
        ports.push_back(name(i));
    Gateway gateway(ports);
    gateway.write_policy("10-bench", "[port]\nsettle = \"" + settle + "\"\n\n" + client_policy(gateway));
    gateway.start();
    const Run run = provision(gateway, modems);
    if (weigh) {
        gateway.eventually([] { return false; },
                           std::chrono::seconds(2)); // until the last job has ended
        const long before = proc_figure(gateway, "status", "voluntary_ctxt_switches");
        gateway.eventually([] { return false; }, std::chrono::seconds(10));
        fmt::print("idle with {} modems: {} kB resident, {} kB private dirty, {} wake-ups in 10 s\n", modems,
                   proc_figure(gateway, "status", "VmRSS"),
                   proc_figure(gateway, "smaps_rollup", "Private_Dirty"),
                   proc_figure(gateway, "status", "voluntary_ctxt_switches") - before);
    }
    return run;
}

void print(const char* what, const Run& run) {
    fmt::print("{}: {:.2f} s, of which {:.2f} s are transfer time; {:.2f} s remain\n", what, run.seconds,
               run.on_the_wire, run.seconds - run.on_the_wire);
}

} // namespace
} // namespace bgs2::test

int main() {
    using namespace bgs2::test;
    certificate_authority(); // made before the measurement
    client();
    const Run one = measure(1, "100ms", false);
    print("one modem, settle 100 ms", one);
    print("one modem, settle 0", measure(1, "0ms", false));
    const Run many = measure(16, "100ms", true);
    print("16 modems, settle 100 ms", many);
    fmt::print("16 modems take {:.2f} times as long as one\n", many.seconds / one.seconds);
    return EXIT_SUCCESS;
}
