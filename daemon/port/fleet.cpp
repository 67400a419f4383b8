// SPDX-License-Identifier: Apache-2.0
#include "daemon/port/fleet.h"

#include "daemon/base/imei.h"
#include "daemon/base/spawn.h"
#include "daemon/modem/key_binding.h"
#include "daemon/policy/match.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>
#include <utility>

namespace bgs2 {
namespace {

/// The properties that identify a port for users.
std::map<std::string, std::string> identifying(const PortInfo& port) {
    std::map<std::string, std::string> result;
    for (const auto& [name, value] : port.properties) {
        if (name.starts_with("ID_"))
            result.emplace(name, value);
    }
    return result;
}

/// Whether the port belongs to a modem on USB, whose ports all lead to the same module. The ports of an
/// adapter can lead to different ones.
bool is_of_module(const PortInfo& port) {
    constexpr std::array vendors{"1e2d", "0681"}; // families.md §1
    return std::ranges::find(vendors, port.property("ID_VENDOR_ID")) != vendors.end();
}

/// The place of one port: of a USB port with its interface, unlike place_of().
std::string place_of_port(const PortInfo& port) {
    const std::string id_path = port.property("ID_PATH");
    return place_of(port) == port.device || id_path.empty() ? port.device : id_path;
}

bool is_named(const PortInfo& port, const std::filesystem::path& device) {
    return port.device == device || std::ranges::find(port.links, device.string()) != port.links.end();
}

} // namespace

Fleet::Fleet(asio::any_io_executor loop, Environment environment, Log log)
  : loop_(std::move(loop))
  , background_(environment.background)
  , credentials_(std::move(environment.credentials))
  , history_(environment.history)
  , records_(environment.records)
  , lock_directory_(std::move(environment.locks))
  , log_(std::move(log))
  , sources_(
        loop_, background_, PathWatch::Kind::files, PathWatch::renewal,
        [this](const auto& files) { on_files_changed(files); }, log_)
  , jobs_(loop_, *this) {
    for (auto& [imei, record] : records_.load())
        retained_[imei].record = std::move(record);
}

void Fleet::set_port_rules(std::vector<PortRule> rules) {
    port_rules_ = std::move(rules);
    for (auto& [device, entry] : ports_)
        update_port(entry);
}

void Fleet::set_policies(policy::Policies policies, std::uint64_t generation, std::string problem) {
    policies_ = std::make_shared<const policy::Policies>(std::move(policies));
    generation_ = generation;
    policy_problem_ = std::move(problem);
    for (auto& [imei, retained] : retained_)
        retained.retries.reset();
    for (const auto& [imei, modem] : modems_)
        modem->policy_changed();
    retry_duplicates(); // `bind` may be another
}

void Fleet::port_added(const PortInfo& port) {
    PortEntry& entry = ports_[port.device];
    if (entry.session && entry.info == port) {
        entry.session->retry();
        return;
    }
    release_port(entry, End::after_frame); // policies match by its properties, which have changed
    entry.info = port;
    update_port(entry);
}

void Fleet::port_removed(const std::string& device) {
    const auto found = ports_.find(device);
    if (found == ports_.end())
        return;
    release_port(found->second, End::at_once);
    ports_.erase(found);
}

void Fleet::on_conflict(const std::string& physical_device) {
    for (auto& [device, entry] : ports_) {
        if (entry.session && entry.info.physical_device == physical_device) {
            release_port(entry, End::after_frame);
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

asio::awaitable<void> Fleet::stop() {
    stopped_ = true;
    sources_.stop();
    jobs_.stop();
    std::vector<std::shared_ptr<PortSession>> in_frame;
    for (auto& [device, entry] : ports_) {
        if (entry.session && entry.session->stop_after_frame())
            in_frame.push_back(entry.session);
    }
    for (const auto& session : in_frame)
        co_await session->end();
}

std::vector<PortStatus> Fleet::ports() const {
    std::vector<PortStatus> list;
    for (const auto& [device, entry] : ports_) {
        PortStatus status{.device = device,
                          .path = entry.info.property("ID_PATH"),
                          .state = PortState::ignored,
                          .code = entry.match.naming == Naming::excluded ? PortCode::excluded
                                                                         : PortCode::not_named,
                          .naming = entry.match.naming,
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
            status.use = session->use();
            status.holder = session->use() == PortUse::waiting ? session->holder() : "";
            status.work = session->work();
            status.waiting_since = session->waiting_since();
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
                            .code = PortCode::absent,
                            .naming = Naming::configured,
                            .reason = "named in bgs2d.toml, but does not exist",
                            .hint = "",
                            .imei = "",
                            .retry_at = std::nullopt,
                            .inhibited = false,
                            .properties = {}});
    }
    return list;
}

std::shared_ptr<PortSession> Fleet::session_of(const std::string& device) const {
    const auto entry = std::ranges::find_if(
        ports_, [&device](const auto& each) { return is_named(each.second.info, device); });
    return entry == ports_.end() ? nullptr : entry->second.session;
}

asio::awaitable<void> Fleet::reserve_port(std::string device, std::string client) {
    const auto session = session_of(device);
    if (!session)
        throw Exception(Error{ErrorCode::not_found, fmt::format("bgs2d does not use the port {}", device),
                              "see 'bgs2ctl ports' for the ports that it uses"});
    const std::string node = session->port().device;
    bool finished = co_await session->finish_work();
    if (session_of(device) != session)
        throw Exception(Error{ErrorCode::device_gone, fmt::format("{} was unplugged", node),
                              "plug it in, and call again"});
    if (const auto other = reservations_.find(node); other != reservations_.end() && other->second != client)
        throw Exception(Error{ErrorCode::busy, fmt::format("another program has reserved {}", node),
                              "call again when it has released the port"});
    if (finished) {
        reservations_[node] = client;
        if (session->modem()) // a port that is kept is released now
            session->modem()->wake();
        finished = co_await session->finish_work();
    }
    if (finished)
        co_return;
    reservations_.erase(node);
    throw Exception(Error{ErrorCode::modem_timeout,
                          fmt::format("bgs2d has not finished its work on {} yet", node), "call again"});
}

Expected<void> Fleet::end_reservation(const std::string& device, const std::string& client) {
    const auto found = std::ranges::find_if(reservations_, [&](const auto& each) {
        const auto& [node, owner] = each;
        const auto entry = ports_.find(node);
        return owner == client &&
               (node == device || (entry != ports_.end() && is_named(entry->second.info, device)));
    });
    if (found == reservations_.end())
        return fail(ErrorCode::not_found, fmt::format("you have not reserved the port {}", device),
                    "call BorrowPort first, on the same connection to the bus");
    remove_reservation(std::string(found->first));
    return {};
}

void Fleet::remove_reservation(const std::string& node) {
    reservations_.erase(node);
    if (const auto session = session_of(node))
        session->retry();
}

void Fleet::end_reservations(const std::string& client) {
    const auto reserved = reservations_;
    for (const auto& [node, owner] : reserved) {
        if (owner == client)
            remove_reservation(node);
    }
}

std::string Fleet::reserved_by(const PortInfo& port) const {
    const auto found = reservations_.find(port.device);
    return found == reservations_.end() ? std::string() : found->second;
}

asio::awaitable<void> Fleet::suspend() {
    suspended_ = true;
    std::vector<std::shared_ptr<PortSession>> ending;
    for (auto& [device, entry] : ports_) {
        if (!entry.session)
            continue;
        entry.session->stop_after_frame();
        ending.push_back(entry.session);
        ending_[device] = std::exchange(entry.session, nullptr);
        withdraw_claim(entry.info);
    }
    for (const auto& session : ending)
        co_await session->end();
}

void Fleet::resume() {
    suspended_ = false;
    for (auto& [device, entry] : ports_)
        update_port(entry);
}

void Fleet::device_use_changed() {
    for (const auto& [device, entry] : ports_) {
        if (entry.session && entry.session->use() == PortUse::waiting)
            entry.session->wake();
    }
}

Expected<std::shared_ptr<Modem>> Fleet::find(std::string_view imei) const {
    if (!is_imei_suffix(imei))
        return fail(ErrorCode::invalid_argument, fmt::format("'{}' is not an IMEI or a suffix of one", imei),
                    "see 'bgs2ctl list' for the modems");
    std::shared_ptr<Modem> found;
    for (const auto& [whole, modem] : modems_) {
        if (!whole.ends_with(imei))
            continue;
        if (found)
            return fail(ErrorCode::invalid_argument,
                        fmt::format("several modems have an IMEI that ends in '{}'", imei),
                        "give more digits");
        found = modem;
    }
    if (!found)
        return fail(ErrorCode::not_found, fmt::format("no modem has the IMEI '{}'", imei),
                    "see 'bgs2ctl list' for the modems and 'bgs2ctl ports' for the state of each port");
    return found;
}

void Fleet::update_port(PortEntry& entry) {
    entry.match = match_port(port_rules_, entry.info);
    if (!entry.match.matched()) {
        release_port(entry, End::after_frame);
    } else if (!entry.session && !suspended_ && !stopped_) {
        entry.session =
            std::make_shared<PortSession>(loop_, entry.info, static_cast<PortSession::Host&>(*this), log_);
        const auto before = ending_.extract(entry.info.device);
        entry.session->start(entry.match.why, before ? before.mapped().lock() : nullptr);
    }
}

void Fleet::release_port(PortEntry& entry, End when) {
    if (const auto session = std::exchange(entry.session, nullptr)) {
        if (when == End::at_once)
            session->stop();
        else
            session->stop_after_frame();
        ending_[session->port().device] = session;
    }
    withdraw_claim(entry.info);
}

std::shared_ptr<Job> Fleet::new_job(Task task, const std::string& imei) {
    return jobs_.add(std::move(task), imei);
}

asio::awaitable<bool> Fleet::save(std::string imei, ModemRecord record) {
    co_return co_await records_.save(std::move(imei), std::move(record));
}

Log Fleet::about(const std::string& imei, const std::string& port) const {
    return log_.with({{"BGS2_IMEI", imei}, {"BGS2_PORT", port}});
}

void Fleet::job_added(const std::shared_ptr<Job>& job) {
    if (observer_ != nullptr)
        observer_->job_added(job);
}

void Fleet::job_changed(const Job& job) {
    if (observer_ != nullptr)
        observer_->job_changed(job);
}

void Fleet::job_removed(const Job& job) {
    if (observer_ != nullptr)
        observer_->job_removed(job);
}

/// Watches the files of all modems.
void Fleet::sources_changed() {
    std::set<std::filesystem::path> files;
    for (const auto& [imei, modem] : modems_)
        files.insert(modem->sources().begin(), modem->sources().end());
    sources_.watch(files);
}

/// Notifies the modems that use one of these files.
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

void Fleet::wake(const Modem& modem) {
    if (const auto session = session_of(modem.port()))
        session->wake();
}

void Fleet::record(history::Entry entry) {
    entry.when = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
    entry.boot_id = boot_id_;
    entry.generation = generation_;
    history_.record(std::move(entry));
}

at::LineSettings Fleet::probe_settings(const PortInfo& port) const {
    // The modem is not identified yet: a policy that requires a model or an IMEI may match later.
    const policy::ModemAttributes attributes{.imei = "",
                                             .model = "",
                                             .serial = "",
                                             .port_path = port.property("ID_PATH"),
                                             .properties = port.properties};
    for (policy::Policy policy : *policies_) {
        policy.match.imei.reset();
        policy.match.model.reset();
        if (policy::explain(policy, attributes).matches)
            return policy.port.line;
    }
    return {};
}

at::LineSettings Fleet::line_settings(const Modem& modem) const {
    const policy::Policy* policy = policy::first_match(*policies_, modem.attributes());
    return policy == nullptr ? at::LineSettings{} : policy->port.line;
}

Expected<std::shared_ptr<Modem>> Fleet::admit(const at::ModuleIdentity& identity, const PortInfo& port) {
    const auto [place, is_new] = modems_.try_emplace(identity.imei);
    if (!is_new) {
        const Modem& other = *place->second;
        const policy::Policy* policy = policy::first_match(*policies_, other.attributes());
        if (other.place() == place_of(port) || (policy != nullptr && policy->bind == policy::Bind::none))
            return fail(ErrorCode::busy, fmt::format("another port of the modem {}", identity.imei));
        if (!is_there(other))
            return admit_elsewhere(identity, port);
        about(identity.imei, other.port())
            .with({{"BGS2_OTHER_PORT", port.device}})
            .event(Event::imei_twice, "{}: modems on {} and {} have this IMEI, nothing is written to either",
                   identity.imei, other.port(), port.device);
        claims_[port.device] = identity.imei;
        update_rivals(identity.imei);
        return std::unexpected(imei_twice(identity.imei, other.port(), port.device));
    }
    note_seen(identity, port);
    place->second = std::make_shared<Modem>(identity, port, retained_[identity.imei],
                                            static_cast<Modem::Host&>(*this), log_);
    about(identity.imei, port.device)
        .event(Event::modem_appeared, "{}: {} {} is on {}", identity.imei, identity.manufacturer,
               identity.model, port.device);
    if (observer_ != nullptr)
        observer_->modem_added(place->second);
    withdraw_claim(port);
    update_rivals(identity.imei); // of a third port
    return place->second;
}

/// Whether the modem was identified at its port a moment ago, or is there now.
bool Fleet::is_there(const Modem& modem) const {
    constexpr std::chrono::seconds moment{10};
    const auto session = session_of(modem.port());
    return (session && session->attempting()) || Modem::Clock::now() - modem.identified() < moment;
}

/// The modem answers on `port`; where it was identified before, it may be no more. A modem that bgs2d only
/// recalls is there no more; another one is identified again first.
Expected<std::shared_ptr<Modem>> Fleet::admit_elsewhere(const at::ModuleIdentity& identity,
                                                        const PortInfo& port) {
    Modem& other = *modems_.at(identity.imei);
    if (other.identified() != Modem::Clock::time_point{}) {
        contested_[port.device] = other.port();
        other.require_check();
        return fail(ErrorCode::busy,
                    fmt::format("the modem {} was on {} before", identity.imei, other.port()),
                    "bgs2d looks at that port first");
    }
    const auto session = session_of(other.port());
    if (session && session->modem().get() == &other) {
        session->forget_modem();
        return admit(identity, port);
    }
    return fail(ErrorCode::busy, // its session is ending: dismiss() has this port tried again
                fmt::format("the modem {} has not been removed from {} yet", identity.imei, other.port()));
}

/// Records who was identified at the place, so that recall() knows after a restart.
void Fleet::note_seen(const at::ModuleIdentity& identity, const PortInfo& port) {
    const LastSeen seen{.place = place_of_port(port),
                        .manufacturer = identity.manufacturer,
                        .model = identity.model,
                        .revision = identity.revision};
    retained_.try_emplace(identity.imei);
    for (auto& [imei, retained] : retained_) {
        LastSeen& last = retained.record.last_seen;
        if (imei != identity.imei && modems_.contains(imei)) // the modem has its record itself
            continue;
        if (imei == identity.imei ? last == seen : last.place != seen.place)
            continue;
        last = imei == identity.imei ? seen : LastSeen{};
        save_later(imei, retained.record);
    }
}

void Fleet::save_later(const std::string& imei, ModemRecord record) {
    const auto save = [](RecordStore& records, std::string whose, ModemRecord what) -> asio::awaitable<void> {
        co_await records.save(std::move(whose), std::move(what));
    };
    spawn(loop_, save(records_, imei, std::move(record)));
}

std::shared_ptr<Modem> Fleet::recall(const PortInfo& port) {
    const std::string place = place_of_port(port);
    const auto seen = std::ranges::find_if(
        retained_, [&place](const auto& each) { return each.second.record.last_seen.place == place; });
    if (seen == retained_.end() || modems_.contains(seen->first))
        return nullptr;
    const auto& [imei, retained] = *seen;
    const LastSeen& last = retained.record.last_seen;
    const at::ModuleIdentity identity{
        .manufacturer = last.manufacturer, .model = last.model, .revision = last.revision, .imei = imei};
    const auto modem =
        std::make_shared<Modem>(identity, port, retained, static_cast<Modem::Host&>(*this), log_);
    modems_.emplace(imei, modem);
    about(imei, port.device).info("{}: was last seen on {}, which another program has", imei, port.device);
    if (observer_ != nullptr)
        observer_->modem_added(modem);
    return modem;
}

std::vector<PortInfo> Fleet::other_ports_of_modem(const PortInfo& port) const {
    std::vector<PortInfo> others;
    for (const PortInfo& sibling : siblings(port)) {
        const auto& session = ports_.at(sibling.device).session;
        if (session->code() == PortReason(PortCode::duplicate) && reserved_by(sibling).empty())
            others.push_back(sibling);
    }
    return others;
}

std::vector<PortInfo> Fleet::siblings(const PortInfo& port) const {
    std::vector<PortInfo> found;
    for (const auto& [device, entry] : ports_) {
        if (device == port.device || !entry.session || !is_of_module(port) ||
            place_of(entry.info) != place_of(port))
            continue;
        const PortState state = entry.session->state();
        if (state != PortState::silent && state != PortState::not_a_modem)
            found.push_back(entry.info);
    }
    return found;
}

std::string Fleet::modem_of_sibling(const PortInfo& port) const {
    for (const PortInfo& sibling : siblings(port)) {
        if (const std::string imei = ports_.at(sibling.device).session->imei(); !imei.empty())
            return imei;
    }
    return {};
}

asio::awaitable<DeviceUse> Fleet::device_use(const PortInfo& port) {
    if (inhibitor_ == nullptr)
        co_return DeviceUse{};
    co_return co_await inhibitor_->use_of(port);
}

void Fleet::port_wanted(const std::string& device, const std::string& reason,
                        std::optional<std::chrono::sys_seconds> deadline) {
    if (observer_ != nullptr)
        observer_->port_wanted(device, reason, deadline);
}

void Fleet::port_released(const std::string& device) {
    std::erase_if(contested_, [&](const auto& each) {
        const auto& [contender, holder] = each;
        if (holder != device)
            return false;
        if (const auto session = session_of(contender))
            session->retry();
        return true;
    });
    if (observer_ != nullptr)
        observer_->port_released(device);
}

/// The port no longer shows the IMEI of a modem elsewhere.
void Fleet::withdraw_claim(const PortInfo& port) {
    const auto claim = claims_.find(port.device);
    if (claim == claims_.end())
        return;
    const std::string imei = claim->second;
    claims_.erase(claim);
    update_rivals(imei);
}

/// Tells the modem with this IMEI which other port has it.
void Fleet::update_rivals(const std::string& imei) {
    const auto modem = modems_.find(imei);
    if (modem == modems_.end())
        return;
    const auto rival =
        std::ranges::find_if(claims_, [&imei](const auto& claim) { return claim.second == imei; });
    modem->second->set_rival(rival == claims_.end() ? std::string() : rival->first);
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
    modem->leave();
    about(imei, modem->port()).event(Event::modem_gone, "{}: gone from {}", imei, modem->port());
    retained_[imei] = modem->retained();
    modems_.erase(imei);
    sources_changed();
    if (observer_ != nullptr)
        observer_->modem_removed(*modem);
    retry_duplicates();
}

void Fleet::retry_duplicates() {
    for (const auto& [device, entry] : ports_) {
        if (entry.session && entry.session->state() == PortState::duplicate)
            entry.session->retry();
    }
}

} // namespace bgs2
