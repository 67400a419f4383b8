// SPDX-License-Identifier: Apache-2.0
// Keeps the records of all modems in the state directory, one file each.
#pragma once

#include "daemon/base/background.h"
#include "daemon/base/error.h"
#include "daemon/base/log.h"
#include "daemon/modem/modem_record.h"

#include <asio/awaitable.hpp>

#include <filesystem>
#include <map>
#include <string>

namespace bgs2 {

/// Writes `text` to a file that only the owner reads: after a loss of power it has the old content or the new
/// one, never a part. Creates its directory, but not the parents. Blocks. Errors: those of system_error().
Expected<void> replace_file(const std::filesystem::path& file, std::string_view text);

class RecordStore {
  public:
    /// `background` runs the writing, and outlives this.
    RecordStore(Background& background, std::filesystem::path directory, Log log);

    /// The records of all modems, by IMEI. Blocks: to be called once, at the start. A file that cannot be
    /// read is logged: the modem has an unknown place then, and gets private keys only once it is trusted.
    [[nodiscard]] std::map<std::string, ModemRecord> load() const;

    /// Writes the record of one modem, and returns when it is on the disk; false: it cannot be written, which
    /// is logged once until it works again.
    asio::awaitable<bool> save(std::string imei, ModemRecord record);

  private:
    [[nodiscard]] ModemRecord read(const std::filesystem::path& file) const;

    Background& background_;
    std::filesystem::path directory_;
    Log log_;
    bool failing_ = false;
};

} // namespace bgs2
