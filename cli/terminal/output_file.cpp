// SPDX-License-Identifier: Apache-2.0
#include "cli/terminal/output_file.h"

#include "cli/terminal/command_error.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace bgs2::cli {
namespace {

ErrorCode code_of(int number) {
    if (number == EACCES || number == EPERM || number == EROFS)
        return ErrorCode::access_denied;
    return number == ENOENT || number == ENOTDIR ? ErrorCode::not_found : ErrorCode::failed;
}

[[noreturn]] void fail_writing(const std::string& path, int number) {
    const ErrorCode code = code_of(number);
    throw CommandError(
        Error{code, fmt::format("{} can not be written: {}", path, std::system_category().message(number)),
              "check the directory it is to stand in"});
}

/// A file beside `target`, gone again unless it took the target's place.
class Draft {
  public:
    explicit Draft(std::filesystem::path target)
      : target_(std::move(target))
      , name_((target_.parent_path() / ("." + target_.filename().string() + ".XXXXXX")).string())
      , descriptor_(mkostemp(name_.data(), O_CLOEXEC)) { // makes it 0600
        if (descriptor_ < 0)
            fail_writing(target_, errno);
    }
    Draft(const Draft&) = delete;
    Draft& operator=(const Draft&) = delete;
    Draft(Draft&&) = delete;
    Draft& operator=(Draft&&) = delete;
    ~Draft() {
        close(descriptor_);
        if (!in_place_)
            unlink(name_.c_str());
    }

    void write(ByteView octets) const {
        while (!octets.empty()) {
            const ssize_t written = ::write(descriptor_, octets.data(), octets.size());
            if (written < 0 && errno == EINTR)
                continue;
            if (written < 0)
                fail_writing(target_, errno);
            octets = octets.subspan(static_cast<std::size_t>(written));
        }
    }

    void put_in_place() {
        if (fsync(descriptor_) != 0 || rename(name_.c_str(), target_.c_str()) != 0)
            fail_writing(target_, errno);
        in_place_ = true;
    }

  private:
    std::filesystem::path target_;
    std::string name_;
    int descriptor_;
    bool in_place_ = false;
};

} // namespace

void write_private_file(const std::string& path, ByteView octets) {
    std::error_code error;
    std::filesystem::path target = path;
    if (const auto followed = std::filesystem::canonical(path, error); !error)
        target = followed;
    if (const auto status = std::filesystem::status(target, error);
        std::filesystem::exists(status) && !std::filesystem::is_regular_file(status))
        throw CommandError(Error{ErrorCode::failed, fmt::format("{} is there and no regular file", path),
                                 "give a file's name; without -o the frame goes to standard output"});
    Draft draft(std::move(target));
    draft.write(octets);
    draft.put_in_place();
}

} // namespace bgs2::cli
