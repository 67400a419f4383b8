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
    R"(Find what keeps modems from being provisioned, and tell what to do about it.

Usage: bgs2ctl doctor [--json]

Looked at are bgs2d and its service, the serial ports and the processes that
hold them, the clock, the policies, and what bgs2d says of each modem. Nothing
is changed, and bgs2d is not started. Root sees more: who holds a port.

Severities:
  error             modems are not provisioned, or will fail their servers
  warning           that may come, or somebody has to decide
  note              nothing is wrong, but it may explain something

Examples:
  bgs2ctl doctor
  sudo bgs2ctl doctor
  bgs2ctl doctor --json | jq -r '.[] | select(.severity == "error") | .id'

Options:
  --json            an array with one object a finding: "severity", "id" (a word
                    that never changes), "subject" (a port, an IMEI, a file),
                    "message" and "hint"; nothing is wrong: an empty array, or
                    notes

Exit codes: 0 there is no error (but maybe warnings), 1 there is at least one.
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

/// Each line of the text, two blanks before it.
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
    require_local(terminal.access, "doctor", "looks at the ports and processes of this machine");
    const SystemSnapshot snapshot = collect_evidence();
    const std::vector<Diagnostic> diagnostics = diagnose(snapshot);
    if (terminal.json) {
        print(to_line(to_json(diagnostics)));
    } else {
        std::string text;
        for (const Diagnostic& diagnostic : diagnostics)
            text += text_of(diagnostic, terminal) + "\n";
        print(text + summary(snapshot, diagnostics) + "\n");
    }
    const bool sick =
        std::ranges::find(diagnostics, Severity::error, &Diagnostic::severity) != diagnostics.end();
    return sick ? ExitCode::failed : ExitCode::ok;
}

} // namespace

void define_doctor(Verb& verb) {
    verb.help(doctor_help);
    verb.runs(doctor);
}

} // namespace bgs2::cli
