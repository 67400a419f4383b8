// SPDX-License-Identifier: Apache-2.0
// Texts and values on the bus, valid whatever they were made of.
#pragma once

#include "dbus/sdbus/sdbus.h"

#include <compare>
#include <concepts>
#include <map>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace bgs2::dbus {

/// A string of the bus. A file's name, a subject, a property of udev and an answer of a modem may have any
/// bytes. sd-bus refuses to send what is not UTF-8, and noncharacters and NUL as well; so Text has those as
/// \xNN, and all control characters except the line end, as printable() does.
///
/// The adaptors (dbus/adaptor.h) take nothing else for a string, so that no text can bypass this.
class Text {
  public:
    Text() = default;
    template<class T>
        requires std::convertible_to<const T&, std::string_view>
    Text(const T& text) // NOLINT(google-explicit-constructor): each text becomes a text of the bus
      : text_(valid(text)) {}

    [[nodiscard]] const std::string& str() const { return text_; }

    auto operator<=>(const Text&) const = default;
    bool operator==(const Text&) const = default;

    friend sdbus::Message& operator<<(sdbus::Message& message, const Text& text) {
        return message << text.text_;
    }
    /// A text that came over the bus stays as it is.
    friend sdbus::Message& operator>>(sdbus::Message& message, Text& text) { return message >> text.text_; }

  private:
    static std::string valid(std::string_view text);

    std::string text_;
};

/// The type that the bus gets for a T: Text for each string, also within lists and dictionaries.
template<class T>
struct OnBus {
    static constexpr bool is_text =
        std::convertible_to<const T&, std::string_view> && !std::derived_from<T, sdbus::ObjectPath>;
    using Type = std::conditional_t<is_text, Text, T>;
};
template<class T>
struct OnBus<std::vector<T>> {
    using Type = std::vector<typename OnBus<T>::Type>;
};
template<class Key, class T>
struct OnBus<std::map<Key, T>> {
    using Type = std::map<typename OnBus<Key>::Type, typename OnBus<T>::Type>;
};

template<class T>
OnBus<T>::Type on_bus(const T& value) {
    using Type = typename OnBus<T>::Type;
    if constexpr (std::same_as<Type, T> || std::same_as<Type, Text>) {
        return Type(value);
    } else {
        Type result;
        for (const auto& each : value) {
            if constexpr (requires { typename T::mapped_type; })
                result.emplace(on_bus(each.first), on_bus(each.second));
            else
                result.push_back(on_bus(each));
        }
        return result;
    }
}

/// A variant (v) of the bus, whose strings are Texts.
class Value {
  public:
    Value() = default;
    template<class T>
        requires(!std::same_as<T, Value> && !std::same_as<T, sdbus::Variant>)
    Value(const T& value) // NOLINT(google-explicit-constructor): as sdbus::Variant
      : variant_(on_bus(value)) {}

    template<class T>
    [[nodiscard]] bool contains() const {
        return variant_.containsValueOfType<T>();
    }
    /// Throws sdbus::Error unless contains<T>().
    template<class T>
    [[nodiscard]] T get() const {
        return variant_.get<T>();
    }

    friend sdbus::Message& operator<<(sdbus::Message& message, const Value& value) {
        return message << value.variant_;
    }
    friend sdbus::Message& operator>>(sdbus::Message& message, Value& value) {
        return message >> value.variant_;
    }

  private:
    sdbus::Variant variant_;
};

} // namespace bgs2::dbus

template<>
struct sdbus::signature_of<bgs2::dbus::Text> : sdbus::signature_of<std::string> {};
template<>
struct sdbus::signature_of<bgs2::dbus::Value> : sdbus::signature_of<sdbus::Variant> {};
