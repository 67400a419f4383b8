#include "daemon/modem.h"

#include "daemon/policy/match.h"
#include "daemon/sbnw/dialogue.h"
#include "daemon/sbnw/result.h"

#include <asio/bind_cancellation_slot.hpp>
#include <asio/co_spawn.hpp>
#include <asio/use_awaitable.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace bgs2 {
namespace {

constexpr std::array<std::string_view, 7> state_words{"reading",      "unmanaged", "compliant", "drifted",
                                                      "provisioning", "failed",    "blocked"};

std::string property(const PortFacts& port, std::string_view name) {
    const auto found = port.properties.find(name);
    return found == port.properties.end() ? std::string() : found->second;
}

std::chrono::sys_seconds now() {
    return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

std::string all_reasons(const std::vector<Step>& steps) {
    std::string text;
    for (const Step& step : steps)
        text += (text.empty() ? "" : ", ") + step.reason;
    return text;
}

/// Whether the same may go well another time. What is not of the line or the modem's mood needs a person.
bool may_pass(const Error& error) {
    constexpr std::array passing{ErrorCode::modem_timeout, ErrorCode::too_much_data,
                                 ErrorCode::verify_failed};
    return std::ranges::find(passing, error.code) != passing.end();
}

} // namespace

std::string_view word(ModemState state) {
    return state_words.at(static_cast<std::size_t>(state));
}

/// The modem can be talked to while this lives; a job that is still there then fails with it.
class Modem::Attended {
  public:
    Attended(Modem& modem, at::Channel& channel)
      : modem_(modem) {
        modem_.channel_ = &channel;
    }
    Attended(const Attended&) = delete;
    Attended& operator=(const Attended&) = delete;
    Attended(Attended&&) = delete;
    Attended& operator=(Attended&&) = delete;
    ~Attended() {
        modem_.channel_ = nullptr;
        if (const auto job = std::exchange(modem_.job_, nullptr))
            job->finish(Error{ErrorCode::device_gone,
                              fmt::format("the modem {} is gone", modem_.identity_.imei), ""});
    }

  private:
    Modem& modem_;
};

Modem::Modem(at::Identity identity, const PortFacts& port, Host& host, const Log& log)
  : identity_(std::move(identity))
  , port_(port.device)
  , subject_{.imei = identity_.imei,
             .model = identity_.model,
             .serial = property(port, "ID_SERIAL_SHORT"),
             .port = property(port, "ID_PATH"),
             .properties = port.properties}
  , host_(host)
  , log_(log.with({{"BGS2_IMEI", identity_.imei}, {"BGS2_PORT", port_}})) {}

std::optional<std::chrono::sys_seconds> Modem::retry_at() const {
    if (!failure_ || !failure_->retry_at)
        return std::nullopt;
    const auto left = *failure_->retry_at - std::chrono::steady_clock::now();
    return std::chrono::ceil<std::chrono::seconds>(std::chrono::system_clock::now() + left);
}

Expected<std::shared_ptr<Job>> Modem::provision(std::optional<unsigned> slot) {
    const auto policies = host_.policies();
    if (auto policy = writable_policy(*policies, slot); !policy)
        return std::unexpected(std::move(policy.error()));
    return request(Operation::provision, slot);
}

Expected<std::shared_ptr<Job>> Modem::refresh() {
    return request(Operation::refresh, std::nullopt);
}

asio::awaitable<std::vector<PreparedStep>> Modem::preview(std::optional<unsigned> slot) {
    const auto policies = host_.policies();
    const auto* policy = value_or_throw(writable_policy(*policies, slot));
    const auto desired = co_await load_desired(*policy);
    co_return value_or_throw(prepare(steps(thumbprints(desired), slot), desired, now()));
}

void Modem::policy_changed() {
    failure_.reset();
    backoff_.reset();
    held_ = false;
    if (channel_ != nullptr)
        channel_->wake();
}

asio::awaitable<void> Modem::live(at::Channel& channel) {
    const Attended attended(*this, channel);
    for (;;) {
        co_await assess();
        if (const auto job = next_job()) {
            const auto error = co_await carry_out(channel, *job);
            co_await assess(); // first, so that who waits for the job finds the state that it led to
            job_.reset();
            job->finish(error);
        } else if (stale_ && !ignored_) {
            show(ModemState::reading, "its slots are being read");
            co_await read_if_possible(channel);
        } else {
            co_await channel.idle(failure_ ? failure_->retry_at : std::nullopt);
            fresh_ = false;
        }
        if (channel.take_restart())
            throw Exception(Error{ErrorCode::device_gone, "the modem restarted", ""});
    }
}

asio::awaitable<void> Modem::read(at::Channel& channel) {
    slots_ = co_await sbnw::read_slots(channel, std::string(sbnw::tls_store));
    stale_ = false;
    fresh_ = true;
    unreadable_.reset();
    host_.modem_changed(*this);
}

/// A module that can not tell its slots is shown as such rather than given up.
asio::awaitable<void> Modem::read_if_possible(at::Channel& channel) {
    try {
        co_await read(channel);
    } catch (const Exception& e) {
        if (e.error().code != ErrorCode::not_supported)
            throw;
        stale_ = false;
        unreadable_ = e.error();
    }
}

/// Finds the policy, compares the slots with it, and says what state that is.
asio::awaitable<void> Modem::assess() {
    wanted_ = false;
    const auto policies = host_.policies();
    const policy::Policy* policy = match(*policies);
    policy_name_ = policy == nullptr ? "" : policy->name;
    ignored_ = policy != nullptr && policy->mode == policy::Mode::ignore;
    if (ignored_) {
        stale_ = true;
        show(ModemState::unmanaged, fmt::format("policy '{}' says to ignore it", policy->name));
        co_return;
    }
    if (stale_)
        co_return;
    if (unreadable_) {
        show(ModemState::blocked, unreadable_->what, unreadable_->hint);
        co_return;
    }
    if (policy == nullptr) {
        desired_.clear();
        const std::string problem = host_.policy_problem();
        if (problem.empty())
            show(ModemState::unmanaged, "no policy is for this modem",
                 "add one to /etc/bgs2d/policy.d and reload");
        else
            show(ModemState::unmanaged, fmt::format("the policies can not be used: {}", problem),
                 "mend them and reload");
        co_return;
    }

    std::optional<Error> obstacle;
    std::vector<Step> needed;
    Thumbprints wanted;
    try {
        const auto desired = co_await load_desired(*policy);
        wanted = thumbprints(desired);
        needed = steps(wanted, std::nullopt);
        value_or_throw(prepare(needed, desired, now()));
    } catch (const Exception& e) {
        obstacle = e.error();
    }
    desired_ = std::move(wanted);

    if (!obstacle && needed.empty()) {
        failure_.reset();
        backoff_.reset();
        show(ModemState::compliant, fmt::format("it holds what policy '{}' says", policy->name));
    } else if (obstacle) {
        show(ModemState::blocked, obstacle->what, obstacle->hint);
    } else if (policy->mode != policy::Mode::automatic) {
        show(ModemState::drifted, all_reasons(needed),
             policy->mode == policy::Mode::manual ? "write it with 'bgs2ctl provision'"
                                                  : fmt::format("policy '{}' only reports", policy->name));
    } else if (held_) {
        show(ModemState::drifted, all_reasons(needed) + "; provisioning was cancelled",
             "write it with 'bgs2ctl provision'");
    } else if (failure_ && (!failure_->retry_at || *failure_->retry_at > std::chrono::steady_clock::now())) {
        show(failure_->retry_at ? ModemState::failed : ModemState::blocked, failure_->error.what,
             failure_->error.hint);
    } else {
        wanted_ = true;
    }
}

asio::awaitable<Desired> Modem::load_desired(const policy::Policy& policy) {
    // By value into the other thread: this modem may be gone before it is done.
    auto work = [](policy::Policy wanted, policy::Subject subject,
                   std::filesystem::path credentials) -> asio::awaitable<Desired> {
        co_return value_or_throw(bgs2::load_desired(wanted, subject, credentials));
    };
    // Not to be cancelled: the other thread could be done with it by the time the cancellation gets there.
    co_return co_await asio::co_spawn(
        host_.background(), work(policy, subject_, host_.credentials_directory()),
        asio::bind_cancellation_slot(asio::cancellation_slot(), asio::use_awaitable));
}

/// The job that was asked for, or one that the policy asks for.
std::shared_ptr<Job> Modem::next_job() {
    if (!job_ && wanted_)
        job_ = host_.new_job(Operation::provision, identity_.imei, std::nullopt);
    return job_;
}

/// Why the job failed, if it did; throws if the modem was lost over it.
asio::awaitable<std::optional<Error>> Modem::carry_out(at::Channel& channel, Job& job) {
    std::optional<Error> error;
    bool retry = false;
    const Error cancelled{ErrorCode::cancelled, "the job was cancelled", ""};
    job.on_cancel([&channel, cancelled] { channel.interrupt(cancelled); });
    try {
        if (job.cancelled())
            throw Exception(cancelled);
        if (job.operation() == Operation::provision) {
            co_await provision(channel, job);
        } else {
            job.set_step("reading");
            co_await read(channel);
        }
    } catch (const sbnw::Refusal& e) {
        error = e.error();
        retry = sbnw::remedy(e.result()) == sbnw::Remedy::retry;
        key_lost_ = key_lost_ || e.result() == sbnw::Result::private_key_removed;
    } catch (const Exception& e) {
        error = e.error();
        retry = may_pass(e.error());
    }
    job.on_cancel(nullptr);
    channel.resume();
    if (!error)
        co_return error;
    if (error->code == ErrorCode::cancelled && !job.cancelled())
        throw Exception(*error); // not the job, all of it ends

    log_.with({{"BGS2_JOB", std::to_string(job.number())}})
        .warning("{}: {}: {}", identity_.imei, word(job.operation()), to_string(*error));
    if (job.operation() == Operation::provision) {
        held_ = job.cancelled();
        if (!held_)
            remember_failure(*error, retry);
    }
    co_await recover(channel);
    co_return error;
}

asio::awaitable<void> Modem::provision(at::Channel& channel, Job& job) {
    if (!fresh_) {
        job.set_step("reading");
        co_await read(channel);
    }
    const auto policies = host_.policies();
    const auto* policy = value_or_throw(writable_policy(*policies, job.slot()));
    std::vector<PreparedStep> prepared;
    {
        const auto desired = co_await load_desired(*policy);
        desired_ = thumbprints(desired);
        prepared = value_or_throw(prepare(steps(desired_, job.slot()), desired, now()));
    }
    if (prepared.empty())
        co_return;
    show(ModemState::provisioning, fmt::format("policy '{}' is being applied", policy->name));
    for (const PreparedStep& each : prepared) {
        log_.info("{}: {}, writing it ({} octets)", identity_.imei, each.step.reason, each.frame.size());
        for (const pki::Finding& warning : each.warnings)
            log_.warning("{}: slot {}: {}", identity_.imei, each.step.slot, to_string(warning.error));
    }
    co_await write(channel, prepared, job);
    job.set_step("reading back");
    co_await read(channel);
    value_or_throw(verify(prepared, slots_));
    if (prepared.front().step.slot == policy::client_slot)
        key_lost_ = false;
    held_ = false;
    failure_.reset();
    last_provisioned_ = now();
    log_.notice("{}: provisioned by policy '{}': {} slots written and read back", identity_.imei,
                policy->name, prepared.size());
}

/// After a failure: finds the module's attention again and reads what it holds now.
asio::awaitable<void> Modem::recover(at::Channel& channel) {
    stale_ = true;
    co_await at::synchronise(channel);
    co_await read_if_possible(channel);
}

const policy::Policy* Modem::match(const policy::Policies& policies) const {
    return policy::first_match(policies, subject_);
}

Expected<const policy::Policy*> Modem::writable_policy(const policy::Policies& policies,
                                                       std::optional<unsigned> slot) const {
    const policy::Policy* policy = match(policies);
    if (policy == nullptr)
        return fail(ErrorCode::not_supported, fmt::format("no policy is for modem {}", identity_.imei),
                    "add one to /etc/bgs2d/policy.d and reload");
    if (policy->mode == policy::Mode::report || policy->mode == policy::Mode::ignore)
        return fail(ErrorCode::not_supported,
                    fmt::format("policy '{}' says \"{}\": the modem is not written to", policy->name,
                                word(policy->mode)),
                    "set mode to \"auto\" or \"manual\" and reload");
    const auto names = [&](const policy::SlotRule& rule) { return rule.index == *slot; };
    if (slot && std::ranges::none_of(policy->slots, names))
        return fail(ErrorCode::invalid_argument,
                    fmt::format("policy '{}' does not name slot {}", policy->name, *slot),
                    "add a [[slot]] to it, or leave the slot out");
    return policy;
}

Expected<std::shared_ptr<Job>> Modem::request(Operation operation, std::optional<unsigned> slot) {
    if (channel_ == nullptr)
        return fail(ErrorCode::device_gone, fmt::format("the modem {} is gone", identity_.imei));
    if (job_)
        return fail(ErrorCode::busy,
                    fmt::format("job {} ({}) is at work on modem {}", job_->number(), word(job_->operation()),
                                identity_.imei),
                    "wait for it, or cancel it");
    job_ = host_.new_job(operation, identity_.imei, slot);
    channel_->wake();
    return job_;
}

/// What plan() says, and slot 0 once more if its key is lost: nothing reads a key back.
std::vector<Step> Modem::steps(const Thumbprints& desired, std::optional<unsigned> only) const {
    std::vector<Step> result = plan(desired, slots_, only);
    const bool is_wanted =
        desired.contains(policy::client_address) && only.value_or(policy::client_slot) == policy::client_slot;
    const bool is_planned = !result.empty() && result.front().slot == policy::client_slot;
    if (key_lost_ && is_wanted && !is_planned)
        result.insert(result.begin(),
                      {.slot = policy::client_slot, .reason = "slot 0 has lost its private key"});
    return result;
}

void Modem::remember_failure(const Error& error, bool retry) {
    failure_ = Failure{.error = error, .retry_at = std::nullopt};
    if (retry)
        failure_->retry_at = std::chrono::steady_clock::now() + backoff_.next();
}

void Modem::show(ModemState state, std::string reason, std::string hint) {
    if (state == state_ && reason == reason_ && hint == hint_)
        return;
    if (state != state_)
        log_.info("{}: {}: {}", identity_.imei, word(state), reason);
    state_ = state;
    reason_ = std::move(reason);
    hint_ = std::move(hint);
    host_.modem_changed(*this);
}

} // namespace bgs2
