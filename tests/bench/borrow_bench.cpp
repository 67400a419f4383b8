// SPDX-License-Identifier: Apache-2.0
// Measures how fast bgs2d takes a port that another program closes, and how fast it gives it back: the median
// and the 99th percentile of many cycles, in each of which a certificate is renewed.
#include "tests/integration/certificates.h"
#include "tests/support/pty.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <functional>
#include <future>
#include <poll.h>
#include <stdexcept>
#include <string>
#include <string_view>
#include <sys/file.h>
#include <system_error>
#include <termios.h>
#include <thread>
#include <unistd.h>
#include <utility>
#include <vector>

namespace bgs2::test {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;
using Milliseconds = std::chrono::duration<double, std::milli>;

constexpr int default_cycles = 100;

int open_tty(const std::string& node) {
    const int fd = ::open(node.c_str(), O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (fd < 0)
        throw std::system_error(errno, std::generic_category(), node);
    return fd;
}

/// Carries the bytes between the port of bgs2d and the modem, and notes when.
class Line {
  public:
    Line(const Pty& port, const std::string& modem)
      : port_(port.master())
      , modem_(open_tty(modem)) {
        termios raw{};
        ::tcgetattr(modem_, &raw);
        ::cfmakeraw(&raw);
        ::tcsetattr(modem_, TCSANOW, &raw);
        thread_ = std::jthread([this](const std::stop_token& stopped) {
            while (!stopped.stop_requested())
                carry();
        });
    }
    ~Line() {
        thread_.request_stop();
        thread_.join();
        ::close(modem_);
    }
    Line(const Line&) = delete;
    Line& operator=(const Line&) = delete;

    /// Forgets the times.
    void arm() {
        first_ = Clock::time_point();
        last_ = Clock::time_point();
    }
    [[nodiscard]] bool used() const { return first_.load() != Clock::time_point(); }
    [[nodiscard]] Clock::time_point first() const { return first_; } ///< byte of bgs2d
    [[nodiscard]] Clock::time_point last() const { return last_; }   ///< byte in either direction

  private:
    void carry() {
        std::array<pollfd, 2> ends{pollfd{.fd = port_, .events = POLLIN, .revents = 0},
                                   pollfd{.fd = modem_, .events = POLLIN, .revents = 0}};
        ::poll(ends.data(), ends.size(), 100);
        for (const auto& [from, to] : {std::pair(ends[0], modem_), std::pair(ends[1], port_)}) {
            std::array<char, 4096> bytes{};
            const ssize_t size =
                (from.revents & POLLIN) != 0 ? ::read(from.fd, bytes.data(), bytes.size()) : 0;
            if (size <= 0)
                continue;
            last_ = Clock::now();
            if (from.fd == port_ && !used())
                first_ = last_.load();
            for (ssize_t sent = 0; sent < size;) {
                const ssize_t count = ::write(to, bytes.data() + sent, static_cast<std::size_t>(size - sent));
                if (count <= 0)
                    break;
                sent += count;
            }
        }
    }

    int port_;
    int modem_;
    std::atomic<Clock::time_point> first_;
    std::atomic<Clock::time_point> last_;
    std::jthread thread_;
};

void print(std::string_view what, std::vector<double> times) {
    std::ranges::sort(times);
    const auto percentile = [&times](std::size_t percent) {
        return times.at(std::min(times.size() - 1, times.size() * percent / 100));
    };
    fmt::print("{}: p50 {:.1f} ms, p99 {:.1f} ms, longest {:.1f} ms\n", what, percentile(50), percentile(99),
               times.back());
}

void wait_for(Gateway& gateway, const std::string& what, const std::function<bool()>& condition) {
    if (!gateway.eventually(condition))
        throw std::runtime_error(fmt::format("{}: not in time\n{}", what, gateway.log()));
}

void measure(int cycles) {
    const std::array<std::string, 2> certificates{
        certificate_authority().certificate_pem(),
        Identity::make({.common_name = "Renewed CA", .algorithm = Algorithm::rsa2048, .ca = true})
            .certificate_pem()};
    const Pty port;
    Gateway gateway;
    std::filesystem::create_symlink(port.path(), gateway.path("modem"));
    gateway.plug("behind");
    wait_for(gateway, "bgs2sim", [&] { return std::filesystem::is_symlink(gateway.path("behind")); });
    Line line(port, gateway.path("behind"));
    gateway.write_policy("10-ca", ca_policy(gateway));
    gateway.start();
    wait_for(gateway, "the first write", [&] { return gateway.property("State") == "compliant"; });

    std::vector<double> taken;
    std::vector<double> returned;
    for (int cycle = 0; cycle < cycles; ++cycle) {
        int other_program = open_tty(port.path());
        ::flock(other_program, LOCK_EX); // waits until bgs2d has returned the port
        gateway.write("ca.pem", certificates.at(static_cast<std::size_t>(cycle + 1) % certificates.size()));
        wait_for(gateway, "waiting for the port", [&] { return gateway.property("PortUse") == "waiting"; });
        line.arm();
        const auto closed = Clock::now();
        ::close(other_program);
        wait_for(gateway, "the first byte", [&] { return line.used(); });
        taken.push_back(Milliseconds(line.first() - closed).count());

        other_program = open_tty(port.path());
        auto free = std::async(std::launch::async, [other_program] {
            ::flock(other_program, LOCK_EX);
            return Clock::now();
        });
        wait_for(gateway, "the end of the work",
                 [&] { return free.wait_for(0s) == std::future_status::ready; });
        returned.push_back(Milliseconds(free.get() - line.last()).count());
        ::close(other_program);
        wait_for(gateway, "the state", [&] { return gateway.property("State") == "compliant"; });
    }
    fmt::print("{} cycles over a pty\n", cycles);
    print("closed by the other program -> first byte of bgs2d", taken);
    print("last byte of the work -> free for the other program", returned);
}

} // namespace
} // namespace bgs2::test

int main(int argc, char** argv) {
    bgs2::test::certificate_authority(); // made before the measurement
    bgs2::test::measure(argc > 1 ? std::atoi(argv[1]) : bgs2::test::default_cycles);
    return EXIT_SUCCESS;
}
