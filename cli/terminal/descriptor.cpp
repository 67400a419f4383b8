// SPDX-License-Identifier: Apache-2.0
#include "cli/terminal/descriptor.h"

#include "cli/terminal/command_error.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace bgs2::cli {
namespace {

CommandError not_opened(const std::string& name, int error) {
    const std::string what =
        fmt::format("{} can not be read: {}", name, std::system_category().message(error));
    if (error == ENOENT || error == ENOTDIR)
        return CommandError(Error{ErrorCode::not_found, what, "look whether its name is right"});
    if (error == EACCES || error == EPERM)
        return CommandError(
            Error{ErrorCode::access_denied, what,
                  "be root, or let your user read the file and enter the directories above it"});
    return CommandError(Error{ErrorCode::failed, what, {}});
}

/// bgs2d reads to the end before it answers, so there must be one.
void require_an_end(const Descriptor& file, const std::string& name) {
    struct stat status{};
    if (fstat(file.get(), &status) != 0)
        throw not_opened(name, errno);
    if (!S_ISREG(status.st_mode) && !S_ISFIFO(status.st_mode))
        throw CommandError(Error{ErrorCode::failed, name + " is neither a file nor a pipe",
                                 "give a file with the certificate or key, or pipe it in"});
}

} // namespace

Descriptor::Descriptor(Descriptor&& other) noexcept
  : descriptor_(std::exchange(other.descriptor_, -1)) {}

Descriptor::~Descriptor() {
    if (descriptor_ >= 0)
        close(descriptor_);
}

Descriptor open_input(const std::string& path) {
    const bool standard_input = path == "-";
    const std::string name = standard_input ? "standard input" : path;
    Descriptor file(standard_input ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3)
                                   : open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
    if (file.get() < 0)
        throw not_opened(name, errno);
    require_an_end(file, name);
    return file;
}

Descriptor sealed_copy(ByteView octets) {
    Descriptor file(memfd_create("frame", MFD_CLOEXEC | MFD_ALLOW_SEALING));
    ByteView rest = octets;
    while (file.get() >= 0 && !rest.empty()) {
        const ssize_t written = ::write(file.get(), rest.data(), rest.size());
        if (written < 0 && errno != EINTR)
            break;
        rest = rest.subspan(static_cast<std::size_t>(std::max<ssize_t>(written, 0)));
    }
    if (file.get() < 0 || !rest.empty() ||
        fcntl(file.get(), F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE) != 0)
        throw CommandError(Error{
            ErrorCode::failed,
            fmt::format("the frame can not be put into memory: {}", std::system_category().message(errno)),
            {}});
    return file;
}

} // namespace bgs2::cli
