// SPDX-License-Identifier: Apache-2.0
// What a policy wants in the slots of one modem, read from its sources.
#pragma once

#include "daemon/base/error.h"
#include "daemon/base/slot_address.h"
#include "daemon/pki/key_pair.h"
#include "daemon/pki/signer.h"
#include "daemon/policy/model.h"
#include "daemon/policy/modem_attributes.h"
#include "daemon/sbnw/signature.h"

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace bgs2 {

struct DesiredSlot {
    SlotAddress address;
    std::string source; ///< where the certificate comes from, for messages
    pki::KeyPair credential;
    std::string lagging; ///< of the certificate's and the key's file the one that changed longer ago: if they
                         ///< do not belong together, that half is still to come; empty unless there are two
};

/// How the modem's secure commands are signed.
struct Signing {
    std::shared_ptr<const pki::Signer> signer; ///< never null; of an RSA key
    sbnw::Digest digest = sbnw::Digest::sha256;
    bool imei = true; ///< each command names the modem's IMEI
};

struct Desired {
    std::vector<DesiredSlot> slots; ///< by ascending address
    std::optional<Signing> signing; ///< nothing: commands are not signed
};

/// By slot, what the modem should report as thumbprint; 40 lower-case hex digits.
using Thumbprints = std::map<SlotAddress, std::string>;

/// Reads every source that `policy` names for the modem. `credentials` is $CREDENTIALS_DIRECTORY, empty if
/// there is none. Reads files, may take long over an encrypted key, and asks tokens. Errors: those of
/// policy::locate, pki::read_file, pki::load, pki::token_signer, pki::read_token_key; each names the slot, or
/// the signing key. AccessDenied: a private key or passphrase is in a file that others may read, and the
/// policy's `readable` does not name it.
Expected<Desired> load_desired(const policy::Policy& policy, const policy::ModemAttributes& attributes,
                               const std::filesystem::path& credentials);

/// The part of it that says how commands are signed.
Expected<std::optional<Signing>> load_signing(const policy::Policy& policy,
                                              const policy::ModemAttributes& attributes,
                                              const std::filesystem::path& credentials);

/// Every file that load_desired() would read, to be watched, each once; those that can not be located are
/// left out. Of a key on a token it is the file with the PIN.
std::vector<std::filesystem::path> source_files(const policy::Policy& policy,
                                                const policy::ModemAttributes& attributes,
                                                const std::filesystem::path& credentials);

Thumbprints thumbprints(const Desired& desired);

} // namespace bgs2
