// SPDX-License-Identifier: Apache-2.0
// Parses policy files.
#pragma once

#include "daemon/policy/model.h"
#include "daemon/policy/problem.h"

#include <expected>
#include <string_view>

namespace bgs2::policy {

/// Parses the TOML in `text`. `file_name` is its source: it names the policy and is part of every problem.
/// Reports all problems (the first 100) in the order of the text; for invalid TOML only the first. An unknown
/// key or table is a problem, so that a typing error does not silently drop a rule. Pure; throws nothing but
/// std::bad_alloc.
std::expected<Policy, Problems> parse(std::string_view text, std::string_view file_name);

} // namespace bgs2::policy
