// SPDX-License-Identifier: Apache-2.0
#include "cli/frame/frame_effect.h"

#include "cli/frame/annotate.h"
#include "cli/terminal/text.h"
#include "daemon/base/bytes.h"
#include "daemon/base/counted.h"

#include <fmt/format.h>

#include <chrono>

namespace bgs2::cli {
namespace {

using sbnw::Parameter;
using sbnw::ParameterId;

std::string slot_text(const sbnw::Frame& frame, std::string_view store) {
    const Parameter* slot = frame.find(ParameterId::slot);
    const Parameter* named = frame.find(ParameterId::store);
    const std::string in = printable(named == nullptr ? store : named->text());
    if (slot == nullptr || slot->data.size() < 2)
        return "a slot of " + in;
    return fmt::format("slot {} of {}", slot_of(*slot), in);
}

std::string certificate_text(const Parameter& parameter) {
    const auto certificates = certificates_of(parameter.data);
    if (!certificates || certificates->empty())
        return "an invalid certificate of " + counted(parameter.data.size(), "byte");
    const pki::Certificate& first = certificates->front();
    const std::string others =
        certificates->size() == 1 ? "" : fmt::format(" and {} more", certificates->size() - 1);
    return fmt::format("{}, expires {}{}", printable(first.subject()),
                       iso_day(std::chrono::floor<std::chrono::seconds>(first.not_after())), others);
}

std::string key_text(const Parameter& parameter) {
    const KeyFacts facts = key_facts(parameter.data);
    return facts.kind.empty() ? "with an unreadable private key"
                              : fmt::format("with its private key ({} {})", facts.kind, facts.bits);
}

} // namespace

std::string effect_of(const sbnw::Frame& frame, std::string_view store) {
    const bool writes = frame.command == sbnw::Command::write_certificate;
    std::string text = fmt::format("{} {}", writes ? "writes" : "erases", slot_text(frame, store));
    if (const Parameter* certificate = frame.find(ParameterId::certificate))
        text += ": " + certificate_text(*certificate);
    if (const Parameter* key = frame.find(ParameterId::private_key))
        text += ", " + key_text(*key);
    if (const Parameter* imei = frame.find(ParameterId::imei))
        text += fmt::format("; valid for the modem {} only", printable(imei->text()));
    text += frame.find(ParameterId::signature) != nullptr ? "; signed" : "; not signed";
    return text + "; " + counted(frame.bytes.size(), "byte");
}

std::string done_by(const sbnw::Frame& frame, std::string_view store) {
    const bool writes = frame.command == sbnw::Command::write_certificate;
    return fmt::format("{} {}", slot_text(frame, store), writes ? "written" : "erased");
}

} // namespace bgs2::cli
