// SPDX-License-Identifier: Apache-2.0
#include "cli/client/selector.h"

#include "daemon/base/imei.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <system_error>
#include <vector>

namespace bgs2::cli {
namespace {

std::string imeis_of(std::span<const Modem> modems) {
    constexpr std::size_t enough = 5;
    std::string list;
    for (const Modem& modem : modems.first(std::min(enough, modems.size())))
        list += (list.empty() ? "" : ", ") + modem.imei;
    return modems.size() > enough ? list + ", ..." : list;
}

std::unexpected<Error> none(std::string what) {
    return fail(ErrorCode::not_found, std::move(what),
                "list the modems with 'bgs2ctl list', and the ports with 'bgs2ctl ports'");
}

std::unexpected<Error> several(std::string what, std::span<const Modem> modems) {
    return fail(ErrorCode::invalid_argument, std::move(what),
                fmt::format("name one of them: {}", imeis_of(modems)));
}

} // namespace

std::string followed(std::string_view node) {
    std::error_code error;
    const auto path = std::filesystem::canonical(node, error);
    return error ? std::string(node) : path.string();
}

Expected<Modem> select(std::span<const Modem> modems, std::string_view selector) {
    if (selector.empty() || selector == "any") {
        if (modems.empty())
            return none("no modem is present");
        if (selector.empty() && modems.size() > 1)
            return several(fmt::format("there are {} modems", modems.size()), modems);
        return modems.front();
    }
    if (selector.starts_with('/')) {
        const auto found = std::ranges::find(modems, selector, &Modem::port);
        if (found == modems.end())
            return none(fmt::format("no modem on {}", selector));
        return *found;
    }
    if (!is_imei_suffix(selector))
        return fail(ErrorCode::invalid_argument, fmt::format("'{}' is not a modem", selector),
                    "give an IMEI or a suffix of it, the device node of the port, or 'any'");
    std::vector<Modem> found;
    std::ranges::copy_if(modems, std::back_inserter(found),
                         [&](const Modem& modem) { return modem.imei.ends_with(selector); });
    if (found.empty())
        return none(fmt::format("no modem has {} {}", is_imei(selector) ? "the IMEI" : "an IMEI that ends in",
                                selector));
    if (found.size() > 1)
        return several(fmt::format("{} modems have an IMEI that ends in {}", found.size(), selector), found);
    return found.front();
}

Expected<Modem> resolve(std::span<const Modem> modems, std::string_view selector) {
    // A [[port]] can name a link: then the link is the name of the port.
    auto modem = select(modems, selector);
    if (modem || !selector.starts_with('/'))
        return modem;
    auto target = select(modems, followed(selector));
    return target ? target : modem;
}

} // namespace bgs2::cli
