#include "daemon/modem.h"

#include "daemon/at/clock.h"
#include "daemon/background.h"
#include "daemon/policy/match.h"
#include "daemon/policy/writable.h"

#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <utility>

namespace bgs2 {
namespace {

using Clock = std::chrono::steady_clock;

Task provision_task(std::optional<sbnw::SlotAddress> slot) {
    return {.operation = Operation::provision,
            .slot = slot,
            .description = slot ? "provision " + to_string(*slot) : "provision by its policy"};
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
        modem_.change_.reset();
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
             .serial = port.property("ID_SERIAL_SHORT"),
             .port = port.property("ID_PATH"),
             .properties = port.properties}
  , memory_(std::move(memory))
  , host_(host)
  , chronicle_(identity_.imei, subject_.port, log.with({{"BGS2_IMEI", identity_.imei}, {"BGS2_PORT", port_}}),
               [this](history::Entry entry) { host_.record(std::move(entry)); })
  , slots_(memory_, chronicle_, [this] { host_.modem_changed(*this); }) {}

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
    return request(provision_task(slot));
}

Expected<std::shared_ptr<Job>> Modem::refresh() {
    return request(Task{.operation = Operation::refresh, .slot = {}, .description = "read the slots anew"});
}

asio::awaitable<std::shared_ptr<Job>> Modem::install(Handover handover) {
    value_or_throw(ready());
    const auto policies = host_.policies();
    const auto* policy = value_or_throw(policy::changeable(*policies, subject_, handover.address));
    auto check = [](const Order& order, const Handover& given) { return to_install(given, order); };
    Order conditions = order(policy, std::nullopt);
    auto change =
        co_await in_background(host_.background(), check, std::move(conditions), std::move(handover));
    co_return value_or_throw(request(value_or_throw(std::move(change))));
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
            change_.reset();
            job_.reset();
            job->finish(error);
        } else if (slots_.stale() && !ignored_) {
            show(ModemState::reading, "its slots are being read");
            co_await slots_.look_if_possible(channel, stores());
        } else {
            co_await channel.idle(next_look());
            slots_.left_alone(verify_every_);
        }
        if (channel.take_restart())
            throw Exception(Error{ErrorCode::device_gone, "the modem restarted", ""});
    }
}

/// When something is to be done without anybody asking for it.
std::optional<Clock::time_point> Modem::next_look() const {
    std::optional<Clock::time_point> next = retries_.next();
    const auto at = [&next](Clock::time_point time) { next = next ? std::min(*next, time) : time; };
    if (verify_every_.count() > 0 && !slots_.unreadable() && !ignored_)
        at(slots_.readout().when() + verify_every_);
    if (shown_.state == ModemState::compliant && expiry_ && renew_before_.count() > 0) {
        // The clock may run on while the machine sleeps, and a person counts days.
        constexpr std::chrono::hours day{24};
        const auto until = std::chrono::duration_cast<Clock::duration>(expiry_->when - now() - renew_before_);
        at(Clock::now() + (until > Clock::duration::zero() ? until : day));
    }
    return next;
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
        slots_.set_stale();
        show(ModemState::unmanaged, fmt::format("policy '{}' says to ignore it", policy->name));
        co_return;
    }
    verify_every_ = policy == nullptr ? policy::Policy{}.verify_every : policy->verify_every;
    renew_before_ = policy == nullptr ? std::chrono::milliseconds(0) : policy->renew_before;
    if (slots_.stale())
        co_return;

    Circumstances circumstances{.policy = policy,
                                .policy_problem = host_.policy_problem(),
                                .unreadable = slots_.unreadable(),
                                .preparation = {},
                                .exhausted = {},
                                .failure = retries_.failure(),
                                .held = held_,
                                .now = Clock::now(),
                                .date = now()};
    if (policy != nullptr && !slots_.unreadable())
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
    auto work = [](const Order& given) { return bgs2::prepare(given); };
    Order conditions = order(&policy, only);
    co_return co_await in_background(host_.background(), work, std::move(conditions));
}

/// Without a policy, as one would have it that says nothing.
Order Modem::order(const policy::Policy* policy, std::optional<sbnw::SlotAddress> only) const {
    return {.policy = policy == nullptr ? policy::Policy{} : *policy,
            .subject = subject_,
            .credentials = host_.credentials_directory(),
            .present = inventory(),
            .only = only,
            .keyless = memory_.keyless,
            .now = now()};
}

/// The job that was asked for, or one that the policy asks for.
std::shared_ptr<Job> Modem::next_job() {
    if (!job_ && wanted_)
        job_ = host_.new_job(provision_task({}), identity_.imei);
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
        co_await do_job(channel, job);
    } catch (const Exception&) {
        failure = std::current_exception();
    }
    job.on_cancel(nullptr);
    channel.resume();
    if (!failure)
        co_return std::nullopt;
    Mishap mishap = mishap_of(failure);
    note_failure(mishap, job);
    co_await slots_.recover(channel, stores());
    if (mishap.refusal == sbnw::Result::refused) {
        const std::string hint = co_await signing_hint(channel);
        if (!hint.empty())
            mishap.error.hint = hint;
        if (!hint.empty() && job.task().operation == Operation::provision)
            retries_.explain(hint);
    }
    co_return mishap.error;
}

asio::awaitable<void> Modem::do_job(at::Channel& channel, Job& job) {
    const bool writes = job.task().operation != Operation::refresh;
    if (!writes || !slots_.fresh()) {
        job.set_step("reading");
        co_await slots_.look(channel, stores());
    }
    if (change_)
        co_await change(channel, job);
    else if (writes)
        co_await provision(channel, job);
}

/// What went wrong, and whether it will be tried again. Throws it if it was not the job that was ended, but
/// all.
void Modem::note_failure(const Mishap& mishap, const Job& job) {
    if (mishap.error.code == ErrorCode::cancelled && !job.cancelled())
        throw Exception(mishap.error);
    chronicle_.failed(job, mishap.error);
    if (job.task().operation != Operation::provision)
        return;
    held_ = job.cancelled();
    if (!held_)
        retries_.failed(mishap);
}

asio::awaitable<void> Modem::provision(at::Channel& channel, Job& job) {
    const auto slot = job.task().slot;
    const auto policies = host_.policies();
    const auto* policy = value_or_throw(policy::writable(*policies, subject_, slot));
    const Preparation preparation = co_await prepare(*policy, slot);
    desired_ = preparation.desired;
    if (preparation.obstacle)
        throw Exception(*preparation.obstacle);
    if (preparation.steps.empty())
        co_return;
    show(ModemState::provisioning, fmt::format("policy '{}' is being applied", policy->name));
    if (policy->require_clock)
        co_await at::set_clock(channel, now());
    co_await slots_.apply(channel, job, preparation, stores());
    memory_.last_provisioned = now();
    for (const PreparedStep& each : preparation.steps)
        memory_.repairs.repaired(each.step.address, each.thumbprint, memory_.last_provisioned);
    held_ = false;
    retries_.reset();
    chronicle_.provisioned(job, preparation.steps.size());
}

asio::awaitable<void> Modem::change(at::Channel& channel, Job& job) {
    const auto policies = host_.policies();
    const auto* policy = value_or_throw(policy::changeable(*policies, subject_, change_->address));
    auto work = [](const Order& given, const std::shared_ptr<const Change>& what) {
        return bgs2::prepare(given, *what);
    };
    Order conditions = order(policy, std::nullopt);
    const Preparation preparation =
        co_await in_background(host_.background(), work, std::move(conditions), change_);
    if (preparation.obstacle)
        throw Exception(*preparation.obstacle);
    show(ModemState::provisioning, fmt::format("somebody asked to {}", job.task().description));
    if (policy != nullptr && policy->require_clock)
        co_await at::set_clock(channel, now());
    co_await slots_.apply(channel, job, preparation, stores());
    chronicle_.changed(job);
}

/// The stores that matter to the policy, and to what somebody asks for.
std::set<sbnw::Store> Modem::stores() const {
    std::set<sbnw::Store> stores{sbnw::Store::tls};
    const auto policies = host_.policies();
    if (const auto* policy = match(*policies)) {
        for (const policy::SlotRule& rule : policy->slots)
            stores.insert(rule.store);
    }
    if (change_)
        stores.insert(change_->address.store);
    return stores;
}

const policy::Policy* Modem::match(const policy::Policies& policies) const {
    return policy::first_match(policies, subject_);
}

/// Errors: DeviceGone, Busy.
Expected<void> Modem::ready() const {
    if (channel_ == nullptr)
        return fail(ErrorCode::device_gone, fmt::format("the modem {} is gone", identity_.imei));
    if (job_)
        return fail(ErrorCode::busy,
                    fmt::format("job {} ({}) is at work on modem {}", job_->number(),
                                word(job_->task().operation), identity_.imei),
                    "wait for it, or cancel it");
    return {};
}

Expected<std::shared_ptr<Job>> Modem::request(Task task) {
    if (auto is_ready = ready(); !is_ready)
        return std::unexpected(std::move(is_ready.error()));
    if (task.operation == Operation::provision)
        memory_.repairs.forget();
    job_ = host_.new_job(std::move(task), identity_.imei);
    channel_->wake();
    return job_;
}

Expected<std::shared_ptr<Job>> Modem::request(Change change) {
    const auto policies = host_.policies();
    if (auto policy = policy::changeable(*policies, subject_, change.address); !policy)
        return std::unexpected(std::move(policy.error()));
    auto job = request(change.task);
    if (job)
        change_ = std::make_shared<const Change>(std::move(change));
    return job;
}

void Modem::show(ModemState state, std::string reason) {
    show({.state = state, .reason = std::move(reason), .hint = {}, .wanted = false, .expiring = {}});
}

void Modem::show(const Verdict& verdict) {
    if (verdict == shown_)
        return;
    chronicle_.shown(verdict, shown_);
    shown_ = verdict;
    host_.modem_changed(*this);
}

} // namespace bgs2
