// SPDX-License-Identifier: Apache-2.0
// The keys of [port] in a policy.
#pragma once

#include "daemon/policy/model.h"
#include "daemon/policy/toml_reader.h"

namespace bgs2::policy {

/// Reads the table `value` into `settings`; problems go to `reader`.
void read_port(TomlReader& reader, const TomlValue& value, PortSettings& settings);

} // namespace bgs2::policy
