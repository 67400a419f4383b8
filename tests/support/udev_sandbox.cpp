// SPDX-License-Identifier: Apache-2.0
#include "tests/support/udev_sandbox.h"

#include "daemon/base/immovable.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <linux/magic.h>
#include <linux/netlink.h>
#include <spawn.h>
#include <stdexcept>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>
#include <utility>
#include <vector>

namespace bgs2::test {
namespace {

namespace fs = std::filesystem;

const fs::path sys = "/sys";
const fs::path configuration = "/etc/bgs2d/bgs2d.toml";
const fs::path local_rules = "/run/udev/rules.d";
constexpr std::string_view controller = "devices/pci0000:00/0000:00:14.0";

[[noreturn]] void throw_errno(const std::string& action) {
    throw std::system_error(errno, std::generic_category(), action);
}

void write_file(const fs::path& path, std::string_view text) {
    fs::create_directories(path.parent_path());
    std::ofstream file(path);
    file << text;
    file.close();
    if (!file)
        throw std::runtime_error("cannot write " + path.string());
}

void link_to(const fs::path& target, const fs::path& link) {
    fs::create_directories(link.parent_path());
    fs::remove(link);
    fs::create_symlink(target, link);
}

/// Creates a sysfs directory for a device of this subsystem, such as "bus/usb".
void make_device(const fs::path& path, const std::string& subsystem, const std::string& uevent) {
    write_file(path / "uevent", uevent);
    fs::create_directories(sys / subsystem);
    link_to(sys / subsystem, path / "subsystem");
}

void make_usb_device(const fs::path& path, std::string_view vendor, std::string_view device_class) {
    make_device(path, "bus/usb", "DEVTYPE=usb_device\n");
    write_file(path / "idVendor", vendor);
    write_file(path / "bDeviceClass", device_class);
}

std::string device_number(dev_t number) {
    return std::to_string(major(number)) + ":" + std::to_string(minor(number));
}

void run(std::vector<std::string> words) {
    std::vector<char*> arguments;
    arguments.reserve(words.size() + 1);
    for (auto& word : words)
        arguments.push_back(word.data());
    arguments.push_back(nullptr);
    pid_t child = 0;
    errno = posix_spawnp(&child, arguments.front(), nullptr, nullptr, arguments.data(), environ);
    if (errno != 0)
        throw_errno("run " + words.front());
    int status = 0;
    while (waitpid(child, &status, 0) < 0) {
        if (errno != EINTR)
            throw_errno("wait for " + words.front());
    }
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        throw std::runtime_error(words.front() + " " + words.at(1) + " failed");
}

class Socket : Immovable {
  public:
    Socket()
      : descriptor_(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_KOBJECT_UEVENT)) {
        if (descriptor_ < 0)
            throw_errno("open a netlink socket");
    }
    ~Socket() { close(descriptor_); }

    void send_to_kernel(std::string_view payload) const {
        nlmsghdr header{};
        header.nlmsg_len = static_cast<__u32>(sizeof header + payload.size());
        header.nlmsg_type = NLMSG_MIN_TYPE;
        header.nlmsg_flags = NLM_F_REQUEST;
        std::string message(reinterpret_cast<const char*>(&header), sizeof header);
        message.append(payload);
        sockaddr_nl kernel{};
        kernel.nl_family = AF_NETLINK;
        const auto sent = sendto(descriptor_, message.data(), message.size(), 0,
                                 reinterpret_cast<const sockaddr*>(&kernel), sizeof kernel);
        if (sent != static_cast<ssize_t>(message.size()))
            throw_errno("send a uevent");
    }

  private:
    int descriptor_;
};

/// Sends a uevent and waits until udev has processed it. The kernel forwards uevents of root within the
/// network namespace.
void send_uevent(std::string_view action, const std::string& name, const std::string& devpath, dev_t number) {
    std::string payload;
    const auto add = [&payload](std::string_view text) { payload.append(text).push_back('\0'); };
    add(std::string(action) + "@/" + devpath);
    add("ACTION=" + std::string(action));
    add("DEVPATH=/" + devpath);
    add("SUBSYSTEM=tty");
    add("MAJOR=" + std::to_string(major(number)));
    add("MINOR=" + std::to_string(minor(number)));
    add("DEVNAME=" + name);
    Socket().send_to_kernel(payload);
    run({"udevadm", "settle", "--timeout=10"});
}

void reload_rules() {
    run({"udevadm", "control", "--reload", "--timeout=10"});
}

} // namespace

UdevSandbox::UdevSandbox() {
    struct statfs where{};
    if (statfs(sys.c_str(), &where) != 0)
        throw_errno("look at /sys");
    if (where.f_type == SYSFS_MAGIC || !fs::exists("/run/sandbox"))
        throw std::runtime_error("not in a sandbox; run the program with tests/hotplug/sandbox");
}

UdevSandbox::~UdevSandbox() {
    while (!ttys_.empty()) {
        const std::string name = ttys_.begin()->first;
        try {
            unplug(name);
        } catch (const std::exception& problem) {
            std::cerr << "cannot unplug " << name << ": " << problem.what() << '\n';
            ttys_.erase(name);
        }
    }
    try {
        fs::remove(configuration);
        for (const auto& file : rules_)
            fs::remove(local_rules / file);
        if (!rules_.empty())
            reload_rules();
    } catch (const std::exception& problem) {
        std::cerr << "cannot remove the configuration and the rules: " << problem.what() << '\n';
    }
}

void UdevSandbox::plug(const UsbSerial& device, const std::string& pts) {
    const fs::path root = sys / controller;
    make_device(root, "bus/pci", "PCI_SLOT_NAME=0000:00:14.0\n");
    fs::path above = root / "usb1";
    make_usb_device(above, "1d6b", "09");
    if (const auto dot = device.usb_port.rfind('.'); dot != std::string::npos) {
        above /= device.usb_port.substr(0, dot);
        make_usb_device(above, device.hub_vendor, "09");
    }
    const fs::path usb = above / device.usb_port;
    make_usb_device(usb, device.vendor, "00");
    write_file(usb / "idProduct", device.product);
    write_file(usb / "serial", device.serial);
    write_file(usb / "manufacturer", device.manufacturer);
    write_file(usb / "product", device.model);
    write_file(usb / "bcdDevice", "0100");

    // The kernel's name has the number without leading zeros, in decimal.
    const fs::path interface =
        usb / (device.usb_port + ":1." + std::to_string(std::stoi(device.interface, nullptr, 16)));
    make_device(interface, "bus/usb", "DEVTYPE=usb_interface\nINTERFACE=255/0/0\n");
    write_file(interface / "bInterfaceNumber", device.interface);
    write_file(interface / "bInterfaceClass", "ff");
    write_file(interface / "bNumEndpoints", "02");

    const fs::path port = interface / device.name;
    make_device(port, "bus/usb-serial", "");
    write_file(port / "port_number", "0");

    Tty tty;
    tty.devpath = fs::relative(port / "tty" / device.name, sys);
    tty.topmost = fs::relative(usb, sys);
    tty.pts = pts;
    tty.usb = device;
    tty.is_usb = true;
    add_tty(device.name, std::move(tty));
}

void UdevSandbox::plug_uart(const std::string& name, const std::string& pts) {
    const std::string driver = "devices/platform/serial8250";
    make_device(sys / driver, "bus/platform", "DRIVER=serial8250\n");
    Tty tty;
    tty.devpath = driver + "/tty/" + name;
    tty.topmost = tty.devpath;
    tty.pts = pts;
    add_tty(name, std::move(tty));
}

void UdevSandbox::plug_virtual(const std::string& name, const std::string& pts) {
    Tty tty;
    tty.devpath = "devices/virtual/tty/" + name;
    tty.topmost = tty.devpath;
    tty.pts = pts;
    add_tty(name, std::move(tty));
}

void UdevSandbox::add_tty(const std::string& name, Tty tty) {
    struct stat slave{};
    if (stat(tty.pts.c_str(), &slave) != 0)
        throw_errno("look at " + tty.pts);
    tty.number = slave.st_rdev;

    const fs::path node = "/dev/" + name;
    write_file(node, "");
    if (mount(tty.pts.c_str(), node.c_str(), nullptr, MS_BIND, nullptr) != 0)
        throw_errno("bind " + tty.pts + " to " + node.string());

    const fs::path device = sys / tty.devpath;
    make_device(device, "class/tty",
                "MAJOR=" + std::to_string(major(tty.number)) +
                    "\nMINOR=" + std::to_string(minor(tty.number)) + "\nDEVNAME=" + name + "\n");
    write_file(device / "dev", device_number(tty.number));
    link_to(device, sys / "class/tty" / name);
    link_to(device, sys / "dev/char" / device_number(tty.number));
    const auto [added, is_new] = ttys_.emplace(name, std::move(tty));
    if (!is_new)
        throw std::logic_error(name + " is plugged in already");
    send_uevent("add", name, added->second.devpath, added->second.number);
}

void UdevSandbox::unplug(const std::string& name) {
    const auto found = ttys_.find(name);
    if (found == ttys_.end())
        throw std::logic_error(name + " is not plugged in");
    const Tty tty = std::move(found->second);
    ttys_.erase(found);

    // The kernel's order: node, uevent, directory.
    const fs::path node = "/dev/" + name;
    if (umount2(node.c_str(), MNT_DETACH) != 0)
        throw_errno("unbind " + node.string());
    fs::remove(node);
    fs::remove(sys / "class/tty" / name);
    fs::remove(sys / "dev/char" / device_number(tty.number));
    send_uevent("remove", name, tty.devpath, tty.number);
    fs::remove_all(sys / tty.topmost);
}

void UdevSandbox::renumber(const std::string& name, const std::string& new_name) {
    const Tty tty = ttys_.at(name);
    if (!tty.is_usb)
        throw std::logic_error(name + " is not on USB and keeps its number");
    unplug(name);
    UsbSerial device = tty.usb;
    device.name = new_name;
    plug(device, tty.pts);
}

void UdevSandbox::change(const std::string& name) {
    const Tty& tty = ttys_.at(name);
    send_uevent("change", name, tty.devpath, tty.number);
}

void UdevSandbox::add_rules(const std::string& file, std::string_view text) {
    rules_.insert(file);
    write_file(local_rules / file, text);
    reload_rules();
}

void UdevSandbox::configure(std::string_view text) {
    write_file(configuration, text);
}

std::string UdevSandbox::syspath(const std::string& name) const {
    return sys / ttys_.at(name).devpath;
}

} // namespace bgs2::test
