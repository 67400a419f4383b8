// SPDX-License-Identifier: Apache-2.0
// A virtual machine in QEMU with a kernel, udevd, systemd, dbus, polkit, the built packages, and serial ports
// with simulated modems, which run on the host.
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

/// The result of a command in the guest.
struct Answer {
    int exit = -1;
    std::string output; ///< standard output and error

    bool operator==(const Answer&) const = default;
};

/// The serial ports of the machine. The name of an adapter is also its serial number.
inline constexpr std::array<const char*, 2> adapters{"ADAPTER1", "ADAPTER2"}; ///< FTDI, 0403:6001
inline constexpr const char* uart = "UART"; ///< /dev/ttyS1, an on-board 16550A

class Machine : Immovable {
  public:
    enum class Start {
        boot,   ///< starts the kernel
        resume, ///< resumes the saved machine
    };

    /// Texts by path in the guest, without the leading slash. The folders must exist.
    using Files = std::map<std::string, std::string>;

    /// Starts the machine, waits for its agent, and sets its clock to that of the host. `files` exist in the
    /// guest before the boot, readable for all users. Throws std::runtime_error.
    explicit Machine(Start start, const Files& files = {});
    ~Machine();

    /// Saves the running machine, which must not have had a device plugged in, and ends it.
    void save();
    /// Whether an image to boot exists.
    [[nodiscard]] static bool is_made();
    /// Whether a saved machine of the current image exists.
    [[nodiscard]] static bool is_saved();

    /// Runs a shell command as root. Throws std::runtime_error at the deadline, which fails the test.
    Answer run(std::string_view command, std::chrono::milliseconds longest_wait = std::chrono::seconds(60));
    /// Runs a shell command and returns its output. The test fails unless the exit code is 0.
    std::string output_of(std::string_view command);
    /// Repeats the shell command until it succeeds; false: timeout.
    bool eventually(std::string_view command, std::chrono::seconds longest_wait = std::chrono::seconds(60));
    /// Writes a file with mode 0640 and the group bgs2d in the guest.
    void write(std::string_view file, std::string_view text);

    /// Plugs in an adapter, or connects the UART, with a bgs2sim behind it. Its log is path(port + ".log"),
    /// its received frames are in path(port + ".frames").
    Process& plug(const std::string& port, const std::vector<std::string>& arguments = {});
    /// Plugs in an adapter and returns the other end of its line. Closing it unplugs the adapter.
    LineSocket plug_silent(const std::string& port);
    /// Unplugs the port at once, even during a transfer.
    void unplug(const std::string& port);
    [[nodiscard]] std::string modem_log(const std::string& port) const;
    [[nodiscard]] std::size_t frames(const std::string& port) const; ///< number of received frames

    /// A path in a temporary folder of the host, which the destructor removes.
    [[nodiscard]] std::filesystem::path path(std::string_view name) const { return folder_.path() / name; }

  private:
    /// Creates a file system of the guest with more files and returns its path.
    [[nodiscard]] std::filesystem::path initrd_with(const Files& files) const;
    [[nodiscard]] std::vector<std::string> command(Start start, const std::filesystem::path& initrd) const;
    /// Sends a request to the monitor of QEMU and returns the result.
    nlohmann::json monitor(std::string_view request, std::string_view arguments = "{}");
    /// Repeats `request` with each event of QEMU until its result has this status.
    void wait_for(std::string_view request, std::string_view status);
    /// Adds an adapter to the machine without plugging it in.
    void add_adapter(const std::string& adapter);

    TemporaryDirectory folder_;
    std::unique_ptr<Process> emulator_;
    std::unique_ptr<LineSocket> monitor_;
    std::unique_ptr<LineSocket> agent_;
    std::set<std::string> added_;
    std::map<std::string, Process> modems_;
};

} // namespace bgs2::test
