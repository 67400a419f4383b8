// What a policy wants in the slots of one modem, read from its sources.
#pragma once

#include "daemon/error.h"
#include "daemon/pki/credential.h"
#include "daemon/policy/model.h"
#include "daemon/policy/subject.h"

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace bgs2 {

struct Desired {
    unsigned slot = 0;
    std::string source; ///< where the certificate comes from, for messages
    pki::Credential credential;
};

/// By slot, what the modem should report as thumbprint; 40 lower-case hex digits.
using Thumbprints = std::map<unsigned, std::string>;

/// Reads every source that `policy` names for the modem. `credentials` is $CREDENTIALS_DIRECTORY, empty if
/// there is none. Reads files, and may take long over an encrypted key. Errors: those of policy::locate,
/// pki::read_file, pki::load; each names the slot.
Expected<std::vector<Desired>> load_desired(const policy::Policy& policy, const policy::Subject& subject,
                                            const std::filesystem::path& credentials);

Thumbprints thumbprints(const std::vector<Desired>& desired);

} // namespace bgs2
