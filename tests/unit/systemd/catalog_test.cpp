// SPDX-License-Identifier: Apache-2.0
// systemd/bgs2d.catalog: what the journal tells people of the events.
#include "daemon/base/event.h"
#include "tests/support/process.h"
#include "tests/support/temporary_directory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace bgs2 {
namespace {

using testing::HasSubstr;

std::string read_whole(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

struct Entry {
    std::string id;
    std::string subject;
    std::string text; ///< all of it
};

std::vector<Entry> entries() {
    constexpr std::string_view subject = "Subject: ";
    std::vector<Entry> result;
    std::istringstream lines(read_whole(BGS2_CATALOG));
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with("-- "))
            result.push_back({.id = line.substr(3), .subject = "", .text = ""});
        else if (result.empty())
            continue;
        else if (line.starts_with(subject))
            result.back().subject = line.substr(subject.size());
        if (!result.empty())
            result.back().text += line + "\n";
    }
    return result;
}

/// What stands between two @.
std::vector<std::string> fields_in(const std::string& text) {
    std::vector<std::string> fields;
    std::istringstream pieces(text);
    std::string piece;
    while (std::getline(pieces, piece, '@') && std::getline(pieces, piece, '@'))
        fields.push_back(piece);
    return fields;
}

std::set<std::string> words_of(std::string_view fields) {
    std::istringstream words{std::string(fields)};
    return {std::istream_iterator<std::string>(words), {}};
}

TEST(Catalog, HasOneEntryForEveryEventAndNoOther) {
    std::multiset<std::string> listed_ids;
    for (const Entry& entry : entries())
        listed_ids.insert(entry.id);
    for (const EventRow& event : table_of<Event>)
        EXPECT_EQ(listed_ids.count(std::string(event.message_id)), 1U) << event.word;
    EXPECT_EQ(listed_ids.size(), table_of<Event>.size());
}

TEST(Catalog, RefersOnlyToFieldsOfTheEvent) {
    for (const Entry& entry : entries()) {
        EXPECT_FALSE(entry.subject.empty()) << entry.id;
        const auto* const event = std::ranges::find(table_of<Event>, entry.id, &EventRow::message_id);
        ASSERT_NE(event, table_of<Event>.end()) << entry.id;
        const auto carried = words_of(event->fields);
        for (const std::string& field : fields_in(entry.text))
            EXPECT_TRUE(carried.contains(field)) << event->word << ": " << field;
    }
}

TEST(Catalog, IsAcceptedAndListedByTheJournal) {
    if (!std::filesystem::exists("/usr/bin/journalctl") && !std::filesystem::exists("/bin/journalctl"))
        GTEST_SKIP() << "SKIPPED: there is no journalctl";
    const test::TemporaryDirectory root;
    (void)root.write("usr/lib/systemd/catalog/bgs2d.catalog", read_whole(BGS2_CATALOG));
    std::filesystem::create_directories(root.path() / "var/lib/systemd/catalog");
    const auto journalctl = [&](const std::string& what) {
        const auto output = root.path() / "output";
        test::Process process({"journalctl", "--root=" + root.path().string(), what},
                              {.environment = {}, .output = output});
        EXPECT_EQ(process.wait(std::chrono::seconds(20)), 0) << read_whole(output);
        return read_whole(output);
    };
    EXPECT_EQ(journalctl("--update-catalog"), "");
    const std::string list = journalctl("--list-catalog");
    for (const Entry& entry : entries())
        EXPECT_THAT(list, HasSubstr(entry.id + " bgs2d: " + entry.subject));
}

} // namespace
} // namespace bgs2
