// SPDX-License-Identifier: Apache-2.0
// A running bgs2sim, and the program at the other end of its pty.
#pragma once

#include "tests/sim/bytes.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <poll.h>
#include <spawn.h>
#include <stdexcept>
#include <string>
#include <string_view>
#include <sys/inotify.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <system_error>
#include <termios.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace bgs2::sim {

using Clock = std::chrono::steady_clock;

inline constexpr auto longest_wait = std::chrono::seconds(20); // timeout of an expected event

class Descriptor {
  public:
    explicit Descriptor(int descriptor)
      : descriptor_(descriptor) {
        if (descriptor < 0)
            throw std::system_error(errno, std::generic_category(), "descriptor");
    }
    ~Descriptor() { ::close(descriptor_); }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    Descriptor(Descriptor&&) = delete;
    Descriptor& operator=(Descriptor&&) = delete;

    [[nodiscard]] int get() const { return descriptor_; }

    /// False at the deadline.
    [[nodiscard]] bool readable(Clock::time_point deadline) const {
        pollfd waiting{.fd = descriptor_, .events = POLLIN, .revents = 0};
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
        return ::poll(&waiting, 1, static_cast<int>(std::max(left, std::chrono::milliseconds(0)).count())) >
               0;
    }

  private:
    int descriptor_;
};

class Folder {
  public:
    Folder() {
        auto name = (std::filesystem::temp_directory_path() / "bgs2sim-test-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr)
            throw std::system_error(errno, std::generic_category(), name);
        path_ = name;
    }
    ~Folder() {
        std::error_code ignored; // a remaining folder does not affect other tests
        std::filesystem::remove_all(path_, ignored);
    }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    Folder(Folder&&) = delete;
    Folder& operator=(Folder&&) = delete;

    [[nodiscard]] std::filesystem::path operator/(std::string_view name) const { return path_ / name; }
    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

  private:
    std::filesystem::path path_;
};

/// A running bgs2sim. The link exists once the constructor returns.
class Program {
  public:
    Program(const Folder& folder, std::vector<std::string> arguments)
      : link_(folder / "modem") {
        const Descriptor watch(::inotify_init1(IN_CLOEXEC));
        if (::inotify_add_watch(watch.get(), folder.path().c_str(), IN_MOVED_TO) < 0)
            throw std::system_error(errno, std::generic_category(), "inotify");
        arguments.insert(arguments.begin(), {BGS2SIM_PROGRAM, "--pty", link_.string()});
        arguments.insert(arguments.end(), {"--log", (folder / "log").string()});
        std::vector<char*> pointers;
        for (auto& argument : arguments)
            pointers.push_back(argument.data());
        pointers.push_back(nullptr);
        if (const auto error =
                ::posix_spawn(&process_, BGS2SIM_PROGRAM, nullptr, nullptr, pointers.data(), environ))
            throw std::system_error(error, std::generic_category(), BGS2SIM_PROGRAM);
        const auto deadline = Clock::now() + longest_wait;
        while (!std::filesystem::is_symlink(link_)) {
            std::array<char, 4096> events{};
            if (!watch.readable(deadline) || ::read(watch.get(), events.data(), events.size()) <= 0)
                throw std::runtime_error("bgs2sim did not create its link");
        }
    }
    ~Program() {
        if (process_ > 0)
            end();
    }
    Program(const Program&) = delete;
    Program& operator=(const Program&) = delete;
    Program(Program&&) = delete;
    Program& operator=(Program&&) = delete;

    [[nodiscard]] const std::filesystem::path& link() const { return link_; }

    int end() {
        ::kill(process_, SIGTERM);
        return wait();
    }

    /// Waits until it ends by itself and returns the exit code; kills it at the deadline.
    int wait() {
        const Descriptor process(static_cast<int>(::syscall(SYS_pidfd_open, process_, 0)));
        if (!process.readable(Clock::now() + longest_wait))
            ::kill(process_, SIGKILL);
        int status = 0;
        ::waitpid(std::exchange(process_, 0), &status, 0);
        return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    }

  private:
    std::filesystem::path link_;
    pid_t process_ = 0;
};

/// The far end of the modem's line.
class Terminal {
  public:
    explicit Terminal(const std::filesystem::path& link)
      : line_(::open(link.c_str(), O_RDWR | O_NOCTTY | O_CLOEXEC)) {
        termios settings{};
        ::tcgetattr(line_.get(), &settings);
        ::cfmakeraw(&settings);
        ::tcsetattr(line_.get(), TCSANOW, &settings);
    }

    void send(ByteView bytes) {
        ASSERT_EQ(::write(line_.get(), bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
    }

    /// The input up to and including `end`, or all input until the deadline.
    std::string until(std::string_view end, Clock::duration time = longest_wait) {
        const auto deadline = Clock::now() + time;
        std::string text;
        while (!text.ends_with(end) && line_.readable(deadline)) {
            std::array<char, 1> byte{};
            if (::read(line_.get(), byte.data(), 1) != 1)
                return text;
            text += byte[0];
        }
        return text;
    }

    std::string ask(std::string_view command, std::string_view line_end = "\r") {
        send(bytes_of(fmt::format("{}{}", command, line_end)));
        return until("OK\r\n");
    }

    std::string secure(const Bytes& frame, std::string_view line_end = "\r") {
        send(bytes_of(fmt::format("AT^SBNW=is_cert,1{}", line_end)));
        auto greeting = until("COMMAND ...\r\n");
        if (greeting != "\r\nCONNECT\r\n\r\nSECURE CMD READY: SEND COMMAND ...\r\n")
            return greeting;
        send(frame);
        return until("\r\nOK\r\n");
    }

    [[nodiscard]] bool hangs_up() const {
        std::array<char, 1> byte{};
        return line_.readable(Clock::now() + longest_wait) && ::read(line_.get(), byte.data(), 1) <= 0;
    }

  private:
    Descriptor line_;
};

/// A test of the program over its pty.
class ProgramTest : public testing::Test {
  protected:
    Program& start(std::vector<std::string> arguments = {}) {
        program_.reset();
        program_.emplace(folder_, std::move(arguments));
        return *program_;
    }
    Terminal open() { return Terminal(program_->link()); }
    [[nodiscard]] std::string log() const {
        std::ifstream stream(folder_ / "log");
        return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
    }

    /// Waits until the log contains `text` at least `times` times.
    [[nodiscard]] bool log_contains(std::string_view text, int times) const {
        const Descriptor watch(::inotify_init1(IN_CLOEXEC));
        ::inotify_add_watch(watch.get(), (folder_ / "log").c_str(), IN_MODIFY);
        const auto deadline = Clock::now() + longest_wait;
        for (;;) {
            const auto written = log();
            auto found = 0;
            for (auto at = written.find(text); at != std::string::npos; at = written.find(text, at + 1))
                ++found;
            if (found >= times)
                return true;
            std::array<char, 4096> events{};
            if (!watch.readable(deadline) || ::read(watch.get(), events.data(), events.size()) <= 0)
                return false;
        }
    }

    Folder folder_;
    std::optional<Program> program_;
};

} // namespace bgs2::sim
