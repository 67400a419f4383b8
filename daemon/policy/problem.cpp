// SPDX-License-Identifier: Apache-2.0
#include "daemon/policy/problem.h"

#include <fmt/format.h>

namespace bgs2::policy {

std::string to_string(const Problem& problem) {
    if (problem.line == 0)
        return fmt::format("{}: {}", problem.file, problem.what);
    return fmt::format("{}:{}:{}: {}", problem.file, problem.line, problem.column, problem.what);
}

} // namespace bgs2::policy
