// SPDX-License-Identifier: Apache-2.0
// The container that this process runs in.
#pragma once

#include <filesystem>
#include <string>

namespace bgs2 {

/// The name of the program that made the container, "systemd-nspawn" or "podman", as it tells in its files
/// and in the environment of the first process, which only root can read. Empty: not in a container, as far
/// as is known.
std::string container_manager(const std::filesystem::path& root = "/");

/// Whether the users of this process are other users outside of its user namespace.
bool users_are_mapped(const std::filesystem::path& root = "/");

} // namespace bgs2
