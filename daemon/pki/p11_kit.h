// SPDX-License-Identifier: Apache-2.0
// p11-kit's functions, loaded when a token is first used. Few gateways
// have one, and the library takes half a megabyte of memory; without it everything except tokens works. For
// the .cpp files of this folder only: includes the header of p11-kit.
#pragma once

#include <p11-kit/p11-kit.h>
#include <p11-kit/uri.h>

namespace bgs2::pki {

/// The functions of p11-kit's headers, by their names without `p11_kit_`.
struct P11Kit {
    decltype(&p11_kit_message) message = nullptr;
    decltype(&p11_kit_strerror) strerror = nullptr;
    decltype(&p11_kit_space_strlen) space_strlen = nullptr;
    decltype(&p11_kit_module_load) module_load = nullptr;
    decltype(&p11_kit_module_initialize) module_initialize = nullptr;
    decltype(&p11_kit_module_finalize) module_finalize = nullptr;
    decltype(&p11_kit_module_release) module_release = nullptr;
    decltype(&p11_kit_module_get_name) module_get_name = nullptr;
    decltype(&p11_kit_modules_load_and_initialize) modules_load_and_initialize = nullptr;
    decltype(&p11_kit_modules_finalize_and_release) modules_finalize_and_release = nullptr;
    decltype(&p11_kit_uri_new) uri_new = nullptr;
    decltype(&p11_kit_uri_free) uri_free = nullptr;
    decltype(&p11_kit_uri_parse) uri_parse = nullptr;
    decltype(&p11_kit_uri_message) uri_message = nullptr;
    decltype(&p11_kit_uri_any_unrecognized) uri_any_unrecognized = nullptr;
    decltype(&p11_kit_uri_get_attribute) uri_get_attribute = nullptr;
    decltype(&p11_kit_uri_get_attributes) uri_get_attributes = nullptr;
    decltype(&p11_kit_uri_get_module_name) uri_get_module_name = nullptr;
    decltype(&p11_kit_uri_get_module_path) uri_get_module_path = nullptr;
    decltype(&p11_kit_uri_get_pin_source) uri_get_pin_source = nullptr;
    decltype(&p11_kit_uri_get_pin_value) uri_get_pin_value = nullptr;
    decltype(&p11_kit_uri_get_slot_id) uri_get_slot_id = nullptr;
    decltype(&p11_kit_uri_match_module_info) uri_match_module_info = nullptr;
    decltype(&p11_kit_uri_match_slot_info) uri_match_slot_info = nullptr;
    decltype(&p11_kit_uri_match_token_info) uri_match_token_info = nullptr;
};

/// Whether the library exists and has all of them; the first call loads it.
bool have_p11_kit();

/// Call it only after have_p11_kit() returned true.
const P11Kit& p11();

} // namespace bgs2::pki
