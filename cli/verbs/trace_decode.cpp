// SPDX-License-Identifier: Apache-2.0
#include "cli/verbs/trace_decode.h"

#include "cli/frame/annotate.h"
#include "cli/frame/frame_fault.h"
#include "cli/frame/hex_dump.h"
#include "cli/frame/trace.h"
#include "cli/terminal/command_error.h"
#include "cli/terminal/output.h"
#include "cli/terminal/text.h"
#include "daemon/base/bytes.h"
#include "daemon/base/counted.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

namespace bgs2::cli {
namespace {

bool hides(const TracedCommand& command, std::size_t offset, std::size_t size) {
    return std::ranges::any_of(command.hidden, [&](const at::Extent& hidden) {
        return hidden.offset < offset + size && offset < hidden.offset + hidden.size;
    });
}

Expected<sbnw::Frame> decode(const TracedCommand& command) {
    if (!command.is_whole())
        return fail(ErrorCode::failed,
                    fmt::format("only {} of {} bytes were sent", command.bytes.size(), command.total),
                    "look for the reason at the end of the trace");
    if (hides(command, 0, frame_header_size))
        return fail(ErrorCode::failed, "the trace has none of its bytes",
                    "bgs2d leaves out bytes that may belong to a private key");
    auto frame = sbnw::decode(command.bytes);
    if (!frame)
        return std::unexpected(with_fault(frame.error(), command.bytes));
    return frame;
}

Expected<sbnw::Digest> check_signature(const TracedCommand& command, const sbnw::Frame& frame,
                                       const TraceOptions& options) {
    if (!command.hidden.empty())
        return fail(ErrorCode::failed,
                    "cannot check the signature: it covers bytes that the trace does not have",
                    "capture the frame with 'bgs2ctl capture', and check that");
    return options.verify(frame);
}

std::vector<Field> annotate_traced(const TracedCommand& command, const sbnw::Frame& frame) {
    std::vector<Field> fields = annotate(frame, false);
    for (Field& field : fields) {
        if (!hides(command, field.offset, field.size))
            continue;
        field.hidden = true;
        field.meaning = {fmt::format("{}, not in the trace", counted(field.size, "byte"))};
    }
    return fields;
}

Json describe_traced(const TracedCommand& command, const sbnw::Frame& frame) {
    Json object = describe(frame, false);
    for (Json& parameter : object["parameters"]) {
        if (!hides(command, parameter["offset"], parameter["length"]))
            continue;
        parameter = {{"offset", parameter["offset"]},
                     {"length", parameter["length"]},
                     {"id", parameter["id"]},
                     {"name", parameter["name"]},
                     {"hidden", true}};
    }
    return object;
}

struct Shown {
    std::string text;
    Json object;
    bool good = true;
};

void add_error(Shown& shown, const Error& error) {
    shown.good = false;
    shown.text += fmt::format("\n{}\n", printable(to_string(error)));
    shown.object["error"] = to_string(error);
}

Shown show(const TracedCommand& command, const TraceOptions& options) {
    const std::string result = command.result.empty() ? "no result" : printable(command.result);
    Shown shown{.text =
                    fmt::format("{:.3f} s: {} for {}: {}\n", command.seconds, counted(command.total, "byte"),
                                command.store.empty() ? "-" : printable(command.store), result),
                .object = {{"time", command.seconds},
                           {"store", command.store},
                           {"result", command.result},
                           {"length", command.total},
                           {"sent", command.bytes.size()},
                           {"frame", Json()}}};
    const auto frame = decode(command);
    if (!frame) {
        add_error(shown, frame.error());
        return shown;
    }
    shown.text += "\n" + hex_dump(command.bytes, annotate_traced(command, *frame), options.full);
    shown.object["frame"] = describe_traced(command, *frame);
    if (!options.verify)
        return shown;
    const auto digest = check_signature(command, *frame, options);
    const bool checked = command.hidden.empty();
    shown.object["signature"] = {{"good", checked ? Json(digest.has_value()) : Json()},
                                 {"digest", digest ? Json(word(*digest)) : Json()}};
    if (digest)
        shown.text += fmt::format("\nsignature good: {}\n", word(*digest));
    else
        add_error(shown, digest.error());
    return shown;
}

} // namespace

ExitCode show_trace(std::string_view text, const TraceOptions& options, const Terminal& terminal) {
    const auto commands = content_or_fail(secure_commands(text));
    Json objects = Json::array();
    std::string dump;
    bool good = true;
    for (const TracedCommand& command : commands) {
        Shown shown = show(command, options);
        good = good && shown.good;
        dump += (dump.empty() ? "" : "\n") + shown.text;
        objects.push_back(std::move(shown.object));
    }
    if (terminal.json)
        print(to_line(objects));
    else
        print(commands.empty() ? "no secure command in the trace\n" : dump);
    return good ? ExitCode::ok : ExitCode::failed;
}

} // namespace bgs2::cli
