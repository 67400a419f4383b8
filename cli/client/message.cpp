// SPDX-License-Identifier: Apache-2.0
#include "cli/client/message.h"

#include "cli/terminal/command_error.h"
#include "dbus/sdbus/sdbus.h"

#include <fmt/format.h>

#include <cstdint>
#include <string>
#include <utility>

namespace bgs2::cli {
namespace {

Value read_value(sdbus::Message& message);

template<class T>
Value read_basic(sdbus::Message& message) {
    T value{};
    message >> value;
    return value;
}

bool at_end(const sdbus::Message& message) {
    return bus::next_value(message).type == '\0';
}

/// The key of a dictionary: any basic type in D-Bus, a string in JSON.
std::string read_key(sdbus::Message& message) {
    const Value key = read_value(message);
    return key.is_string() ? key.get<std::string>() : key.dump();
}

Value read_dictionary(sdbus::Message& message, const std::string& entry) {
    const std::string key_and_value = entry.substr(1, entry.size() - 2);
    Value dictionary = Value::object();
    bus::enter(message, bus::Container::array, entry);
    while (!at_end(message)) {
        bus::enter(message, bus::Container::dictionary_entry, key_and_value);
        std::string key = read_key(message);
        dictionary[std::move(key)] = read_value(message);
        message.exitDictEntry();
    }
    message.exitContainer();
    return dictionary;
}

Value read_array(sdbus::Message& message, const std::string& element) {
    Value array = Value::array();
    bus::enter(message, bus::Container::array, element);
    while (!at_end(message))
        array.push_back(read_value(message));
    message.exitContainer();
    return array;
}

/// The next value of the message. Does not use the variants of sdbus-c++: each is a message, and a list of
/// modems has hundreds of them.
Value read_value(sdbus::Message& message) {
    const auto [type, contents] = bus::next_value(message);
    switch (type) {
    case 's':
        return read_basic<std::string>(message);
    case 'o':
        return read_basic<sdbus::ObjectPath>(message);
    case 'g':
        return read_basic<sdbus::Signature>(message);
    case 'b':
        return read_basic<bool>(message);
    case 'y':
        return read_basic<std::uint8_t>(message);
    case 'n':
        return read_basic<std::int16_t>(message);
    case 'q':
        return read_basic<std::uint16_t>(message);
    case 'i':
        return read_basic<std::int32_t>(message);
    case 'u':
        return read_basic<std::uint32_t>(message);
    case 'x':
        return read_basic<std::int64_t>(message);
    case 't':
        return read_basic<std::uint64_t>(message);
    case 'd':
        return read_basic<double>(message);
    case 'a':
        return contents.starts_with('{') ? read_dictionary(message, contents) : read_array(message, contents);
    case 'v': {
        bus::enter(message, bus::Container::variant, contents);
        Value value = read_value(message);
        message.exitVariant();
        return value;
    }
    case 'r': {
        Value fields = Value::array();
        bus::enter(message, bus::Container::structure, contents);
        while (!at_end(message))
            fields.push_back(read_value(message));
        message.exitStruct();
        return fields;
    }
    default:
        throw CommandError(Error{ErrorCode::not_supported,
                                 fmt::format("bgs2d sent a D-Bus value of the unexpected type '{}'", type),
                                 "install the same version of bgs2ctl and bgs2d"});
    }
}

} // namespace

Value read_all(sdbus::Message& message) {
    Value values = Value::array();
    while (!at_end(message))
        values.push_back(read_value(message));
    return values;
}

} // namespace bgs2::cli
