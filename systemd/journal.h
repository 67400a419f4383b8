// SPDX-License-Identifier: Apache-2.0
// Writes log lines to the journal, with searchable fields, or to standard
// error.
#pragma once

#include "daemon/base/log_level.h"

#include <span>
#include <string_view>
#include <unistd.h>

namespace bgs2::systemd {

/// A journal field of a line: {"BGS2_IMEI", "356938035643809"}. Names are upper-case letters, digits and
/// underscores (the journal drops others); see systemd.journal-fields(7).
struct Field {
    std::string_view name;
    std::string_view value;
};

/// Writes lines as journal entries with PRIORITY=, SYSLOG_IDENTIFIER=bgs2d and the given fields, if
/// `descriptor` is connected to the journal (JOURNAL_STREAM, sd_journal_stream_fd(3)); otherwise as "bgs2d:
/// warning: text" to `descriptor`, without fields, and with control characters and invalid UTF-8 as \xNN, so
/// that the text of a modem cannot forge a line.
class Journal {
  public:
    explicit Journal(int descriptor = STDERR_FILENO);

    /// For a program whose standard error is discarded, such as one that udev runs: writes journal entries if
    /// there is a journal, and no lines elsewhere.
    static Journal alone();

    /// May be called from any thread; holds no memory between lines. A line that cannot be written to
    /// `descriptor` either is lost.
    void write(LogLevel level, std::string_view message, std::span<const Field> fields = {}) const;

  private:
    int descriptor_;
    bool native_; ///< lines become journal entries
};

} // namespace bgs2::systemd
