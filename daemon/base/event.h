// SPDX-License-Identifier: Apache-2.0
// Events for alerting: log lines with a MESSAGE_ID= that never changes.
#pragma once

#include "daemon/base/log_level.h"
#include "daemon/base/words.h"

#include <string_view>

namespace bgs2 {

enum class Event {
    modem_appeared,       ///< a modem was identified on a port
    modem_gone,           ///< a modem was unplugged, or no longer answers
    provisioned,          ///< slots were written and read back
    drifted,              ///< the modem differs from its policy, and bgs2d may not fix that by itself
    failed,               ///< the last attempt failed, a retry follows
    blocked,              ///< the modem requires manual intervention
    certificate_expiring, ///< a certificate in a slot will expire soon
    policies_broken,      ///< configuration or policies are invalid; the previous ones stay active
    policies_reloaded,    ///< configuration and policies were reloaded without an error
    history_lost,         ///< the history cannot be written
    imei_twice,           ///< modems on two ports have the same IMEI: bgs2d writes to neither
};

struct EventRow {
    Event value;
    std::string_view word;       ///< its name in the documentation
    std::string_view message_id; ///< 128 bits, as sd_id128_to_string(3) writes them
    LogLevel level;
    std::string_view fields; ///< the additional fields of its lines, separated by blanks
};

/// The fields of an event that is a state of a modem.
inline constexpr std::string_view state_fields =
    "BGS2_IMEI BGS2_PORT BGS2_POLICY BGS2_STATE BGS2_REASON BGS2_HINT";

/// All events. systemd/bgs2d.catalog documents their meaning and the action to take. Alerting refers to an
/// event by its id, so an id is never reused.
consteval auto words(Event) {
    return EnumTable{
        EventRow{Event::modem_appeared, "modem-appeared", "a9dce481c22d4d63915a13af45586107",
                 LogLevel::notice, "BGS2_IMEI BGS2_PORT"},
        EventRow{Event::modem_gone, "modem-gone", "f37d0823fbfe45e19877e874692a1738", LogLevel::notice,
                 "BGS2_IMEI BGS2_PORT"},
        EventRow{Event::provisioned, "provisioned", "b12f6b9cc09a497abd2fe8c512033ef7", LogLevel::notice,
                 "BGS2_IMEI BGS2_PORT BGS2_JOB BGS2_POLICY"},
        EventRow{Event::drifted, "drifted", "1869dc4f0d654ed9803e882fc96bdb10", LogLevel::notice,
                 state_fields},
        EventRow{Event::failed, "failed", "94a81c86f86d4a55aba31721a9820e01", LogLevel::warning,
                 state_fields},
        EventRow{Event::blocked, "blocked", "e4fab35bf30f42dab4c047ec87aa51ba", LogLevel::warning,
                 state_fields},
        EventRow{Event::certificate_expiring, "certificate-expiring", "3f9e1e6ff2f1456e969fee712c9e522b",
                 LogLevel::warning, "BGS2_IMEI BGS2_PORT BGS2_SLOT BGS2_REASON BGS2_HINT"},
        EventRow{Event::policies_broken, "policies-broken", "51a884e2e0024c0088f92ab21bd1eca7",
                 LogLevel::error, "BGS2_REASON"},
        EventRow{Event::policies_reloaded, "policies-reloaded", "ac89d56b955e4260815562d12924ff35",
                 LogLevel::notice, ""},
        EventRow{Event::history_lost, "history-lost", "18dbd671479d4a4da2d2cf7788e453fa", LogLevel::warning,
                 "BGS2_REASON"},
        EventRow{Event::imei_twice, "imei-twice", "a2e9172f84b4436681c9b99978b8642f", LogLevel::error,
                 "BGS2_IMEI BGS2_PORT BGS2_OTHER_PORT"},
    };
}

} // namespace bgs2
