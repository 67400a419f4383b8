#include "daemon/modem.h"

#include "daemon/at/clock.h"
#include "daemon/policy/match.h"
#include "daemon/policy/writable.h"
#include "daemon/sbnw/dialogue.h"

#include <asio/bind_cancellation_slot.hpp>
#include <asio/co_spawn.hpp>
#include <asio/use_awaitable.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <utility>

namespace bgs2 {
namespace {

using Clock = std::chrono::steady_clock;

std::string property(const PortFacts& port, std::string_view name) {
    const auto found = port.properties.find(name);
    return found == port.properties.end() ? std::string() : found->second;
}

std::chrono::sys_seconds now() {
    return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

} // namespace

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

Modem::Modem(at::Identity identity, const PortFacts& port, Memory memory, Host& host, const Log& log)
  : identity_(std::move(identity))
  , port_(port.device)
  , subject_{.imei = identity_.imei,
             .model = identity_.model,
             .serial = property(port, "ID_SERIAL_SHORT"),
             .port = property(port, "ID_PATH"),
             .properties = port.properties}
  , memory_(std::move(memory))
  , host_(host)
  , chronicle_(identity_.imei, subject_.port, log.with({{"BGS2_IMEI", identity_.imei}, {"BGS2_PORT", port_}}),
               [this](history::Entry entry) { host_.record(std::move(entry)); }) {}

std::optional<std::chrono::sys_seconds> Modem::retry_at() const {
    const auto next = retries_.next();
    if (!next)
        return std::nullopt;
    const auto left = *next - Clock::now();
    return std::chrono::ceil<std::chrono::seconds>(std::chrono::system_clock::now() + left);
}

Expected<std::shared_ptr<Job>> Modem::provision(std::optional<sbnw::SlotAddress> slot) {
    const auto policies = host_.policies();
    if (auto policy = policy::writable(*policies, subject_, slot); !policy)
        return std::unexpected(std::move(policy.error()));
    return request(Operation::provision, slot);
}

Expected<std::shared_ptr<Job>> Modem::refresh() {
    return request(Operation::refresh, std::nullopt);
}

asio::awaitable<Preparation> Modem::preview(std::optional<sbnw::SlotAddress> slot) {
    const auto policies = host_.policies();
    const auto* policy = value_or_throw(policy::writable(*policies, subject_, slot));
    Preparation preparation = co_await prepare(*policy, slot);
    if (preparation.obstacle)
        throw Exception(*preparation.obstacle);
    co_return preparation;
}

void Modem::policy_changed() {
    memory_.repairs.forget();
    try_anew();
}

void Modem::sources_changed() {
    try_anew();
}

void Modem::clock_changed() {
    if (channel_ != nullptr)
        channel_->wake();
}

/// What stood in the way may be gone.
void Modem::try_anew() {
    retries_.reset();
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
            show({.state = ModemState::reading,
                  .reason = "its slots are being read",
                  .hint = {},
                  .wanted = false,
                  .expiring = {}});
            co_await look_if_possible(channel);
        } else {
            co_await channel.idle(next_look());
            fresh_ = false;
            stale_ = stale_ || (verify_every_.count() > 0 && Clock::now() >= readout_.when() + verify_every_);
        }
        if (channel.take_restart())
            throw Exception(Error{ErrorCode::device_gone, "the modem restarted", ""});
    }
}

/// When something is to be done without anybody asking for it.
std::optional<Clock::time_point> Modem::next_look() const {
    std::optional<Clock::time_point> next = retries_.next();
    const auto at = [&next](Clock::time_point time) { next = next ? std::min(*next, time) : time; };
    if (verify_every_.count() > 0 && !unreadable_ && !ignored_)
        at(readout_.when() + verify_every_);
    if (shown_.state == ModemState::compliant && expiry_ && renew_before_.count() > 0) {
        // The clock may run on while the machine sleeps, and a person counts days.
        constexpr std::chrono::hours day{24};
        const auto until = std::chrono::duration_cast<Clock::duration>(expiry_->when - now() - renew_before_);
        at(Clock::now() + (until > Clock::duration::zero() ? until : day));
    }
    return next;
}

/// Reads the slots of the stores that matter to the policy.
asio::awaitable<std::vector<SlotChange>> Modem::read(at::Channel& channel) {
    std::set<sbnw::Store> stores{sbnw::Store::tls};
    const auto policies = host_.policies();
    if (const auto* policy = match(*policies)) {
        for (const policy::SlotRule& rule : policy->slots)
            stores.insert(rule.store);
    }
    auto changes = co_await readout_.read(channel, stores);
    stale_ = false;
    fresh_ = true;
    unreadable_.reset();
    host_.modem_changed(*this);
    co_return changes;
}

/// Reads the slots for what has become of them since the daemon last had to do with them.
asio::awaitable<void> Modem::look(at::Channel& channel) {
    const auto changes = co_await read(channel);
    memory_.repairs.found(readout_.inventory());
    for (const SlotChange& change : changes)
        chronicle_.changed_by_others(change);
}

/// A module that can not tell its slots is shown as such rather than given up.
asio::awaitable<void> Modem::look_if_possible(at::Channel& channel) {
    try {
        co_await look(channel);
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
    chronicle_.under(policy);
    ignored_ = policy != nullptr && policy->mode == policy::Mode::ignore;
    if (ignored_) {
        stale_ = true;
        show({.state = ModemState::unmanaged,
              .reason = fmt::format("policy '{}' says to ignore it", policy->name),
              .hint = {},
              .wanted = false,
              .expiring = {}});
        co_return;
    }
    verify_every_ = policy == nullptr ? policy::Policy{}.verify_every : policy->verify_every;
    renew_before_ = policy == nullptr ? std::chrono::milliseconds(0) : policy->renew_before;
    if (stale_)
        co_return;

    Circumstances circumstances{.policy = policy,
                                .policy_problem = host_.policy_problem(),
                                .unreadable = unreadable_,
                                .preparation = {},
                                .exhausted = {},
                                .failure = retries_.failure(),
                                .held = held_,
                                .now = Clock::now(),
                                .date = now()};
    if (policy != nullptr && !unreadable_)
        circumstances.preparation = co_await prepare(*policy, std::nullopt);
    const Preparation& preparation = circumstances.preparation;
    desired_ = preparation.desired;
    findings_ = preparation.findings;
    expiry_ = preparation.expiry;
    host_.modem_changed(*this); // how slots compare, and what was found, even if the state stays
    circumstances.exhausted = memory_.repairs.exhausted(preparation.needed, desired_);
    const Verdict verdict = judge(circumstances);
    if (verdict.state == ModemState::compliant)
        retries_.reset();
    wanted_ = verdict.wanted;
    if (!wanted_)
        show(verdict);
}

asio::awaitable<Preparation> Modem::prepare(const policy::Policy& policy,
                                            std::optional<sbnw::SlotAddress> only) {
    // First, so that what changes while it is being read is seen as a change.
    if (auto files = source_files(policy, subject_, host_.credentials_directory());
        std::set(files.begin(), files.end()) != sources_) {
        sources_ = {files.begin(), files.end()};
        host_.sources_changed();
    }
    // By value into the other thread: this modem may be gone before it is done.
    auto work = [](Order order) -> asio::awaitable<Preparation> { co_return bgs2::prepare(order); };
    Order order{.policy = policy,
                .subject = subject_,
                .credentials = host_.credentials_directory(),
                .present = readout_.inventory(),
                .only = only,
                .keyless = memory_.keyless,
                .now = now()};
    // Not to be cancelled: the other thread could be done with it by the time the cancellation gets there.
    co_return co_await asio::co_spawn(
        host_.background(), work(std::move(order)),
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
    const Error cancelled{ErrorCode::cancelled, "the job was cancelled", ""};
    std::exception_ptr failure;
    job.on_cancel([&channel, cancelled] { channel.interrupt(cancelled); });
    try {
        if (job.cancelled())
            throw Exception(cancelled);
        if (job.operation() == Operation::provision) {
            co_await provision(channel, job);
        } else {
            job.set_step("reading");
            co_await look(channel);
        }
    } catch (const Exception&) {
        failure = std::current_exception();
    }
    job.on_cancel(nullptr);
    channel.resume();
    if (!failure)
        co_return std::nullopt;
    Error error = note_failure(failure, job);
    co_await recover(channel);
    if (!held_ && retries_.refusal() == sbnw::Result::refused) {
        const std::string hint = co_await signing_hint(channel);
        if (!hint.empty())
            retries_.explain(error.hint = hint);
    }
    co_return error;
}

/// What went wrong, and whether it will be tried again. Throws it if it was not the job that was ended, but
/// all.
Error Modem::note_failure(const std::exception_ptr& failure, const Job& job) {
    std::optional<sbnw::Refusal> refusal;
    Error error;
    try {
        std::rethrow_exception(failure);
    } catch (const sbnw::Refusal& e) {
        refusal = e;
        error = e.error();
    } catch (const Exception& e) {
        error = e.error();
    }
    if (error.code == ErrorCode::cancelled && !job.cancelled())
        throw Exception(error);
    chronicle_.failed(job, error);
    if (job.operation() != Operation::provision)
        return error;
    held_ = job.cancelled();
    if (held_)
        return error;
    if (refusal)
        retries_.refused(*refusal);
    else
        retries_.failed(error);
    return error;
}

asio::awaitable<void> Modem::provision(at::Channel& channel, Job& job) {
    if (!fresh_) {
        job.set_step("reading");
        co_await look(channel);
    }
    const auto policies = host_.policies();
    const auto* policy = value_or_throw(policy::writable(*policies, subject_, job.slot()));
    const Preparation preparation = co_await prepare(*policy, job.slot());
    desired_ = preparation.desired;
    if (preparation.obstacle)
        throw Exception(*preparation.obstacle);
    if (preparation.steps.empty())
        co_return;
    show({.state = ModemState::provisioning,
          .reason = fmt::format("policy '{}' is being applied", policy->name),
          .hint = {},
          .wanted = false,
          .expiring = {}});
    chronicle_.begins(preparation);
    if (policy->require_clock)
        co_await at::set_clock(channel, now());
    const auto begins = [this](const sbnw::SlotAddress& address) {
        readout_.forget(address);
        host_.modem_changed(*this);
    };
    const std::vector<Attempt> attempts = co_await write(channel, preparation.steps, job, begins);
    for (const Attempt& attempt : attempts) {
        if (!attempt.failure)
            memory_.keyless.erase(attempt.step->step.address);
    }
    if (const Attempt& last = attempts.back(); last.failure) {
        chronicle_.attempted(attempts, {});
        retreat_ = retreat_of(last);
        std::rethrow_exception(last.failure);
    }
    job.set_step("reading back");
    co_await read(channel);
    chronicle_.attempted(attempts, readout_.inventory());
    value_or_throw(verify(preparation.steps, readout_.inventory()));
    memory_.last_provisioned = now();
    for (const PreparedStep& each : preparation.steps)
        memory_.repairs.repaired(each.step.address, each.thumbprint, memory_.last_provisioned);
    held_ = false;
    retries_.reset();
    chronicle_.provisioned(job, preparation.steps.size());
}

/// After a failure: finds the module's attention again and reads what it holds now.
asio::awaitable<void> Modem::recover(at::Channel& channel) {
    stale_ = true;
    const auto retreat = std::exchange(retreat_, std::nullopt);
    if (retreat) // first, since the modem may be gone before the slot is empty
        memory_.keyless[retreat->address] = retreat->thumbprint;
    co_await at::synchronise(channel);
    co_await look_if_possible(channel);
    if (!retreat)
        co_return;
    try {
        const bool kept = co_await carry_out_retreat(channel, *retreat, readout_.inventory());
        memory_.keyless.erase(retreat->address);
        if (!kept)
            co_return;
        chronicle_.warn(to_string(retreat->address) +
                        " kept the certificate without its private key, and was emptied");
    } catch (const sbnw::Refusal& e) {
        chronicle_.warn(
            fmt::format("{} kept the certificate without its private key, and can not be emptied: {}",
                        to_string(retreat->address), e.what()));
    }
    readout_.forget(retreat->address); // what becomes of it now is nobody else's doing
    co_await look_if_possible(channel);
}

const policy::Policy* Modem::match(const policy::Policies& policies) const {
    return policy::first_match(policies, subject_);
}

Expected<std::shared_ptr<Job>> Modem::request(Operation operation, std::optional<sbnw::SlotAddress> slot) {
    if (channel_ == nullptr)
        return fail(ErrorCode::device_gone, fmt::format("the modem {} is gone", identity_.imei));
    if (job_)
        return fail(ErrorCode::busy,
                    fmt::format("job {} ({}) is at work on modem {}", job_->number(), word(job_->operation()),
                                identity_.imei),
                    "wait for it, or cancel it");
    if (operation == Operation::provision)
        memory_.repairs.forget();
    job_ = host_.new_job(operation, identity_.imei, slot);
    channel_->wake();
    return job_;
}

void Modem::show(const Verdict& verdict) {
    if (verdict == shown_)
        return;
    chronicle_.shown(verdict, shown_);
    shown_ = verdict;
    host_.modem_changed(*this);
}

} // namespace bgs2
