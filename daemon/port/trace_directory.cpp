// SPDX-License-Identifier: Apache-2.0
#include "daemon/port/trace_directory.h"

#include "daemon/at/transcript.h"
#include "daemon/base/bytes.h"
#include "daemon/base/error.h"
#include "daemon/base/immovable.h"
#include "daemon/base/system_error.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <fcntl.h>
#include <string>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace bgs2 {
namespace {

constexpr std::string_view suffix = ".trace";
constexpr std::size_t room_for_the_end = 128;

std::size_t count_traces(const std::filesystem::path& directory, std::error_code& error) {
    std::size_t count = 0;
    for (std::filesystem::directory_iterator file(directory, error), end; !error && file != end;
         file.increment(error))
        count += file->path().extension() == suffix ? 1 : 0;
    return count;
}

/// "ttyUSB0" of /dev/ttyUSB0.
std::string base_name(std::string_view device) {
    std::string name = std::filesystem::path(device).filename();
    constexpr std::string_view plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
    std::ranges::replace_if(name, [&](char c) { return !plain.contains(c); }, '_');
    return name.substr(0, 64);
}

} // namespace

/// Logs the first error only.
class TraceDirectory::WarnOnce {
  public:
    explicit WarnOnce(Log log)
      : log_(std::move(log)) {}

    void warn(const Error& error) {
        if (!std::exchange(warned_, true))
            log_.warning("not all conversations are recorded: {}", to_string(error));
    }

  private:
    Log log_;
    bool warned_ = false;
};

class TraceDirectory::File : Immovable {
  public:
    File(int descriptor, std::string name, std::shared_ptr<WarnOnce> warn_once)
      : descriptor_(descriptor)
      , name_(std::move(name))
      , warn_once_(std::move(warn_once)) {}
    ~File() {
        write("# end\n");
        close(descriptor_);
    }

    void write(std::string_view text) {
        if (ended_)
            return;
        if (size_ + text.size() > largest_file - room_for_the_end) {
            append("# full: the rest of the conversation was not recorded\n");
            ended_ = true;
            return;
        }
        append(text);
    }

    void add(std::string_view entry) {
        const std::chrono::duration<double> since = std::chrono::steady_clock::now() - begun_;
        write(fmt::format("{:.3f} {}\n", since.count(), entry));
    }

  private:
    void append(std::string_view text) {
        const ssize_t written = ::write(descriptor_, text.data(), text.size());
        if (written == static_cast<ssize_t>(text.size())) {
            size_ += text.size();
            return;
        }
        ended_ = true;
        const int number = written < 0 ? errno : ENOSPC;
        warn_once_->warn(system_error(number, "write " + name_, "check the free space of its file system"));
    }

    int descriptor_;
    std::string name_;
    std::shared_ptr<WarnOnce> warn_once_;
    std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();
    std::size_t size_ = 0;
    bool ended_ = false;
};

TraceDirectory::TraceDirectory(std::filesystem::path directory, Log log)
  : directory_(std::move(directory))
  , warn_once_(std::make_shared<WarnOnce>(std::move(log))) {}

std::unique_ptr<at::Tap> TraceDirectory::begin(std::string_view device) {
    std::error_code error;
    if (count_traces(directory_, error) >= most_files) {
        warn_once_->warn({.code = ErrorCode::failed,
                          .what = fmt::format("{} has {} files", directory_.native(), most_files),
                          .hint = "move or remove them"});
        return nullptr;
    }
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    for (std::size_t i = 1; i <= most_files; ++i) {
        const std::string name =
            (directory_ / fmt::format("{:%Y%m%dT%H%M%SZ}-{}-{}{}", now, base_name(device), i, suffix));
        const int descriptor =
            open(name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC | O_APPEND, 0600);
        if (descriptor < 0 && errno == EEXIST)
            continue;
        if (descriptor < 0) {
            warn_once_->warn(system_error(errno, "create " + name, "check the mode of the directory"));
            return nullptr;
        }
        const auto file = std::make_shared<File>(descriptor, name, warn_once_);
        file->write(fmt::format("{}\n# port {}\n# begun {:%Y-%m-%dT%H:%M:%SZ}\n", at::trace_version,
                                printable(device), now));
        return std::make_unique<at::Transcript>([file](std::string_view entry) { file->add(entry); });
    }
    return nullptr;
}

} // namespace bgs2
