// SPDX-License-Identifier: Apache-2.0
// A whole machine: QEMU with a kernel, udevd, systemd, dbus, polkit and the packages just built, serial
// ports, and cables with modems made of software behind them, which run on the host.
#pragma once

#include "daemon/base/immovable.h"
#include "tests/support/process.h"
#include "tests/support/temporary_directory.h"
#include "tests/vm/line_socket.h"

#include <nlohmann/json_fwd.hpp>

#include <array>
#include <chrono>
#include <filesystem>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace bgs2::test {

/// What a command in the guest had to say.
struct Answer {
    int exit = -1;
    std::string output; ///< standard output and error

    bool operator==(const Answer&) const = default;
};

/// The serial ports of the machine. Names of adapters are their serial numbers as well.
inline constexpr std::array<const char*, 2> adapters{"ADAPTER1", "ADAPTER2"}; ///< FTDI, 0403:6001
inline constexpr const char* uart = "UART"; ///< /dev/ttyS1, an on-board 16550A, there from boot

class Machine : Immovable {
  public:
    enum class Start {
        boot,   ///< from the kernel on
        resume, ///< where the machine was saved
    };

    /// Texts by their paths in the guest, without the first slash; their folders are there.
    using Files = std::map<std::string, std::string>;

    /// Starts it and waits until the guest can be talked to; its clock is the host's then. `files` are in the
    /// guest before a boot, everybody may read them. Throws std::runtime_error.
    explicit Machine(Start start, const Files& files = {});
    ~Machine();

    /// Saves the running machine, into which nothing was plugged yet, for those that resume it, and ends it.
    void save();
    /// Whether there is a machine to boot.
    [[nodiscard]] static bool is_made();
    /// Whether there is a machine to resume, saved from what would be booted now.
    [[nodiscard]] static bool is_saved();

    /// Runs a shell command as root. Fails the test, and throws, if it has not ended by the deadline.
    Answer run(std::string_view command, std::chrono::milliseconds longest_wait = std::chrono::seconds(60));
    /// Its output, which must have come with exit code 0; else the test fails.
    std::string output_of(std::string_view command);
    /// Whether the shell command succeeds before the deadline; it is run again and again.
    bool eventually(std::string_view command, std::chrono::seconds longest_wait = std::chrono::seconds(60));
    /// Writes a file in the guest, which its owner alone can write, and the group bgs2d can read.
    void write(std::string_view file, std::string_view text);

    /// Plugs in one of the adapters, or wires the UART, with a bgs2sim behind it. Its log is at path(port +
    /// ".log"), the frames that it received in path(port + ".frames").
    Process& plug(const std::string& port, const std::vector<std::string>& arguments = {});
    /// Plugs in an adapter with nothing behind it but whoever holds what is returned: closing it pulls it.
    LineSocket plug_silent(const std::string& port);
    /// Pulls the cable, whatever goes over it just now.
    void unplug(const std::string& port);
    [[nodiscard]] std::string modem_log(const std::string& port) const;
    [[nodiscard]] std::size_t frames(const std::string& port) const; ///< how many it has received

    /// A path on the host that is gone when the machine is.
    [[nodiscard]] std::filesystem::path path(std::string_view name) const { return folder_.path() / name; }

  private:
    /// The guest's file system with more files; its path.
    [[nodiscard]] std::filesystem::path initrd_with(const Files& files) const;
    [[nodiscard]] std::vector<std::string> command(Start start, const std::filesystem::path& initrd) const;
    /// Has QEMU do something; what it returns.
    nlohmann::json monitor(std::string_view request, std::string_view arguments = "{}");
    /// Waits until QEMU says so of `request`'s result.
    void wait_for(std::string_view request, std::string_view status);
    /// The adapter is a part of the machine from now on; it is not plugged in yet.
    void add_adapter(const std::string& adapter);

    TemporaryDirectory folder_;
    std::unique_ptr<Process> emulator_;
    std::unique_ptr<LineSocket> monitor_;
    std::unique_ptr<LineSocket> agent_;
    std::set<std::string> added_;
    std::map<std::string, Process> modems_;
};

} // namespace bgs2::test
