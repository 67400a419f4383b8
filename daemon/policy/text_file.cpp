// SPDX-License-Identifier: Apache-2.0
#include "daemon/policy/text_file.h"

#include "daemon/base/background.h"
#include "daemon/base/immovable.h"
#include "daemon/base/system_error.h"

#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

namespace bgs2::policy {
namespace {

class Descriptor : Immovable {
  public:
    explicit Descriptor(int number)
      : number_(number) {}
    ~Descriptor() {
        if (number_ >= 0)
            ::close(number_);
    }
    [[nodiscard]] int number() const { return number_; }

  private:
    int number_;
};

/// The caller names the file.
std::unexpected<Error> unreadable(int number, std::string_view attempt) {
    return std::unexpected(system_error(number, attempt));
}

bool is_null_device(const struct stat& status) {
    return S_ISCHR(status.st_mode) && status.st_rdev == makedev(1, 3);
}

} // namespace

Expected<std::string> read_text_file(const std::filesystem::path& file) {
    note_step("reading " + file.string());
    const Descriptor descriptor(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
    if (descriptor.number() < 0)
        return unreadable(errno, "open");
    struct stat status{};
    if (::fstat(descriptor.number(), &status) != 0)
        return unreadable(errno, "examine");
    if (!S_ISREG(status.st_mode) && !is_null_device(status))
        return fail(ErrorCode::failed, "is not a regular file");
    std::string text;
    std::array<char, 4096> buffer{};
    for (;;) {
        const auto got = ::read(descriptor.number(), buffer.data(), buffer.size());
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return unreadable(errno, "read");
        if (got == 0)
            return text;
        text.append(buffer.data(), static_cast<std::size_t>(got));
        if (text.size() > largest_text_file)
            return fail(ErrorCode::failed, fmt::format("is larger than {} bytes", largest_text_file));
    }
}

} // namespace bgs2::policy
