// SPDX-License-Identifier: Apache-2.0
// The desired slots of one modem, read from the sources that its policy names.
#pragma once

#include "daemon/base/error.h"
#include "daemon/base/slot_address.h"
#include "daemon/modem/slot_content.h"
#include "daemon/pki/key_pair.h"
#include "daemon/pki/signer.h"
#include "daemon/policy/model.h"
#include "daemon/policy/modem_attributes.h"
#include "daemon/sbnw/signature.h"

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace bgs2 {

struct DesiredSlot {
    SlotAddress address;
    std::string source;                           ///< the certificate's source, for messages
    std::shared_ptr<const pki::KeyPair> key_pair; ///< never null
    std::string lagging; ///< the older one of the certificate's and the key's file: if the two do not match,
                         ///< this one has not been renewed yet; empty unless there are two
};

/// The signing of the modem's secure commands.
struct Signing {
    std::shared_ptr<const pki::Signer> signer; ///< an RSA key; never null
    sbnw::Digest digest = sbnw::Digest::sha256;
    bool imei = true; ///< each command names the modem's IMEI
};

struct Desired {
    std::vector<DesiredSlot> slots; ///< whose sources can be read, by ascending address
    Contents contents;              ///< of all slots that the policy names
    std::optional<Signing> signing; ///< nothing: commands are not signed
    std::optional<Error> error;     ///< of the first source that cannot be read; nothing may be sent then
};

/// Reads every source that `policy` names for the modem. `credentials` is $CREDENTIALS_DIRECTORY, empty if it
/// is not set. Reads files, decrypts keys, which may take long, and queries tokens. Errors: those of
/// policy::locate, pki::read_file, pki::load, pki::token_signer, pki::read_token_key; each names the slot, or
/// the signing key. AccessDenied: a private key or passphrase is in a file that other users can write or
/// replace; or read, and `readable` in the policy does not name it.
Desired load_desired(const policy::Policy& policy, const policy::ModemAttributes& attributes,
                     const std::filesystem::path& credentials);

/// Reads the signing settings only. Errors: those of load_desired().
Expected<std::optional<Signing>> load_signing(const policy::Policy& policy,
                                              const policy::ModemAttributes& attributes,
                                              const std::filesystem::path& credentials);

/// Every file that load_desired() would read, for the watch on them, each once; files that cannot be located
/// are left out. For a key on a token it is the file with the PIN.
std::vector<std::filesystem::path> source_files(const policy::Policy& policy,
                                                const policy::ModemAttributes& attributes,
                                                const std::filesystem::path& credentials);

} // namespace bgs2
