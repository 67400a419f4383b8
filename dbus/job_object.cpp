// SPDX-License-Identifier: Apache-2.0
#include "dbus/job_object.h"

#include "dbus/dictionary.h"
#include "dbus/names.h"

#include <chrono>
#include <utility>

namespace bgs2::dbus {
namespace {

constexpr const char* job_interface = io::bgs2d1::Job_adaptor::INTERFACE_NAME;

asio::awaitable<void> cancel(std::shared_ptr<Authority> authority, Caller caller,
                             std::shared_ptr<bgs2::Job> job) {
    co_await authority->require(caller, required_action(job->task().operation));
    job->cancel();
}

} // namespace

JobObject::JobObject(sdbus::IConnection& connection, ReplyContext context, std::shared_ptr<bgs2::Job> job,
                     std::shared_ptr<Authority> authority)
  : AdaptorInterfaces(connection, job_path(job->number()))
  , context_(std::move(context))
  , job_(std::move(job))
  , authority_(std::move(authority)) {
    registerAdaptor();
    emitInterfacesAddedSignal({bus::InterfaceName(job_interface)});
}

JobObject::~JobObject() {
    try {
        emitInterfacesRemovedSignal({bus::InterfaceName(job_interface)});
    } catch (const sdbus::Error& e) {
        context_.failed("emit InterfacesRemoved of a job", e);
    }
    unregisterAdaptor();
}

void JobObject::publish() {
    bus::emit_changes(getObject(), job_interface,
                      {"Step", "StepCode", "Progress", "BytesSent", "BytesTotal"});
    if (job_->finished())
        bus::emit_changes(getObject(), job_interface, {"EndTime", "Error", "Message"});
}

void JobObject::Cancel(sdbus::Result<>&& result) {
    serve(context_, std::move(result), cancel(authority_, caller_of(getObject()), job_));
}

sdbus::ObjectPath JobObject::Modem() {
    return modem_path(job_->imei());
}

std::uint64_t JobObject::StartTime() {
    return seconds(job_->start_time());
}

std::uint64_t JobObject::EndTime() {
    const auto time = job_->end_time();
    return time ? seconds(*time) : 0;
}

Text JobObject::Error() {
    const auto& error = job_->error();
    return error ? word(error->code) : "";
}

Text JobObject::Message() {
    const auto& error = job_->error();
    return error ? to_lines(*error) : "";
}

} // namespace bgs2::dbus
