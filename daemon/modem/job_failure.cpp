// SPDX-License-Identifier: Apache-2.0
#include "daemon/modem/job_failure.h"

namespace bgs2 {

JobFailure to_failure(const std::exception_ptr& caught) {
    try {
        std::rethrow_exception(caught);
    } catch (const sbnw::Refusal& e) {
        return {.error = e.error(), .refusal = e.result()};
    } catch (const Exception& e) {
        return {.error = e.error(), .refusal = std::nullopt};
    }
}

} // namespace bgs2
