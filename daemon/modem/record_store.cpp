// SPDX-License-Identifier: Apache-2.0
#include "daemon/modem/record_store.h"

#include "daemon/base/bytes.h"
#include "daemon/base/imei.h"
#include "daemon/base/immovable.h"
#include "daemon/base/system_error.h"
#include "daemon/policy/text_file.h"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <optional>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace bgs2 {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view extension = ".toml";

/// The place of a modem whose record cannot be read: no port has it.
constexpr const char* unknown_place = "a port that is not known, since its record cannot be read";

class OpenFile : Immovable {
  public:
    OpenFile(const fs::path& file, int flags)
      : descriptor_(::open(file.c_str(), flags | O_CLOEXEC, S_IRUSR | S_IWUSR)) {}
    ~OpenFile() {
        if (descriptor_ >= 0)
            ::close(descriptor_);
    }

    [[nodiscard]] bool is_open() const { return descriptor_ >= 0; }

    [[nodiscard]] bool write(std::string_view text) const {
        while (!text.empty()) {
            const ssize_t size = ::write(descriptor_, text.data(), text.size());
            if (size < 0 && errno != EINTR)
                return false;
            text.remove_prefix(static_cast<std::size_t>(std::max<ssize_t>(size, 0)));
        }
        return true;
    }

    [[nodiscard]] bool sync() const { return ::fsync(descriptor_) == 0; }

  private:
    int descriptor_;
};

std::expected<ModemRecord, policy::Problem> read_record(const fs::path& file) {
    const auto text = policy::read_text_file(file);
    if (text)
        return parse_record(*text, file.native());
    return std::unexpected(
        policy::Problem{.file = file.native(), .line = 0, .column = 0, .what = to_string(text.error())});
}

} // namespace

Expected<void> replace_file(const fs::path& file, std::string_view text) {
    const auto failed = [&file] {
        return std::unexpected(system_error(errno, "write " + printable(file.native()),
                                            "check the space and the rights of the state directory"));
    };
    std::error_code error;
    if (fs::create_directory(file.parent_path(), error))
        fs::permissions(file.parent_path(), fs::perms::owner_all, error);
    fs::path unfinished = file;
    unfinished += ".new";
    const OpenFile written(unfinished, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW);
    if (!written.is_open() || !written.write(text) || !written.sync() ||
        ::rename(unfinished.c_str(), file.c_str()) != 0)
        return failed();
    const OpenFile directory(file.parent_path(), O_RDONLY | O_DIRECTORY);
    if (!directory.is_open() || !directory.sync())
        return failed();
    return {};
}

RecordStore::RecordStore(Background& background, fs::path directory, Log log)
  : background_(background)
  , directory_(std::move(directory))
  , log_(std::move(log)) {}

std::map<std::string, ModemRecord> RecordStore::load() const {
    std::map<std::string, ModemRecord> records;
    std::error_code error;
    for (fs::directory_iterator entry(directory_, error), end; !error && entry != end;
         entry.increment(error)) {
        const fs::path& file = entry->path();
        const std::string imei = file.stem().string();
        if (file.extension() != extension || !is_imei(imei))
            continue;
        records.emplace(imei, read(file));
    }
    if (error && error != std::errc::no_such_file_or_directory)
        log_.warning("cannot read {}: {}; the private keys of modems count as unknown", directory_.native(),
                     error.message());
    return records;
}

ModemRecord RecordStore::read(const fs::path& file) const {
    auto record = read_record(file);
    if (record)
        return std::move(*record);
    log_.warning("{}; 'bgs2ctl trust' is required before this modem gets a private key",
                 to_string(record.error()));
    ModemRecord unknown;
    unknown.place = unknown_place;
    return unknown;
}

asio::awaitable<bool> RecordStore::save(std::string imei, ModemRecord record) {
    auto work = [](const fs::path& file, const ModemRecord& given) {
        note_step("writing " + printable(file.native()));
        value_or_throw(replace_file(file, to_toml(given)));
    };
    fs::path file = directory_ / (imei + std::string(extension));
    std::optional<Error> error;
    try {
        // Records of one modem are written in the order of the calls: the description is the same.
        co_await in_background(background_,
                               BackgroundTask("write the record of modem " + imei,
                                              "check the file system of the state directory"),
                               work, std::move(file), std::move(record));
    } catch (const Exception& e) {
        error = e.error();
    }
    if (error && !std::exchange(failing_, true))
        log_.warning("{}; no private key is written meanwhile", to_string(*error));
    else if (!error && std::exchange(failing_, false))
        log_.notice("the records of modems can be written again");
    co_return !error;
}

} // namespace bgs2
