// SPDX-License-Identifier: Apache-2.0
#include "cli/terminal/files.h"

#include "cli/terminal/command_error.h"
#include "daemon/base/immovable.h"
#include "daemon/base/system_error.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <sys/mman.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace bgs2::cli {
namespace {

std::string input_name(const std::string& path) {
    return path == "-" ? "standard input" : path;
}

CommandError cannot_read(const std::string& name, int number) {
    Error error = system_error(number, "read " + name, "check the file system and the system's log");
    if (error.code == ErrorCode::not_found)
        error.hint = "check the path";
    else if (error.code == ErrorCode::access_denied)
        error.hint = "run bgs2ctl as root, or give your user read access to the file and its directories";
    return CommandError(error);
}

/// Input is read to the end, so there must be one.
void require_an_end(const Descriptor& file, const std::string& name) {
    struct stat status{};
    if (fstat(file.get(), &status) != 0)
        throw cannot_read(name, errno);
    if (!S_ISREG(status.st_mode) && !S_ISFIFO(status.st_mode))
        throw CommandError(Error{
            ErrorCode::failed,
            fmt::format("cannot read {}: {}", name,
                        S_ISDIR(status.st_mode) ? "it is a directory" : "it is neither a file nor a pipe"),
            "name a file, or pipe the content in with -"});
}

std::span<std::byte> bytes_of(Bytes& buffer) {
    return buffer;
}

std::span<std::byte> bytes_of(pki::Secret& buffer) {
    return buffer.bytes();
}

/// Waits for the writer of a pipe as long as it takes.
template<class Buffer>
Buffer read_to_end(const std::string& path, std::size_t most) {
    const Descriptor file = open_input(path);
    const std::string name = input_name(path);
    Buffer buffer;
    buffer.resize(std::min<std::size_t>(4096, most + 1));
    std::size_t size = 0;
    for (;;) {
        const auto free = bytes_of(buffer).subspan(size);
        const ssize_t count = ::read(file.get(), free.data(), free.size());
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            throw cannot_read(name, errno);
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

[[noreturn]] void fail_writing(const std::string& path, int number) {
    throw CommandError(system_error(number, "write " + path,
                                    "check its directory: whether it exists, is writable and has space"));
}

[[noreturn]] void fail_two_inputs() {
    throw usage_error("only one file can be standard input", "name the others, or give them as <(COMMAND)");
}

/// A file beside `target`; deleted unless it replaced the target.
class Draft : Immovable {
  public:
    explicit Draft(std::filesystem::path target)
      : target_(std::move(target))
      , name_((target_.parent_path() / ("." + target_.filename().string() + ".XXXXXX")).string())
      , descriptor_(mkostemp(name_.data(), O_CLOEXEC)) { // makes it 0600
        if (descriptor_ < 0)
            fail_writing(target_, errno);
    }
    ~Draft() {
        close(descriptor_);
        if (!in_place_)
            unlink(name_.c_str());
    }

    void write(ByteView content) const {
        while (!content.empty()) {
            const ssize_t written = ::write(descriptor_, content.data(), content.size());
            if (written < 0 && errno == EINTR)
                continue;
            if (written < 0)
                fail_writing(target_, errno);
            content = content.subspan(static_cast<std::size_t>(written));
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

Descriptor::Descriptor(Descriptor&& other) noexcept
  : descriptor_(std::exchange(other.descriptor_, -1)) {}

Descriptor::~Descriptor() {
    if (descriptor_ >= 0)
        close(descriptor_);
}

void require_one_standard_input(std::initializer_list<std::optional<std::string>> paths) {
    if (std::ranges::count(paths, std::optional<std::string>("-")) > 1)
        fail_two_inputs();
}

void require_one_standard_input(std::span<const std::string> paths) {
    if (std::ranges::count(paths, "-") > 1)
        fail_two_inputs();
}

Descriptor open_input(const std::string& path) {
    Descriptor file(path == "-" ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3)
                                : open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
    if (file.get() < 0)
        throw cannot_read(input_name(path), errno);
    require_an_end(file, input_name(path));
    return file;
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
    pki::clean_passphrase(passphrase);
    return passphrase;
}

Descriptor sealed_copy(ByteView content) {
    Descriptor file(memfd_create("frame", MFD_CLOEXEC | MFD_ALLOW_SEALING));
    ByteView rest = content;
    while (file.get() >= 0 && !rest.empty()) {
        const ssize_t written = ::write(file.get(), rest.data(), rest.size());
        if (written < 0 && errno != EINTR)
            break;
        rest = rest.subspan(static_cast<std::size_t>(std::max<ssize_t>(written, 0)));
    }
    if (file.get() < 0 || !rest.empty() ||
        fcntl(file.get(), F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE) != 0)
        throw CommandError(system_error(errno, "copy the frame to memory"));
    return file;
}

void write_private_file(const std::string& path, ByteView content) {
    std::error_code error;
    std::filesystem::path target = path;
    if (const auto followed = std::filesystem::canonical(path, error); !error)
        target = followed;
    if (const auto status = std::filesystem::status(target, error);
        std::filesystem::exists(status) && !std::filesystem::is_regular_file(status))
        throw CommandError(Error{ErrorCode::failed,
                                 fmt::format("cannot write {}: it exists and is not a regular file", path),
                                 "give the name of a file; without -o the frame goes to standard output"});
    Draft draft(std::move(target));
    draft.write(content);
    draft.put_in_place();
}

} // namespace bgs2::cli
