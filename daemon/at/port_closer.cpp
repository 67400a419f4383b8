// SPDX-License-Identifier: Apache-2.0
#include "daemon/at/port_closer.h"

#include "daemon/base/blocked_signals.h"

#include <condition_variable>
#include <linux/serial.h>
#include <mutex>
#include <set>
#include <sys/ioctl.h>
#include <system_error>
#include <termios.h>
#include <thread>
#include <unistd.h>
#include <utility>

namespace bgs2::at {
namespace {

void close_port(int fd, const LineState& found) {
    ::tcflush(fd, TCOFLUSH);
    int unsent = 0;
    serial_struct settings{};
    // Requires CAP_SYS_ADMIN, and only if there is data that nobody will receive, since the setting stays.
    if (::ioctl(fd, TIOCOUTQ, &unsent) == 0 && unsent > 0 && ::ioctl(fd, TIOCGSERIAL, &settings) == 0) {
        settings.closing_wait = ASYNC_CLOSING_WAIT_NONE;
        ::ioctl(fd, TIOCSSERIAL, &settings);
    }
    found.restore(fd); // a USB adapter is asked for it, which can block as well
    // A pty keeps TIOCEXCL as long as its other side is open, and could not be opened again.
    ::ioctl(fd, TIOCNXCL);
    ::close(fd);
}

} // namespace

struct PortCloser::Pending {
    std::mutex mutex;
    std::condition_variable changed;
    std::multiset<DeviceId> devices;

    bool contains(const DeviceId& device) {
        const std::scoped_lock lock(mutex);
        return devices.contains(device);
    }
    void add(const DeviceId& device) {
        const std::scoped_lock lock(mutex);
        devices.insert(device);
    }
    void remove(const DeviceId& device) {
        const std::scoped_lock lock(mutex);
        devices.erase(devices.find(device));
        changed.notify_all();
    }
    void wait(const DeviceId& device, std::chrono::milliseconds time) {
        std::unique_lock lock(mutex);
        changed.wait_for(lock, time, [&] { return !devices.contains(device); });
    }
};

asio::execution_context::id PortCloser::id;

PortCloser::PortCloser(asio::execution_context& context)
  : asio::execution_context::service(context)
  , close_(close_port)
  , pending_(std::make_shared<Pending>()) {}

void PortCloser::close(int fd, const DeviceId& device, const LineState& found) {
    pending_->add(device);
    const auto work = [pending = pending_, close = close_, fd, device, found] {
        close(fd, found);
        pending->remove(device);
    };
    try {
        const BlockedSignals blocked;
        std::thread(work).detach();
    } catch (const std::system_error&) { // no more threads
        work();
    }
    pending_->wait(device, patience_);
}

bool PortCloser::is_closing(const DeviceId& device) const {
    return pending_->contains(device);
}

void PortCloser::replace(Close close, std::chrono::milliseconds patience) {
    close_ = std::move(close);
    patience_ = patience;
}

} // namespace bgs2::at
