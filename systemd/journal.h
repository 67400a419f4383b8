// SPDX-License-Identifier: Apache-2.0
// Where log lines go: the journal, with fields to search by, or standard error.
#pragma once

#include "daemon/base/log_level.h"

#include <span>
#include <string_view>
#include <unistd.h>

namespace bgs2::systemd {

/// A journal field that a line carries: {"BGS2_IMEI", "356938035643809"}. Names are upper-case letters,
/// digits and underscores (the journal drops others); see systemd.journal-fields(7).
struct Field {
    std::string_view name;
    std::string_view value;
};

/// Log lines as entries of the journal with PRIORITY=, SYSLOG_IDENTIFIER=bgs2d and the fields given, if
/// `descriptor` is connected to the journal (JOURNAL_STREAM, sd_journal_stream_fd(3)); else as "bgs2d:
/// warning: text" on `descriptor`, where control characters and what is no text show as \xNN, so that what a
/// modem says can not forge a line, and fields are left out.
class Journal {
  public:
    explicit Journal(int descriptor = STDERR_FILENO);

    /// For a program whose standard error nobody keeps, such as one that udev runs: entries of the journal
    /// wherever there is one, and no line anywhere else.
    static Journal alone();

    /// May be called from any thread; holds no memory between lines. A line that not even `descriptor`
    /// takes is lost: there is no third place to say so.
    void write(LogLevel level, std::string_view message, std::span<const Field> fields = {}) const;

    /// Whether lines become journal entries.
    [[nodiscard]] bool native() const { return native_; }

  private:
    int descriptor_;
    bool native_;
};

} // namespace bgs2::systemd
