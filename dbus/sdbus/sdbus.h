// SPDX-License-Identifier: Apache-2.0
// sdbus-c++ 1.2 to 2.x. Only this header knows which of both interfaces is installed: 2.0 has strong types
// for names, tables of methods, and errors of replies as optionals. What both have alike is used as it is,
// from sdbus::.
//
// Every function throws sdbus::Error.
#pragma once

#include <sdbus-c++/sdbus-c++.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#if !__has_include(<sdbus-c++/VTableItems.h>)
#define BGS2_SDBUS_1
#endif

struct sd_bus_message;

namespace bgs2::bus {

#ifdef BGS2_SDBUS_1
using ErrorName = std::string;
using InterfaceName = std::string;
using MethodName = std::string;
using PropertyName = std::string;
using ServiceName = std::string;
using SignalName = std::string;
/// The error of a reply: converts to bool, * and -> lead to the sdbus::Error. A handler takes it by value.
using ReplyError = const sdbus::Error*;
#else
using ErrorName = sdbus::Error::Name;
using InterfaceName = sdbus::InterfaceName;
using MethodName = sdbus::MethodName;
using PropertyName = sdbus::PropertyName;
using ServiceName = sdbus::ServiceName;
using SignalName = sdbus::SignalName;
using ReplyError = std::optional<sdbus::Error>;
#endif

inline sdbus::Error make_error(const std::string& name, const std::string& message) {
    return {ErrorName(name), message};
}

inline void request_name(sdbus::IConnection& connection, const std::string& name) {
    connection.requestName(ServiceName(name));
}

inline std::unique_ptr<sdbus::IProxy> make_proxy(sdbus::IConnection& connection, const std::string& service,
                                                 const std::string& path) {
    return sdbus::createProxy(connection, ServiceName(service), sdbus::ObjectPath(path));
}

/// The proxy handles the messages of its connection in a thread of its own.
inline std::unique_ptr<sdbus::IProxy> make_proxy(std::unique_ptr<sdbus::IConnection> connection,
                                                 const std::string& service, const std::string& path) {
    return sdbus::createProxy(std::move(connection), ServiceName(service), sdbus::ObjectPath(path));
}

inline std::unique_ptr<sdbus::IObject> make_object(sdbus::IConnection& connection, const std::string& path) {
    return sdbus::createObject(connection, sdbus::ObjectPath(path));
}

/// Calls `handler` with each message that matches, until the result is destroyed.
[[nodiscard]] inline sdbus::Slot watch(sdbus::IConnection& connection, const std::string& rule,
                                       std::function<void(sdbus::Message&)> handler) {
#ifdef BGS2_SDBUS_1
    return connection.addMatch(rule, std::move(handler));
#else
    return connection.addMatch(
        rule, [handler = std::move(handler)](sdbus::Message message) { handler(message); },
        sdbus::return_slot);
#endif
}

/// Handles one message, if there is one.
inline bool process_one(sdbus::IConnection& connection) {
#ifdef BGS2_SDBUS_1
    return connection.processPendingRequest();
#else
    return connection.processPendingEvent();
#endif
}

/// The time at which the connection wants to be processed even without a message; none: never.
inline std::optional<std::chrono::steady_clock::time_point>
deadline_of(const sdbus::IConnection::PollData& data) {
    using std::chrono::microseconds;
#ifdef BGS2_SDBUS_1
    if (data.timeout_usec == UINT64_MAX)
        return std::nullopt;
    const microseconds time(data.timeout_usec);
#else
    if (data.timeout == microseconds::max())
        return std::nullopt;
    const microseconds time = data.timeout;
#endif
    // sd-bus counts on CLOCK_MONOTONIC, as the steady clock does; 0 means at once.
    return std::chrono::steady_clock::time_point(time);
}

/// Calls `use` with the message that the handler of a method of `object` handles. False outside of a handler.
template<class Use>
bool use_current_message(const sdbus::IObject& object, Use use) {
#ifdef BGS2_SDBUS_1
    const sdbus::Message* message = object.getCurrentlyProcessedMessage();
    if (message == nullptr)
        return false;
    use(*message);
#else
    const sdbus::Message message = object.getCurrentlyProcessedMessage();
    if (!message)
        return false;
    use(message);
#endif
    return true;
}

/// sd-bus's message behind `message`, for the flags that sdbus-c++ does not show.
inline sd_bus_message* raw(const sdbus::Message& message) {
    class Opened : public sdbus::Message {
      public:
        static void* of(const sdbus::Message& message) { return message.*(&Opened::msg_); }
    };
    return static_cast<sd_bus_message*>(Opened::of(message));
}

/// Emits PropertiesChanged of these properties of `interface`.
inline void emit_changes(sdbus::IObject& object, const std::string& interface,
                         const std::vector<std::string>& properties) {
    object.emitPropertiesChangedSignal(InterfaceName(interface),
                                       std::vector<PropertyName>(properties.begin(), properties.end()));
}

/// Calls a method; `handler(ReplyError)` gets the end of the call.
template<class Handler>
void call_async(sdbus::IProxy& proxy, const sdbus::MethodCall& call, Handler handler) {
#ifdef BGS2_SDBUS_1
    proxy.callMethod(call, [handler = std::move(handler)](sdbus::MethodReply&, const sdbus::Error* error) {
        handler(error);
    });
#else
    proxy.callMethodAsync(call, [handler = std::move(handler)](sdbus::MethodReply, ReplyError error) {
        handler(std::move(error));
    });
#endif
}

/// To be called once the handlers of all signals of a proxy are set.
inline void finish_registration([[maybe_unused]] sdbus::IProxy& proxy) {
#ifdef BGS2_SDBUS_1
    proxy.finishRegistration();
#endif
}

// Objects of a few methods and properties: publish(object, interface("a.b", method("C", handler), ...), ...).
#ifdef BGS2_SDBUS_1
template<class Handler>
auto method(std::string name, Handler handler) {
    return [name = std::move(name), handler = std::move(handler)](sdbus::IObject& object,
                                                                  const std::string& interface) {
        object.registerMethod(name).onInterface(interface).implementedAs(handler);
    };
}
template<class Getter>
auto property(std::string name, Getter getter) {
    return [name = std::move(name), getter = std::move(getter)](sdbus::IObject& object,
                                                                const std::string& interface) {
        object.registerProperty(name).onInterface(interface).withGetter(getter);
    };
}
#else
template<class Handler>
auto method(std::string name, Handler handler) {
    return sdbus::registerMethod(std::move(name)).implementedAs(std::move(handler));
}
template<class Getter>
auto property(std::string name, Getter getter) {
    return sdbus::registerProperty(std::move(name)).withGetter(std::move(getter));
}
#endif
template<class... Members>
auto interface(std::string name, Members... members) {
    return [name = std::move(name), ... members = std::move(members)](sdbus::IObject& object) {
#ifdef BGS2_SDBUS_1
        (members(object, name), ...);
#else
        object.addVTable(members...).forInterface(name);
#endif
    };
}
template<class... Interfaces>
void publish(sdbus::IObject& object, const Interfaces&... interfaces) {
    (interfaces(object), ...);
#ifdef BGS2_SDBUS_1
    object.finishRegistration();
#endif
}

// Reading a message whose types are not known in advance.

/// The next value of a message: its type as in a signature, '\0' at the end, 'r' for a structure; and the
/// signature of what a container contains.
struct NextValue {
    char type = '\0';
    std::string contents;
};
inline NextValue next_value(const sdbus::Message& message) {
#ifdef BGS2_SDBUS_1
    std::string type;
    NextValue next;
    message.peekType(type, next.contents);
    next.type = type.empty() ? '\0' : type[0];
    return next;
#else
    const auto [type, contents] = message.peekType();
    return {.type = type, .contents = contents == nullptr ? "" : contents};
#endif
}

enum class Container { array, dictionary_entry, variant, structure };

/// `contents`: as of next_value().
inline void enter(sdbus::Message& message, Container container, const std::string& contents) {
#ifdef BGS2_SDBUS_1
    const std::string& signature = contents;
#else
    const char* signature = contents.c_str();
#endif
    switch (container) {
    case Container::array:
        message.enterContainer(signature);
        break;
    case Container::dictionary_entry:
        message.enterDictEntry(signature);
        break;
    case Container::variant:
        message.enterVariant(signature);
        break;
    case Container::structure:
        message.enterStruct(signature);
        break;
    }
}

} // namespace bgs2::bus

#undef BGS2_SDBUS_1
