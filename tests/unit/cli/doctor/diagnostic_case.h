// SPDX-License-Identifier: Apache-2.0
// One problem, and the expected diagnostic.
#pragma once

#include "cli/doctor/diagnostic.h"
#include "cli/doctor/system_snapshot.h"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include <vector>

namespace bgs2::test {

inline constexpr auto error = cli::Severity::error;
inline constexpr auto warning = cli::Severity::warning;
inline constexpr auto note = cli::Severity::note;

struct DiagnosticCase {
    const char* name;
    void (*change)(cli::SystemSnapshot&); ///< causes the problem
    cli::Severity severity;
    const char* id;
    const char* subject;
    const char* message; ///< a part of it
    const char* hint;    ///< a part of it
};

/// Expects this diagnostic and no other.
inline void expect_only(const DiagnosticCase& expected, const std::vector<cli::Diagnostic>& diagnostics) {
    ASSERT_EQ(diagnostics.size(), 1U) << to_json(diagnostics).dump(1);
    EXPECT_EQ(diagnostics[0].severity, expected.severity);
    EXPECT_EQ(diagnostics[0].id, expected.id);
    EXPECT_EQ(diagnostics[0].subject, expected.subject);
    EXPECT_THAT(diagnostics[0].message, testing::HasSubstr(expected.message));
    EXPECT_THAT(diagnostics[0].hint, testing::HasSubstr(expected.hint));
}

} // namespace bgs2::test
