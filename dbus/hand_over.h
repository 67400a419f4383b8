// SPDX-License-Identifier: Apache-2.0
// The bytes that callers hand over by descriptors, and the share of the secure heap that they get.
#pragma once

#include "daemon/base/immovable.h"
#include "daemon/pki/secret.h"
#include "dbus/sdbus/sdbus.h"

#include <asio/awaitable.hpp>
#include <asio/steady_timer.hpp>

#include <chrono>
#include <cstddef>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <sys/types.h>

namespace bgs2::dbus {

/// The time limit for the writer to close a pipe.
inline constexpr std::chrono::seconds pipe_timeout{10};

/// The limits of all hand-overs together. A key or passphrase, a PKCS#12 and a frame are secrets; a
/// certificate is none, but only its content shows which it is. So all of them are read into the secure heap
/// (1 MiB), of which at least half is left to the modems.
struct HandOverLimits {
    std::size_t pipes_of_user = 32; ///< that are open at the same time
    std::size_t pipes = 64;
    std::size_t bytes_of_user = std::size_t{256} * 1024; ///< of the secure heap, in use at the same time
    std::size_t bytes = std::size_t{512} * 1024;
};

/// The hand-overs that have begun and not ended.
class HandOvers : Immovable {
  public:
    explicit HandOvers(const HandOverLimits& limits = {})
      : limits_(limits) {}

    /// Ends all waits for pipes and begins none: they throw Exception (Cancelled).
    void stop();

  private:
    friend class HandOver;
    class OpenPipe;

    struct Share {
        std::size_t pipes = 0;
        std::size_t bytes = 0;
    };

    HandOverLimits limits_;
    std::map<uid_t, Share> users_; ///< without those that have nothing
    Share all_;
    std::set<asio::steady_timer*> waiting_;
    bool stopped_ = false;
};

/// What one call hands over. Keep it until the job exists: its bytes count until then.
class HandOver : Immovable {
  public:
    HandOver(std::shared_ptr<HandOvers> all, uid_t user);
    ~HandOver();

    /// Reads a regular file or memfd from its beginning, whatever its offset, and a pipe until its other end
    /// is closed. A pipe uses secure memory for what was written to it only. `name` is for messages. Throws
    /// Exception: TooMuchData (more than pki::max_file_size), NotSupported (see require_prompt), Busy (a
    /// limit), Failed (another error, or a pipe that is not closed in time); SecureHeapFull.
    asio::awaitable<pki::Secret> read(sdbus::UnixFd descriptor, std::string name);

  private:
    asio::awaitable<pki::Secret> read_pipe(sdbus::UnixFd descriptor, std::string name);
    /// Counts the secure memory for a Secret of this size.
    void take(std::size_t size, const std::string& name);
    void give_back(std::size_t size);
    void resize(pki::Secret& bytes, std::size_t size, const std::string& name);

    std::shared_ptr<HandOvers> all_;
    uid_t user_;
    std::size_t bytes_ = 0;
};

} // namespace bgs2::dbus
