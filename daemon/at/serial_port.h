// SPDX-License-Identifier: Apache-2.0
// A tty that bgs2d holds exclusively for the lifetime of the object.
#pragma once

#include "daemon/at/line_settings.h"
#include "daemon/at/line_state.h"
#include "daemon/base/background.h"
#include "daemon/base/bytes.h"

#include <asio/any_io_executor.hpp>
#include <asio/awaitable.hpp>
#include <asio/serial_port.hpp>

#include <cstddef>
#include <span>
#include <string>

namespace bgs2::at {

class SerialPort {
  public:
    /// Opens and claims the port: flock(2) and TIOCEXCL, raw, with these settings. HUPCL stays as it was
    /// found. Throws Exception: PortClaimed (another process holds it), ModemTimeout (bgs2d still closes it,
    /// since its data is not accepted), NotFound, AccessDenied, InvalidArgument (not a tty, or not that
    /// rate), DeviceGone, Failed.
    SerialPort(const asio::any_io_executor& executor, const std::string& node, const LineSettings& settings);

    /// The same, but opens the port in `background`: while another program closes the port, open(2) waits for
    /// that, up to 30 s if the module does not accept the data of that program. Throws the errors of
    /// Background::run() as well.
    static asio::awaitable<SerialPort> open(asio::any_io_executor executor, Background& background,
                                            std::string node, LineSettings settings);

    SerialPort(SerialPort&&) noexcept = default;
    SerialPort& operator=(SerialPort&&) = delete;
    SerialPort(const SerialPort&) = delete;
    SerialPort& operator=(const SerialPort&) = delete;
    /// Drops data that was not sent yet, restores the settings that the line was found with, and closes the
    /// port by PortCloser.
    ~SerialPort();

    /// Changes rate and flow control of the open port. Throws as the constructor does.
    void apply(const LineSettings& settings);

    /// Lowers RTS and raises it again: wakes terminals that wait for it (protocol.md §2). No effect on ports
    /// without modem control lines.
    void pulse_rts();

    /// Reads input that is available already, up to the buffer's size; returns 0 if there is none, or the
    /// port is gone.
    std::size_t read_available(std::span<std::byte> buffer);

    /// Discards output that was not sent yet, and input that was not read.
    void flush();

    [[nodiscard]] const std::string& node() const { return node_; }
    [[nodiscard]] asio::serial_port& stream() { return stream_; }

  private:
    class ClaimedTty;

    /// With the settings that the port has.
    SerialPort(ClaimedTty tty, const asio::any_io_executor& executor, std::string node);
    void set_up(const LineSettings& settings);

    std::string node_;
    asio::serial_port stream_;
    LineState found_; ///< when the port was opened
};

} // namespace bgs2::at
