// SPDX-License-Identifier: Apache-2.0
#include "daemon/modem/record_store.h"
#include "tests/support/temporary_directory.h"

#include <asio/co_spawn.hpp>
#include <asio/io_context.hpp>
#include <asio/use_future.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <tuple>
#include <vector>

namespace bgs2 {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr const char* record_imei = "356938035643809";

class RecordStoreTest : public testing::Test {
  protected:
    [[nodiscard]] std::filesystem::path directory() const { return folder_.path() / "modems"; }
    [[nodiscard]] RecordStore store() {
        return {background_, directory(),
                Log([this](LogLevel, std::string_view line, const LogFields&) { log_.emplace_back(line); },
                    LogLevel::notice)};
    }
    static void save(RecordStore& store, const ModemRecord& record) {
        asio::io_context loop;
        auto saved = asio::co_spawn(loop, store.save(record_imei, record), asio::use_future);
        loop.run();
        saved.get();
    }

    test::TemporaryDirectory folder_;
    Background background_;
    std::vector<std::string> log_;
};

TEST_F(RecordStoreTest, LoadsWhatItSaved) {
    RecordStore first = store();
    ModemRecord record;
    record.place = "first";
    save(first, record);
    record.place = "second";
    save(first, record);
    const auto loaded = store().load();
    ASSERT_EQ(loaded.size(), 1);
    EXPECT_EQ(loaded.at(record_imei), record);
    EXPECT_THAT(log_, IsEmpty());
}

TEST_F(RecordStoreTest, KeepsItsFilesFromOtherUsers) {
    RecordStore records = store();
    save(records, {});
    namespace fs = std::filesystem;
    EXPECT_EQ(fs::status(directory()).permissions(), fs::perms::owner_all);
    EXPECT_EQ(fs::status(directory() / (std::string(record_imei) + ".toml")).permissions(),
              fs::perms::owner_read | fs::perms::owner_write);
}

TEST_F(RecordStoreTest, TrustsNoPortOfAModemWhoseFileIsDamaged) {
    std::ignore = folder_.write("modems/356938035643809.toml", "place = ");
    std::ignore = folder_.write("modems/356938035643810.toml.new", "cut");
    const auto loaded = store().load();
    ASSERT_EQ(loaded.size(), 1);
    EXPECT_THAT(loaded.at(record_imei).slots, IsEmpty());
    EXPECT_NE(loaded.at(record_imei).place, "");
    EXPECT_THAT(log_, ElementsAre(HasSubstr("356938035643809.toml:1:")));
}

TEST_F(RecordStoreTest, LogsOnceThatItCannotWrite) {
    std::ignore = folder_.write("modems", "not a directory");
    RecordStore records = store();
    save(records, {});
    save(records, {});
    EXPECT_THAT(log_, ElementsAre(HasSubstr("cannot write")));
    std::filesystem::remove(directory());
    save(records, {});
    EXPECT_THAT(log_, ElementsAre(HasSubstr("cannot write"), HasSubstr("can be written again")));
}

} // namespace
} // namespace bgs2
