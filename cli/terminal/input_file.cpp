#include "cli/terminal/input_file.h"

#include "cli/terminal/command_error.h"
#include "daemon/pki/file.h"

#include <fmt/format.h>

#include <cerrno>
#include <system_error>
#include <unistd.h>

namespace bgs2::cli {
namespace {

template<class T>
T read_or_fail(Expected<T> content) {
    if (!content) {
        Error error = content.error();
        // The hint of the reader speaks of the daemon's user.
        if (error.code == ErrorCode::access_denied)
            error.hint = "be root, or let your user read the file and enter the directories above it";
        throw content_error(error);
    }
    return std::move(*content);
}

pki::Secret read_standard_input() {
    pki::Secret octets(pki::max_file_size + 1);
    std::size_t size = 0;
    while (size < octets.size()) {
        const auto free = octets.bytes().subspan(size);
        const ssize_t count = ::read(STDIN_FILENO, free.data(), free.size());
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            throw CommandError(Error{
                ErrorCode::failed,
                fmt::format("standard input can not be read: {}", std::system_category().message(errno)),
                {}});
        if (count == 0)
            break;
        size += static_cast<std::size_t>(count);
    }
    if (size > pki::max_file_size)
        throw CommandError(ExitCode::failed,
                           Error{ErrorCode::too_much_data,
                                 fmt::format("standard input has more than {} octets", pki::max_file_size),
                                 "a frame has at most 65535"});
    octets.truncate(size);
    return octets;
}

} // namespace

Bytes read_input(const std::string& path, std::size_t most) {
    return read_or_fail(pki::read_file(path, most));
}

pki::Secret read_secret_input(const std::string& path) {
    return read_or_fail(pki::read_secret_file(path));
}

std::optional<pki::Secret> read_passphrase(const std::optional<std::string>& path) {
    if (!path)
        return std::nullopt;
    return read_or_fail(pki::read_passphrase_file(*path));
}

pki::Secret read_frame(const std::string& path) {
    return path == "-" ? read_standard_input() : read_secret_input(path);
}

} // namespace bgs2::cli
