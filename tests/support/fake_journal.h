// SPDX-License-Identifier: Apache-2.0
// The journal's socket in a /run of one's own: what a service sends there, in the journal's own protocol.
#pragma once

#include "daemon/base/immovable.h"

#include <filesystem>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace bgs2::test {

class FakeJournal : Immovable {
  public:
    /// The fields of a log line, by name.
    using Entry = std::map<std::string, std::string>;

    /// Gives this thread, and the processes that it starts from now on, a /run in which there is nothing but
    /// this journal. Each MESSAGE= is appended to `log` as a line too, where other tests look for it; a
    /// process whose standard error leads there takes it for the journal. Throws std::system_error where
    /// there can be no mount namespace: it takes root.
    explicit FakeJournal(const std::filesystem::path& log);
    ~FakeJournal();

    /// All entries so far whose `field` is `value`.
    [[nodiscard]] std::vector<Entry> entries(const std::string& field, const std::string& value) const;

  private:
    void receive(const std::filesystem::path& log);

    int socket_;
    int stop_; ///< readable when the thread is to end
    mutable std::mutex mutex_;
    std::vector<Entry> entries_;
    std::thread receiver_;
};

} // namespace bgs2::test
