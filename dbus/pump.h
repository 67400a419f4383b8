// SPDX-License-Identifier: Apache-2.0
// Drives a D-Bus connection by the event loop.
#pragma once

#include "daemon/base/immovable.h"
#include "daemon/base/log.h"
#include "dbus/sdbus/sdbus.h"

#include <asio/any_io_executor.hpp>
#include <asio/posix/stream_descriptor.hpp>
#include <asio/steady_timer.hpp>

#include <functional>
#include <set>
#include <string>

namespace bgs2::dbus {

class Pump : Immovable {
  public:
    using Lost = std::function<void(const std::string& why)>;

    /// `connection` outlives this object. Calls `lost` once if the bus closes the connection.
    Pump(const asio::any_io_executor& executor, sdbus::IConnection& connection, Lost lost, Log log);
    ~Pump();

    /// Updates the waits: call it after anything that may have sent or received.
    void arm();

    /// Reports an error of an attempt to `do_what` ("emit a signal"). If sd-bus has closed the connection,
    /// stops and calls `lost`, once; any other error concerns one message only, and is logged the first time.
    void failed(const std::string& do_what, const sdbus::Error& error);

    /// Handles no incoming message from now on; sending still works.
    void stop();

  private:
    void wait(asio::posix::descriptor_base::wait_type direction, bool& waiting);
    void process();
    void lose(const std::string& why);

    sdbus::IConnection& connection_;
    Lost lost_;
    Log log_;
    asio::posix::stream_descriptor socket_;
    asio::steady_timer timer_;
    bool reading_ = false;
    bool writing_ = false;
    bool stopped_ = false;
    unsigned failures_ = 0; ///< of processing, one after another
    std::set<std::string> reported_;
};

} // namespace bgs2::dbus
