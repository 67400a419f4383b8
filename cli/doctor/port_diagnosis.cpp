// SPDX-License-Identifier: Apache-2.0
#include "cli/doctor/port_diagnosis.h"

#include "cli/doctor/port_name.h"
#include "cli/doctor/usb_modems.h"
#include "daemon/base/codes.h"
#include "daemon/base/counted.h"
#include "daemon/base/error.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <set>
#include <sys/stat.h>

namespace bgs2::cli {
namespace {

constexpr std::string_view ports_group = "dialout"; // of the shipped rule and unit

/// Adapters that the udev rules of brltty treat as braille displays.
constexpr std::array<std::pair<std::string_view, std::string_view>, 3> braille_adapters{
    {{"0403", "6001"}, {"10c4", "ea60"}, {"1a86", "7523"}}};

constexpr std::string_view after_a_rule = "then run 'udevadm control --reload' and 'udevadm trigger "
                                          "--subsystem-match=tty'";

constexpr std::string_view where_nothing_answers = "check that the modem has power and is switched on; that "
                                                   "its TXD0, an input, is wired to TXD of the host, and "
                                                   "RXD0 to RXD; that RTS and CTS are connected, or [port] "
                                                   "of the policy has flow-control = \"none\"; and that the "
                                                   "modem has the baud rate of that [port] (default: 115200)";

struct Advice {
    std::string_view program;
    std::string_view what;
};

constexpr std::array advices{
    Advice{
        "ModemManager",
        "bgs2d asks ModemManager for the port only while it has work there; to keep ModemManager off it, set "
        "ENV{ID_MM_PORT_IGNORE}=\"1\" in a udev rule, or run 'systemctl disable --now ModemManager'"},
    Advice{"brltty",
           "run 'systemctl disable --now brltty', or remove the package, unless you use a braille display"},
    Advice{"agetty",
           "run 'systemctl disable --now serial-getty@' with the name of the port, and remove its console= "
           "from the kernel command line"},
};

std::string to_string(const Holder& holder) {
    return fmt::format("{} (pid {})", holder.name, holder.pid);
}

std::string advice_on(const Holder& holder) {
    const auto* known = std::ranges::find(advices, holder.name, &Advice::program);
    if (known != advices.end())
        return std::string(known->what);
    return fmt::format("stop that program ('ps -fp {}' shows it), or name another port", holder.pid);
}

std::string property(const Port& port, const std::string& name) {
    const auto found = port.properties.find(name);
    return found == port.properties.end() ? std::string() : found->second;
}

/// By its udev properties, or if it has none, by its name.
bool is_usb(const Port& port) {
    return property(port, "ID_BUS") == "usb" || !property(port, "ID_USB_DRIVER").empty() ||
           port.device.starts_with("/dev/ttyUSB") || port.device.starts_with("/dev/ttyACM");
}

/// By its group and mode.
bool opens_to_bgs2d(const TtyNode& node) {
    const bool to_group =
        node.group == ports_group && (node.mode & (S_IRGRP | S_IWGRP)) == (S_IRGRP | S_IWGRP);
    return to_group || (node.mode & (S_IROTH | S_IWOTH)) == (S_IROTH | S_IWOTH);
}

/// Ports of one USB device, or of devices that nothing distinguishes.
bool are_of_one_device(const Port& one, const Port& other) {
    return std::ranges::all_of(
        std::array{"ID_VENDOR_ID", "ID_MODEL_ID", "ID_SERIAL_SHORT"},
        [&](const char* name) { return property(one, name) == property(other, name); });
}

bool is_braille_adapter(std::string_view vendor, std::string_view product) {
    return std::ranges::find(braille_adapters, std::pair(vendor, product)) != braille_adapters.end();
}

std::string indented(std::string_view text) {
    std::string result = "    ";
    for (const char c : text)
        result += c == '\n' ? std::string("\n    ") : std::string(1, c);
    return result;
}

class PortDiagnosis {
  public:
    explicit PortDiagnosis(const SystemSnapshot& snapshot)
      : snapshot_(snapshot) {}

    std::vector<Diagnostic> run() && {
        if (snapshot_.daemon) {
            for (const Port& port : snapshot_.daemon->ports)
                look_at(port);
        } else {
            for (const TtyNode& node : snapshot_.nodes)
                look_at(node);
        }
        look_for_brltty();
        look_for_nothing();
        report_hidden_processes();
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

    void look_at(const Port& port) {
        if (port.state == "ignored") {
            unnamed(port);
            return;
        }
        looked_for_holders_ = true;
        any_named_ = true;
        if (port.state == "unavailable")
            unavailable(port);
        else if (port.state == "silent")
            add(Severity::error, "port-silent", port.device, fmt::format("no answer: {}", port.reason),
                std::string(where_nothing_answers));
        else if (port.state == "not-a-modem")
            add(Severity::warning, "port-not-a-modem", port.device,
                fmt::format("the device is not a BGS2: {}", port.reason),
                "connect the modem to this port, or remove the port from bgs2d.toml or the udev rule");
        else if (port.state == "absent")
            add(Severity::note, "port-absent", port.device, "named in bgs2d.toml, but not present",
                "check that it is plugged in; 'bgs2ctl ports' lists the ports that are");
        else if (port.code == word(PortCode::imei_twice))
            add(Severity::error, "imei-twice", port.device, port.reason, port.hint);
        else if (port.state == "duplicate")
            add(Severity::note, "port-duplicate", port.device, port.reason,
                "bgs2d uses one port per modem; nothing to do");
        else if (port.state == "probing")
            add(Severity::note, "port-probing", port.device, "bgs2d is identifying the device",
                "run 'bgs2ctl doctor' again in a minute");
        if (port.use == word(PortUse::borrowed))
            report_other_holders(port);
        look_for_modem_manager(port);
    }

    void unavailable(const Port& port) {
        if (from_word<ErrorCode>(port.code) == ErrorCode::access_denied) {
            // If the mode of the node permits access, the sandbox of the service denies it.
            const TtyNode* node = node_of(port.device);
            if (node != nullptr && opens_to_bgs2d(*node))
                add(Severity::error, "port-unavailable", port.device, port.reason, port.hint);
            else
                denied(Severity::error, port.device, node);
            return;
        }
        const auto holders = other_holders(snapshot_, port.device);
        if (!holders.empty()) {
            std::vector<std::string> names;
            names.reserve(holders.size());
            for (const Holder& holder : holders) {
                names.push_back(to_string(holder));
                reported_holders_.emplace(port.device, holder.name);
            }
            add(Severity::error, "port-held", port.device,
                fmt::format("in use by {}", fmt::join(names, ", ")), advice_on(holders.front()));
            return;
        }
        const bool held = from_word<ErrorCode>(port.code) == ErrorCode::port_claimed;
        add(Severity::error, held ? "port-held" : "port-unavailable", port.device, port.reason, port.hint);
    }

    void denied(Severity severity, const std::string& device, const TtyNode* node) {
        add(severity, "port-denied", device,
            node == nullptr ? "permission denied for bgs2d"
                            : fmt::format("permission denied for bgs2d: the group is '{}', the mode {:04o}",
                                          node->group, node->mode),
            fmt::format("set the group to '{0}' and the mode to 0660 in "
                        "/etc/udev/rules.d/65-bgs2d-local.rules, {1}:\n"
                        "    SUBSYSTEM==\"tty\", KERNEL==\"{2}\", GROUP=\"{0}\", MODE=\"0660\"",
                        ports_group, after_a_rule, device.substr(device.rfind('/') + 1)));
    }

    /// Programs that have a port open which bgs2d uses at this time: they opened it first, or are root.
    void report_other_holders(const Port& port) {
        for (const Holder& holder : other_holders(snapshot_, port.device)) {
            reported_holders_.emplace(port.device, holder.name);
            add(Severity::warning, "port-shared", port.device, "also in use by " + to_string(holder),
                advice_on(holder));
        }
    }

    void look_for_modem_manager(const Port& port) {
        if (port.inhibited && !reported_holders_.contains({port.device, "ModemManager"}))
            add(Severity::note, "port-inhibited", port.device,
                "ModemManager does not use it while bgs2d has it", "nothing to do");
    }

    void look_for_brltty() {
        if (!snapshot_.processes.running.contains("brltty"))
            return;
        for (const TtyNode& node : snapshot_.nodes) {
            if (is_braille_adapter(node.usb_vendor, node.usb_product) &&
                !reported_holders_.contains({node.device, "brltty"}))
                add(Severity::warning, "port-not-kept-from-brltty", node.device,
                    "brltty is running and treats such adapters as braille displays",
                    std::string(advices[1].what));
        }
        if (std::ranges::all_of(snapshot_.nodes, [](const TtyNode& node) { return node.usb_vendor.empty(); }))
            add(Severity::note, "brltty-runs", "brltty",
                "brltty is running, and there is no USB serial port: brltty detaches some adapters from "
                "the kernel driver",
                std::string(advices[1].what));
    }

    void unnamed(const Port& port) {
        if (!snapshot_.daemon)
            return;
        const TtyNode* node = node_of(port.device);
        const bool no_modem = snapshot_.daemon->modems.empty();
        // A UART of the board exists even if nothing is connected, and may be the console.
        if (!is_usb(port) && (!no_modem || node == nullptr || node->console))
            return;
        if (from_word<PortCode>(port.code) == PortCode::excluded) {
            if (no_modem)
                add(Severity::note, "port-kept-away", port.device, port.reason,
                    fmt::format("if a modem is connected to it, remove that rule, {}", after_a_rule));
            return;
        }
        const PortName name = name_of(port, snapshot_.daemon->ports);
        if (name.entry.empty())
            return;
        const bool is_former = lacks_a_named_port(port);
        std::string hint =
            fmt::format("if {}, name it in /etc/bgs2d/bgs2d.toml, then run 'bgs2ctl reload' and "
                        "'udevadm trigger --subsystem-match=tty':\n{}",
                        is_former ? "it is the AT port of a modem, and no diagnostics or GPS port"
                                  : "a modem is connected to it",
                        indented(name.entry));
        if (is_usb(port) && !name.rule.empty())
            hint += fmt::format("\nor in /etc/udev/rules.d/65-bgs2d-local.rules, {}:\n{}", after_a_rule,
                                indented(name.rule));
        add(is_former || (is_usb(port) && no_modem) ? Severity::warning : Severity::note,
            "port-not-nominated", port.device,
            fmt::format(
                "bgs2d does not use it: {}{}", port.reason,
                is_former
                    ? "; earlier udev rules named the ports of this device, but its AT port is not known"
                    : ""),
            std::move(hint));
    }

    /// Whether an upgrade of the udev rule took the port away, and no other port of its device is named.
    [[nodiscard]] bool lacks_a_named_port(const Port& port) const {
        return was_modem_of_the_rule(property(port, "ID_VENDOR_ID"), property(port, "ID_MODEL_ID")) &&
               std::ranges::none_of(snapshot_.daemon->ports, [&](const Port& other) {
                   return other.state != "ignored" && are_of_one_device(port, other);
               });
    }

    /// The problems of a port while bgs2d does not answer.
    void look_at(const TtyNode& node) {
        if (node.usb_vendor.empty())
            return;
        looked_for_holders_ = true;
        const bool is_ours = is_modem_of_the_rule(node.usb_vendor, node.usb_product);
        if (!opens_to_bgs2d(node))
            denied(is_ours ? Severity::error : Severity::warning, node.device, &node);
        for (const Holder& holder : other_holders(snapshot_, node.device)) {
            reported_holders_.emplace(node.device, holder.name);
            add(is_ours ? Severity::error : Severity::warning, "port-held", node.device,
                fmt::format("in use by {}", to_string(holder)), advice_on(holder));
        }
    }

    void look_for_nothing() {
        if (!snapshot_.daemon || !snapshot_.daemon->modems.empty() || finds_no_port_without_udev(snapshot_))
            return;
        const bool explained = std::ranges::any_of(
            diagnostics_, [](const Diagnostic& each) { return each.severity != Severity::note; });
        if (!explained)
            add(Severity::warning, "no-modem", "",
                any_named_ ? "no modem found" : "no modem found, and no serial port is named for bgs2d",
                "check that the modem is plugged in and has power; 'dmesg' shows whether the kernel detected "
                "it, "
                "'bgs2ctl ports' the state of each port");
    }

    void report_hidden_processes() {
        if (!looked_for_holders_ || snapshot_.processes.hidden == 0)
            return;
        add(Severity::note, "processes-not-seen", "",
            fmt::format("cannot inspect {} (not root)",
                        counted(snapshot_.processes.hidden, "process", "processes")),
            "run 'sudo bgs2ctl doctor' to see all programs that use a port");
    }

    [[nodiscard]] const TtyNode* node_of(const std::string& device) const {
        const auto found = std::ranges::find(snapshot_.nodes, device, &TtyNode::device);
        return found == snapshot_.nodes.end() ? nullptr : &*found;
    }

    const SystemSnapshot& snapshot_;
    std::vector<Diagnostic> diagnostics_;
    std::set<std::pair<std::string, std::string>> reported_holders_; ///< device and program
    bool looked_for_holders_ = false;
    bool any_named_ = false;
};

} // namespace

std::vector<Diagnostic> diagnose_ports(const SystemSnapshot& snapshot) {
    return PortDiagnosis(snapshot).run();
}

} // namespace bgs2::cli
