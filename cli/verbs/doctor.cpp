// SPDX-License-Identifier: Apache-2.0
#include "cli/client/bus.h"
#include "cli/doctor/diagnosis.h"
#include "cli/terminal/output.h"
#include "cli/terminal/text.h"
#include "cli/verbs/verbs.h"
#include "daemon/base/bytes.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>

namespace bgs2::cli {
namespace {

constexpr std::string_view doctor_help =
    R"(Diagnose why modems are not provisioned, and print what to do about it.

Usage: bgs2ctl doctor [--json]

Checks bgs2d and its service, the serial ports and the processes that hold them,
the clock, the policies, and what bgs2d reports about each modem. Changes
nothing and does not start bgs2d. Only root sees which process holds a port.
Not available with --host.

Severities:
  error             modems are not provisioned, or their connections will fail
  warning           an error may follow, or a decision is required
  note              nothing is wrong; may explain something

Examples:
  bgs2ctl doctor
  sudo bgs2ctl doctor
  bgs2ctl doctor --json | jq -r '.[] | select(.severity == "error") | .id'

Options:
  --json            Print an array with one object per problem: "severity", "id"
                    (stable across versions), "subject" (a port, an IMEI,
                    "bgs2d"), "message" and "hint". If nothing is wrong, the
                    array is empty or has notes only

Exit codes:
  0                 No errors; there may be warnings and notes
  1                 At least one error
)";

Colour colour_of(Severity severity) {
    switch (severity) {
    case Severity::error:
        return Colour::bad;
    case Severity::warning:
        return Colour::odd;
    case Severity::note:
        return Colour::busy;
    }
    return Colour::plain;
}

/// The text with each line indented by two blanks.
std::string indented(std::string_view text) {
    std::string result;
    while (!text.empty()) {
        const auto end = text.find('\n');
        result += fmt::format("  {}\n", printable(text.substr(0, end)));
        text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
    }
    return result;
}

std::string text_of(const Diagnostic& diagnostic, const Terminal& terminal) {
    return fmt::format(
        "{}: {}{}{}\n{}",
        paint(std::string(word(diagnostic.severity)), colour_of(diagnostic.severity), terminal),
        printable(diagnostic.subject), diagnostic.subject.empty() ? "" : ": ", printable(diagnostic.message),
        indented(diagnostic.hint));
}

ExitCode doctor(const Terminal& terminal) {
    require_local(terminal.access, "doctor", "inspects the ports and processes of this machine only");
    const SystemSnapshot snapshot = take_snapshot();
    const std::vector<Diagnostic> diagnostics = diagnose(snapshot);
    if (terminal.json) {
        print(to_line(to_json(diagnostics)));
    } else {
        std::string text;
        for (const Diagnostic& diagnostic : diagnostics)
            text += text_of(diagnostic, terminal) + "\n";
        print(text + summary(snapshot, diagnostics) + "\n");
    }
    const bool has_errors =
        std::ranges::find(diagnostics, Severity::error, &Diagnostic::severity) != diagnostics.end();
    return has_errors ? ExitCode::failed : ExitCode::ok;
}

} // namespace

void define_doctor(Verb& verb) {
    verb.help(doctor_help);
    verb.runs(doctor);
}

} // namespace bgs2::cli
