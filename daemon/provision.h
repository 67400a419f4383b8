// From what a modem holds to what its policy wants: comparing, planning, encoding are pure; writing talks.
#pragma once

#include "daemon/at/channel.h"
#include "daemon/desired.h"
#include "daemon/error.h"
#include "daemon/job.h"
#include "daemon/pki/preflight.h"
#include "daemon/pki/secret.h"
#include "daemon/sbnw/slots.h"

#include <asio/awaitable.hpp>

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bgs2 {

/// How a slot compares with the policy.
enum class Compliance {
    compliant,
    missing,   ///< should hold a certificate, is empty or not told of
    different, ///< holds another one
    corrupted, ///< the module says so
    unlisted,  ///< holds one, the policy does not name the slot
    empty,     ///< holds none, the policy does not name the slot
};

std::string_view word(Compliance compliance);

/// Every slot that the modem told of or the policy names. Pure.
std::map<unsigned, Compliance> compare(const Thumbprints& desired, const sbnw::Slots& present);

/// One write that brings a slot to what the policy wants.
struct Step {
    unsigned slot = 0;
    std::string reason; ///< "slot 1 is empty"

    bool operator==(const Step&) const = default;
};

/// The writes that are needed, by ascending slot; only those of slot `only` if it is given. A slot that holds
/// the right thumbprint is left alone, and so is one that the policy does not name. Pure.
std::vector<Step> plan(const Thumbprints& desired, const sbnw::Slots& present, std::optional<unsigned> only);

/// A step and the octets that carry it out.
struct PreparedStep {
    Step step;
    pki::Secret frame;
    std::string thumbprint;             ///< what the slot is to read back
    std::vector<pki::Finding> warnings; ///< of the preflight
};

/// Checks every credential that is to be sent and encodes it. Errors: those of pki::preflight, naming slot
/// and source; nothing is prepared then. Pure.
Expected<std::vector<PreparedStep>> prepare(const std::vector<Step>& steps, const Desired& desired,
                                            std::chrono::sys_seconds now);

/// Sends the frames one by one; stops at the first that is refused. Tells the job of steps and octets. Throws
/// as sbnw::push does, naming the slot.
asio::awaitable<void> write(at::Channel& channel, const std::vector<PreparedStep>& steps, Job& job);

/// Compares what was written with what was read back, slot by slot. Errors: VerifyFailed.
Expected<void> verify(const std::vector<PreparedStep>& steps, const sbnw::Slots& present);

} // namespace bgs2
