// SPDX-License-Identifier: Apache-2.0
#include "daemon/give_back.h"

#include "daemon/port/borrowed_units.h"

#include <cstddef>
#include <cstdlib>

namespace bgs2 {

int give_back(const std::filesystem::path& directory, const StartUnits& start, const Log& log) {
    const BorrowedUnits borrowed(directory);
    const auto units = borrowed.list();
    if (!units) {
        log.error("{}", to_string(units.error()));
        return EXIT_FAILURE;
    }
    if (units->empty())
        return EXIT_SUCCESS;
    int exit_code = EXIT_SUCCESS;
    const auto results = start(*units);
    for (std::size_t i = 0; i < units->size(); ++i) {
        const std::string& unit = (*units)[i];
        const auto& started = results[i];
        if (started)
            log.notice("started {} again", unit);
        else
            log.error("{}", to_string(started.error()));
        if (!started && started.error().code != ErrorCode::not_found) {
            exit_code = EXIT_FAILURE;
            continue;
        }
        if (const auto forgotten = borrowed.forget(unit); !forgotten) {
            log.error("{}", to_string(forgotten.error()));
            exit_code = EXIT_FAILURE;
        }
    }
    return exit_code;
}

} // namespace bgs2
