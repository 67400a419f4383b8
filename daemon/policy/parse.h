// SPDX-License-Identifier: Apache-2.0
// The text of a policy file, made into a policy.
#pragma once

#include "daemon/policy/model.h"
#include "daemon/policy/problem.h"

#include <expected>
#include <string_view>

namespace bgs2::policy {

/// Reads the TOML in `text`. `file_name` is where it came from: it names the policy and stands in every
/// problem. All problems of the text are told, in the order of the text; of a text that is not TOML only the
/// first. A key or table that is not known is a problem: a slip of the pen must not quietly drop a rule.
/// Pure; throws nothing but std::bad_alloc.
std::expected<Policy, Problems> parse(std::string_view text, std::string_view file_name);

} // namespace bgs2::policy
