// SPDX-License-Identifier: Apache-2.0
#include "udev/monitor.h"

#include "daemon/base/system_error.h"
#include "udev/physical_device.h"

#include <libudev.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <poll.h>
#include <string>
#include <string_view>
#include <unistd.h>

namespace bgs2::udev {
namespace {

struct ReleaseDevice {
    void operator()(udev_device* device) const { udev_device_unref(device); }
};
using Device = std::unique_ptr<udev_device, ReleaseDevice>;

struct ReleaseEnumeration {
    void operator()(udev_enumerate* enumeration) const { udev_enumerate_unref(enumeration); }
};
using Enumeration = std::unique_ptr<udev_enumerate, ReleaseEnumeration>;

// A hub full of modems causes some hundred events of about 2 kB at once when it starts.
constexpr int receive_buffer = 4 << 20;

// Properties of the event, not of the port: a port that is reported twice must compare equal.
constexpr std::array<std::string_view, 3> event_properties{"ACTION", "SEQNUM", "SYNTH_UUID"};

[[noreturn]] void give_up(std::string_view attempt, int number,
                          const char* hint = "check 'systemctl status systemd-udevd'") {
    throw Exception(system_error(number, attempt, hint));
}

void check(int result, std::string_view attempt) {
    if (result < 0)
        give_up(attempt, -result);
}

std::string text(const char* value) {
    return value == nullptr ? std::string() : std::string(value);
}

/// The device and its ancestors, as far as they still exist.
std::vector<Ancestor> line_of(udev_device* device) {
    std::vector<Ancestor> line;
    for (auto* each = device; each != nullptr; each = udev_device_get_parent(each)) // owned by `device`
        line.push_back({.name = text(udev_device_get_sysname(each)),
                        .syspath = text(udev_device_get_syspath(each)),
                        .subsystem = text(udev_device_get_subsystem(each)),
                        .type = text(udev_device_get_devtype(each)),
                        .uid = text(udev_device_get_property_value(each, "ID_MM_PHYSDEV_UID"))});
    return line;
}

Port describe(udev_device* device) {
    Port port;
    port.node = text(udev_device_get_devnode(device));
    port.syspath = text(udev_device_get_syspath(device));
    port.physical_device = physical_device(line_of(device));
    for (auto* link = udev_device_get_devlinks_list_entry(device); link != nullptr;
         link = udev_list_entry_get_next(link))
        port.links.emplace_back(udev_list_entry_get_name(link));
    std::ranges::sort(port.links);
    for (auto* property = udev_device_get_properties_list_entry(device); property != nullptr;
         property = udev_list_entry_get_next(property))
        port.properties.emplace(udev_list_entry_get_name(property),
                                text(udev_list_entry_get_value(property)));
    // A leading dot marks a temporary property of the rules, which the database does not keep.
    std::erase_if(port.properties, [](const auto& property) {
        return property.first.starts_with('.') ||
               std::ranges::find(event_properties, property.first) != event_properties.end();
    });
    return port;
}

// Virtual consoles, /dev/console and the like have no parent in sysfs.
bool has_hardware(udev_device* device) {
    return udev_device_get_parent(device) != nullptr; // owned by `device`
}

Action action_of(udev_device* device) {
    const std::string action = text(udev_device_get_action(device));
    if (action == "add")
        return Action::added;
    if (action == "remove")
        return Action::removed;
    return Action::changed;
}

bool readable(int descriptor) {
    pollfd waiting{.fd = descriptor, .events = POLLIN, .revents = 0};
    return poll(&waiting, 1, 0) > 0;
}

} // namespace

void Monitor::Release::operator()(::udev* context) const {
    udev_unref(context);
}

void Monitor::Release::operator()(udev_monitor* monitor) const {
    udev_monitor_unref(monitor);
}

Monitor::Monitor()
  : udev_(udev_new()) {
    if (!udev_)
        give_up("start libudev", errno);
    // "udev" and not "kernel": the kernel reports a device before the rules have set its links, group and
    // mode.
    monitor_.reset(udev_monitor_new_from_netlink(udev_.get(), "udev"));
    if (!monitor_)
        give_up("open the netlink socket of udev", errno,
                "allow AF_NETLINK in RestrictAddressFamilies= of the unit");
    check(udev_monitor_filter_add_match_subsystem_devtype(monitor_.get(), "tty", nullptr),
          "filter udev's events for ttys");
    // Without CAP_NET_ADMIN the kernel grants net.core.rmem_max at most; that suffices, since overflow is
    // handled.
    const int enlarged = udev_monitor_set_receive_buffer_size(monitor_.get(), receive_buffer);
    if (enlarged != -EPERM)
        check(enlarged, "enlarge the receive buffer for udev's events");
    check(udev_monitor_enable_receiving(monitor_.get()), "listen to udev's events");
}

int Monitor::fd() const {
    return udev_monitor_get_fd(monitor_.get());
}

Batch Monitor::receive() {
    Batch batch;
    for (;;) {
        errno = 0;
        const Device device(udev_monitor_receive_device(monitor_.get()));
        if (device) {
            const Action action = action_of(device.get());
            // The ancestors of a removed port may be gone too, so they cannot be checked.
            if (action == Action::removed || has_hardware(device.get()))
                batch.events.push_back({action, describe(device.get())});
            continue;
        }
        switch (errno) {
        case EINTR:
            continue;
        case EAGAIN: // no event, or one that libudev does not trust, after which more may wait
            if (readable(fd()))
                continue;
            return batch;
        case ENOBUFS: // the kernel's queue overflowed
        case EINVAL:  // an invalid message: enumerating finds the changes
        case EBADMSG:
            batch.overflow = true;
            continue;
        default:
            give_up("receive an event of udev", errno);
        }
    }
}

std::vector<Port> Monitor::enumerate() const {
    const Enumeration enumeration(udev_enumerate_new(udev_.get()));
    if (!enumeration)
        give_up("enumerate ttys", errno);
    check(udev_enumerate_add_match_subsystem(enumeration.get(), "tty"), "enumerate ttys");
    check(udev_enumerate_add_match_is_initialized(enumeration.get()), "enumerate ttys");
    check(udev_enumerate_scan_devices(enumeration.get()), "enumerate ttys");
    std::vector<Port> ports;
    for (auto* entry = udev_enumerate_get_list_entry(enumeration.get()); entry != nullptr;
         entry = udev_list_entry_get_next(entry)) {
        const Device device(udev_device_new_from_syspath(udev_.get(), udev_list_entry_get_name(entry)));
        // Unplugged since the scan: the monitor will report it.
        if (!device)
            continue;
        if (udev_device_get_is_initialized(device.get()) > 0 && has_hardware(device.get()))
            ports.push_back(describe(device.get()));
    }
    std::ranges::sort(ports, {}, &Port::syspath);
    return ports;
}

bool Monitor::knows(dev_t number) const {
    constexpr const char* control_socket = "/run/udev/control"; // exists as long as udevd runs (udev(7))
    if (::access(control_socket, F_OK) != 0)
        return false;
    const Device device(udev_device_new_from_devnum(udev_.get(), 'c', number));
    return device && has_hardware(device.get());
}

} // namespace bgs2::udev
