// SPDX-License-Identifier: Apache-2.0
// Connects configuration and policies, udev and nodes, the fleet, the bus
// and systemd in one event loop.
#include "daemon/arguments.h"
#include "daemon/base/background.h"
#include "daemon/base/clock_watch.h"
#include "daemon/base/counted.h"
#include "daemon/base/error.h"
#include "daemon/base/immovable.h"
#include "daemon/base/log.h"
#include "daemon/base/path_watch.h"
#include "daemon/base/spawn.h"
#include "daemon/base/system_error.h"
#include "daemon/config.h"
#include "daemon/give_back.h"
#include "daemon/history/recorder.h"
#include "daemon/modem/record_store.h"
#include "daemon/pki/secret.h"
#include "daemon/policy/directories.h"
#include "daemon/port/fleet.h"
#include "daemon/port/lending.h"
#include "daemon/port/match_port.h"
#include "daemon/port/trace_directory.h"
#include "daemon/settings.h"
#include "dbus/service.h"
#include "dbus/unit_starter.h"
#include "systemd/journal.h"
#include "systemd/notify.h"
#include "udev/monitor.h"

#include <asio/io_context.hpp>
#include <asio/posix/stream_descriptor.hpp>
#include <asio/post.hpp>
#include <asio/redirect_error.hpp>
#include <asio/signal_set.hpp>
#include <asio/steady_timer.hpp>
#include <asio/use_awaitable.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <exception>
#include <fcntl.h>
#include <filesystem>
#include <functional>
#include <malloc.h>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>
#include <vector>

namespace bgs2 {
namespace {

Log make_log(const systemd::Journal& journal, LogLevel threshold) {
    const auto sink = [journal](LogLevel level, std::string_view message, const LogFields& fields) {
        std::vector<systemd::Field> list;
        list.reserve(fields.size());
        for (const auto& [name, value] : fields)
            list.push_back({.name = name, .value = value});
        journal.write(level, message, list);
    };
    return {sink, threshold};
}

/// Keys must not get into a core dump, or into another process of the same user.
void forbid_dumps() {
    constexpr rlimit none{.rlim_cur = 0, .rlim_max = 0};
    constexpr const char* hint = "allow it in SystemCallFilter= of the unit";
    if (::prctl(PR_SET_DUMPABLE, 0) != 0)
        throw Exception(system_error(errno, "forbid core dumps with prctl", hint));
    if (::setrlimit(RLIMIT_CORE, &none) != 0)
        throw Exception(system_error(errno, "forbid core dumps with setrlimit", hint));
}

/// By default, glibc gives each thread that allocates a pool of its own, and keeps the pools. Work in the
/// background gets a thread each, so that memory would grow with the most pieces of work that ever ran at
/// once.
void share_one_heap() {
    (void)::mallopt(M_ARENA_MAX, 1); // uses more memory if it fails
}

/// Keys must not get to the disk by swapping either.
void protect_secrets(const Log& log) {
    switch (pki::set_up_secure_heap()) {
    case pki::SecureHeap::locked:
        break;
    case pki::SecureHeap::unlocked:
        log.warning("cannot lock private keys in memory (raise RLIMIT_MEMLOCK: LimitMEMLOCK= of the unit)");
        break;
    case pki::SecureHeap::unavailable:
        log.warning(
            "cannot keep private keys in the secure heap of OpenSSL (raise RLIMIT_AS: LimitAS= of the unit)");
        break;
    }
}

PortInfo to_port_info(const udev::Port& port) {
    return {.device = port.node,
            .links = port.links,
            .properties = {port.properties.begin(), port.properties.end()},
            .physical_device = port.physical_device};
}

std::filesystem::path credentials_directory() {
    const char* directory = std::getenv("CREDENTIALS_DIRECTORY"); // systemd.exec(5), LoadCredential=
    return directory != nullptr ? directory : "";
}

/// Local files take milliseconds; the service manager waits 90 s for the start.
constexpr std::chrono::seconds reading_deadline{10};

/// A descriptor of the same file, to be closed by another owner.
int duplicate(int fd) {
    const int copy = ::fcntl(fd, F_DUPFD_CLOEXEC, 0);
    if (copy < 0)
        throw Exception(system_error(errno, "watch udev", "raise LimitNOFILE= of bgs2d.service"));
    return copy;
}

class Daemon : Immovable {
  public:
    Daemon(Arguments arguments, Log log)
      : arguments_(std::move(arguments))
      , log_(std::move(log))
      , signals_(loop_, SIGTERM, SIGINT, SIGHUP)
      , udev_events_(loop_, duplicate(udev_.fd()))
      , watchdog_(loop_)
      , history_(log_, arguments_.state_directory / "history.db",
                 [this] { asio::post(loop_, [this] { service_.history_changed(); }); })
      , records_(background_, arguments_.state_directory / "modems", log_)
      , fleet_(loop_.get_executor(),
               {.background = background_,
                .credentials = credentials_directory(),
                .locks = arguments_.lock_directory,
                .history = history_,
                .records = records_},
               log_)
      , nodes_(
            loop_.get_executor(), background_, PathWatch::Kind::nodes, {.poll = PathWatch::renewal.poll},
            [this](const auto& nodes) {
                std::ranges::for_each(nodes, [this](const auto& node) { look_at(node); });
            },
            log_)
      , policy_files_(
            loop_.get_executor(), background_, PathWatch::Kind::files, PathWatch::renewal,
            [this](const auto&) { reload_later(); }, log_, policy::is_relevant_name)
      , reloaded_(loop_, asio::steady_timer::time_point::max())
      , retry_reload_(loop_)
      , clock_(loop_.get_executor(), [this] { note_clock(); })
      , service_(
            loop_.get_executor(), fleet_,
            {.version = BGS2_VERSION,
             .reload = [this] { return reload(); },
             .rescan = [this] { rescan(); },
             .policies = policies_,
             .history = history_,
             .background = background_},
            [this](const std::string& why) { lose_bus(why); },
            [this](const std::string& device) { fleet_.on_conflict(device); },
            [this] { fleet_.device_use_changed(); }, log_)
      , lending_(loop_.get_executor(), background_, &service_.units(), arguments_.run_directory, log_) {
        fleet_.set_observer(&service_);
        fleet_.set_inhibitor(&service_.inhibitor());
        fleet_.set_lending(&lending_);
        service_.watch_sleep(
            {.suspend = [this] { return fleet_.suspend(); }, .resume = [this] { fleet_.resume(); }});
        if (!arguments_.trace_directory.empty())
            fleet_.record_conversations(TraceDirectory(arguments_.trace_directory, log_));
    }
    ~Daemon() {
        fleet_.set_observer(nullptr);
        fleet_.set_inhibitor(nullptr);
        fleet_.set_lending(nullptr);
    }

    int run() {
        service_.own_name();
        spawn(loop_.get_executor(), handle_signals());
        spawn(loop_.get_executor(), handle_udev());
        spawn(loop_.get_executor(), ping_watchdog());
        spawn(loop_.get_executor(), lending_.give_back_all());
        spawn(loop_.get_executor(), start());
        run_loop();
        end();
        return exit_code_;
    }

  private:
    /// After an unexpected error the ports are released, as at any other end.
    void run_loop() {
        for (;;) {
            try {
                loop_.run();
                return;
            } catch (const std::exception& e) {
                log_.error("unexpected error: {}", e.what());
                exit_code_ = EXIT_FAILURE; // so that systemd restarts the daemon
                stop();
            }
        }
    }

    /// A thread that hangs must not delay the end, and not run while static objects are destroyed.
    void end() {
        constexpr std::chrono::seconds patience{2}; // the unit has TimeoutStopSec=15
        const bool written = history_.finish(patience);
        if (!written || !background_.ended())
            std::quick_exit(exit_code_);
    }

    /// Sends a message to the service manager. It may be restarting, which is no reason to end.
    void notify(const std::function<void()>& send) {
        try {
            send();
        } catch (const Exception& e) {
            log_.warning("{}", to_string(e.error()));
        }
    }

    /// Activates configuration and policies, if they are valid.
    void apply(Settings settings) {
        // Before the ports: a session begins at once, and its modem needs the policy.
        const policy::Problems policy_problems = policies_.activate(std::move(settings.policies));
        const bool has_policies = policies_.generation() > 0;
        fleet_.set_policies(policies_.policies(), policies_.generation(),
                            has_policies ? "" : to_string(policies_.problems().front()));
        problems_.clear();
        if (const auto& config = settings.config) {
            history_.set_limits(config->history);
            fleet_.set_port_rules(config->ports);
            watch_nodes(*config);
        } else {
            for (const policy::Problem& problem : config.error())
                problems_.push_back(to_string(problem));
        }
        for (const policy::Problem& problem : policy_problems)
            problems_.push_back(to_string(problem));
        for (const std::string& problem : problems_)
            log_.with({{"BGS2_REASON", problem}}).event(Event::policies_broken, "{}", problem);
        for (const policy::Problem& warning : policies_.warnings())
            log_.warning("{}", to_string(warning));
        policy_files_.watch(settings.watched);
    }

    /// Reads the settings again, and returns the problems. A reload that is wished while another reads waits
    /// for it and reads once more: its files may have changed since. Throws nothing.
    asio::awaitable<std::vector<std::string>> reload() {
        const unsigned wish = ++wished_;
        while (fulfilled_ < wish && !stopping_) {
            if (reading_) {
                std::error_code error;
                co_await reloaded_.async_wait(asio::redirect_error(asio::use_awaitable, error));
                continue;
            }
            reading_ = true;
            const unsigned fulfilled = wished_;
            try {
                co_await reload_once();
            } catch (const std::exception& e) { // waiting reloads must not wait for ever
                problems_ = {e.what()};
                log_.error("unexpected error: {}", e.what());
            }
            fulfilled_ = fulfilled;
            reading_ = false;
            reloaded_.cancel();
        }
        co_return problems_;
    }

    /// The first reading: no port is opened before.
    asio::awaitable<void> start() {
        reading_ = true;
        auto settings = co_await read();
        if (stopping_)
            co_return;
        if (settings)
            apply(std::move(*settings));
        else
            fleet_.set_policies({}, 0, problems_.front());
        service_.set_policy_status({.generation = policies_.generation(), .errors = problems_});
        enumerate();
        notify([this] { systemd::ready(status()); });
        log_.info("bgs2d {} is ready: {}", BGS2_VERSION, status());
        reading_ = false;
        reloaded_.cancel();
    }

    /// If the reading hangs, everything stays as it is.
    asio::awaitable<void> reload_once() {
        notify(systemd::reloading);
        policy_files_.acknowledge();
        auto settings = co_await read();
        if (stopping_)
            co_return;
        if (settings)
            apply(std::move(*settings));
        service_.set_policy_status({.generation = policies_.generation(), .errors = problems_});
        notify([this] { systemd::ready(status()); });
        if (problems_.empty())
            log_.event(Event::policies_reloaded, "reloaded: {}", status());
        else
            log_.warning("reload incomplete ({}): the previous valid configuration or policies stay active",
                         status());
    }

    /// Reads the settings in the background. Nothing, with a problem, if that hangs: another reload follows.
    asio::awaitable<std::optional<Settings>> read() {
        std::optional<Settings> settings;
        try {
            settings = co_await in_background(
                background_,
                BackgroundTask("read the configuration and the policies",
                               "check the file system of that path; bgs2d tries again every minute",
                               reading_deadline),
                read_settings, arguments_);
        } catch (const std::exception& e) {
            problems_ = {e.what()};
        }
        if (!settings && !stopping_) {
            log_.with({{"BGS2_REASON", problems_.front()}})
                .event(Event::policies_broken, "{}", problems_.front());
            retry_reload_.expires_after(std::chrono::minutes(1));
            retry_reload_.async_wait([this](const std::error_code& error) {
                if (!error)
                    reload_later();
            });
        }
        co_return settings;
    }

    void reload_later() {
        const auto ignore_result =
            [](asio::awaitable<std::vector<std::string>> reloaded) -> asio::awaitable<void> {
            co_await std::move(reloaded);
        };
        spawn(loop_.get_executor(), ignore_result(reload()));
    }

    [[nodiscard]] std::string status() const {
        return fmt::format("{}, {}", counted(policies_.policies().size(), "policy", "policies"),
                           counted(problems_.size(), "problem"));
    }

    void watch_nodes(const Config& config) {
        std::set<std::filesystem::path> nodes;
        for (const PortRule& rule : config.ports) {
            if (rule.device)
                nodes.insert(*rule.device);
        }
        for (const auto& node : nodes_.watch(nodes))
            look_at(node);
    }

    void enumerate() {
        for (const udev::Port& port : udev_.enumerate())
            fleet_.port_added(to_port_info(port));
    }

    void rescan() {
        enumerate();
        fleet_.retry_ports();
    }

    /// A node that bgs2d.toml names has appeared, disappeared or been replaced.
    void look_at(const std::filesystem::path& node) {
        struct stat status{};
        const bool exists = ::stat(node.c_str(), &status) == 0;
        if (exists && udev_.knows(status.st_rdev))
            return; // udev reports it when its rules have run
        fleet_.port_removed(node);
        if (exists)
            fleet_.port_added({.device = node, .links = {}, .properties = {}});
    }

    void note_clock() {
        log_.info("the system clock was set");
        fleet_.clock_changed();
    }

    asio::awaitable<void> handle_signals() {
        while (!stopping_) {
            std::error_code error;
            const int signal = co_await signals_.async_wait(asio::redirect_error(asio::use_awaitable, error));
            if (error)
                co_return;
            if (signal == SIGHUP)
                reload_later();
            else
                stop();
        }
    }

    asio::awaitable<void> handle_udev() {
        while (!stopping_) {
            std::error_code error;
            co_await udev_events_.async_wait(asio::posix::descriptor_base::wait_read,
                                             asio::redirect_error(asio::use_awaitable, error));
            if (error)
                co_return;
            const udev::Batch batch = udev_.receive();
            for (const udev::TtyEvent& event : batch.events) {
                if (event.action == udev::Action::removed)
                    fleet_.port_removed(event.port.node);
                else
                    fleet_.port_added(to_port_info(event.port));
            }
            if (batch.overflow)
                enumerate();
        }
    }

    asio::awaitable<void> ping_watchdog() {
        const auto interval = systemd::watchdog_interval();
        while (interval && !stopping_) {
            notify(systemd::watchdog);
            std::error_code error;
            watchdog_.expires_after(*interval);
            co_await watchdog_.async_wait(asio::redirect_error(asio::use_awaitable, error));
        }
    }

    void stop() {
        stopping_ = true;
        notify(systemd::stopping);
        signals_.cancel();
        udev_events_.cancel();
        watchdog_.cancel();
        nodes_.stop();
        policy_files_.stop();
        clock_.stop();
        reloaded_.cancel();
        retry_reload_.cancel();
        service_.stop();
        lending_.close(); // the units are left to `bgs2d --give-back`
        spawn(loop_.get_executor(), release_ports());
    }

    /// A secure command that has begun is recorded as stored, or not, before the records are closed.
    asio::awaitable<void> release_ports() {
        co_await fleet_.stop();
        background_.stop();
        history_.stop();
    }

    void lose_bus(const std::string& why) {
        log_.error("lost the system bus: {}", why);
        exit_code_ = EXIT_FAILURE; // so that systemd restarts the daemon with the bus
        stop();
    }

    Arguments arguments_;
    Log log_;
    asio::io_context loop_{1};
    Background background_;
    asio::signal_set signals_;
    udev::Monitor udev_;
    asio::posix::stream_descriptor udev_events_;
    asio::steady_timer watchdog_;
    policy::PolicyStore policies_;
    std::vector<std::string> problems_; ///< of the last reload
    unsigned wished_ = 0;               ///< reloads since the start
    unsigned fulfilled_ = 0;            ///< the last of them whose reading began after it was wished
    bool reading_ = false;
    history::Recorder history_;
    RecordStore records_;
    Fleet fleet_;
    PathWatch nodes_;
    PathWatch policy_files_;
    asio::steady_timer reloaded_;     ///< cancelled after each reload
    asio::steady_timer retry_reload_; ///< after a reading that hung
    ClockWatch clock_;
    dbus::Service service_;
    Lending lending_;
    bool stopping_ = false;
    int exit_code_ = EXIT_SUCCESS;
};

/// Answers udev, which waits for it: reads the configuration file only.
int nominates(const Arguments& arguments, const Log& log) {
    constexpr int named_by_none = 1;
    constexpr int no_answer = 3;
    const auto config = read_config(arguments.config, arguments.config_is_named);
    if (!config) {
        // udev keeps a program's standard error only in debug mode.
        const Log journal = make_log(systemd::Journal::alone(), arguments.log_level);
        for (const policy::Problem& each : config.error()) {
            const std::string problem = to_string(each);
            log.error("{}", problem);
            journal.with({{"BGS2_REASON", problem}}).event(Event::policies_broken, "{}", problem);
        }
        return no_answer;
    }
    std::vector<std::string_view> environment;
    for (char** each = environ; *each != nullptr; ++each)
        environment.emplace_back(*each);
    const PortMatch match = match_port(config->ports, port_in_environment(environment));
    fmt::print("{}\n", match.why);
    return match.matched() ? EXIT_SUCCESS : named_by_none;
}

/// Runs after a bgs2d has ended, maybe killed. One that runs starts its units itself.
int give_back(const Arguments& arguments, const Log& log) {
    dbus::UnitStarter starter;
    if (starter.daemon_is_running()) {
        log.error("bgs2d is running: it starts the units that it stopped");
        return EXIT_FAILURE;
    }
    return give_back(arguments.run_directory, std::bind_front(&dbus::UnitStarter::start, &starter), log);
}

int run(int argc, char** argv) {
    auto arguments = parse_arguments(argc, argv);
    if (!arguments)
        return arguments.error();
    const Log log = make_log(systemd::Journal(), arguments->log_level);
    try {
        if (arguments->nominates)
            return nominates(*arguments, log);
        if (arguments->give_back)
            return give_back(*arguments, log);
        share_one_heap();
        forbid_dumps();
        protect_secrets(log);
        if (arguments->config_is_named) {
            if (const auto config = read_config(arguments->config, true); !config) {
                for (const policy::Problem& problem : config.error())
                    log.error("{}", to_string(problem));
                return EXIT_FAILURE;
            }
        }
        return Daemon(std::move(*arguments), log).run();
    } catch (const sdbus::Error& e) {
        log.error(
            "cannot use the system bus: {}: {}; check that dbus-daemon runs and that no other bgs2d does",
            e.getName(), e.getMessage());
    } catch (const std::exception& e) {
        log.error("{}", e.what());
    }
    return EXIT_FAILURE;
}

} // namespace
} // namespace bgs2

int main(int argc, char** argv) {
    return bgs2::run(argc, argv);
}
