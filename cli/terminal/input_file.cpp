// SPDX-License-Identifier: Apache-2.0
#include "cli/terminal/input_file.h"

#include "cli/terminal/command_error.h"
#include "cli/terminal/descriptor.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <unistd.h>

namespace bgs2::cli {
namespace {

std::span<std::byte> bytes_of(Bytes& buffer) {
    return buffer;
}

std::span<std::byte> bytes_of(pki::Secret& buffer) {
    return buffer.bytes();
}

/// To the end: a pipe's writer may take its time, and a command line waits for it.
template<class Buffer>
Buffer read_to_end(const std::string& path, std::size_t most) {
    const Descriptor file = open_input(path);
    const std::string name = path == "-" ? "standard input" : path;
    Buffer buffer;
    buffer.resize(std::min<std::size_t>(4096, most + 1));
    std::size_t size = 0;
    for (;;) {
        const auto free = bytes_of(buffer).subspan(size);
        const ssize_t count = ::read(file.get(), free.data(), free.size());
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            throw CommandError(
                Error{ErrorCode::failed,
                      fmt::format("cannot read {}: {}", name, std::system_category().message(errno)),
                      "check the file system and the system's log"});
        if (count == 0)
            break;
        size += static_cast<std::size_t>(count);
        if (size > most)
            throw CommandError(
                Error{ErrorCode::too_much_data, fmt::format("{} is larger than {} bytes", name, most),
                      "check that it is the right file: certificates, keys and frames are far smaller"});
        if (size == bytes_of(buffer).size())
            buffer.resize(std::min(size * 2, most + 1));
    }
    buffer.resize(size);
    return buffer;
}

} // namespace

void require_one_standard_input(std::initializer_list<std::optional<std::string>> paths) {
    if (std::ranges::count(paths, std::optional<std::string>("-")) > 1)
        throw usage_error("only one of the files can be standard input",
                          "name the others, or give them as <(COMMAND)");
}

Bytes read_input(const std::string& path, std::size_t most) {
    return read_to_end<Bytes>(path, most);
}

pki::Secret read_secret_input(const std::string& path) {
    return read_to_end<pki::Secret>(path, pki::max_file_size);
}

std::optional<pki::Secret> read_passphrase(const std::optional<std::string>& path) {
    if (!path)
        return std::nullopt;
    pki::Secret passphrase = read_secret_input(*path);
    pki::strip_line_end(passphrase);
    return passphrase;
}

} // namespace bgs2::cli
