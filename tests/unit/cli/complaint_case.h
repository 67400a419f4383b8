// One thing that is wrong, and what the doctor is to say of it.
#pragma once

#include "cli/complaint.h"
#include "cli/evidence.h"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include <vector>

namespace bgs2::test {

struct ComplaintCase {
    const char* name;
    void (*change)(cli::Evidence&); ///< makes it wrong
    cli::Severity severity;
    const char* id;
    const char* subject;
    const char* message; ///< a part of it
    const char* hint;    ///< a part of it
};

/// It is the only complaint.
inline void expect_only(const ComplaintCase& expected, const std::vector<cli::Complaint>& complaints) {
    ASSERT_EQ(complaints.size(), 1U) << to_json(complaints).dump(1);
    EXPECT_EQ(complaints[0].severity, expected.severity);
    EXPECT_EQ(complaints[0].id, expected.id);
    EXPECT_EQ(complaints[0].subject, expected.subject);
    EXPECT_THAT(complaints[0].message, testing::HasSubstr(expected.message));
    EXPECT_THAT(complaints[0].hint, testing::HasSubstr(expected.hint));
}

} // namespace bgs2::test
