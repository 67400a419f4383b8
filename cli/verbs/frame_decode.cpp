// SPDX-License-Identifier: Apache-2.0
#include "cli/frame/annotate.h"
#include "cli/frame/frame_dump.h"
#include "cli/frame/frame_fault.h"
#include "cli/frame/hex_dump.h"
#include "cli/frame/trace.h"
#include "cli/terminal/command_error.h"
#include "cli/terminal/files.h"
#include "cli/terminal/text.h"
#include "cli/verbs/trace_decode.h"
#include "cli/verbs/verbs.h"
#include "daemon/base/bytes.h"
#include "daemon/pki/key_file.h"
#include "daemon/sbnw/signature.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <memory>
#include <optional>
#include <utility>

namespace bgs2::cli {
namespace {

constexpr std::string_view frame_decode_help =
    R"(Show a secure command as a hex dump in which every field is named.

Usage: bgs2ctl frame decode F [--verify-key F [--passphrase-file F]] [--full]
                            [--show-key] [--json]

F is a file, a pipe such as <(COMMAND), or "-" for standard input; binary, or as
text: hex digits, a dump by xxd, hexdump or od, a C array, Base64. A private key
in the frame is described, but its bytes are not shown. F can also be a trace
that bgs2d --trace wrote: shows each secure command in it with the result from
the modem. A trace has no private keys, so a signature over one cannot be
checked. Offline: does not require bgs2d.

Examples:
  bgs2ctl frame decode write.bin
  bgs2ctl frame encode --slot 1 --cert ca.pem | bgs2ctl frame decode -
  bgs2ctl frame decode write.bin --verify-key mgmt.cert.pem

Options:
  --verify-key F    Check the signature with the public key, private key or
                    certificate in this file (PEM or DER)
  --passphrase-file F
                    The passphrase of that private key
  --full            Show long fields completely. Default: their first and last
                    lines
  --show-key        Show the bytes of the private key, too
  --json            Print one object; for a trace, an array

Exit codes:
  0                 The frame is valid, and so is the signature, if checked
  1                 The frame or the signature is invalid; standard error has
                    the error
)";

struct FrameDecodeOptions {
    std::string file;
    std::optional<std::string> verify_key;
    std::optional<std::string> passphrase_file;
    bool full = false;
    bool show_key = false;
};

/// The key to verify with. Read only once, since the file can be a pipe.
std::optional<pki::PublicKey> load_verify_key(const FrameDecodeOptions& options) {
    if (!options.verify_key)
        return std::nullopt;
    const pki::Secret file = read_secret_input(*options.verify_key);
    const auto passphrase = read_passphrase(options.passphrase_file);
    return content_or_fail(
        pki::load_public_key(file.bytes(), *options.verify_key, passphrase ? &*passphrase : nullptr));
}

void show_json(const sbnw::Frame& frame, const FrameDecodeOptions& options,
               const std::optional<Expected<sbnw::Digest>>& verified) {
    auto object = describe(frame, options.show_key);
    if (verified)
        object["signature"] = {
            {"good", verified->has_value()},
            {"digest", *verified ? nlohmann::ordered_json(word(**verified)) : nlohmann::ordered_json()}};
    print(to_line(object));
}

TraceOptions trace_options(const FrameDecodeOptions& options, const std::optional<pki::PublicKey>& key) {
    return {.full = options.full,
            .verify = key ? [&key](const sbnw::Frame& frame) { return sbnw::verify(frame, *key); }
                          : TraceOptions::Verify()};
}

ExitCode frame_decode(const FrameDecodeOptions& options, const Terminal& terminal) {
    require_one_standard_input({options.file, options.verify_key, options.passphrase_file});
    pki::set_up_secure_heap();
    const auto key = load_verify_key(options);
    if (is_trace_file(options.file))
        return show_trace(as_text(read_input(options.file, largest_trace)), trace_options(options, key),
                          terminal);
    pki::Secret bytes = read_secret_input(options.file);
    if (is_trace(as_text(std::as_const(bytes).bytes())))
        return show_trace(as_text(std::as_const(bytes).bytes()), trace_options(options, key), terminal);
    bytes = content_or_fail(frame_bytes(std::move(bytes), options.file));
    const sbnw::Frame frame = decode_frame(std::as_const(bytes).bytes());
    std::optional<Expected<sbnw::Digest>> verified;
    if (key)
        verified = sbnw::verify(frame, *key);
    if (terminal.json)
        show_json(frame, options, verified);
    else
        print(hex_dump(frame.bytes, annotate(frame, options.show_key), options.full));
    if (verified && !*verified) // exit code 1 whatever the reason: the signature is not valid
        throw CommandError(ExitCode::failed, verified->error());
    if (verified && !terminal.json)
        print(fmt::format("\nsignature good: {}, by the key in {}\n", word(**verified),
                          printable(options.verify_key.value_or(""))));
    return ExitCode::ok;
}

} // namespace

void define_frame_decode(Verb& verb) {
    verb.help(frame_decode_help);
    const auto options = std::make_shared<FrameDecodeOptions>();
    verb.argument("F", options->file, Need::required);
    verb.option("--verify-key", options->verify_key);
    verb.option("--passphrase-file", options->passphrase_file);
    verb.flag("--full", options->full);
    verb.flag("--show-key", options->show_key);
    verb.runs([options](const Terminal& terminal) { return frame_decode(*options, terminal); });
}

} // namespace bgs2::cli
