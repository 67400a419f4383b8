// SPDX-License-Identifier: Apache-2.0
#include "cli/frame/annotate.h"
#include "cli/frame/hex_dump.h"
#include "cli/frame/modem_emulator.h"
#include "cli/frame/pty_link.h"
#include "cli/terminal/command_error.h"
#include "cli/terminal/files.h"
#include "cli/terminal/signal_fd.h"
#include "cli/terminal/text.h"
#include "cli/verbs/verbs.h"
#include "daemon/base/bytes.h"
#include "daemon/base/counted.h"
#include "daemon/base/imei.h"
#include "daemon/base/system_error.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <array>
#include <cerrno>
#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <poll.h>
#include <unistd.h>

namespace bgs2::cli {
namespace {

constexpr std::string_view capture_help =
    R"(Emulate a modem for another program, such as a vendor's tool or a script, and
capture the secure command that it sends. Offline: requires neither a modem nor
bgs2d.

Usage: bgs2ctl capture --pty LINK [-o F] [--imei IMEI] [--json]

Creates LINK, a symbolic link to a pty: the program uses it as the serial port
of the modem. Ends after the first frame or at Ctrl-C, and removes LINK. Stores
nothing: a valid frame is answered as if it were stored, but the slots stay
empty.

An invalid frame ends when the program has sent nothing for 2 seconds. It is
answered as by a modem, and written as well; its error is reported.

Examples:
  bgs2ctl capture --pty /tmp/modem
  bgs2ctl capture --pty /tmp/modem -o capture.bin

Options:
  --pty LINK        The path of the symbolic link. It must not exist before
  -o, --output F    Write the frame to this file, which only its owner can read:
                    it may contain a private key. Default: show the frame as
                    'frame decode' does
  --imei IMEI       The IMEI of the emulated modem, 15 digits. Default:
                    004999010640000
  --json            Print one object: that of 'frame decode', with "store" and
                    "file"

Exit codes:
  0                 The frame is valid
  1                 The frame is invalid, or the program sent none
)";

using Clock = std::chrono::steady_clock;

/// After the frame, the program is served until it has read all answers and sent nothing for `end_quiet`, but
/// no longer than `end_at_most`.
constexpr std::chrono::milliseconds end_quiet{500};
constexpr std::chrono::seconds end_at_most{2};

struct CaptureOptions {
    std::optional<std::string> pty;
    std::optional<std::string> output;
    std::string imei = "004999010640000"; // of the range for tests (3GPP TS 23.003 §6.2)
};

void check(const CaptureOptions& options) {
    if (!options.pty)
        throw usage_error("--pty is required", "see 'bgs2ctl capture --help'");
    if (!is_imei(options.imei))
        throw usage_error(fmt::format("'{}' is not an IMEI", printable(options.imei)), "give its 15 digits");
    if (!options.output)
        return;
    // Checked first: an error after the frame would lose it.
    const std::filesystem::path folder = std::filesystem::absolute(*options.output).parent_path();
    if (access(folder.c_str(), W_OK | X_OK) != 0)
        throw CommandError(system_error(errno, "write " + *options.output, "check its directory"));
}

/// Connects the emulated modem with the pty until a frame is captured.
class Capture {
  public:
    Capture(const std::string& path, std::string imei)
      : port_(path)
      , modem_(std::move(imei)) {}

    /// Nothing if it was interrupted before a frame came.
    std::optional<CaughtFrame> run() {
        while (!interrupted_) {
            if (auto caught = step(modem_.quiet_after())) {
                serve_until_quiet();
                return caught;
            }
        }
        say(modem_.quiet()); // ends a frame that has begun
        return modem_.take_frame();
    }

  private:
    using Duration = ModemEmulator::Duration;

    std::optional<CaughtFrame> step(std::optional<Duration> quiet) {
        if (!wait(quiet))
            say(modem_.quiet());
        return modem_.take_frame();
    }

    /// Lets the program read the result and end its session.
    void serve_until_quiet() {
        const auto end = Clock::now() + end_at_most;
        while (!interrupted_ && Clock::now() < end) {
            if (!wait(end_quiet) && port_.is_read())
                return;
        }
    }

    /// Passes the next bytes to the modem. False if none come for this time.
    bool wait(std::optional<Duration> quiet) {
        std::array<pollfd, 2> descriptors{pollfd{port_.descriptor(), POLLIN, 0},
                                          pollfd{interrupt_.descriptor(), POLLIN, 0}};
        const int ready =
            poll(descriptors.data(), descriptors.size(), quiet ? static_cast<int>(quiet->count()) : -1);
        if (ready == 0)
            return false;
        if (ready < 0 && errno != EINTR)
            throw CommandError(system_error(errno, "read the pty"));
        interrupted_ = interrupted_ || (ready > 0 && descriptors[1].revents != 0);
        const ssize_t size = ::read(port_.descriptor(), buffer_.bytes().data(), buffer_.size());
        if (size > 0)
            say(modem_.feed(buffer_.bytes().first(static_cast<std::size_t>(size))));
        return true;
    }

    /// Drops answers that the program does not read, as a line without flow control does.
    void say(std::string_view text) const {
        if (!text.empty() && ::write(port_.descriptor(), text.data(), text.size()) < 0 && errno != EAGAIN)
            throw CommandError(system_error(errno, "write to the pty"));
    }

    SignalFd interrupt_; // before port_: a signal must not leave the link behind
    PtyLink port_;
    ModemEmulator modem_;
    pki::Secret buffer_{4096};
    bool interrupted_ = false;
};

/// With --json, standard error has objects only.
void print_note(const Terminal& terminal, std::string_view text) {
    if (!terminal.json)
        print_error(text);
}

void show_frame(const CaughtFrame& caught, const CaptureOptions& options, const Terminal& terminal) {
    const ByteView bytes = caught.bytes.bytes();
    const sbnw::Frame frame = content_or_fail(sbnw::decode(bytes));
    if (terminal.json) {
        auto object = describe(frame, false);
        object["store"] = caught.store;
        object["file"] = options.output ? nlohmann::ordered_json(*options.output) : nlohmann::ordered_json();
        print(to_line(object));
    } else if (!options.output) {
        print(hex_dump(bytes, annotate(frame, false), false));
    }
}

ExitCode capture(const CaptureOptions& options, const Terminal& terminal) {
    check(options);
    pki::set_up_secure_heap();
    const std::string link = options.pty.value_or("");
    std::optional<CaughtFrame> caught;
    {
        Capture running(link, options.imei);
        print_note(terminal,
                   fmt::format("waiting for a frame on {}; Ctrl-C ends the waiting\n", printable(link)));
        caught = running.run();
    }
    if (!caught)
        throw CommandError(ExitCode::failed, "Interrupted", "interrupted before the program sent a frame",
                           fmt::format("make the program send AT^SBNW=<store>,1 to {}", link));
    if (options.output)
        write_private_file(*options.output, caught->bytes.bytes());
    print_note(terminal,
               fmt::format("{} for {}, answered '{}'{}\n", counted(caught->bytes.size(), "byte"),
                           caught->store, caught->answer,
                           options.output ? fmt::format(", written to {}", printable(*options.output)) : ""));
    if (caught->error)
        throw content_error(*caught->error);
    show_frame(*caught, options, terminal);
    return ExitCode::ok;
}

} // namespace

void define_capture(Verb& verb) {
    verb.help(capture_help);
    const auto options = std::make_shared<CaptureOptions>();
    verb.option("--pty", options->pty);
    verb.option("-o,--output", options->output);
    verb.option("--imei", options->imei);
    verb.runs([options](const Terminal& terminal) { return capture(*options, terminal); });
}

} // namespace bgs2::cli
