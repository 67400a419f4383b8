#include "cli/doctor.h"

#include "cli/bus.h"
#include "cli/diagnosis.h"
#include "cli/output.h"
#include "cli/text.h"
#include "daemon/bytes.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>

namespace bgs2::cli {
namespace {

constexpr std::string_view help =
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

std::string text_of(const Complaint& complaint, const Terminal& terminal) {
    return fmt::format("{}: {}{}{}\n{}",
                       paint(std::string(word(complaint.severity)), colour_of(complaint.severity), terminal),
                       printable(complaint.subject), complaint.subject.empty() ? "" : ": ",
                       printable(complaint.message), indented(complaint.hint));
}

ExitCode doctor(const Terminal& terminal) {
    require_local(terminal.access, "doctor", "looks at the ports and processes of this machine");
    const Evidence evidence = collect_evidence();
    const std::vector<Complaint> complaints = diagnose(evidence);
    if (terminal.json) {
        print(to_line(to_json(complaints)));
    } else {
        std::string text;
        for (const Complaint& complaint : complaints)
            text += text_of(complaint, terminal) + "\n";
        print(text + summary(evidence, complaints) + "\n");
    }
    const bool sick =
        std::ranges::find(complaints, Severity::error, &Complaint::severity) != complaints.end();
    return sick ? ExitCode::failed : ExitCode::ok;
}

} // namespace

void add_doctor(Verb& program) {
    program.add("doctor", help).runs(doctor);
}

} // namespace bgs2::cli
