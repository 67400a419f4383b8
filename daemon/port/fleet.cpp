// SPDX-License-Identifier: Apache-2.0
#include "daemon/port/fleet.h"

#include "daemon/policy/match.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace bgs2 {
namespace {

/// How long a finished job can be looked at.
constexpr std::chrono::minutes job_retention{1};

/// The properties by which people tell ports apart.
std::map<std::string, std::string> identifying(const PortInfo& port) {
    std::map<std::string, std::string> result;
    for (const auto& [name, value] : port.properties) {
        if (name.starts_with("ID_"))
            result.emplace(name, value);
    }
    return result;
}

bool is_named(const PortInfo& port, const std::filesystem::path& device) {
    return port.device == device || std::ranges::find(port.links, device.string()) != port.links.end();
}

} // namespace

Fleet::Fleet(asio::any_io_executor loop, asio::any_io_executor background, std::filesystem::path credentials,
             history::Recorder& history, Log log)
  : loop_(std::move(loop))
  , background_(std::move(background))
  , credentials_(std::move(credentials))
  , history_(history)
  , log_(std::move(log))
  , sources_(loop_, PathWatch::Kind::files, PathWatch::renewal,
             [this](const auto& files) { on_files_changed(files); }) {}

void Fleet::set_port_rules(std::vector<PortRule> rules) {
    port_rules_ = std::move(rules);
    for (auto& [device, entry] : ports_)
        update_port(entry);
}

void Fleet::set_policies(policy::Policies policies, std::uint64_t generation, std::string problem) {
    policies_ = std::make_shared<const policy::Policies>(std::move(policies));
    generation_ = generation;
    policy_problem_ = std::move(problem);
    for (const auto& [imei, modem] : modems_)
        modem->policy_changed();
}

void Fleet::port_added(const PortInfo& port) {
    PortEntry& entry = ports_[port.device];
    if (entry.session && entry.info == port) {
        entry.session->retry();
        return;
    }
    release_port(entry); // its properties, by which policies match, are others now
    entry.info = port;
    update_port(entry);
}

void Fleet::port_removed(const std::string& device) {
    const auto found = ports_.find(device);
    if (found == ports_.end())
        return;
    release_port(found->second);
    ports_.erase(found);
}

void Fleet::on_conflict(const std::string& physical_device) {
    for (auto& [device, entry] : ports_) {
        if (entry.session && entry.info.physical_device == physical_device) {
            release_port(entry);
            update_port(entry);
        }
    }
}

void Fleet::clock_changed() {
    for (const auto& [imei, modem] : modems_)
        modem->clock_changed();
}

void Fleet::retry_ports() {
    for (const auto& [device, entry] : ports_) {
        if (entry.session)
            entry.session->retry();
    }
}

void Fleet::stop() {
    stopped_ = true;
    sources_.stop();
    for (auto& [number, kept] : jobs_)
        kept.retention.cancel();
    for (auto& [device, entry] : ports_)
        release_port(entry);
}

std::vector<PortStatus> Fleet::ports() const {
    std::vector<PortStatus> list;
    for (const auto& [device, entry] : ports_) {
        PortStatus status{.device = device,
                          .path = entry.info.property("ID_PATH"),
                          .state = PortState::ignored,
                          .code = entry.match.naming == Naming::excluded ? "excluded" : "not-named",
                          .reason = entry.match.why,
                          .hint = "",
                          .imei = "",
                          .retry_at = std::nullopt,
                          .inhibited = false,
                          .properties = identifying(entry.info)};
        if (const auto& session = entry.session) {
            status.state = session->state();
            status.code = session->code();
            status.reason = session->reason().what;
            status.hint = session->reason().hint;
            status.imei = session->imei();
            status.retry_at = session->retry_at();
            status.inhibited = session->inhibited();
        }
        list.push_back(std::move(status));
    }
    for (const PortRule& rule : port_rules_) {
        const auto is_there = [&](const auto& entry) { return is_named(entry.second.info, *rule.device); };
        if (rule.device && std::ranges::none_of(ports_, is_there))
            list.push_back({.device = *rule.device,
                            .path = "",
                            .state = PortState::absent,
                            .code = "absent",
                            .reason = "named in bgs2d.toml, does not exist",
                            .hint = "",
                            .imei = "",
                            .retry_at = std::nullopt,
                            .inhibited = false,
                            .properties = {}});
    }
    return list;
}

Expected<std::shared_ptr<Modem>> Fleet::find(std::string_view imei) const {
    std::shared_ptr<Modem> found;
    for (const auto& [whole, modem] : modems_) {
        if (!whole.ends_with(imei))
            continue;
        if (found)
            return fail(ErrorCode::invalid_argument,
                        fmt::format("several modems have an IMEI that ends with '{}'", imei),
                        "give more of its digits");
        found = modem;
    }
    if (!found)
        return fail(ErrorCode::not_found, fmt::format("there is no modem with the IMEI '{}'", imei),
                    "'bgs2ctl list' shows those that are there, 'bgs2ctl ports' why others are not");
    return found;
}

void Fleet::update_port(PortEntry& entry) {
    entry.match = match_port(port_rules_, entry.info);
    if (!entry.match.matched()) {
        release_port(entry);
    } else if (!entry.session) {
        entry.session =
            std::make_shared<PortSession>(loop_, entry.info, static_cast<PortSession::Host&>(*this), log_);
        entry.session->start(entry.match.why);
    }
}

void Fleet::release_port(PortEntry& entry) {
    if (const auto session = std::exchange(entry.session, nullptr))
        session->stop();
}

std::shared_ptr<Job> Fleet::new_job(Task task, const std::string& imei) {
    const auto number = ++last_job_;
    auto job = std::make_shared<Job>(number, std::move(task), imei,
                                     [this](const Job& changed) { job_changed(changed); });
    jobs_.emplace(number, KeptJob{.job = job, .retention = asio::steady_timer(loop_)});
    if (observer_ != nullptr)
        observer_->job_added(job);
    return job;
}

Log Fleet::about(const std::string& imei, const std::string& port) const {
    return log_.with({{"BGS2_IMEI", imei}, {"BGS2_PORT", port}});
}

void Fleet::job_changed(const Job& job) {
    if (observer_ != nullptr)
        observer_->job_changed(job);
    if (!job.finished() || stopped_)
        return;
    const auto kept = jobs_.find(job.number());
    kept->second.retention.expires_after(job_retention);
    kept->second.retention.async_wait([this, number = job.number()](const std::error_code& cancelled) {
        if (cancelled)
            return;
        const auto expired = jobs_.extract(number);
        if (observer_ != nullptr)
            observer_->job_removed(*expired.mapped().job);
    });
}

/// Watches the files of all modems.
void Fleet::sources_changed() {
    std::set<std::filesystem::path> files;
    for (const auto& [imei, modem] : modems_)
        files.insert(modem->sources().begin(), modem->sources().end());
    sources_.watch(files);
}

/// Tells those modems that some of these files are for.
void Fleet::on_files_changed(const std::vector<std::filesystem::path>& files) {
    for (const auto& file : files)
        log_.info("{} has changed", file.native());
    for (const auto& [imei, modem] : modems_) {
        const auto& sources = modem->sources();
        if (std::ranges::any_of(files, [&sources](const auto& file) { return sources.contains(file); }))
            modem->sources_changed();
    }
}

void Fleet::modem_changed(const Modem& modem) {
    if (observer_ != nullptr)
        observer_->modem_changed(modem);
}

void Fleet::record(history::Entry entry) {
    entry.when = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
    entry.boot_id = boot_id_;
    entry.generation = generation_;
    history_.record(std::move(entry));
}

at::LineSettings Fleet::probe_settings(const PortInfo& port) const {
    // Who is there is not known yet: a policy that asks for a model or an IMEI may well be the one.
    const policy::ModemAttributes attributes{.imei = "",
                                             .model = "",
                                             .serial = "",
                                             .port = port.property("ID_PATH"),
                                             .properties = port.properties};
    for (policy::Policy policy : *policies_) {
        policy.match.imei.reset();
        policy.match.model.reset();
        if (policy::explain(policy, attributes).matches)
            return policy.port;
    }
    return {};
}

at::LineSettings Fleet::line_settings(const Modem& modem) const {
    const policy::Policy* policy = policy::first_match(*policies_, modem.attributes());
    return policy == nullptr ? at::LineSettings{} : policy->port;
}

std::shared_ptr<Modem> Fleet::admit(const at::ModuleIdentity& identity, const PortInfo& port) {
    const auto [place, is_new] = modems_.try_emplace(identity.imei);
    if (!is_new)
        return nullptr;
    place->second = std::make_shared<Modem>(identity, port, retained_[identity.imei],
                                            static_cast<Modem::Host&>(*this), log_);
    about(identity.imei, port.device)
        .event(Event::modem_appeared, "{}: {} {} is on {}", identity.imei, identity.manufacturer,
               identity.model, port.device);
    if (observer_ != nullptr)
        observer_->modem_added(place->second);
    return place->second;
}

asio::awaitable<std::unique_ptr<Inhibition>> Fleet::inhibit(const PortInfo& port, bool claimed) {
    if (inhibitor_ == nullptr)
        co_return nullptr;
    co_return co_await inhibitor_->inhibit(port, claimed);
}

std::unique_ptr<at::Tap> Fleet::tap(const PortInfo& port) {
    return traces_ ? traces_->begin(port.device) : nullptr;
}

void Fleet::dismiss(const std::shared_ptr<Modem>& modem) {
    const std::string& imei = modem->identity().imei;
    about(imei, modem->port()).event(Event::modem_gone, "{}: gone from {}", imei, modem->port());
    retained_[imei] = modem->retained();
    modems_.erase(imei);
    sources_changed();
    if (observer_ != nullptr)
        observer_->modem_removed(*modem);
    for (const auto& [device, entry] : ports_) {
        if (entry.session && entry.session->state() == PortState::duplicate)
            entry.session->retry();
    }
}

} // namespace bgs2
