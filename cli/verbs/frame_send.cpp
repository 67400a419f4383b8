// SPDX-License-Identifier: Apache-2.0
#include "cli/client/bus.h"
#include "cli/client/follow.h"
#include "cli/client/selector.h"
#include "cli/frame/annotate.h"
#include "cli/frame/frame_dump.h"
#include "cli/frame/frame_effect.h"
#include "cli/frame/frame_fault.h"
#include "cli/terminal/command_error.h"
#include "cli/terminal/files.h"
#include "cli/terminal/text.h"
#include "cli/verbs/verbs.h"

#include <memory>
#include <string>
#include <utility>

namespace bgs2::cli {
namespace {

constexpr std::string_view frame_send_help =
    R"(Send a secure command that was made elsewhere to a modem, unchanged.

Usage: bgs2ctl frame send [M] F [--store NAME] [--dry-run] [--json]

M is an IMEI or any unambiguous suffix of it, the device node of a port, or
"any". Default: the only modem.
F is a file, a pipe such as <(COMMAND), or "-" for standard input; binary, or as
text like for 'frame decode'. Decodes the frame first and shows its effect; an
invalid frame is not sent. bgs2d reads the slot back. Not available with --host.

Requires the authorization io.bgs2d1.install-certificate, and
io.bgs2d1.erase-certificate if the frame erases a slot (root, group bgs2d, or
polkit).

Waits for the result. Ctrl-C ends the waiting only; bgs2d continues the job.

Examples:
  bgs2ctl frame send 43809 write.bin --dry-run
  bgs2ctl frame encode --slot 1 --cert ca.pem | bgs2ctl frame send -

Options:
  --store NAME      The store, if the frame names none: is_cert,
                    management_cert or preconfig_cert. Default: is_cert
  --dry-run         Only show the effect of the frame. Does not require bgs2d
  --json            Print one object with the result; with --dry-run, with the
                    effect and the frame

Exit codes (others: see 'bgs2ctl --help'):
  1                 The frame is invalid, or the job failed
)";

struct FrameSendOptions {
    std::string selector;
    std::string file;
    std::string store = "is_cert";
    bool dry_run = false;
};

ExitCode frame_send(const FrameSendOptions& options, const Terminal& terminal) {
    if (!options.dry_run)
        require_local(terminal.access, "frame send", passes_files);
    pki::set_up_secure_heap();
    const pki::Secret bytes = content_or_fail(frame_bytes(read_secret_input(options.file), options.file));
    const sbnw::Frame frame = decode_frame(bytes.bytes());
    const std::string effect = effect_of(frame, options.store);
    if (terminal.json && options.dry_run)
        print(to_line({{"effect", effect}, {"frame", describe(frame, false)}}));
    if (!terminal.json)
        print(effect + "\n");
    if (options.dry_run)
        return ExitCode::ok;
    Bus bus(terminal.access);
    const Modem modem = value_or_fail(resolve(bus.modems(), options.selector));
    const Descriptor copy = sealed_copy(bytes.bytes()); // what was shown, even if the file changes
    const auto begin = [&] { return bus.send_frame(modem.path, copy.get(), store_of(options.store)); };
    return follow(bus, modem, "send", done_by(frame, options.store), begin, terminal);
}

} // namespace

void define_frame_send(Verb& verb) {
    verb.help(frame_send_help);
    const auto options = std::make_shared<FrameSendOptions>();
    verb.argument("M", options->selector, Need::optional);
    verb.argument("F", options->file, Need::optional);
    verb.store("--store", options->store);
    verb.flag("--dry-run", options->dry_run);
    verb.runs([options](const Terminal& terminal) {
        if (options->file.empty()) // a single argument is F
            std::swap(options->file, options->selector);
        if (options->file.empty())
            throw usage_error("F is required", "see 'bgs2ctl frame send --help'");
        return frame_send(*options, terminal);
    });
}

} // namespace bgs2::cli
