// SPDX-License-Identifier: Apache-2.0
#include "cli/doctor/diagnosis.h"

#include "cli/doctor/borrow_diagnosis.h"
#include "cli/doctor/port_diagnosis.h"
#include "cli/terminal/text.h"
#include "daemon/base/codes.h"
#include "daemon/base/counted.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <utility>

namespace bgs2::cli {
namespace {

constexpr std::string_view daemon = "bgs2d";
constexpr std::string_view see_its_log = "see its log: 'journalctl -u bgs2d'";

/// The compliance of the slot that the finding is about; empty if it is unknown.
std::string compliance_of(const Modem& modem, const Finding& finding) {
    const auto store = modem.other_stores.find(finding.store);
    const auto& slots = store == modem.other_stores.end() ? modem.slots : store->second;
    const auto slot = slots.find(static_cast<unsigned>(finding.slot));
    return slot == slots.end() ? std::string() : slot->second.compliance;
}

/// The finding that is the reason for the state of the modem: the first error about a slot that would be
/// written; the end if it is none of them.
auto finding_behind_state(const Modem& modem) {
    return std::ranges::find_if(modem.findings, [&](const Finding& finding) {
        return from_word<ReasonCode>(modem.reason_code) == ReasonCode::preflight_failed &&
               finding.severity == "error" && finding.code == modem.reason_error &&
               compliance_of(modem, finding) != "compliant";
    });
}

class Diagnosis {
  public:
    explicit Diagnosis(const SystemSnapshot& snapshot)
      : snapshot_(snapshot) {}

    std::vector<Diagnostic> run() && {
        container();
        bus();
        service();
        clock();
        if (snapshot_.daemon) {
            history(*snapshot_.daemon);
            policies(*snapshot_.daemon);
            for (const Modem& modem : snapshot_.daemon->modems)
                look_at(modem, !snapshot_.daemon->policies.empty());
        }
        std::ranges::move(diagnose_ports(snapshot_), std::back_inserter(diagnostics_));
        std::ranges::move(diagnose_borrowing(snapshot_), std::back_inserter(diagnostics_));
        std::ranges::stable_sort(diagnostics_, {}, &Diagnostic::severity);
        return std::move(diagnostics_);
    }

  private:
    void add(Severity severity, std::string id, std::string_view subject, std::string message,
             std::string hint) {
        diagnostics_.push_back({.severity = severity,
                                .id = std::move(id),
                                .subject = std::string(subject),
                                .message = std::move(message),
                                .hint = std::move(hint)});
    }

    void container() {
        const std::string& manager = snapshot_.container;
        if (manager.empty() || snapshot_.bus_error)
            return;
        if (!snapshot_.running)
            add(Severity::note, "bgs2ctl-in-container", "bgs2ctl",
                fmt::format("bgs2ctl runs in a container ({}); the bus can be that of its machine", manager),
                "run commands for the service where the bus is");
        else if (snapshot_.daemon_elsewhere)
            add(Severity::note, "bgs2ctl-in-container", "bgs2ctl",
                fmt::format(
                    "bgs2ctl runs in a container ({}), bgs2d outside of it: the nodes of ports, the programs "
                    "that use them and lock files are not checked",
                    manager),
                "run 'bgs2ctl doctor' on the machine that runs bgs2d");
        else if (snapshot_.daemon)
            add(Severity::note, "daemon-in-container", daemon,
                fmt::format("bgs2d runs in a container ({}): programs outside of it that use a port are not "
                            "seen",
                            manager),
                "give each port to one container only");
        if (finds_no_port_without_udev(snapshot_))
            add(Severity::warning, "daemon-without-udev", daemon,
                fmt::format(
                    "bgs2d runs in a container ({}) without udev: it finds only ports that bgs2d.toml "
                    "names by their device nodes",
                    manager),
                "name each port in /etc/bgs2d/bgs2d.toml, then run 'bgs2ctl reload':\n  [[port]]\n  "
                "device = \"/dev/ttyUSB0\"");
    }

    void bus() {
        if (snapshot_.bus_error)
            add(Severity::error, "bus-not-reached", daemon, snapshot_.bus_error->what,
                snapshot_.bus_error->hint);
        if (!snapshot_.daemon_error)
            return;
        const QueryError& why = *snapshot_.daemon_error;
        if (why.exit == ExitCode::denied)
            add(Severity::error, "bus-denied", daemon, "permission denied by the D-Bus configuration",
                "check that io.bgs2d1.conf is in /usr/share/dbus-1/system.d, and that no other file there "
                "or in /etc/dbus-1/system.d denies access; then 'systemctl reload dbus'");
        else if (why.exit == ExitCode::timed_out)
            add(Severity::error, "daemon-not-answering", daemon, why.what, why.hint);
        else
            add(Severity::error, "daemon-not-asked", daemon, fmt::format("cannot query bgs2d: {}", why.what),
                why.hint);
    }

    void service() {
        if (snapshot_.bus_error)
            return;
        if (!snapshot_.unit) {
            without_systemd();
            return;
        }
        const ServiceUnit& unit = *snapshot_.unit;
        if (snapshot_.running) {
            if (unit.enabled == "disabled")
                add(Severity::warning, "service-not-enabled", daemon,
                    "bgs2d is running, but does not start at boot", "run 'systemctl enable bgs2d'");
            return;
        }
        if (unit.load == "not-found")
            add(Severity::error, "service-not-installed", daemon, "systemd has no bgs2d.service",
                "install bgs2d, then run 'systemctl daemon-reload' and 'systemctl enable --now bgs2d'");
        else if (unit.load == "masked")
            add(Severity::error, "service-masked", daemon, "bgs2d.service is masked: it cannot be started",
                "run 'systemctl unmask bgs2d', then 'systemctl enable --now bgs2d'");
        else if (unit.load != "loaded" && !unit.load.empty())
            add(Severity::error, "service-broken", daemon,
                fmt::format("systemd cannot load bgs2d.service: {}", unit.load),
                "see the error: 'systemctl status bgs2d'");
        else if (unit.active == "failed")
            add(Severity::error, "service-failed", daemon,
                fmt::format("bgs2d is not running: it failed ({})", unit.result),
                fmt::format("{}; then 'systemctl restart bgs2d'", see_its_log));
        else if (unit.active == "activating")
            add(Severity::warning, "service-starting", daemon,
                unit.result == "success" || unit.result.empty()
                    ? "bgs2d is starting"
                    : fmt::format("bgs2d is restarting: it failed ({})", unit.result),
                fmt::format("run 'bgs2ctl doctor' again in a minute; {}", see_its_log));
        else
            add(Severity::error, "daemon-not-running", daemon,
                unit.enabled == "disabled" ? "bgs2d is not running, and does not start at boot"
                                           : "bgs2d is not running",
                unit.enabled == "disabled" ? "run 'systemctl enable --now bgs2d'"
                                           : "run 'systemctl start bgs2d'");
    }

    void without_systemd() {
        if (!snapshot_.running)
            add(Severity::error, "daemon-not-running", daemon, "bgs2d is not running",
                snapshot_.activatable ? "the bus starts it on request: run 'bgs2ctl list'"
                                      : "start it; there is no systemd on the bus to report more");
    }

    void clock() {
        const std::string now = iso_time(snapshot_.now);
        constexpr std::string_view hint =
            "set the clock with 'timedatectl set-time', or synchronise it with 'timedatectl "
            "set-ntp true'; until then, certificates appear to be not yet valid";
        if (snapshot_.now < snapshot_.released)
            add(Severity::error, "clock-not-set", "clock",
                fmt::format("the clock is at {}, before the release of this version of bgs2d", now),
                std::string(hint));
        else if (snapshot_.newest_policy &&
                 snapshot_.now + std::chrono::minutes(1) < snapshot_.newest_policy->written)
            add(Severity::error, "clock-not-set", "clock",
                fmt::format("the clock is at {}, but {} was written at {}", now,
                            snapshot_.newest_policy->path, iso_time(snapshot_.newest_policy->written)),
                std::string(hint));
        else if (!snapshot_.clock_synchronised)
            add(Severity::note, "clock-not-synchronised", "clock",
                fmt::format("the clock is at {}, and is not synchronised", now),
                "run 'timedatectl set-ntp true' if there is a time server; check with 'timedatectl'");
    }

    void history(const DaemonSnapshot& reported) {
        if (reported.history_lost_since != 0)
            add(Severity::warning, "history-lost", daemon,
                fmt::format("bgs2d cannot write its history: events since {} are lost",
                            bus_time(reported.history_lost_since, "")),
                "check that SQLite is installed, and that the disk of /var/lib/bgs2d is writable and not "
                "full; see its log: 'journalctl -u bgs2d'");
    }

    void policies(const DaemonSnapshot& reported) {
        for (const std::string& error : reported.policy_errors)
            add(Severity::error, "policy-broken", daemon, error,
                reported.policies.empty()
                    ? "fix the file, then run 'bgs2ctl reload'; until then, there is no active policy"
                    : "fix the file, then run 'bgs2ctl reload'; until then, the previous policies stay "
                      "active");
        if (reported.policy_errors.empty() && reported.policies.empty())
            add(Severity::error, "no-policy", "/etc/bgs2d/policy.d", "no policies: no modem is provisioned",
                "write one, based on policy-example.toml of the documentation; then run 'bgs2ctl policy "
                "check' and 'bgs2ctl reload'");
    }

    void look_at(const Modem& modem, bool are_policies) {
        const auto code = from_word<ReasonCode>(modem.reason_code);
        if (modem.state == "blocked")
            add(Severity::error, "modem-blocked", modem.imei, modem.reason, modem.hint);
        else if (modem.state == "failed")
            add(Severity::error, "modem-failed", modem.imei, modem.reason,
                modem.retry_at == 0
                    ? modem.hint
                    : fmt::format("{}{}bgs2d retries at {}", modem.hint, modem.hint.empty() ? "" : "; ",
                                  bus_time(modem.retry_at, "")));
        else if (modem.state == "drifted")
            add(Severity::warning, "modem-drifted", modem.imei, modem.reason, modem.hint);
        else if (code == ReasonCode::policy_ignores)
            add(Severity::note, "modem-ignored", modem.imei, modem.reason,
                "find the file of the policy with 'bgs2ctl policy show'");
        else if (code == ReasonCode::no_policy && are_policies)
            add(Severity::warning, "modem-unmanaged", modem.imei, modem.reason, modem.hint);
        expiry(modem);
        const auto reason = finding_behind_state(modem); // reported with the state
        for (auto finding = modem.findings.begin(); finding != modem.findings.end(); ++finding) {
            if (finding != reason)
                add(finding->severity == "error" ? Severity::error : Severity::warning, "modem-finding",
                    modem.imei, finding->message, finding->hint);
        }
    }

    void expiry(const Modem& modem) {
        const auto now =
            static_cast<std::uint64_t>(std::max<std::int64_t>(snapshot_.now.time_since_epoch().count(), 0));
        std::size_t expired = 0;
        for (const auto& [number, slot] : modem.slots) {
            if (slot.expires == 0 || slot.expires >= now)
                continue;
            ++expired;
            const bool is_used = slot.compliance != "unlisted"; // according to the policy
            add(is_used ? Severity::error : Severity::warning, "certificate-expired", modem.imei,
                fmt::format("the certificate in slot {} ({}) expired on {}", number, slot.subject,
                            bus_day(slot.expires, "")),
                is_used
                    ? "renew the certificate; bgs2d writes it once it replaces the file that the policy names"
                    : "no policy names this slot; set 'erase-unlisted = true' in [provision] of the policy "
                      "to erase such slots");
        }
        if (from_word<ReasonCode>(modem.reason_code) == ReasonCode::expiring && expired == 0)
            add(Severity::warning, "certificate-expiring", modem.imei, modem.reason, modem.hint);
    }

    const SystemSnapshot& snapshot_;
    std::vector<Diagnostic> diagnostics_;
};

/// "2 modems compliant, 1 modem unmanaged".
std::string modems_by_state(const std::vector<Modem>& modems) {
    std::map<std::string, std::size_t> states;
    for (const Modem& modem : modems)
        ++states[modem.state];
    std::vector<std::string> words;
    words.reserve(states.size());
    for (const auto& [state, number] : states)
        words.push_back(counted(number, "modem") + " " + state);
    return words.empty() ? "no modem" : fmt::format("{}", fmt::join(words, ", "));
}

} // namespace

std::vector<Diagnostic> diagnose(const SystemSnapshot& snapshot) {
    return Diagnosis(snapshot).run();
}

std::string summary(const SystemSnapshot& snapshot, std::span<const Diagnostic> diagnostics) {
    std::vector<std::string> words;
    for (const Severity severity : {Severity::error, Severity::warning}) {
        const auto number = std::ranges::count(diagnostics, severity, &Diagnostic::severity);
        if (number > 0)
            words.push_back(counted(static_cast<std::size_t>(number), word(severity)));
    }
    if (!words.empty())
        return fmt::format("{}", fmt::join(words, ", "));
    if (!snapshot.daemon)
        return "no problems found";
    return fmt::format("no problems found: {}, {}", modems_by_state(snapshot.daemon->modems),
                       counted(snapshot.daemon->policies.size(), "policy", "policies"));
}

} // namespace bgs2::cli
