// SPDX-License-Identifier: Apache-2.0
#include "cli/doctor/borrow_diagnosis.h"

#include "cli/terminal/text.h"
#include "daemon/base/codes.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>
#include <set>
#include <string>
#include <utility>

namespace bgs2::cli {
namespace {

constexpr std::chrono::hours long_wait(1);
constexpr const char* rule_file = "/etc/polkit-1/rules.d/50-bgs2d-units.rules";
constexpr const char* page = "bgs2d-ports(7)";
constexpr const char* daemon_page = "bgs2d(8)"; // has the rules for units and for ModemManager

class BorrowDiagnosis {
  public:
    explicit BorrowDiagnosis(const SystemSnapshot& snapshot)
      : snapshot_(snapshot) {}

    std::vector<Diagnostic> run() && {
        if (snapshot_.daemon) {
            for (const Port& port : snapshot_.daemon->ports) {
                if (port.use == word(PortUse::waiting))
                    waiting(port);
            }
            for (const BorrowedUnit& unit : snapshot_.daemon->units)
                look_at(unit);
            look_at_other_units();
        }
        for (const LockFile& lock : snapshot_.locks)
            look_at(lock);
        return std::move(diagnostics_);
    }

  private:
    void add(Severity severity, std::string id, const std::string& subject, std::string message,
             std::string hint) {
        diagnostics_.push_back({.severity = severity,
                                .id = std::move(id),
                                .subject = subject,
                                .message = std::move(message),
                                .hint = std::move(hint)});
    }

    void waiting(const Port& port) {
        const auto now =
            static_cast<std::uint64_t>(std::max<std::int64_t>(snapshot_.now.time_since_epoch().count(), 0));
        const auto limit = static_cast<std::uint64_t>(std::chrono::seconds(long_wait).count());
        const bool is_long = port.waiting_since != 0 && port.waiting_since + limit <= now;
        const auto holders = other_holders(snapshot_, port.device);
        add(is_long ? Severity::warning : Severity::note, "port-waiting", port.device,
            fmt::format(
                "bgs2d waits{} for {}{}",
                port.waiting_since == 0 ? "" : fmt::format(" since {}", bus_time(port.waiting_since, "")),
                names_of_holders(port, holders), port.work.empty() ? "" : fmt::format(", to {}", port.work)),
            remedies(port, holders));
    }

    static std::string names_of_holders(const Port& port, const std::vector<Holder>& holders) {
        if (holders.empty())
            return port.holder.empty() ? "another program" : port.holder;
        std::vector<std::string> names;
        names.reserve(holders.size());
        for (const Holder& holder : holders)
            names.push_back(fmt::format("{} (pid {}{}{})", holder.name, holder.pid,
                                        holder.unit.empty() ? "" : " of ", holder.unit));
        return fmt::format("{}", fmt::join(names, ", "));
    }

    [[nodiscard]] std::string remedies(const Port& port, const std::vector<Holder>& holders) const {
        const auto is_borrowed = [&](const Holder& holder) {
            return borrow_from(port).contains(holder.unit);
        };
        const auto lent = std::ranges::find_if(holders, is_borrowed);
        if (lent != holders.end())
            return fmt::format(
                "bgs2d stops {0} for a write only, within 'window' of [port] in the policy or when you run "
                "'bgs2ctl provision'; for a check, run 'systemctl stop {0}', and start it afterwards",
                lent->unit);
        const bool is_modem_manager =
            std::ranges::any_of(holders, [](const Holder& holder) { return holder.name == "ModemManager"; });
        if (is_modem_manager || port.holder.starts_with("ModemManager"))
            return fmt::format(
                "disconnect the modem in ModemManager ('mmcli -m any --simple-disconnect'); for a write, "
                "which "
                "waits for 'window' in [port] of the policy, run 'bgs2ctl provision'; if the modem has a "
                "second AT port, reserve it for bgs2d by a rule with ID_MM_PORT_IGNORE: see {}",
                daemon_page);
        const auto of_unit =
            std::ranges::find_if(holders, [](const Holder& each) { return !each.unit.empty(); });
        const std::string stop =
            of_unit != holders.end()
                ? fmt::format("run 'systemctl stop {0}', or let bgs2d stop it for a write: borrow-from = "
                              "[\"{0}\"] in [port] of the policy",
                              of_unit->unit)
                : std::string("stop that program, or name its unit in 'borrow-from' in [port] of the policy");
        return fmt::format("{}; a program of your own can close the port when bgs2d needs it: see {}", stop,
                           page);
    }

    /// The units that bgs2d may stop for the modem of the port; for an unknown modem, those of all policies.
    [[nodiscard]] std::set<std::string> borrow_from(const Port& port) const {
        const auto modem = std::ranges::find(snapshot_.daemon->modems, port.imei, &Modem::imei);
        std::set<std::string> units;
        for (const Policy& policy : snapshot_.daemon->policies) {
            if (modem == snapshot_.daemon->modems.end() || modem->policy == policy.name)
                units.insert(policy.borrow_from.begin(), policy.borrow_from.end());
        }
        return units;
    }

    void look_at(const BorrowedUnit& unit) {
        if (unit.unit && unit.unit->load == "not-found")
            add(Severity::error, "unit-not-found", unit.name,
                fmt::format("policy '{}' names it in borrow-from, and systemd has no such unit", unit.policy),
                "correct the name, then run 'bgs2ctl reload'; 'systemctl list-units --type=service' lists "
                "the "
                "names");
        else if (unit.may_stop == false)
            add(Severity::error, "unit-not-permitted", unit.name,
                fmt::format("policy '{}' names it in borrow-from, and polkit does not let bgs2d stop it",
                            unit.policy),
                fmt::format("write the rule in UNITS of {} to {}, with this unit", daemon_page, rule_file));
    }

    void look_at_other_units() {
        if (snapshot_.daemon->may_stop_others)
            add(Severity::warning, "units-not-restricted", "bgs2d",
                "polkit lets bgs2d stop units that no policy names",
                fmt::format("restrict the rule in {} to the units of borrow-from: see UNITS in {}", rule_file,
                            daemon_page));
    }

    void look_at(const LockFile& lock) {
        if (!lock.running)
            add(Severity::note, "lock-stale", lock.device,
                lock.pid == 0
                    ? fmt::format("the lock file {} names no process", lock.file)
                    : fmt::format("the lock file {} is of process {}, which has ended", lock.file, lock.pid),
                fmt::format("bgs2d ignores it; if another program does not, run 'rm {}'", lock.file));
    }

    const SystemSnapshot& snapshot_;
    std::vector<Diagnostic> diagnostics_;
};

} // namespace

std::vector<Diagnostic> diagnose_borrowing(const SystemSnapshot& snapshot) {
    return BorrowDiagnosis(snapshot).run();
}

} // namespace bgs2::cli
