// SPDX-License-Identifier: Apache-2.0
#include "cli/verbs/frame.h"

#include "cli/terminal/command_error.h"
#include "cli/verbs/frame_decode.h"
#include "cli/verbs/frame_diff.h"
#include "cli/verbs/frame_encode.h"
#include "cli/verbs/frame_send.h"

namespace bgs2::cli {
namespace {

constexpr std::string_view frame_help =
    R"(Make, read and compare secure commands: the frames that write a certificate
into a modem or delete it. Offline but for send: needs no modem and no bgs2d.

Usage: bgs2ctl frame VERB ...

Verbs:
  encode            make the secure command for a certificate
  decode F          show a secure command, every field named
  diff A B          what differs between two, and which mistake made it so
  send M F          send a secure command to a modem, unchanged

See 'bgs2ctl frame VERB --help'.
)";

} // namespace

void add_frame(Verb& program) {
    Verb frame = program.add("frame", frame_help);
    add_frame_encode(frame);
    add_frame_decode(frame);
    add_frame_diff(frame);
    add_frame_send(frame);
    frame.runs([](const Terminal& /*terminal*/) -> ExitCode {
        throw usage_error("'frame' needs a verb: encode, decode, diff or send", "see 'bgs2ctl frame --help'");
    });
}

} // namespace bgs2::cli
