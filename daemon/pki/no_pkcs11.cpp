// SPDX-License-Identifier: Apache-2.0
// Takes the place of pkcs11.cpp in builds without BGS2_PKCS11.
#include "daemon/pki/pkcs11.h"

namespace bgs2::pki {
namespace {

std::unexpected<Error> unsupported() {
    return fail(ErrorCode::not_supported,
                "keys on tokens are not supported: bgs2d was built without PKCS#11 (BGS2_PKCS11=OFF)",
                "use an absolute path or credential:NAME, or a bgs2d that was built with BGS2_PKCS11=ON");
}

} // namespace

Expected<void> tokens_supported() {
    return unsupported();
}

Expected<std::optional<std::filesystem::path>> pin_file(std::string_view /*text*/) {
    return unsupported();
}

Expected<std::shared_ptr<const Signer>> token_signer(std::string_view /*uri*/, const Secret* /*pin*/) {
    return unsupported();
}

Expected<PrivateKey> read_token_key(std::string_view /*uri*/, const Secret* /*pin*/) {
    return unsupported();
}

} // namespace bgs2::pki
