// SPDX-License-Identifier: Apache-2.0
// bgs2d --nominates, as udev runs it.
#include "daemon/base/event.h"
#include "tests/support/fake_journal.h"
#include "tests/support/process.h"
#include "tests/support/temporary_directory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

namespace bgs2::test {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;
using testing::Pair;
using testing::SizeIs;

struct Question {
    const char* name;
    const char* config;
    std::vector<std::string> port; ///< what udev puts into the environment
    int exit;
    const char* words; ///< some of what is printed
};

void PrintTo(const Question& question, std::ostream* stream) {
    *stream << question.name;
}

const std::vector<std::string> adapter{
    "DEVNAME=/dev/ttyUSB0", "DEVLINKS=/dev/serial/by-id/usb-FTDI_A6001-if00-port0 /dev/modem0",
    "ID_PATH=pci-0000:00:14.0-usb-0:1:1.0", "ID_VENDOR_ID=0403", "ID_SERIAL_SHORT=A6001"};

std::vector<std::string> marked(const char* mark) {
    auto port = adapter;
    port.emplace_back(mark);
    return port;
}

constexpr int yes = 0;
constexpr int no = 1;
constexpr int no_answer = 3;

const std::vector<Question> questions{
    {"Node", "[[port]]\ndevice = '/dev/ttyUSB0'\n", adapter, yes, "[[port]] #1"},
    {"Link", "[[port]]\ndevice = '/dev/serial/by-id/usb-FTDI_A6001-if00-port0'\n", adapter, yes,
     "[[port]] #1"},
    {"OtherNode", "[[port]]\ndevice = '/dev/ttyUSB1'\n", adapter, no, "requires device"},
    {"Path", "[[port]]\nid-path = 'platform-*'\n[[port]]\nid-path = 'pci-*'\n", adapter, yes, "[[port]] #2"},
    {"Property", "[[port]]\nproperty = { ID_VENDOR_ID = '0403', ID_SERIAL_SHORT = 'A6*' }\n", adapter, yes,
     "ID_SERIAL_SHORT"},
    {"OtherProperty", "[[port]]\nproperty = { ID_VENDOR_ID = '0403', ID_SERIAL_SHORT = '!A6*' }\n", adapter,
     no, "ID_SERIAL_SHORT"},
    {"NothingNamed", "history-size = 4\n", adapter, no, "no [[port]] is configured"},
    {"Excluded", "[[port]]\ndevice = '/dev/ttyUSB0'\n", marked("BGS2D_PORT=0"), no, "BGS2D_PORT=0"},
    {"Marked", "", marked("BGS2D_PORT=1"), yes, "BGS2D_PORT=1"},
    {"UnknownTable", "[[port]]\ndevice = '/dev/ttyUSB0'\n[[prot]]\n", adapter, no_answer, "bgs2d.toml:3:3"},
    {"NotToml", "[[port\n", adapter, no_answer, "bgs2d.toml:1:"},
};

std::string read_text(const std::filesystem::path& file) {
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator(stream), {}};
}

class Nominates : public testing::TestWithParam<Question> {
  protected:
    int ask(const std::filesystem::path& config, std::vector<std::string> port) {
        Process process({BGS2D, "--nominates", "--config", config},
                        {.environment = std::move(port), .output = folder_.path() / "output"});
        return process.wait(10s).value_or(-1);
    }
    [[nodiscard]] std::string output() const { return read_text(folder_.path() / "output"); }

    TemporaryDirectory folder_;
};

TEST_P(Nominates, ReportsTheResultByExitStatusAndText) {
    EXPECT_EQ(ask(folder_.write("bgs2d.toml", GetParam().config), GetParam().port), GetParam().exit);
    EXPECT_THAT(output(), HasSubstr(GetParam().words));
}

INSTANTIATE_TEST_SUITE_P(Questions, Nominates, testing::ValuesIn(questions),
                         [](const auto& question) { return std::string(question.param.name); });

class NominatesOption : public Nominates {};

TEST_F(NominatesOption, MatchesNoPortInAnEmptyEnvironment) {
    EXPECT_EQ(ask(folder_.write("bgs2d.toml", "[[port]]\nid-path = '*'\n"), {}), no);
}

TEST_F(NominatesOption, ReportsAMissingFile) {
    EXPECT_EQ(ask(folder_.path() / "gone.toml", adapter), no_answer);
    EXPECT_THAT(output(), HasSubstr("gone.toml"));
}

TEST_F(NominatesOption, LogsEachProblemOfAnInvalidFileToTheJournal) {
    std::unique_ptr<FakeJournal> journal;
    try {
        journal = std::make_unique<FakeJournal>(folder_.path() / "journal");
    } catch (const std::system_error& e) {
        GTEST_SKIP() << "SKIPPED: " << e.what();
    }
    ::unsetenv("JOURNAL_STREAM"); // udev's children do not have it
    EXPECT_EQ(ask(folder_.write("bgs2d.toml", "[[prot]]\n[[port]]\n"), adapter), no_answer);
    const auto deadline = std::chrono::steady_clock::now() + 10s;
    while (journal->entries("PRIORITY", "3").size() < 2 && std::chrono::steady_clock::now() < deadline)
        std::this_thread::yield();
    const auto entries = journal->entries("PRIORITY", "3");
    ASSERT_THAT(entries, SizeIs(2));
    for (const auto& entry : entries)
        EXPECT_THAT(
            entry,
            Contains(Pair("MESSAGE_ID", std::string(table_of<Event>.at(Event::policies_broken).message_id))));
    EXPECT_THAT(entries[0], Contains(Pair("BGS2_REASON", HasSubstr("bgs2d.toml:1:3"))));
    EXPECT_THAT(entries[1], Contains(Pair("BGS2_REASON", HasSubstr("bgs2d.toml:2:1"))));
    EXPECT_THAT(output(), AllOf(HasSubstr("bgs2d.toml:1:3"), HasSubstr("bgs2d.toml:2:1")));
}

} // namespace
} // namespace bgs2::test
