// SPDX-License-Identifier: Apache-2.0
#include "daemon/base/mount_table.h"

#include "daemon/base/system_error.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <fstream>
#include <iterator>
#include <ranges>
#include <vector>

namespace bgs2 {
namespace {

/// A server, another machine or a program behind the file system may be gone or change files. Opening a path
/// of autofs mounts such a file system. Types that begin with "fuse" are remote as well: a program answers
/// for them.
constexpr std::array remote_types = {
    "9p",        "acfs",   "afs",    "autofs", "beegfs", "ceph",   "cifs",     "coda",   "gfs2",
    "glusterfs", "gpfs",   "lustre", "ncp",    "ncpfs",  "nfs",    "nfs4",     "ocfs2",  "orangefs",
    "pvfs2",     "prl_fs", "smb2",   "smb3",   "smbfs",  "vboxsf", "virtiofs", "vmhgfs",
};

/// The fields before the optional ones: ID, parent, device, root, mount point, options.
constexpr std::size_t mount_point_field = 4;
constexpr std::size_t fixed_fields = 6;

bool is_octal(char c) {
    return c >= '0' && c <= '7';
}

/// The kernel writes space, tab, line feed and backslash as \ooo.
std::string unescape(std::string_view field) {
    std::string text;
    while (!field.empty()) {
        if (field.size() >= 4 && field[0] == '\\' && std::ranges::all_of(field.substr(1, 3), is_octal)) {
            text += static_cast<char>((field[1] - '0') * 64 + (field[2] - '0') * 8 + (field[3] - '0'));
            field.remove_prefix(4);
        } else {
            text += field.front();
            field.remove_prefix(1);
        }
    }
    return text;
}

std::vector<std::string_view> split(std::string_view text, char separator) {
    std::vector<std::string_view> parts;
    for (const auto part : std::views::split(text, separator))
        parts.emplace_back(part.begin(), part.end());
    return parts;
}

} // namespace

bool is_remote_type(std::string_view type) {
    return type.starts_with("fuse") || std::ranges::find(remote_types, type) != remote_types.end();
}

Expected<MountTable> MountTable::load() {
    std::ifstream file(mountinfo_path);
    const std::string text(std::istreambuf_iterator<char>(file), {});
    if (text.empty())
        return std::unexpected(
            system_error(errno, std::string("read ") + mountinfo_path, "mount /proc for bgs2d"));
    return parse(text);
}

MountTable MountTable::parse(std::string_view mountinfo) {
    MountTable table;
    for (const std::string_view line : split(mountinfo, '\n')) {
        const auto fields = split(line, ' ');
        if (fields.size() <= fixed_fields)
            continue;
        const auto separator = std::ranges::find(fields.begin() + fixed_fields, fields.end(), "-");
        if (std::ranges::distance(separator, fields.end()) < 2)
            continue;
        const std::string mount_point = unescape(fields[mount_point_field]);
        const bool is_remote = mount_point != "/" && is_remote_type(*(separator + 1));
        table.mounts_.insert_or_assign(mount_point, is_remote); // covers an earlier one at the same place
    }
    return table;
}

std::optional<std::filesystem::path> MountTable::remote_mount(const std::filesystem::path& path) const {
    for (std::filesystem::path each = path;; each = each.parent_path()) {
        if (const auto mount = mounts_.find(each); mount != mounts_.end())
            return mount->second ? std::optional(mount->first) : std::nullopt;
        if (each == each.parent_path())
            return std::nullopt;
    }
}

} // namespace bgs2
