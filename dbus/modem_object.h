// SPDX-License-Identifier: Apache-2.0
// io.bgs2d1.Modem: a modem on the bus.
#pragma once

#include "daemon/base/immovable.h"
#include "daemon/modem/modem.h"
#include "dbus/adaptor.h"
#include "dbus/authority.h"
#include "dbus/dictionary.h"
#include "dbus/hand_over.h"
#include "dbus/sdbus/sdbus.h"
#include "dbus/serve.h"

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace bgs2::dbus {

class ModemObject final
  : public sdbus::AdaptorInterfaces<io::bgs2d1::Modem_adaptor, sdbus::Properties_adaptor,
                                    sdbus::ManagedObject_adaptor>,
    Immovable {
  public:
    ModemObject(sdbus::IConnection& connection, ReplyContext context, std::shared_ptr<bgs2::Modem> modem,
                std::shared_ptr<Authority> authority, std::shared_ptr<HandOvers> hand_overs);
    ~ModemObject();

    /// Emits the properties that changed since the last call.
    void publish();

  private:
    /// The values of the properties that change, as last published.
    struct Values {
        std::string state;
        bgs2::ReasonCode reason_code = {};
        std::string reason_error;
        std::string reason;
        std::string hint;
        std::string policy;
        sbnw::Inventory inventory;
        std::map<SlotAddress, Compliance> compliance;
        std::map<SlotAddress, KeyStatus> keys;
        std::vector<SlotFinding> findings;
        std::uint64_t last_provisioned = 0;
        std::uint64_t retry_at = 0;
        std::uint64_t last_verified = 0;
        bgs2::PortUse port_use = {};
        std::string port_holder;

        bool operator==(const Values&) const = default;
    };
    [[nodiscard]] Values values() const;

    void Provision(sdbus::Result<sdbus::ObjectPath>&& result, Dictionary options) override;
    void Plan(sdbus::Result<std::vector<Dictionary>>&& result, Dictionary options) override;
    void InstallCertificate(sdbus::Result<sdbus::ObjectPath>&& result, std::uint32_t slot,
                            sdbus::UnixFd certificate, Dictionary options) override;
    void EraseCertificate(sdbus::Result<sdbus::ObjectPath>&& result, std::uint32_t slot,
                          Dictionary options) override;
    void SendFrame(sdbus::Result<sdbus::ObjectPath>&& result, sdbus::UnixFd frame,
                   Dictionary options) override;
    void Refresh(sdbus::Result<sdbus::ObjectPath>&& result, Dictionary options) override;
    void Trust(sdbus::Result<>&& result, Dictionary options) override;

    Text Imei() override { return modem_->identity().imei; }
    Text Model() override { return modem_->identity().model; }
    Text Revision() override { return modem_->identity().revision; }
    Text Port() override { return modem_->port(); }
    Text PortPath() override { return modem_->attributes().port_path; }
    Text State() override { return word(modem_->state()); }
    Text Reason() override { return modem_->reason(); }
    Text Hint() override { return modem_->hint(); }
    Text Policy() override { return modem_->policy(); }
    Text ReasonCode() override { return word(modem_->reason_code()); }
    Text ReasonError() override { return values().reason_error; }
    std::vector<Dictionary> Slots() override;
    std::vector<Dictionary> OtherStores() override;
    std::vector<Dictionary> Findings() override;
    std::uint64_t LastProvisioned() override { return values().last_provisioned; }
    std::uint64_t RetryAt() override { return values().retry_at; }
    std::uint64_t LastVerified() override { return seconds(modem_->last_verified()); }
    Text PortUse() override { return word(modem_->port_use()); }
    Text PortHolder() override { return modem_->port_holder(); }

    /// The slots of the TLS store, or of all other stores.
    [[nodiscard]] std::vector<Dictionary> slots(bool tls) const;

    ReplyContext context_;
    std::shared_ptr<bgs2::Modem> modem_;
    std::shared_ptr<Authority> authority_;
    std::shared_ptr<HandOvers> hand_overs_;
    Values published_;
};

} // namespace bgs2::dbus
