// SPDX-License-Identifier: Apache-2.0
// What the module keeps: certificates by store and slot, on disk if asked to.
#pragma once

#include "tests/sim/bytes.h"

#include <chrono>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <sys/stat.h>

namespace bgs2::sim {

/// The highest slot of every store; 0 is the client's (protocol.md §3).
constexpr unsigned last_slot = 10;

/// One slot's content, byte by byte as it was sent.
struct Stored {
    Bytes certificate;
    std::optional<Bytes> private_key;

    bool operator==(const Stored&) const = default;
};

/// One change of one slot.
struct Change {
    std::string store;             ///< "is_cert", "management_cert", "preconfig_cert"
    unsigned slot = 0;             ///< 0..last_slot
    std::optional<Stored> content; ///< nothing: the slot is emptied

    bool operator==(const Change&) const = default;
};

/// The stores of one module. With a file they outlive the program, and others can change them:
/// {"is_cert": {"0": {"certificate": "<Base64>", "key": true, "private_key": "<Base64>"}}}
class Slots {
  public:
    Slots() = default;
    /// Reads `file`; one that is not there yet is an empty module. Throws std::runtime_error naming the file
    /// and the place in it if it can not be understood.
    explicit Slots(std::filesystem::path file);

    /// Reads the file again if it is another one than was read or written last; true if it was. Throws as
    /// the constructor does.
    bool follow();

    /// What is in the slot; null if it is empty.
    [[nodiscard]] const Stored* at(const std::string& store, unsigned slot) const;

    /// Makes the change and writes the file, whole or not at all. Throws std::system_error.
    void apply(const Change& change);

  private:
    /// Tells one version of the file from the next.
    struct Version {
        ino_t inode = 0; ///< 0: there is no file
        std::chrono::nanoseconds changed{0};
        off_t size = 0;

        bool operator==(const Version&) const = default;
    };

    void load();
    void save();
    [[nodiscard]] Version version() const;

    std::optional<std::filesystem::path> file_;
    Version known_;
    std::map<std::string, std::map<unsigned, Stored>> stores_;
};

} // namespace bgs2::sim
