#include "dbus/options.h"

#include "daemon/error.h"
#include "dbus/error_names.h"

#include <fmt/format.h>

namespace bgs2::dbus {
namespace {

[[noreturn]] void throw_unknown(const std::string& name, std::string_view known) {
    throw to_bus(
        Error{ErrorCode::invalid_argument, fmt::format("unknown option '{}'", name), std::string(known)});
}

} // namespace

std::optional<std::uint32_t> slot_option(const Options& options) {
    std::optional<std::uint32_t> slot;
    for (const auto& [name, value] : options) {
        if (name != "slot")
            throw_unknown(name, "known is 'slot'");
        if (!value.containsValueOfType<std::uint32_t>())
            throw to_bus(Error{ErrorCode::invalid_argument, "option 'slot' is not of type u", ""});
        slot = value.get<std::uint32_t>();
    }
    return slot;
}

void no_options(const Options& options) {
    if (!options.empty())
        throw_unknown(options.begin()->first, "this method takes none");
}

} // namespace bgs2::dbus
