// One modem, for as long as it is there.
#pragma once

#include "daemon/at/channel.h"
#include "daemon/at/identify.h"
#include "daemon/backoff.h"
#include "daemon/error.h"
#include "daemon/job.h"
#include "daemon/log.h"
#include "daemon/nomination.h"
#include "daemon/policy/model.h"
#include "daemon/policy/subject.h"
#include "daemon/provision.h"
#include "daemon/sbnw/slots.h"

#include <asio/any_io_executor.hpp>
#include <asio/awaitable.hpp>

#include <chrono>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bgs2 {

enum class ModemState {
    reading,
    unmanaged,
    compliant,
    drifted,
    provisioning,
    failed,  ///< tries again by itself
    blocked, ///< needs a person
};

std::string_view word(ModemState state);

class Modem {
  public:
    /// What a modem needs of the one who keeps it.
    class Host {
      public:
        Host() = default;
        Host(const Host&) = delete;
        Host& operator=(const Host&) = delete;
        Host(Host&&) = delete;
        Host& operator=(Host&&) = delete;
        virtual ~Host() = default;

        /// The policies in force. A copy shares the set, which stays as it is while somebody holds it.
        [[nodiscard]] virtual std::shared_ptr<const policy::Policies> policies() const = 0;
        /// Why there are none, in words; empty if that is as it should be.
        [[nodiscard]] virtual std::string policy_problem() const = 0;
        /// Where blocking work is done: files, decryption.
        [[nodiscard]] virtual asio::any_io_executor background() const = 0;
        [[nodiscard]] virtual const std::filesystem::path& credentials_directory() const = 0;
        virtual std::shared_ptr<Job> new_job(Operation operation, const std::string& imei,
                                             std::optional<unsigned> slot) = 0;
        virtual void modem_changed(const Modem& modem) = 0;
    };

    Modem(at::Identity identity, const PortFacts& port, Host& host, const Log& log);

    [[nodiscard]] const at::Identity& identity() const { return identity_; }
    [[nodiscard]] const policy::Subject& subject() const { return subject_; }
    [[nodiscard]] const std::string& port() const { return port_; } ///< the device node
    [[nodiscard]] ModemState state() const { return state_; }
    [[nodiscard]] const std::string& reason() const { return reason_; }
    [[nodiscard]] const std::string& hint() const { return hint_; }
    [[nodiscard]] const std::string& policy() const { return policy_name_; }
    [[nodiscard]] const sbnw::Slots& slots() const { return slots_; }
    [[nodiscard]] std::map<unsigned, Compliance> compliance() const { return compare(desired_, slots_); }
    /// When it was last written to and found compliant; the epoch if that was not yet.
    [[nodiscard]] std::chrono::sys_seconds last_provisioned() const { return last_provisioned_; }
    void set_last_provisioned(std::chrono::sys_seconds when) { last_provisioned_ = when; }
    /// When it tries again by itself; nothing unless it has failed.
    [[nodiscard]] std::optional<std::chrono::sys_seconds> retry_at() const;

    /// Has the modem made what its policy says. Errors: Busy, NotSupported, InvalidArgument (a slot that the
    /// policy does not name).
    Expected<std::shared_ptr<Job>> provision(std::optional<unsigned> slot);

    /// Has the slots read anew. Errors: Busy.
    Expected<std::shared_ptr<Job>> refresh();

    /// What provision() would do, going by the slots as last read. Throws Exception with what would stop it.
    asio::awaitable<std::vector<PreparedStep>> preview(std::optional<unsigned> slot);

    /// Policies or their sources are others now.
    void policy_changed();

    /// The modem's whole life, from its identification on: reads it, compares it, provisions it if the policy
    /// says so, waits for work. Ends only by an Exception: the modem is gone, or restarted, or does not
    /// answer any more.
    asio::awaitable<void> live(at::Channel& channel);

  private:
    /// Why the last try failed, and what follows.
    struct Failure {
        Error error;
        std::optional<std::chrono::steady_clock::time_point> retry_at; ///< nothing: a person must act
    };
    class Attended;

    asio::awaitable<void> read(at::Channel& channel);
    asio::awaitable<void> read_if_possible(at::Channel& channel);
    asio::awaitable<void> assess();
    asio::awaitable<Desired> load_desired(const policy::Policy& policy);
    asio::awaitable<std::optional<Error>> carry_out(at::Channel& channel, Job& job);
    asio::awaitable<void> provision(at::Channel& channel, Job& job);
    asio::awaitable<void> recover(at::Channel& channel);
    [[nodiscard]] std::shared_ptr<Job> next_job();
    [[nodiscard]] const policy::Policy* match(const policy::Policies& policies) const;
    [[nodiscard]] Expected<const policy::Policy*> writable_policy(const policy::Policies& policies,
                                                                  std::optional<unsigned> slot) const;
    Expected<std::shared_ptr<Job>> request(Operation operation, std::optional<unsigned> slot);
    void remember_failure(const Error& error, bool retry);
    [[nodiscard]] std::vector<Step> steps(const Thumbprints& desired, std::optional<unsigned> only) const;
    void show(ModemState state, std::string reason, std::string hint = {});

    at::Identity identity_;
    std::string port_;
    policy::Subject subject_;
    Host& host_;
    Log log_;

    ModemState state_ = ModemState::reading;
    std::string reason_ = "its slots have not been read yet";
    std::string hint_;
    std::string policy_name_;
    sbnw::Slots slots_;
    Thumbprints desired_;
    std::chrono::sys_seconds last_provisioned_;

    at::Channel* channel_ = nullptr;  ///< only while live() runs
    std::shared_ptr<Job> job_;        ///< asked for or at work; at most one
    bool stale_ = true;               ///< the slots must be read before anything is said about them
    bool fresh_ = false;              ///< they were read since the modem was last left alone
    bool wanted_ = false;             ///< the policy wants it provisioned now
    bool held_ = false;               ///< a person cancelled that
    bool key_lost_ = false;           ///< the module dropped the private key: the certificate is not enough
    bool ignored_ = false;            ///< the policy says not even to read it
    std::optional<Error> unreadable_; ///< why its slots can not be read, ever
    std::optional<Failure> failure_;
    Backoff backoff_{std::chrono::minutes(10)};
};

} // namespace bgs2
