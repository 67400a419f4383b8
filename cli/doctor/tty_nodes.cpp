// SPDX-License-Identifier: Apache-2.0
#include "cli/doctor/tty_nodes.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <grp.h>
#include <sstream>
#include <sys/stat.h>
#include <system_error>

namespace bgs2::cli {
namespace {

namespace fs = std::filesystem;

/// The first line of a sysfs file; empty if the file does not exist.
std::string attribute(const fs::path& file) {
    std::ifstream stream(file);
    std::string line;
    std::getline(stream, line);
    return line;
}

std::string name_of_group(gid_t number) {
    std::array<char, 4096> buffer{};
    group entry{};
    group* found = nullptr;
    if (::getgrgid_r(number, &entry, buffer.data(), buffer.size(), &found) == 0 && found != nullptr)
        return entry.gr_name;
    return std::to_string(number);
}

/// The USB device of the tty: the nearest parent with a vendor.
fs::path usb_device_of(const fs::path& tty) {
    std::error_code error;
    for (fs::path at = fs::canonical(tty, error); !error && at.has_relative_path(); at = at.parent_path()) {
        if (fs::exists(at / "idVendor", error))
            return at;
    }
    return {};
}

/// The serial core gives the type of each UART; 0 is a UART that the board does not have.
bool is_unpopulated(const fs::path& tty) {
    return attribute(tty / "type") == "0";
}

std::vector<std::string> words_of(const std::string& text) {
    std::istringstream stream(text);
    std::vector<std::string> words;
    for (std::string word; stream >> word;)
        words.push_back(word);
    return words;
}

} // namespace

std::vector<TtyNode> tty_nodes(const fs::path& sys, const fs::path& dev) {
    const fs::path folder = sys / "class" / "tty";
    const auto consoles = words_of(attribute(folder / "console" / "active"));
    std::vector<TtyNode> nodes;
    std::error_code error;
    for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
        const fs::path& tty = at->path();
        std::error_code ignored;
        if (!fs::exists(tty / "device", ignored) || is_unpopulated(tty))
            continue;
        const std::string name = tty.filename();
        struct stat status{};
        if (::stat((dev / name).c_str(), &status) != 0)
            continue;
        const fs::path usb = usb_device_of(tty);
        nodes.push_back({.device = dev / name,
                         .usb_vendor = usb.empty() ? "" : attribute(usb / "idVendor"),
                         .usb_product = usb.empty() ? "" : attribute(usb / "idProduct"),
                         .console = std::ranges::find(consoles, name) != consoles.end(),
                         .group = name_of_group(status.st_gid),
                         .mode = status.st_mode & 07777U});
    }
    std::ranges::sort(nodes, {}, &TtyNode::device);
    return nodes;
}

} // namespace bgs2::cli
