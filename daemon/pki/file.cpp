#include "daemon/pki/file.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace bgs2::pki {

namespace {

class Descriptor {
  public:
    explicit Descriptor(int number)
      : number_(number) {}
    ~Descriptor() {
        if (number_ >= 0)
            ::close(number_);
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    Descriptor(Descriptor&& other) noexcept
      : number_(std::exchange(other.number_, -1)) {}
    Descriptor& operator=(Descriptor&&) = delete;

    [[nodiscard]] int number() const { return number_; }

  private:
    int number_;
};

std::unexpected<Error> system_error(int number, std::string_view name) {
    auto what = fmt::format("{} can not be read: {}", name, std::generic_category().message(number));
    switch (number) {
    case ENOENT:
    case ENOTDIR:
        return fail(ErrorCode::not_found, std::move(what),
                    "check the path, and that the file has been put there");
    case EACCES:
    case EPERM:
        return fail(ErrorCode::access_denied, std::move(what),
                    "let this service's user read the file and enter the directories above it");
    case ELOOP:
        return fail(ErrorCode::failed, std::move(what), "check where its symbolic links lead");
    default:
        return fail(ErrorCode::failed, std::move(what), "check the file system and the system's log");
    }
}

Expected<Descriptor> open_file(const std::filesystem::path& path) {
    // A FIFO that nobody writes to would hold up the whole daemon in open().
    const int number = ::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
    if (number < 0)
        return system_error(errno, path.native());
    return Descriptor(number);
}

void resize(Bytes& buffer, std::size_t size) {
    buffer.resize(size);
}

void resize(Secret& buffer, std::size_t size) {
    // Copied even to make it smaller: secure memory is scarce.
    Secret resized(size);
    std::ranges::copy(buffer.bytes().first(std::min(size, buffer.size())), resized.bytes().begin());
    buffer = std::move(resized);
}

std::span<std::byte> octets(Bytes& buffer) {
    return buffer;
}

std::span<std::byte> octets(Secret& buffer) {
    return buffer.bytes();
}

template<class Buffer>
Expected<Buffer> read_all(int descriptor, std::string_view name, std::size_t max_size) {
    struct stat status{};
    if (::fstat(descriptor, &status) != 0)
        return system_error(errno, name);
    if (!S_ISREG(status.st_mode))
        return fail(ErrorCode::failed,
                    fmt::format("{} is {}, not a regular file", name,
                                S_ISDIR(status.st_mode) ? "a directory" : "a device, pipe or socket"),
                    "name the file itself");
    const auto too_large = [&] {
        return fail(ErrorCode::too_much_data, fmt::format("{} is larger than {} octets", name, max_size),
                    "check that it is the right file: certificates, keys and frames are far smaller");
    };
    if (std::cmp_greater(status.st_size, max_size))
        return too_large();
    // One octet more than announced shows whether there are more; files of the kernel's announce none at all.
    constexpr std::size_t least = 4096;
    Buffer buffer;
    resize(buffer,
           std::clamp(static_cast<std::size_t>(status.st_size), least - 1, std::max(least - 1, max_size)) +
               1);
    std::size_t filled = 0;
    for (;;) {
        const auto free = octets(buffer).subspan(filled);
        const auto got = ::pread(descriptor, free.data(), free.size(), static_cast<off_t>(filled));
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return system_error(errno, name);
        if (got == 0)
            break;
        filled += static_cast<std::size_t>(got);
        if (filled > max_size)
            return too_large();
        if (filled == octets(buffer).size())
            resize(buffer, std::min(filled * 2, max_size + 1));
    }
    resize(buffer, filled);
    return buffer;
}

template<class Buffer>
Expected<Buffer> read_path(const std::filesystem::path& path, std::size_t max_size) {
    const auto descriptor = open_file(path);
    if (!descriptor)
        return std::unexpected(descriptor.error());
    return read_all<Buffer>(descriptor->number(), path.native(), max_size);
}

} // namespace

Expected<Bytes> read_file(const std::filesystem::path& path, std::size_t max_size) {
    return read_path<Bytes>(path, max_size);
}

Expected<Secret> read_secret_file(const std::filesystem::path& path, std::size_t max_size) {
    return read_path<Secret>(path, max_size);
}

Expected<Secret> read_passphrase_file(const std::filesystem::path& path) {
    auto secret = read_secret_file(path);
    if (!secret)
        return secret;
    std::string_view text = as_text(std::as_const(*secret).bytes());
    if (text.ends_with('\n')) {
        text.remove_suffix(1);
        if (text.ends_with('\r'))
            text.remove_suffix(1);
        secret->truncate(text.size());
    }
    return secret;
}

Expected<Bytes> read_descriptor(int descriptor, std::string_view name, std::size_t max_size) {
    return read_all<Bytes>(descriptor, name, max_size);
}

Expected<Secret> read_secret_descriptor(int descriptor, std::string_view name, std::size_t max_size) {
    return read_all<Secret>(descriptor, name, max_size);
}

} // namespace bgs2::pki
