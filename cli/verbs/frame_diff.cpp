// SPDX-License-Identifier: Apache-2.0
#include "cli/frame/compare.h"
#include "cli/frame/frame_dump.h"
#include "cli/terminal/command_error.h"
#include "cli/terminal/files.h"
#include "cli/terminal/output.h"
#include "cli/terminal/text.h"
#include "cli/verbs/verbs.h"
#include "daemon/base/bytes.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <memory>

namespace bgs2::cli {
namespace {

constexpr std::string_view frame_diff_help =
    R"(Compare two secure commands field by field, and name the mistake that most
likely explains the differences.

Usage: bgs2ctl frame diff A B [--json]

A and B are files, pipes such as <(COMMAND), or "-" for standard input, which
only one of them can be; binary, or as text like for 'frame decode'. Recognises
lengths in words or without their header, big-endian integers, PEM instead of
DER, PKCS#1 instead of PKCS#8, added CR or LF, and a conversion to UTF-8. Does
not show bytes of private keys.
Offline: does not require bgs2d.

Examples:
  bgs2ctl frame diff capture.bin mine.bin

Options:
  --json            Print an object with "same", "differences" and "likely"

Exit codes:
  0                 The frames are the same byte for byte
  1                 The frames differ
)";

struct FrameDiffOptions {
    std::string first;
    std::string second;
};

std::string text_of(const Comparison& comparison, const FrameDiffOptions& options, const Terminal& terminal) {
    std::string text;
    if (!comparison.differences.empty()) {
        Table table({{"FIELD", "field"}, {options.first, "first"}, {options.second, "second"}});
        for (const Difference& difference : comparison.differences)
            table.add({Cell::of(difference.field), Cell::of(difference.first), Cell::of(difference.second)});
        text += table.text(terminal);
    }
    for (const std::string& likely : comparison.likely)
        text += fmt::format("likely: {}\n", printable(likely));
    return text;
}

ExitCode frame_diff(const FrameDiffOptions& options, const Terminal& terminal) {
    pki::set_up_secure_heap();
    require_one_standard_input({options.first, options.second});
    const pki::Secret first = content_or_fail(frame_bytes(read_secret_input(options.first), options.first));
    const pki::Secret second =
        content_or_fail(frame_bytes(read_secret_input(options.second), options.second));
    const Comparison comparison = compare({options.first, first.bytes()}, {options.second, second.bytes()});
    if (terminal.json)
        print(to_line(to_json(comparison)));
    else
        print(text_of(comparison, options, terminal));
    return comparison.same ? ExitCode::ok : ExitCode::failed;
}

} // namespace

void define_frame_diff(Verb& verb) {
    verb.help(frame_diff_help);
    const auto options = std::make_shared<FrameDiffOptions>();
    verb.argument("A", options->first, Need::required);
    verb.argument("B", options->second, Need::required);
    verb.runs([options](const Terminal& terminal) { return frame_diff(*options, terminal); });
}

} // namespace bgs2::cli
