// SPDX-License-Identifier: Apache-2.0
#include "systemd/journal.h"

#include "daemon/base/bytes.h"

// Otherwise every line would have this file as its source location.
#define SD_JOURNAL_SUPPRESS_LOCATION
#include <systemd/sd-journal.h>

#include <cerrno>
#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <sys/stat.h>
#include <sys/uio.h>
#include <system_error>
#include <utility>
#include <vector>

namespace bgs2::systemd {
namespace {

char digit(LogLevel level) {
    return static_cast<char>('0' + std::to_underlying(level));
}

/// Removes a decimal number from the front of `text`; false if there is none or it does not fit.
bool take_number(std::string_view& text, std::uint64_t& number) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return error == std::errc();
}

/// JOURNAL_STREAM ("device:inode") is inherited by children whose standard error goes elsewhere, hence the
/// comparison.
bool leads_to_journal(int descriptor) {
    const char* stream = std::getenv("JOURNAL_STREAM");
    if (stream == nullptr)
        return false;
    std::string_view rest(stream);
    std::uint64_t device = 0;
    std::uint64_t inode = 0;
    if (!take_number(rest, device) || !rest.starts_with(':'))
        return false;
    rest.remove_prefix(1);
    if (!take_number(rest, inode) || !rest.empty())
        return false;
    struct stat there{};
    return fstat(descriptor, &there) == 0 && there.st_dev == device && there.st_ino == inode;
}

bool send_entry(LogLevel level, std::string_view message, std::span<const Field> fields) {
    // libsystemd reports success if this socket is missing.
    if (access("/run/systemd/journal/socket", W_OK) != 0)
        return false;
    std::string text;
    std::vector<std::size_t> ends;
    std::size_t size = 64 + message.size();
    for (const auto& field : fields)
        size += field.name.size() + 1 + field.value.size();
    text.reserve(size);
    ends.reserve(fields.size() + 3);
    const auto add = [&](std::string_view name, std::string_view value) {
        text.append(name).append(1, '=').append(value);
        ends.push_back(text.size());
    };
    const char priority = digit(level);
    add("MESSAGE", message);
    add("PRIORITY", std::string_view(&priority, 1));
    add("SYSLOG_IDENTIFIER", "bgs2d");
    for (const auto& field : fields)
        add(field.name, field.value);

    std::vector<iovec> parts;
    parts.reserve(ends.size());
    std::size_t begin = 0;
    for (const auto end : ends) {
        parts.push_back({text.data() + begin, end - begin});
        begin = end;
    }
    return sd_journal_sendv(parts.data(), static_cast<int>(parts.size())) == 0;
}

void write_whole(int descriptor, std::string_view line) {
    while (!line.empty()) {
        const auto written = ::write(descriptor, line.data(), line.size());
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return; // see write() in the header: no place left to report it
        line.remove_prefix(static_cast<std::size_t>(written));
    }
}

} // namespace

Journal::Journal(int descriptor)
  : descriptor_(descriptor)
  , native_(leads_to_journal(descriptor)) {}

Journal Journal::alone() {
    constexpr int nowhere = -1;
    Journal journal(nowhere);
    journal.native_ = true;
    return journal;
}

void Journal::write(LogLevel level, std::string_view message, std::span<const Field> fields) const {
    if (native_ && send_entry(level, message, fields))
        return;
    std::string line;
    line.reserve(24 + message.size());
    // journald's stream accepts a level before the line: an entry that was refused above still gets there.
    if (native_)
        line.append(1, '<').append(1, digit(level)).append(1, '>');
    else
        line.append("bgs2d: ").append(word(level)).append(": ");
    line.append(printable(message));
    line.push_back('\n');
    write_whole(descriptor_, line);
}

} // namespace bgs2::systemd
