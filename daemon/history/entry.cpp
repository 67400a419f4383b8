// SPDX-License-Identifier: Apache-2.0
#include "daemon/history/entry.h"

#include <fstream>

namespace bgs2::history {

std::string boot_id() {
    std::ifstream file("/proc/sys/kernel/random/boot_id");
    std::string id;
    std::getline(file, id);
    return id;
}

} // namespace bgs2::history
