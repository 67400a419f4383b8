// SPDX-License-Identifier: Apache-2.0
// io.bgs2d1.Job: a job on the bus.
#pragma once

#include "daemon/base/immovable.h"
#include "daemon/modem/job.h"
#include "dbus/authority.h"
#include "dbus/serve.h"

#include <sdbus-c++/sdbus-c++.h>

#include <cstdint>
#include <io.bgs2d1.adaptor.h>
#include <memory>
#include <string>

namespace bgs2::dbus {

class JobObject final : public sdbus::AdaptorInterfaces<io::bgs2d1::Job_adaptor, sdbus::Properties_adaptor,
                                                        sdbus::ManagedObject_adaptor>,
                        Immovable {
  public:
    JobObject(sdbus::IConnection& connection, ReplyContext context, std::shared_ptr<bgs2::Job> job,
              std::shared_ptr<Authority> authority);
    ~JobObject();

    /// Emits the changed properties.
    void publish();

  private:
    void Cancel(sdbus::Result<>&& result) override;

    std::string Operation() override { return std::string(word(job_->task().operation)); }
    sdbus::ObjectPath Modem() override;
    std::string Description() override { return job_->task().description; }
    std::string Step() override { return job_->step(); }
    std::string StepCode() override { return std::string(word(job_->step_code())); }
    double Progress() override { return job_->progress(); }
    std::uint64_t BytesSent() override { return job_->bytes_sent(); }
    std::uint64_t BytesTotal() override { return job_->bytes_total(); }
    std::uint64_t StartTime() override;
    std::uint64_t EndTime() override;
    std::string Error() override;
    std::string Message() override;

    ReplyContext context_;
    std::shared_ptr<bgs2::Job> job_;
    std::shared_ptr<Authority> authority_;
};

} // namespace bgs2::dbus
