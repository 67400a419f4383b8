#include "cli/evidence.h"

#include "cli/bus.h"
#include "cli/failure.h"
#include "daemon/pki/preflight.h"

#include <filesystem>
#include <sys/stat.h>
#include <sys/timex.h>

namespace bgs2::cli {
namespace {

/// The bound beyond which systemd, too, calls a clock not synchronised; in microseconds.
constexpr long largest_clock_error = 16'000'000;

Unanswered unanswered(const Failure& failure) {
    return {.exit = failure.exit(), .what = failure.what(), .hint = failure.hint()};
}

Testimony testimony_of(Bus& bus) {
    Testimony told{.pid = bus.daemon_pid(),
                   .modems = bus.modems(),
                   .ports = bus.ports(),
                   .policies = bus.policies(),
                   .policy_errors = bus.policy_errors(),
                   .history_lost_since = bus.history_lost_since()};
    return told;
}

void ask_the_bus(Evidence& evidence) {
    try {
        Bus bus;
        evidence.unit = bus.service_unit("bgs2d.service");
        evidence.activatable = bus.daemon_is_activatable();
        evidence.running = bus.daemon_is_running();
        if (!evidence.running) // a question would have the bus start it
            return;
        try {
            evidence.testimony = testimony_of(bus);
        } catch (const Failure& failure) {
            evidence.no_testimony = unanswered(failure);
        }
    } catch (const Failure& failure) {
        evidence.no_bus = unanswered(failure);
    }
}

std::vector<std::string> devices_of(const Evidence& evidence) {
    std::vector<std::string> devices;
    if (evidence.testimony) {
        for (const Port& port : evidence.testimony->ports)
            devices.push_back(port.device);
    } else {
        for (const TtyNode& node : evidence.nodes)
            devices.push_back(node.device);
    }
    return devices;
}

std::optional<PolicyFile> newest(const std::vector<Policy>& policies) {
    std::optional<PolicyFile> found;
    for (const Policy& policy : policies) {
        struct stat status{};
        if (::stat(policy.file.c_str(), &status) != 0)
            continue;
        const std::chrono::sys_seconds written{std::chrono::seconds(status.st_mtim.tv_sec)};
        if (!found || written > found->written)
            found = PolicyFile{.path = policy.file, .written = written};
    }
    return found;
}

/// Asks the kernel, as timedatectl does. Where that is not allowed, nothing is known against the clock.
bool clock_is_synchronised() {
    timex state{};
    return ::adjtimex(&state) < 0 || state.maxerror < largest_clock_error;
}

} // namespace

Evidence collect_evidence() {
    Evidence evidence;
    ask_the_bus(evidence);
    evidence.nodes = tty_nodes();
    evidence.processes = look_at_processes(devices_of(evidence));
    evidence.now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    evidence.released = pki::clock_was_set_after;
    if (evidence.testimony)
        evidence.newest_policy = newest(evidence.testimony->policies);
    evidence.clock_synchronised = clock_is_synchronised();
    return evidence;
}

} // namespace bgs2::cli
