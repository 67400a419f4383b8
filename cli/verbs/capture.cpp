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
#include "daemon/base/system_error.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <poll.h>
#include <system_error>
#include <unistd.h>

namespace bgs2::cli {
namespace {

constexpr std::string_view capture_help =
    R"(Play a BGS2 modem for another program (a vendor's tool, a script), and catch
the secure command that it sends. Needs no modem and no bgs2d.

Usage: bgs2ctl capture --pty LINK [-o FRAME] [--imei N] [--json]

LINK is made, a symbolic link to a pty: point the program at it as if it were
the modem's serial port. It is removed at the end, which is the first frame or
Ctrl-C. Nothing is stored: the program is told that a sound frame was, and sees
empty slots afterwards.

A frame with a wrong length is taken as it is once nothing came for 2 seconds;
it is answered as a modem would, written as well, and what is wrong is told.

Examples:
  bgs2ctl capture --pty /tmp/modem
  bgs2ctl capture --pty /tmp/modem -o capture.bin

Options:
  --pty LINK        the port's name; nothing may stand there
  -o, --output F    write the frame to a file that only you can read (a private
                    key may be in it); else it is shown, as 'frame decode' does
  --imei N          the modem's IMEI, 15 digits (004999010640000)
  --json            one object: that of 'frame decode', and store, file

Exit codes: 0 a sound frame came, 1 what came was not one, or nothing came.
)";

using Clock = std::chrono::steady_clock;

/// How long the program may still talk after its frame: until it said nothing for so long and has read all
/// that it was told, but no longer than that.
constexpr std::chrono::milliseconds farewell_quiet{500};
constexpr std::chrono::seconds farewell_at_most{2};

struct CaptureOptions {
    std::optional<std::string> pty;
    std::optional<std::string> output;
    std::string imei = "004999010640000"; // of the range for tests (3GPP TS 23.003 §6.2)
};

void check(const CaptureOptions& options) {
    if (!options.pty)
        throw usage_error("'capture' needs --pty LINK", "see 'bgs2ctl capture --help'");
    if (options.imei.size() != 15 ||
        !std::ranges::all_of(options.imei, [](char c) { return c >= '0' && c <= '9'; }))
        throw usage_error(fmt::format("'{}' is not an IMEI", printable(options.imei)), "give its 15 digits");
    if (!options.output)
        return;
    // Told before somebody waits for a frame that then can not be kept.
    const std::filesystem::path folder = std::filesystem::absolute(*options.output).parent_path();
    if (access(folder.c_str(), W_OK | X_OK) != 0)
        throw CommandError(system_error(errno, "write " + *options.output, "check its directory"));
}

/// The modem at its end of the line, until there is a frame.
class Capture {
  public:
    Capture(const std::string& path, std::string imei)
      : port_(path)
      , modem_(std::move(imei)) {}

    /// Nothing if it was ended before a frame came.
    std::optional<CaughtFrame> run() {
        while (!interrupted_) {
            if (auto caught = step(modem_.quiet_after())) {
                bid_farewell();
                return caught;
            }
        }
        say(modem_.quiet()); // what came so far
        return modem_.take_frame();
    }

  private:
    using Duration = ModemEmulator::Duration;

    std::optional<CaughtFrame> step(std::optional<Duration> quiet) {
        if (!wait(quiet))
            say(modem_.quiet());
        return modem_.take_frame();
    }

    /// Lets the program read what became of its frame, and end as it likes to.
    void bid_farewell() {
        const auto end = Clock::now() + farewell_at_most;
        while (!interrupted_ && Clock::now() < end) {
            if (!wait(farewell_quiet) && port_.is_read())
                return;
        }
    }

    /// Hears the next that comes; false if that is nothing for so long.
    bool wait(std::optional<Duration> quiet) {
        std::array<pollfd, 2> descriptors{pollfd{port_.descriptor(), POLLIN, 0},
                                          pollfd{interrupt_.descriptor(), POLLIN, 0}};
        const int ready =
            poll(descriptors.data(), descriptors.size(), quiet ? static_cast<int>(quiet->count()) : -1);
        if (ready == 0)
            return false;
        if (ready < 0 && errno != EINTR)
            throw CommandError(
                Error{ErrorCode::failed,
                      fmt::format("the pty can not be read: {}", std::system_category().message(errno)),
                      {}});
        interrupted_ = interrupted_ || (ready > 0 && descriptors[1].revents != 0);
        const ssize_t size = ::read(port_.descriptor(), buffer_.bytes().data(), buffer_.size());
        if (size > 0)
            say(modem_.feed(buffer_.bytes().first(static_cast<std::size_t>(size))));
        return true;
    }

    /// A program that does not read loses what there is no room for, as on a line without flow control.
    void say(std::string_view text) const {
        if (!text.empty() && ::write(port_.descriptor(), text.data(), text.size()) < 0 && errno != EAGAIN)
            throw CommandError(
                Error{ErrorCode::failed,
                      fmt::format("the pty can not be written: {}", std::system_category().message(errno)),
                      {}});
    }

    SignalFd interrupt_; // before the link, which it sees to that it is removed
    PtyLink port_;
    ModemEmulator modem_;
    pki::Secret buffer_{4096};
    bool interrupted_ = false;
};

/// Programs get nothing but objects.
void tell(const Terminal& terminal, std::string_view text) {
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
        tell(terminal, fmt::format("point the program at {}; ends with Ctrl-C or after the first frame\n",
                                   printable(link)));
        caught = running.run();
    }
    if (!caught)
        throw CommandError(ExitCode::failed, "Interrupted", "no frame came",
                           fmt::format("the program has to send AT^SBNW=<store>,1 to {}", link));
    if (options.output)
        write_private_file(*options.output, caught->bytes.bytes());
    tell(terminal, fmt::format("{} for {}, answered '{}'{}\n", counted(caught->bytes.size(), "byte"),
                               caught->store, caught->answer,
                               options.output ? fmt::format(", in {}", printable(*options.output)) : ""));
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
