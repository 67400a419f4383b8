// SPDX-License-Identifier: Apache-2.0
// The content of the module: certificates by store and slot, optionally in a file.
#pragma once

#include "tests/sim/bytes.h"

#include <chrono>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <sys/stat.h>

namespace bgs2::sim {

/// The highest slot of each store. Slot 0 is for the client certificate (protocol.md §3).
constexpr unsigned last_slot = 10;

/// The content of one slot: the received bytes.
struct Stored {
    Bytes certificate;
    std::optional<Bytes> private_key;

    bool operator==(const Stored&) const = default;
};

/// One change of one slot.
struct Change {
    std::string store;             ///< "is_cert", "management_cert", "preconfig_cert"
    unsigned slot = 0;             ///< 0..last_slot
    std::optional<Stored> content; ///< nothing: erase the slot

    bool operator==(const Change&) const = default;
};

/// The stores of one module. With a file, they are persistent, and other programs can change them. Its
/// format:
/// {"is_cert": {"0": {"certificate": "<Base64>", "key": true, "private_key": "<Base64>"}}}
class Slots {
  public:
    Slots() = default;
    /// Reads `file`. If it is missing, all slots are empty. Throws std::runtime_error with the path and the
    /// position of the error if it is invalid.
    explicit Slots(std::filesystem::path file);

    /// Reads the file again if another program has changed it; returns whether it has. Throws like the
    /// constructor.
    bool reload_if_changed();

    /// The content of the slot; null: empty.
    [[nodiscard]] const Stored* at(const std::string& store, unsigned slot) const;

    /// Makes the change and writes the file atomically. Throws std::system_error.
    void apply(const Change& change);

  private:
    /// Identifies a version of the file.
    struct Version {
        ino_t inode = 0; ///< 0: the file does not exist
        std::chrono::nanoseconds changed{0};
        off_t size = 0;

        bool operator==(const Version&) const = default;
    };

    void load();
    void save();
    [[nodiscard]] Version version() const;

    std::optional<std::filesystem::path> file_;
    Version loaded_version_;
    std::map<std::string, std::map<unsigned, Stored>> stores_;
};

} // namespace bgs2::sim
