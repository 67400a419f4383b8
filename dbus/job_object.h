// SPDX-License-Identifier: Apache-2.0
// io.bgs2d1.Job: a job on the bus.
#pragma once

#include "daemon/base/immovable.h"
#include "daemon/modem/job.h"
#include "dbus/adaptor.h"
#include "dbus/authority.h"
#include "dbus/sdbus/sdbus.h"
#include "dbus/serve.h"

#include <cstdint>
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

    Text Operation() override { return word(job_->task().operation); }
    sdbus::ObjectPath Modem() override;
    Text Description() override { return job_->task().description; }
    Text Step() override { return job_->step(); }
    Text StepCode() override { return word(job_->step_code()); }
    double Progress() override { return job_->progress(); }
    std::uint64_t BytesSent() override { return job_->bytes_sent(); }
    std::uint64_t BytesTotal() override { return job_->bytes_total(); }
    std::uint64_t StartTime() override;
    std::uint64_t EndTime() override;
    Text Error() override;
    Text Message() override;

    ReplyContext context_;
    std::shared_ptr<bgs2::Job> job_;
    std::shared_ptr<Authority> authority_;
};

} // namespace bgs2::dbus
