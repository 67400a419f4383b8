// SPDX-License-Identifier: Apache-2.0
#include "cli/frame/frame_fault.h"

#include "cli/frame/data_format.h"
#include "cli/terminal/command_error.h"
#include "daemon/base/counted.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>

namespace bgs2::cli {
namespace {

/// One way to count and to write integers; the default values are right.
struct Habit {
    bool big_endian = false;
    bool words = false;
    std::size_t total_omits = 0; ///< bytes that the total length does not count: 0, its own 2, the header's 6
    std::size_t parameter_omits = 0; ///< the same for the length of a parameter: 0, 2, 4
    bool id_first = false;

    [[nodiscard]] int faults() const {
        return int{big_endian} + int{words} + int{total_omits != 0} + int{parameter_omits != 0} +
               int{id_first};
    }
};

std::vector<Habit> all_habits() {
    std::vector<Habit> habits;
    for (const bool big_endian : {false, true})
        for (const bool words : {false, true})
            for (const std::size_t total : {0U, 2U, 6U})
                for (const std::size_t parameter : {0U, 2U, 4U})
                    for (const bool id_first : {false, true})
                        habits.push_back({big_endian, words, total, parameter, id_first});
    std::ranges::stable_sort(habits, {}, &Habit::faults);
    return habits;
}

struct Part {
    std::size_t id = 0;
    ByteView data;
};

bool has_id(const std::vector<Part>& parts, std::size_t id) {
    return std::ranges::find(parts, id, &Part::id) != parts.end();
}

/// Whether a parameter of that id can have this data. Without reliable lengths, only this check rejects
/// accidental interpretations.
bool plausible(std::size_t id, ByteView data) {
    switch (sbnw::ParameterId(id)) {
    case sbnw::ParameterId::slot:
        return data.size() == 2;
    case sbnw::ParameterId::certificate:
    case sbnw::ParameterId::private_key:
        if (as_text(data).starts_with("-----BEGIN"))
            return std::ranges::find(data, std::byte{0}) == data.end();
        return der_size(data) == data.size();
    default:
        return data.size() > 1 && std::ranges::find(data, std::byte{0}) == std::prev(data.end());
    }
}

/// Reads bytes according to a habit.
class Reading {
  public:
    Reading(ByteView bytes, const Habit& habit)
      : bytes_(bytes)
      , habit_(habit) {}

    [[nodiscard]] std::size_t number(std::size_t offset) const {
        const auto first = std::to_integer<std::size_t>(bytes_[offset]);
        const auto second = std::to_integer<std::size_t>(bytes_[offset + 1]);
        return habit_.big_endian ? first << 8U | second : second << 8U | first;
    }

    [[nodiscard]] bool header_fits() const {
        const auto lengths = lengths_of(number(0), habit_.total_omits);
        return std::ranges::find(lengths, bytes_.size()) != lengths.end() &&
               (number(2) == 1 || number(2) == 3);
    }

    /// Splits the bytes from `offset` to the end into parameters.
    bool parts_from(std::size_t offset, std::vector<Part>& parts) const {
        const std::size_t left = bytes_.size() - offset;
        if (left == 0)
            return has_id(parts, std::size_t{1});
        if (left < parameter_header_size)
            return false;
        const std::size_t id = number(offset + (habit_.id_first ? 0 : 2));
        if (id < 1 || id > 7 || has_id(parts, id))
            return false;
        for (const std::size_t length :
             lengths_of(number(offset + (habit_.id_first ? 2 : 0)), habit_.parameter_omits)) {
            if (length < parameter_header_size || length > left)
                continue;
            const ByteView data =
                bytes_.subspan(offset + parameter_header_size, length - parameter_header_size);
            if (!plausible(id, data))
                continue;
            parts.push_back({id, data});
            if (parts_from(offset + length, parts))
                return true;
            parts.pop_back();
        }
        return false;
    }

  private:
    /// The lengths in bytes that a length field can mean: in words, an odd one may have been rounded up or
    /// down.
    [[nodiscard]] std::vector<std::size_t> lengths_of(std::size_t field, std::size_t omits) const {
        if (!habit_.words)
            return {field + omits};
        return {2 * field + omits, 2 * field + omits + 1, 2 * field + omits - (field > 0 ? 1 : 0)};
    }

    ByteView bytes_;
    Habit habit_;
};

std::vector<std::string> words_of(const Habit& habit, std::size_t announced, std::size_t parameters) {
    std::vector<std::string> words;
    if (habit.big_endian)
        words.emplace_back("its integers are big-endian; the low byte comes first on the wire");
    if (habit.words)
        words.emplace_back("its lengths count words of two bytes; they must count bytes");
    if (habit.total_omits == 2)
        words.emplace_back("its total length does not count its own two bytes");
    if (habit.total_omits == frame_header_size)
        words.emplace_back("its total length does not count the header of 6 bytes");
    if (habit.parameter_omits == 2)
        words.emplace_back("the length of a parameter does not count its own two bytes");
    if (habit.parameter_omits == parameter_header_size)
        words.emplace_back("the length of a parameter does not count its header of 4 bytes (length and id)");
    if (habit.id_first)
        words.emplace_back("the id of a parameter precedes its length; the length comes first");
    if (announced != parameters)
        words.push_back(fmt::format("it announces {}, but has {} (the signature counts, too)",
                                    counted(announced, "parameter"), parameters));
    return words;
}

/// The valid frame with these parts.
pki::Secret rightly_made(std::size_t command, const std::vector<Part>& parts, bool big_endian) {
    std::size_t size = frame_header_size;
    for (const Part& part : parts)
        size += parameter_header_size + part.data.size();
    pki::Secret frame(size);
    std::size_t offset = 0;
    const auto put = [&](std::size_t number) {
        frame.bytes()[offset++] = std::byte(number & 0xffU);
        frame.bytes()[offset++] = std::byte(number >> 8U & 0xffU);
    };
    put(size);
    put(command);
    put(parts.size());
    for (const Part& part : parts) {
        put(parameter_header_size + part.data.size());
        put(part.id);
        std::ranges::copy(part.data, frame.bytes().subspan(offset).begin());
        if (big_endian && part.id == 1) // the slot number is an integer, too
            std::swap(frame.bytes()[offset], frame.bytes()[offset + 1]);
        offset += part.data.size();
    }
    return frame;
}

} // namespace

std::optional<FrameFault> detect_fault(ByteView bytes) {
    if (bytes.size() < frame_header_size || bytes.size() > max_frame_size)
        return std::nullopt;
    for (const Habit& habit : all_habits()) {
        const Reading reading(bytes, habit);
        std::vector<Part> parts;
        if (!reading.header_fits() || !reading.parts_from(frame_header_size, parts))
            continue;
        auto words = words_of(habit, reading.number(4), parts.size());
        if (words.empty()) // it is right
            return std::nullopt;
        return FrameFault{std::move(words), rightly_made(reading.number(2), parts, habit.big_endian)};
    }
    return std::nullopt;
}

Error with_fault(Error error, ByteView bytes) {
    if (const auto fault = detect_fault(bytes)) {
        error.hint = "the likely mistakes:";
        for (std::size_t i = 0; i < fault->words.size(); ++i)
            error.hint += (i == 0 ? " " : ", and ") + fault->words[i];
    }
    return error;
}

sbnw::Frame decode_frame(ByteView bytes) {
    auto frame = sbnw::decode(bytes);
    if (frame)
        return std::move(*frame);
    throw content_error(with_fault(frame.error(), bytes));
}

} // namespace bgs2::cli
