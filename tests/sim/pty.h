// SPDX-License-Identifier: Apache-2.0
// A serial line on a pty, with a symbolic link.
#pragma once

#include "tests/sim/condition.h"
#include "tests/sim/log.h"
#include "tests/sim/port.h"

#include <asio/any_io_executor.hpp>

#include <filesystem>
#include <memory>

namespace bgs2::sim {

/// Programs may open and close the far end any number of times. As on a real tty, bytes sent while it is
/// closed are lost, and the last close discards unread bytes and TIOCEXCL. Unlike a real tty, the latter
/// happens only when this program detects the close.
class Pty : public Port {
  public:
    /// Makes `link` point to the pty, replacing a symbolic link but nothing else. Throws std::system_error.
    static std::unique_ptr<Pty> create(const asio::any_io_executor& executor,
                                       const std::filesystem::path& link, Log& log);
    ~Pty() override; ///< removes the link if it points to this pty
    Pty(const Pty&) = delete;
    Pty& operator=(const Pty&) = delete;
    Pty(Pty&&) = delete;
    Pty& operator=(Pty&&) = delete;

    asio::awaitable<void> opened() override;
    std::size_t send(ByteView bytes) override;
    bool is_open() override;
    void close() override;

    /// Detects opening and closing of the far end; runs until the line is closed.
    asio::awaitable<void> watch();

  protected:
    void before_reading() override { count_openers(); }

  private:
    Pty(asio::posix::stream_descriptor master, asio::posix::stream_descriptor slave,
        asio::posix::stream_descriptor inotify, std::filesystem::path device, Log& log);
    void make_link(const std::filesystem::path& link);
    void remove_link();
    void count_openers();
    void handle_last_close();

    asio::posix::stream_descriptor slave_; ///< kept open, otherwise the master reports POLLHUP all the time
    asio::posix::stream_descriptor inotify_;
    Condition first_open_;
    std::filesystem::path device_;
    std::filesystem::path link_; ///< empty: no link
    Log& log_;
    int openers_ = 0;
};

} // namespace bgs2::sim
