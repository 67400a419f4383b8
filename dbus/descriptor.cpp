// SPDX-License-Identifier: Apache-2.0
#include "dbus/descriptor.h"

#include <fmt/format.h>

#include <linux/magic.h>
#include <sys/vfs.h>

namespace bgs2::dbus {

Expected<void> require_prompt(int descriptor, std::string_view name) {
    struct statfs status{};
    if (::fstatfs(descriptor, &status) != 0 || status.f_type != FUSE_SUPER_MAGIC)
        return {};
    return fail(ErrorCode::not_supported, fmt::format("{} is on a FUSE file system", name),
                "pass a memfd or a pipe with its content instead");
}

} // namespace bgs2::dbus
