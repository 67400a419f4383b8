// SPDX-License-Identifier: Apache-2.0
#include "daemon/pki/p11_kit.h"

#include <dlfcn.h>
#include <optional>
#include <stdexcept>

namespace bgs2::pki {
namespace {

/// The ABI of the headers.
constexpr const char* library_name = "libp11-kit.so.0";

template<class Function>
bool find(void* library, const char* name, Function& function) {
    function = reinterpret_cast<Function>(::dlsym(library, name));
    return function != nullptr;
}

std::optional<P11Kit> load() {
    void* library =
        ::dlopen(library_name, RTLD_NOW | RTLD_LOCAL); // never unloaded: its modules may have threads
    if (library == nullptr)
        return std::nullopt;
    P11Kit kit;
    bool all = true;
    all = find(library, "p11_kit_message", kit.message) && all;
    all = find(library, "p11_kit_strerror", kit.strerror) && all;
    all = find(library, "p11_kit_space_strlen", kit.space_strlen) && all;
    all = find(library, "p11_kit_module_load", kit.module_load) && all;
    all = find(library, "p11_kit_module_initialize", kit.module_initialize) && all;
    all = find(library, "p11_kit_module_finalize", kit.module_finalize) && all;
    all = find(library, "p11_kit_module_release", kit.module_release) && all;
    all = find(library, "p11_kit_module_get_name", kit.module_get_name) && all;
    all = find(library, "p11_kit_modules_load_and_initialize", kit.modules_load_and_initialize) && all;
    all = find(library, "p11_kit_modules_finalize_and_release", kit.modules_finalize_and_release) && all;
    all = find(library, "p11_kit_uri_new", kit.uri_new) && all;
    all = find(library, "p11_kit_uri_free", kit.uri_free) && all;
    all = find(library, "p11_kit_uri_parse", kit.uri_parse) && all;
    all = find(library, "p11_kit_uri_message", kit.uri_message) && all;
    all = find(library, "p11_kit_uri_any_unrecognized", kit.uri_any_unrecognized) && all;
    all = find(library, "p11_kit_uri_get_attribute", kit.uri_get_attribute) && all;
    all = find(library, "p11_kit_uri_get_attributes", kit.uri_get_attributes) && all;
    all = find(library, "p11_kit_uri_get_module_name", kit.uri_get_module_name) && all;
    all = find(library, "p11_kit_uri_get_module_path", kit.uri_get_module_path) && all;
    all = find(library, "p11_kit_uri_get_pin_source", kit.uri_get_pin_source) && all;
    all = find(library, "p11_kit_uri_get_pin_value", kit.uri_get_pin_value) && all;
    all = find(library, "p11_kit_uri_get_slot_id", kit.uri_get_slot_id) && all;
    all = find(library, "p11_kit_uri_match_module_info", kit.uri_match_module_info) && all;
    all = find(library, "p11_kit_uri_match_slot_info", kit.uri_match_slot_info) && all;
    all = find(library, "p11_kit_uri_match_token_info", kit.uri_match_token_info) && all;
    return all ? std::optional(kit) : std::nullopt;
}

/// Null if it is not installed.
const P11Kit* loaded() {
    static const std::optional<P11Kit> kit = load();
    return kit ? &*kit : nullptr;
}

} // namespace

bool have_p11_kit() {
    return loaded() != nullptr;
}

const P11Kit& p11() {
    const P11Kit* kit = loaded();
    if (kit == nullptr)
        throw std::logic_error("p11-kit was used without asking for it");
    return *kit;
}

} // namespace bgs2::pki
