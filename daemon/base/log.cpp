// SPDX-License-Identifier: Apache-2.0
#include "daemon/base/log.h"

#include <algorithm>
#include <iterator>

namespace bgs2 {

Log Log::with(LogFields fields) const {
    Log log = *this;
    std::ranges::move(fields, std::back_inserter(log.fields_));
    return log;
}

} // namespace bgs2
