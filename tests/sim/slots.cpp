// SPDX-License-Identifier: Apache-2.0
#include "tests/sim/slots.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cerrno>
#include <charconv>
#include <fstream>
#include <stdexcept>
#include <system_error>
#include <unistd.h>

namespace bgs2::sim {
namespace {

using Json = nlohmann::json;

Bytes bytes_in(const Json& slot, const char* name) {
    const auto bytes = from_base64(slot.at(name).get_ref<const std::string&>());
    if (!bytes)
        throw std::runtime_error(fmt::format("\"{}\" is not Base64", name));
    return *bytes;
}

unsigned slot_number(const std::string& text) {
    unsigned number = 0;
    const auto* end = text.data() + text.size();
    if (const auto parsed = std::from_chars(text.data(), end, number);
        parsed.ec != std::errc() || parsed.ptr != end || number > last_slot)
        throw std::runtime_error(fmt::format("\"{}\" is not a slot from 0 to {}", text, last_slot));
    return number;
}

Stored stored(const Json& slot) {
    Stored result{.certificate = bytes_in(slot, "certificate"), .private_key = std::nullopt};
    if (slot.contains("private_key"))
        result.private_key = bytes_in(slot, "private_key");
    return result;
}

Json json_of(const Stored& stored) {
    Json slot = {{"certificate", base64(stored.certificate)}, {"key", stored.private_key.has_value()}};
    if (stored.private_key)
        slot["private_key"] = base64(*stored.private_key);
    return slot;
}

[[noreturn]] void throw_file_error(std::string_view what, const std::filesystem::path& file) {
    throw std::system_error(errno, std::generic_category(), fmt::format("cannot {} {}", what, file.string()));
}

} // namespace

Slots::Slots(std::filesystem::path file)
  : file_(std::move(file)) {
    load();
}

bool Slots::reload_if_changed() {
    if (!file_ || version() == loaded_version_)
        return false;
    load();
    return true;
}

Slots::Version Slots::version() const {
    struct stat status{};
    if (::stat(file_->c_str(), &status) != 0)
        return {};
    return {.inode = status.st_ino,
            .changed = std::chrono::seconds(status.st_mtim.tv_sec) +
                       std::chrono::nanoseconds(status.st_mtim.tv_nsec),
            .size = status.st_size};
}

void Slots::load() {
    loaded_version_ = version(); // first: a concurrent write then has another version
    stores_.clear();
    std::ifstream stream(*file_);
    if (!stream) {
        if (errno == ENOENT)
            return;
        throw_file_error("read the slots from", *file_);
    }
    try {
        // get_ref() of a temporary would dangle.
        const auto document = Json::parse(stream);
        for (const auto& [store, slots] : document.get_ref<const Json::object_t&>())
            for (const auto& [slot, content] : slots.get_ref<const Json::object_t&>())
                stores_[store][slot_number(slot)] = stored(content);
    } catch (const std::exception& error) {
        throw std::runtime_error(fmt::format("{} does not contain slots: {}; correct or remove it",
                                             file_->string(), error.what()));
    }
}

const Stored* Slots::at(const std::string& store, unsigned slot) const {
    const auto slots = stores_.find(store);
    if (slots == stores_.end())
        return nullptr;
    const auto found = slots->second.find(slot);
    return found == slots->second.end() ? nullptr : &found->second;
}

void Slots::apply(const Change& change) {
    if (change.content)
        stores_[change.store].insert_or_assign(change.slot, *change.content);
    else
        stores_[change.store].erase(change.slot);
    save();
}

void Slots::save() {
    if (!file_)
        return;
    auto document = Json::object();
    for (const auto& [store, slots] : stores_) {
        auto& entry = document[store] = Json::object();
        for (const auto& [slot, content] : slots)
            entry[std::to_string(slot)] = json_of(content);
    }
    const std::filesystem::path next = fmt::format("{}.{}", file_->string(), getpid());
    std::ofstream stream(next);
    stream << document.dump(2) << '\n';
    stream.close();
    if (!stream)
        throw_file_error("write the slots to", next);
    std::filesystem::rename(next, *file_);
    loaded_version_ = version();
}

} // namespace bgs2::sim
