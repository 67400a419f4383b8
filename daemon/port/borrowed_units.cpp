// SPDX-License-Identifier: Apache-2.0
#include "daemon/port/borrowed_units.h"

#include "daemon/base/bytes.h"
#include "daemon/base/system_error.h"
#include "daemon/policy/unit_name.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <fcntl.h>
#include <optional>
#include <string_view>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace bgs2 {
namespace {

namespace fs = std::filesystem;

constexpr const char* run_directory_hint = "check the directory: RuntimeDirectory= of the unit, or --run-dir";

bool is_plain(char c) {
    constexpr std::string_view others = ":_.\\@-";
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || others.contains(c);
}

/// Escapes the bytes that no name of a unit has, and a leading dot, as %XX.
std::string to_file_name(std::string_view unit) {
    std::string name;
    for (const char each : unit) {
        if (is_plain(each) && (each != '.' || !name.empty()))
            name += each;
        else
            name += fmt::format("%{:02X}", static_cast<unsigned char>(each));
    }
    return name;
}

/// The reverse; nothing if the file is not ours.
std::optional<std::string> to_unit(std::string_view file_name) {
    constexpr int hexadecimal = 16;
    std::string unit;
    for (std::size_t i = 0; i < file_name.size(); ++i) {
        if (file_name[i] != '%') {
            unit += file_name[i];
            continue;
        }
        unsigned char byte = 0;
        const auto digits = file_name.substr(i + 1, 2);
        const auto [rest, error] =
            std::from_chars(digits.data(), digits.data() + digits.size(), byte, hexadecimal);
        if (error != std::errc() || rest != digits.data() + 2)
            return std::nullopt;
        unit += static_cast<char>(byte);
        i += 2;
    }
    if (!policy::check_unit_name(unit) || to_file_name(unit) != file_name)
        return std::nullopt;
    return unit;
}

} // namespace

Expected<void> BorrowedUnits::remember(const std::string& unit) const {
    std::error_code error;
    if (fs::create_directories(directory_, error))
        fs::permissions(directory_, fs::perms::owner_all, error);
    const fs::path file = directory_ / to_file_name(unit);
    const int created = ::open(file.c_str(), O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (created < 0)
        return std::unexpected(system_error(errno, "write " + printable(file.native()), run_directory_hint));
    ::close(created);
    return {};
}

Expected<void> BorrowedUnits::forget(const std::string& unit) const {
    const fs::path file = directory_ / to_file_name(unit);
    if (::unlink(file.c_str()) != 0 && errno != ENOENT)
        return std::unexpected(system_error(errno, "remove " + printable(file.native()), run_directory_hint));
    return {};
}

bool BorrowedUnits::contains(const std::string& unit) const {
    std::error_code error;
    return fs::exists(directory_ / to_file_name(unit), error);
}

Expected<std::vector<std::string>> BorrowedUnits::list() const {
    std::vector<std::string> units;
    std::error_code error;
    for (fs::directory_iterator entry(directory_, error), end; !error && entry != end;
         entry.increment(error)) {
        if (auto unit = to_unit(entry->path().filename().native()))
            units.push_back(std::move(*unit));
    }
    if (error && error != std::errc::no_such_file_or_directory)
        return std::unexpected(
            system_error(error.value(), "read " + printable(directory_.native()), run_directory_hint));
    std::ranges::sort(units);
    return units;
}

} // namespace bgs2
