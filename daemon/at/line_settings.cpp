// SPDX-License-Identifier: Apache-2.0
#include "daemon/at/line_settings.h"

namespace bgs2::at {

std::string_view word(FlowControl flow_control) {
    switch (flow_control) {
    case FlowControl::none:
        return "none";
    case FlowControl::rts_cts:
        return "rts-cts";
    case FlowControl::automatic:
        break;
    }
    return "auto";
}

} // namespace bgs2::at
