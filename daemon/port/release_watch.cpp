// SPDX-License-Identifier: Apache-2.0
#include "daemon/port/release_watch.h"

#include "daemon/base/process.h"
#include "daemon/port/uucp_lock.h"

#include <asio/posix/stream_descriptor.hpp>
#include <asio/post.hpp>
#include <asio/steady_timer.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <sys/inotify.h>
#include <system_error>
#include <unistd.h>
#include <utility>
#include <vector>

namespace bgs2 {
namespace {

using namespace std::chrono_literals;

/// The times after a closing at which it is reported: the lock of flock(2) is released within microseconds,
/// unless the closing process has to wait for the processor.
constexpr std::array report_times{0ms, 5ms, 100ms, 1000ms};

} // namespace

struct ReleaseWatch::State : std::enable_shared_from_this<State> {
    State(const asio::any_io_executor& loop, const PortInfo& port, std::function<void()> callback)
      : executor(loop)
      , lock_names(uucp_lock_names(port))
      , released(std::move(callback))
      , events(loop)
      , process(loop)
      , timer(loop) {}

    void watch(const std::string& node, const std::filesystem::path& lock_directory);
    void await_events();
    bool read_events();
    void follow(pid_t pid);
    void start_reports();
    void report_at(std::size_t index);
    void report() const;
    void stop();

    asio::any_io_executor executor;
    std::vector<std::string> lock_names;
    std::function<void()> released;
    asio::posix::stream_descriptor events;
    asio::posix::stream_descriptor process;
    asio::steady_timer timer;
    /// The last event that was not discarded.
    std::chrono::steady_clock::time_point began = std::chrono::steady_clock::now();
    bool reporting = false; ///< reports of that event follow
    int node_watch = -1;
    int lock_watch = -1;
    bool stopped = false;
};

void ReleaseWatch::State::watch(const std::string& node, const std::filesystem::path& lock_directory) {
    const int fd = ::inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    std::error_code error;
    if (fd >= 0)
        events.assign(fd, error);
    if (fd < 0 || error) {
        if (fd >= 0)
            ::close(fd);
        return;
    }
    node_watch = ::inotify_add_watch(fd, node.c_str(), IN_CLOSE_WRITE | IN_CLOSE_NOWRITE);
    // IN_CLOSE_WRITE: a program has written its pid to a lock, or that of its child.
    lock_watch = ::inotify_add_watch(fd, lock_directory.c_str(),
                                     IN_DELETE | IN_MOVED_FROM | IN_CLOSE_WRITE | IN_ONLYDIR);
    await_events();
}

void ReleaseWatch::State::await_events() {
    events.async_wait(asio::posix::descriptor_base::wait_read,
                      [weak = weak_from_this()](const std::error_code& error) {
                          const auto self = weak.lock();
                          if (!self || self->stopped || error)
                              return;
                          self->await_events();
                          if (self->read_events())
                              self->start_reports();
                      });
}

/// Reads all pending events. Returns whether one of them concerns the port.
bool ReleaseWatch::State::read_events() {
    bool concerned = false;
    alignas(inotify_event) std::array<char, 4096> buffer{};
    for (;;) {
        const ssize_t size = ::read(events.native_handle(), buffer.data(), buffer.size());
        if (size <= 0)
            return concerned;
        for (ssize_t at = 0; at < size;) {
            // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): the kernel's layout
            const auto* event = reinterpret_cast<const inotify_event*>(buffer.data() + at);
            const bool is_lock = event->wd == lock_watch && event->len > 0 &&
                                 std::ranges::find(lock_names, std::string(event->name)) != lock_names.end();
            concerned = concerned || is_lock || (event->mask & IN_Q_OVERFLOW) != 0 ||
                        (event->wd == node_watch && (event->mask & IN_IGNORED) == 0);
            at += static_cast<ssize_t>(sizeof(inotify_event) + event->len);
        }
    }
}

void ReleaseWatch::State::follow(pid_t pid) {
    std::error_code ignored;
    process.close(ignored);
    if (pid <= 0)
        return;
    const int fd = open_process(pid);
    if (fd < 0) {
        if (errno == ESRCH)
            start_reports();
        return;
    }
    std::error_code error;
    process.assign(fd, error);
    if (error) {
        ::close(fd);
        return;
    }
    process.async_wait(asio::posix::descriptor_base::wait_read,
                       [weak = weak_from_this()](const std::error_code& cancelled) {
                           if (const auto self = weak.lock(); self && !cancelled)
                               self->start_reports();
                       });
}

void ReleaseWatch::State::start_reports() {
    began = std::chrono::steady_clock::now();
    report_at(0);
}

void ReleaseWatch::State::report_at(std::size_t index) {
    reporting = index < report_times.size();
    if (!reporting)
        return;
    timer.expires_at(began + report_times.at(index));
    timer.async_wait([weak = weak_from_this(), index](const std::error_code& cancelled) {
        const auto self = weak.lock();
        if (!self || cancelled || self->stopped)
            return;
        self->report_at(index + 1);
        self->report();
    });
}

void ReleaseWatch::State::report() const {
    const auto call = released; // the object may be destroyed by the call
    if (call)
        call();
}

void ReleaseWatch::State::stop() {
    stopped = true;
    released = nullptr;
    timer.cancel();
    std::error_code ignored;
    events.close(ignored);
    process.close(ignored);
}

ReleaseWatch::ReleaseWatch(const asio::any_io_executor& executor, const PortInfo& port,
                           const std::filesystem::path& lock_directory, std::function<void()> released)
  : state_(std::make_shared<State>(executor, port, std::move(released))) {
    state_->watch(port.device, lock_directory);
}

ReleaseWatch::~ReleaseWatch() { // NOLINT(bugprone-exception-escape): only without any memory left
    state_->stop();
}

void ReleaseWatch::follow(pid_t process) {
    state_->follow(process);
}

void ReleaseWatch::ignore_own_closing() {
    if (!state_->events.is_open() || !state_->read_events() || state_->reporting)
        return;
    if (std::chrono::steady_clock::now() < state_->began + report_times.back())
        state_->report_at(report_times.size() - 1);
}

bool ReleaseWatch::active() const {
    return state_->node_watch >= 0;
}

} // namespace bgs2
