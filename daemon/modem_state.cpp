#include "daemon/modem_state.h"

#include <array>
#include <cstddef>

namespace bgs2 {
namespace {

constexpr std::array<std::string_view, 7> words{"reading",      "unmanaged", "compliant", "drifted",
                                                "provisioning", "failed",    "blocked"};

} // namespace

std::string_view word(ModemState state) {
    return words.at(static_cast<std::size_t>(state));
}

} // namespace bgs2
