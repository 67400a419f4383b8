// SPDX-License-Identifier: Apache-2.0
#include "daemon/modem/modem.h"

#include "daemon/at/clock.h"
#include "daemon/base/immovable.h"
#include "daemon/modem/key_binding.h"
#include "daemon/policy/match.h"
#include "daemon/policy/permission.h"

#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <utility>

namespace bgs2 {
namespace {

Task provision_task(std::optional<SlotAddress> slot) {
    return {.operation = Operation::provision,
            .slot = slot,
            .description = slot ? "provision " + to_string(*slot) : "apply the policy"};
}

Error modem_gone(const std::string& imei) {
    return {ErrorCode::device_gone, fmt::format("the modem {} is gone", imei),
            "check its port with 'bgs2ctl ports'"};
}

std::chrono::sys_seconds now() {
    return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

BackgroundTask background_task(std::string_view what, const std::string& imei) {
    return BackgroundTask(fmt::format("{} modem {}", what, imei),
                          "check its file systems and tokens, and the iterations of its encrypted keys");
}

} // namespace

/// Sets the modem's channel for its lifetime.
class Modem::ChannelGuard : Immovable {
  public:
    ChannelGuard(Modem& modem, at::Channel& channel)
      : modem_(modem) {
        modem_.channel_ = &channel;
        modem_.identified_ = Clock::now();
        modem_.set_port_use(PortUse::borrowed, "");
    }
    ~ChannelGuard() { modem_.channel_ = nullptr; }

  private:
    Modem& modem_;
};

Modem::Modem(at::ModuleIdentity identity, const PortInfo& port, RetainedState retained, Host& host,
             const Log& log)
  : identity_(std::move(identity))
  , port_(port.device)
  , place_(place_of(port))
  , attributes_{.imei = identity_.imei,
                .model = identity_.model,
                .serial = port.property("ID_SERIAL_SHORT"),
                .port_path = port.property("ID_PATH"),
                .properties = port.properties}
  , retained_(std::move(retained))
  , host_(host)
  , reporter_(identity_.imei, attributes_.port_path,
              log.with({{"BGS2_IMEI", identity_.imei}, {"BGS2_PORT", port_}}),
              [this](history::Entry entry) { host_.record(std::move(entry)); })
  , slots_({.imei = identity_.imei,
            .place = place_,
            .background = host_.background(),
            .changed = [this] { host_.modem_changed(*this); },
            .save = [this] { return host_.save(identity_.imei, retained_.record); }},
           retained_, reporter_) {
    // Whoever unplugs a modem and plugs it in again expects another attempt, unless one is due anyway.
    if (!retained_.retries.next())
        retained_.retries.reset();
}

std::optional<std::chrono::sys_seconds> Modem::retry_at() const {
    const auto next = slots_.retry_at() ? slots_.retry_at() : retained_.retries.next();
    if (!next)
        return std::nullopt;
    const auto left = *next - Clock::now();
    return std::chrono::ceil<std::chrono::seconds>(std::chrono::system_clock::now() + left);
}

std::map<SlotAddress, KeyStatus> Modem::keys() const {
    const auto policies = host_.policies();
    const auto* policy = match(*policies);
    const bool is_trusted =
        may_write_key(policy == nullptr ? policy::Policy{} : *policy, retained_.record, place_).has_value();
    const SlotRecords records = is_trusted ? retained_.record.slots : SlotRecords{};
    std::map<SlotAddress, KeyStatus> result;
    for (const auto& [address, slot] : inventory())
        result.emplace(address, key_status(address, slot, records));
    return result;
}

asio::awaitable<void> Modem::trust() {
    if (const auto error = rivalry())
        throw Exception(*error);
    if (gone_) // its successor has a record of its own
        throw Exception(modem_gone(identity_.imei));
    retained_.record.place = place_;
    reporter_.warn(fmt::format("trusted at {}: it gets private keys there", place_));
    try_again();
    if (!co_await host_.save(identity_.imei, retained_.record))
        throw Exception(Error{ErrorCode::failed,
                              "the modem is trusted only until bgs2d ends: its record cannot be written",
                              "check the file system of the state directory, and run the command again"});
}

void Modem::set_rival(std::string device) {
    if (rival_ == device)
        return;
    rival_ = std::move(device);
    if (const auto error = rivalry(); error && changing_)
        channel_->interrupt(*error); // between two frames; carry_out() resumes the channel
    try_again();
}

std::optional<Error> Modem::rivalry() const {
    if (rival_.empty())
        return std::nullopt;
    return imei_twice(identity_.imei, port_, rival_);
}

Expected<std::shared_ptr<Job>> Modem::provision(std::optional<SlotAddress> slot) {
    const auto policies = host_.policies();
    if (auto policy = policy::may_provision(*policies, attributes_, slot); !policy)
        return std::unexpected(std::move(policy.error()));
    return request(provision_task(slot));
}

Expected<std::shared_ptr<Job>> Modem::refresh() {
    return request(Task{.operation = Operation::refresh, .slot = {}, .description = "read the slots again"});
}

asio::awaitable<std::shared_ptr<Job>> Modem::install(InstallRequest install_request) {
    value_or_throw(ready());
    const auto policies = host_.policies();
    const auto* policy = value_or_throw(policy::may_change(*policies, attributes_, install_request.address));
    auto check = [](const PlanRequest& request, const InstallRequest& given) {
        return make_install(given, request);
    };
    PlanRequest plan_request = plan_request_for(policy, std::nullopt);
    auto change = co_await in_background(host_.background(),
                                         background_task("check the certificate for", identity_.imei), check,
                                         std::move(plan_request), std::move(install_request));
    co_return value_or_throw(request(value_or_throw(std::move(change))));
}

asio::awaitable<PreparedPlan> Modem::preview(std::optional<SlotAddress> slot) {
    const auto policies = host_.policies();
    const auto* policy = value_or_throw(policy::may_provision(*policies, attributes_, slot));
    if (const auto error = rivalry())
        throw Exception(*error);
    PreparedPlan prepared_plan = co_await prepare(*policy, slot);
    if (prepared_plan.blocker)
        throw Exception(*prepared_plan.blocker);
    co_return prepared_plan;
}

void Modem::policy_changed() {
    retained_.rewrites.clear();
    try_again();
}

void Modem::sources_changed() {
    try_again();
}

void Modem::clock_changed() {
    wake();
}

/// The cause of the last failure may be gone.
void Modem::try_again() {
    retained_.retries.reset();
    recheck_.reset();
    cancelled_ = false;
    corrected_ = true;
    wake();
}

void Modem::wake() {
    if (channel_ != nullptr)
        channel_->wake();
    host_.wake(*this);
}

asio::awaitable<PortNeed> Modem::need() {
    end_cancelled_job();
    slots_.note_idle(verify_every_);
    co_await assess();
    PortNeed need;
    if (job_ && job_->task().operation != Operation::refresh) {
        need.purpose = Purpose::write;
        need.requested = true;
        need.work = job_->task().description;
    } else if (wanted_ || (!slots_.cache().was_read() && co_await differs_from_record())) {
        need.purpose = Purpose::write;
        need.work = fmt::format("apply the policy '{}'", policy_name_);
    } else if (job_ || (slots_.stale() && !ignored_)) {
        need.purpose = Purpose::check;
        need.work = "read its slots";
    }
    co_return need;
}

/// Of a modem that was not read since the start: whether the policy requires anything that is not recorded as
/// written.
asio::awaitable<bool> Modem::differs_from_record() {
    const auto policies = host_.policies();
    const auto* policy = match(*policies);
    const auto retry = retained_.retries.next();
    const bool is_postponed = retained_.retries.failure() && (!retry || *retry > Clock::now());
    if (policy == nullptr || policy->mode != policy::Mode::automatic || retained_.record.slots.empty() ||
        is_postponed || cancelled_ || rivalry())
        co_return false;
    const PreparedPlan prepared_plan = co_await prepare(*policy, std::nullopt);
    co_return !prepared_plan.blocker && std::ranges::any_of(prepared_plan.desired, [&](const auto& entry) {
        const auto& [address, content] = entry;
        return content && !was_written(address, *content, retained_.record.slots);
    });
}

/// A job that is cancelled while it waits for the port.
void Modem::end_cancelled_job() {
    if (!job_ || !job_->cancelled())
        return;
    change_.reset();
    cancelled_ = job_->task().operation == Operation::provision;
    std::exchange(job_, nullptr)->finish(Error{ErrorCode::cancelled, "the job was cancelled", ""});
}

void Modem::set_port_use(PortUse use, std::string holder) {
    if (port_use_ == use && port_holder_ == holder)
        return;
    port_use_ = use;
    port_holder_ = std::move(holder);
    host_.modem_changed(*this);
}

void Modem::wait_for_port(const PortNeed& need, const std::string& holder, const std::string& hint) {
    set_port_use(PortUse::waiting, holder);
    if (job_)
        job_->wait_for_port(holder);
    if (need.purpose != Purpose::write && slots_.cache().was_read())
        return; // the state is the one that was last verified
    StateAssessment waiting{.state = ModemState::waiting, .code = ReasonCode::port_in_use};
    waiting.error = ErrorCode::port_claimed;
    waiting.reason = fmt::format("waiting for the port, to {}: {}", need.work, holder);
    waiting.hint = hint;
    show(waiting);
}

void Modem::released() {
    set_port_use(PortUse::released, "");
}

bool Modem::end_after_frame() {
    if (channel_ == nullptr || !channel_->is_uninterrupted())
        return false;
    channel_->interrupt(Error{ErrorCode::cancelled, "bgs2d releases the port", ""});
    return true;
}

void Modem::write_failed(const Error& error) {
    retained_.retries.failed({.error = error, .refusal = std::nullopt});
}

void Modem::require_check() {
    slots_.set_stale();
    wake();
}

void Modem::leave() {
    gone_ = true;
    change_.reset();
    if (const auto job = std::exchange(job_, nullptr))
        job->finish(modem_gone(identity_.imei));
}

asio::awaitable<void> Modem::work(at::Channel& channel, std::function<bool()> keep) {
    const ChannelGuard guard(*this, channel);
    for (;;) {
        co_await assess();
        if (next_job()) {
            co_await do_next_job(channel);
        } else if (slots_.stale() && !ignored_) {
            show(ModemState::reading, ReasonCode::reading, "its slots are being read");
            co_await slots_.look_if_possible(channel, stores());
        } else if (keep()) {
            co_await channel.idle(next_look());
            slots_.note_idle(verify_every_);
        } else {
            co_return;
        }
    }
}

asio::awaitable<void> Modem::do_next_job(at::Channel& channel) {
    const auto job = job_;
    const auto error = co_await carry_out(channel, *job);
    co_await assess(); // before finish(), so that a client that waits for the job sees the new state
    change_.reset();
    job_.reset();
    job->finish(error);
}

std::optional<Modem::Clock::time_point> Modem::next_look() const {
    constexpr std::chrono::hours day{
        24}; // the clock may run on while the machine sleeps, and a person counts days
    if (ignored_)
        return std::nullopt;
    std::optional<Clock::time_point> next;
    const auto at = [&next](Clock::time_point time) { next = next ? std::min(*next, time) : time; };
    // Only times with an effect: one that has passed without any would let the loop spin.
    if (slots_.unreadable()) {
        if (const auto retry = slots_.retry_at())
            at(*retry);
    } else if (shown_.state == ModemState::failed || !slots_.cache().was_read()) {
        if (const auto retry = retained_.retries.next())
            at(*retry);
    }
    if (verify_every_.count() > 0 && !slots_.unreadable())
        at(slots_.cache().when() + verify_every_);
    if (recheck_at_)
        at(*recheck_at_);
    if (valid_from_)
        at(Clock::now() + std::min<Clock::duration>(*valid_from_ - std::chrono::system_clock::now(), day));
    if (shown_.state == ModemState::compliant && expiry_ && renew_before_.count() > 0) {
        const auto until = std::chrono::duration_cast<Clock::duration>(expiry_->when - now() - renew_before_);
        at(Clock::now() + (until > Clock::duration::zero() ? until : day));
    }
    return next;
}

/// Finds the policy, compares the slots with it and derives the state.
asio::awaitable<void> Modem::assess() {
    wanted_ = false;
    recheck_at_.reset();
    valid_from_.reset();
    const auto policies = host_.policies();
    const policy::Policy* policy = match(*policies);
    policy_name_ = policy == nullptr ? "" : policy->name;
    reporter_.set_policy(policy);
    port_settings_ = policy == nullptr ? policy::PortSettings{} : policy->port;
    ignored_ = policy != nullptr && policy->mode == policy::Mode::ignore;
    if (ignored_) {
        slots_.set_stale();
        show(ModemState::unmanaged, ReasonCode::policy_ignores,
             fmt::format("policy '{}' ignores this modem", policy->name));
        co_return;
    }
    verify_every_ = policy == nullptr ? policy::Policy{}.verify_every : policy->verify_every;
    renew_before_ = policy == nullptr ? std::chrono::milliseconds(0) : policy->renew_before;
    // With the port they are read first. Without it, the last reading tells what is to be written.
    if (slots_.stale() && (channel_ != nullptr || !slots_.cache().was_read()))
        co_return;

    PreparedPlan prepared;
    if (policy != nullptr && !slots_.unreadable())
        prepared = co_await prepare(*policy, std::nullopt);
    if (host_.policies() != policies)
        co_return; // they changed meanwhile, which has woken the modem
    StateInputs inputs{.policy = policy,
                       .policy_problem = host_.policy_problem(),
                       .rivalry = rivalry(),
                       .unreadable = slots_.unreadable(),
                       .prepared_plan = std::move(prepared),
                       .failure = retained_.retries.failure(),
                       .cancelled = cancelled_,
                       .now = Clock::now(),
                       .date = now()};
    const PreparedPlan& prepared_plan = inputs.prepared_plan;
    desired_ = prepared_plan.desired;
    findings_ = prepared_plan.findings;
    expiry_ = prepared_plan.expiry;
    valid_from_ = prepared_plan.valid_from;
    if (!prepared_plan.blocker)
        recheck_.reset();
    recheck_at_ = prepared_plan.blocker ? std::optional(Clock::now() + recheck_.next()) : std::nullopt;
    host_.modem_changed(*this); // compliance and findings may change while the state does not
    inputs.limit_reached = retained_.rewrites.limit_reached(prepared_plan.needed, desired_);
    const StateAssessment assessment = assess_state(inputs);
    if (assessment.state == ModemState::compliant)
        retained_.retries.reset();
    wanted_ = assessment.wanted;
    const bool waits = job_ && shown_.state == ModemState::waiting && channel_ == nullptr;
    if (!wanted_ && !waits)
        show(assessment);
}

asio::awaitable<PreparedPlan> Modem::prepare(const policy::Policy& policy, std::optional<SlotAddress> only) {
    // Before reading, so that a change during the reading is noticed.
    if (auto files = source_files(policy, attributes_, host_.credentials_directory());
        std::set(files.begin(), files.end()) != sources_) {
        sources_ = {files.begin(), files.end()};
        host_.sources_changed();
    }
    auto work = [](const PlanRequest& given) { return bgs2::prepare(given); };
    PlanRequest plan_request = plan_request_for(&policy, only);
    try {
        co_return co_await in_background(host_.background(),
                                         background_task("read the files of the policy for", identity_.imei),
                                         work, std::move(plan_request));
    } catch (const Exception& e) {
        if (e.error().code == ErrorCode::cancelled)
            throw;
        PreparedPlan blocked;
        for (const policy::SlotRule& rule : policy.slots)
            blocked.desired[rule.address()] = std::nullopt;
        blocked.blocker = e.error();
        co_return blocked;
    }
}

/// Without a policy, uses an empty one.
PlanRequest Modem::plan_request_for(const policy::Policy* policy, std::optional<SlotAddress> only) const {
    return {.policy = policy == nullptr ? policy::Policy{} : *policy,
            .attributes = attributes_,
            .credentials = host_.credentials_directory(),
            .present = inventory(),
            .only = only,
            .record = retained_.record,
            .place = place_,
            .now = now()};
}

/// The requested job, or a new one that the policy requires.
std::shared_ptr<Job> Modem::next_job() {
    if (!job_ && wanted_)
        job_ = host_.new_job(provision_task({}), identity_.imei);
    return job_;
}

/// Returns the error if the job failed. Throws if the connection to the modem was lost.
asio::awaitable<std::optional<Error>> Modem::carry_out(at::Channel& channel, Job& job) {
    const Error cancelled{ErrorCode::cancelled, "the job was cancelled", ""};
    std::exception_ptr failure;
    corrected_ = false;
    blocked_ = false;
    job.on_cancel([&channel, cancelled] { channel.interrupt(cancelled); });
    try {
        if (job.cancelled())
            throw Exception(cancelled);
        const at::Channel::ScopedFlag changing(changing_);
        co_await do_job(channel, job);
    } catch (const Exception&) {
        failure = std::current_exception();
    }
    job.on_cancel(nullptr);
    channel.resume();
    if (!failure)
        co_return std::nullopt;
    JobFailure job_failure = to_failure(failure);
    note_failure(job_failure, job);
    co_await slots_.recover(channel, stores());
    if (job_failure.refusal == sbnw::Result::refused) {
        const std::string hint = co_await signing_hint(channel);
        if (!hint.empty())
            job_failure.error.hint = hint;
        if (!hint.empty() && job.task().operation == Operation::provision)
            retained_.retries.explain(hint);
    }
    co_return job_failure.error;
}

asio::awaitable<void> Modem::do_job(at::Channel& channel, Job& job) {
    const bool writes = job.task().operation != Operation::refresh;
    if (const auto error = rivalry(); error && writes)
        throw Exception(*error);
    if (!writes || !slots_.fresh()) {
        job.set_step(StepCode::reading);
        co_await slots_.look(channel, stores());
    }
    if (change_)
        co_await apply_operation(channel, job);
    else if (writes)
        co_await apply_policy(channel, job);
}

/// Records the failure and whether to retry. Throws it if the session was cancelled, not the job.
void Modem::note_failure(const JobFailure& job_failure, const Job& job) {
    if (job_failure.error.code == ErrorCode::cancelled && !job.cancelled()) {
        // The port went before the modem was missed: the next attempt waits all the same.
        if (job.task().operation == Operation::provision)
            retained_.retries.failed({.error = modem_gone(identity_.imei), .refusal = std::nullopt});
        throw Exception(job_failure.error);
    }
    reporter_.failed(job, job_failure.error);
    if (job.task().operation != Operation::provision)
        return;
    cancelled_ = job.cancelled() && !corrected_;
    if (job.cancelled() || corrected_)
        return;
    if (blocked_)
        retained_.retries.postponed(job_failure.error);
    else
        retained_.retries.failed(job_failure);
}

asio::awaitable<void> Modem::apply_policy(at::Channel& channel, Job& job) {
    const auto slot = job.task().slot;
    const auto policies = host_.policies();
    const auto* policy = value_or_throw(policy::may_provision(*policies, attributes_, slot));
    const PreparedPlan prepared_plan = co_await prepare(*policy, slot);
    desired_ = prepared_plan.desired;
    if (prepared_plan.blocker) {
        blocked_ = true;
        throw Exception(*prepared_plan.blocker);
    }
    if (prepared_plan.steps.empty())
        co_return;
    show(ModemState::provisioning, ReasonCode::provisioning,
         fmt::format("policy '{}' is being applied", policy->name));
    if (policy->require_clock)
        co_await at::set_clock(channel, now());
    co_await slots_.apply(channel, job, prepared_plan, stores());
    retained_.record.last_provisioned = now();
    for (const PreparedStep& each : prepared_plan.steps)
        retained_.rewrites.record(each.step.address, each.content.certificate,
                                  retained_.record.last_provisioned);
    cancelled_ = false;
    retained_.retries.reset();
    reporter_.provisioned(job, prepared_plan.steps.size());
    co_await host_.save(identity_.imei, retained_.record);
}

asio::awaitable<void> Modem::apply_operation(at::Channel& channel, Job& job) {
    const auto policies = host_.policies();
    const auto* policy = value_or_throw(policy::may_change(*policies, attributes_, change_->address));
    auto work = [](const PlanRequest& given, const std::shared_ptr<const SlotOperation>& what) {
        return bgs2::prepare(given, *what);
    };
    PlanRequest plan_request = plan_request_for(policy, std::nullopt);
    const PreparedPlan prepared_plan = co_await in_background(
        host_.background(), background_task("read the files of the policy to change", identity_.imei), work,
        std::move(plan_request), change_);
    if (prepared_plan.blocker)
        throw Exception(*prepared_plan.blocker);
    show(ModemState::provisioning, ReasonCode::changing, "requested: " + job.task().description);
    if (policy != nullptr && policy->require_clock)
        co_await at::set_clock(channel, now());
    co_await slots_.apply(channel, job, prepared_plan, stores());
    reporter_.changed(job);
}

/// The stores that the policy or the requested operation uses.
std::set<Store> Modem::stores() const {
    std::set<Store> stores{Store::tls};
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
    return policy::first_match(policies, attributes_);
}

/// Errors: DeviceGone, Busy.
Expected<void> Modem::ready() const {
    if (gone_)
        return std::unexpected(modem_gone(identity_.imei));
    if (job_)
        return fail(ErrorCode::busy,
                    fmt::format("job {} ({}) is running on modem {}", job_->number(),
                                word(job_->task().operation), identity_.imei),
                    "wait until the job finishes, or cancel it");
    return {};
}

Expected<std::shared_ptr<Job>> Modem::request(Task task) {
    if (auto is_ready = ready(); !is_ready)
        return std::unexpected(std::move(is_ready.error()));
    if (auto error = rivalry(); error && task.operation != Operation::refresh)
        return std::unexpected(std::move(*error));
    if (task.operation == Operation::provision)
        retained_.rewrites.clear();
    job_ = host_.new_job(std::move(task), identity_.imei);
    job_->on_cancel([this] { wake(); });
    wake();
    return job_;
}

Expected<std::shared_ptr<Job>> Modem::request(SlotOperation change) {
    const auto policies = host_.policies();
    if (auto policy = policy::may_change(*policies, attributes_, change.address); !policy)
        return std::unexpected(std::move(policy.error()));
    auto job = request(change.task);
    if (job)
        change_ = std::make_shared<const SlotOperation>(std::move(change));
    return job;
}

void Modem::show(const StateAssessment& assessment) {
    if (assessment == shown_)
        return;
    reporter_.state_changed(assessment, shown_);
    shown_ = assessment;
    host_.modem_changed(*this);
}

} // namespace bgs2
