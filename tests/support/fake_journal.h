// SPDX-License-Identifier: Apache-2.0
// Receives the journal entries of a service on the socket of the journal, in a private /run.
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

    /// Mounts a private /run with only this journal for this thread and the processes that it starts from now
    /// on. Appends each MESSAGE= to `log` as a line. A process detects the journal if its standard error is
    /// `log`. Requires root; throws std::system_error if no mount namespace can be created.
    explicit FakeJournal(const std::filesystem::path& log);
    ~FakeJournal();

    /// The entries received so far with this value of `field`.
    [[nodiscard]] std::vector<Entry> entries(const std::string& field, const std::string& value) const;

  private:
    void receive(const std::filesystem::path& log);

    int socket_;
    int stop_; ///< readable: the thread must end
    mutable std::mutex mutex_;
    std::vector<Entry> entries_;
    std::thread receiver_;
};

} // namespace bgs2::test
