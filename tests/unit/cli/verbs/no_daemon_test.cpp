// SPDX-License-Identifier: Apache-2.0
#include "cli/program.h"
#include "cli/verbs/verbs.h"
#include "tests/support/program.h"

#include <gtest/gtest.h>

#include <iterator>
#include <sstream>
#include <string>
#include <vector>

namespace bgs2::test {
namespace {

using Words = std::vector<std::string>;

/// The verb with its required arguments and options.
Words command_line(const cli::Verb& verb, const std::string& frame) {
    std::istringstream stream(verb.full_name());
    Words words{std::istream_iterator<std::string>(stream), {}};
    for (const cli::Parameter& parameter : verb.parameters()) {
        if (parameter.name() == "F") // optional to the parser, after an optional M
            words.push_back(frame);
        if (parameter.need == cli::Need::optional)
            continue;
        if (parameter.is_option())
            words.push_back(parameter.name());
        words.push_back(cli::names_of(parameter.name()) == cli::Names::file ? frame : "1");
    }
    return words;
}

void add_command_lines(const cli::Verb& verb, const std::string& frame, std::vector<Words>& all) {
    const cli::VerbInfo* info = cli::find_verb(verb.full_name());
    if (info != nullptr && info->needs_daemon)
        all.push_back(command_line(verb, frame));
    for (const cli::Verb& below : verb.verbs())
        add_command_lines(below, frame, all);
}

TEST(NoDaemon, IsReportedByEveryVerbThatRequiresBgs2d) {
    const Folder folder;
    const std::string frame = folder.path("frame");
    ASSERT_EQ(run({"frame", "encode", "--slot", "1", "--delete", "-o", frame}).exit, 0);
    cli::Verb program("bgs2ctl");
    cli::Globals globals;
    cli::describe(program, globals);
    std::vector<Words> all{Words{}, Words{"provision", "any", "--dry-run"}};
    add_command_lines(program, frame, all);
    ASSERT_EQ(all.size(), 21U) << "a verb that requires bgs2d is not tried, or a new one is";
    for (const Words& words : all) {
        const Outcome result =
            run(words, {.environment = {"DBUS_SYSTEM_BUS_ADDRESS=unix:path=/nonexistent/bus"}});
        // `frame send` shows the frame first, which requires no daemon.
        EXPECT_EQ(result.output.empty(), words.empty() || words.front() != "frame") << result.output;
        EXPECT_EQ(result.exit, 6) << (words.empty() ? "" : words.back()) << result.errors;
        EXPECT_TRUE(result.errors.starts_with("bgs2ctl: cannot connect to the system bus: "))
            << result.errors;
        EXPECT_NE(result.errors.find("\n  hint: "), std::string::npos);
    }
}

TEST(NoDaemon, IsReportedAsAnObjectInJson) {
    const Outcome result =
        run({"--json"}, {.environment = {"DBUS_SYSTEM_BUS_ADDRESS=unix:path=/nonexistent/bus"}});
    EXPECT_EQ(result.exit, 6);
    EXPECT_TRUE(result.errors.starts_with(R"({"error":"NoDaemon","message":)")) << result.errors;
}

} // namespace
} // namespace bgs2::test
