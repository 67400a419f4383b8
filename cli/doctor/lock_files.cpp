// SPDX-License-Identifier: Apache-2.0
#include "cli/doctor/lock_files.h"

#include "cli/client/selector.h"
#include "daemon/base/process.h"
#include "daemon/base/uucp_lock_file.h"

#include <map>
#include <system_error>

namespace bgs2::cli {
namespace {

namespace fs = std::filesystem;

/// The links in /dev, by their targets. udev makes those of ports in /dev itself, or in folders of it.
std::multimap<std::string, std::string> links_in_dev() {
    std::multimap<std::string, std::string> links;
    std::error_code error;
    const auto options = fs::directory_options::skip_permission_denied;
    for (fs::recursive_directory_iterator at("/dev", options, error), end; !error && at != end;
         at.increment(error)) {
        std::error_code ignored;
        if (at->is_symlink(ignored))
            links.emplace(followed(at->path().native()), at->path());
    }
    return links;
}

} // namespace

std::vector<LockFile> lock_files(std::span<const std::string> devices, const fs::path& directory) {
    const auto links = links_in_dev();
    std::vector<LockFile> found;
    for (const std::string& device : devices) {
        PortInfo port{.device = device, .links = {}, .properties = {}};
        const auto [first, last] = links.equal_range(followed(device));
        for (auto link = first; link != last; ++link)
            port.links.push_back(link->second);
        for (const std::string& name : uucp_lock_file_names(port)) {
            const fs::path file = directory / name;
            if (const auto content = read_uucp_lock_file(file))
                found.push_back({.device = device,
                                 .file = file,
                                 .pid = content->process,
                                 .running = content->owner_unknown || is_running(content->process)});
        }
    }
    return found;
}

} // namespace bgs2::cli
