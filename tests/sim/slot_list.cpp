// SPDX-License-Identifier: Apache-2.0
#include "tests/sim/slot_list.h"

#include "tests/sim/certificate.h"
#include "tests/sim/readback.h"

#include <array>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

namespace bgs2::sim {
namespace {

ReadbackStyle::Labels labels_style(std::string_view text) {
    using Labels = ReadbackStyle::Labels;
    if (text == "missing")
        return Labels::some;
    return text == "bare" ? Labels::none : Labels::unquoted;
}

ReadbackStyle::Thumbprint thumbprint_style(std::string_view text) {
    using Thumbprint = ReadbackStyle::Thumbprint;
    if (text == "colons")
        return Thumbprint::colons;
    if (text == "sha256")
        return Thumbprint::sha256;
    return text == "unnamed" ? Thumbprint::unnamed : Thumbprint::none;
}

/// The arguments of the faults of a kind.
std::set<unsigned> slots_with(Faults& faults, FaultKind kind) {
    std::set<unsigned> slots;
    for (const auto& fault : faults.trigger(kind))
        slots.insert(number_argument(fault));
    return slots;
}

} // namespace

std::vector<std::string> slot_list(const Slots& slots, const std::string& store, bool chains,
                                   Faults& faults) {
    if (faults.triggered(FaultKind::no_rows))
        return {};
    ReadbackStyle style;
    style.old_expiry = faults.triggered(FaultKind::old_expiry);
    for (const auto& fault : faults.trigger(FaultKind::labels))
        style.labels = labels_style(fault.argument);
    for (const auto& fault : faults.trigger(FaultKind::thumbprint))
        style.thumbprint = thumbprint_style(fault.argument);
    std::array<unsigned, last_slot + 1> shown{};
    for (unsigned slot = 0; slot <= last_slot; ++slot)
        shown[slot] = slot;
    for (const auto& fault : faults.trigger(FaultKind::readback_slot))
        shown[slots_argument(fault).requested] = slots_argument(fault).shown;
    const auto corrupt = slots_with(faults, FaultKind::corrupt_slot);
    const auto bare_corrupt = slots_with(faults, FaultKind::bare_corrupt_slot);
    const auto unreadable = slots_with(faults, FaultKind::unreadable_row);
    const auto missing = slots_with(faults, FaultKind::missing_row);
    const auto cut = slots_with(faults, FaultKind::cut_row);

    std::vector<std::string> lines;
    for (unsigned slot = 0; slot <= last_slot; ++slot) {
        const auto* content = slots.at(store, shown[slot]);
        std::optional<CertificateInfo> info;
        if (content != nullptr)
            info = read_certificate(content->certificate, chains);
        std::string text = readback_line(slot, info, style);
        if (corrupt.contains(slot) || (content != nullptr && !info))
            text = corrupted_line(slot);
        else if (bare_corrupt.contains(slot))
            text = corrupted_line(slot).substr(std::string_view("^SBNR: ").size());
        else if (unreadable.contains(slot))
            text = unreadable_line(slot);
        if (cut.contains(slot)) {
            lines.push_back(text.substr(0, text.size() / 2));
            break;
        }
        if (!missing.contains(slot))
            lines.push_back(std::move(text));
    }
    return lines;
}

} // namespace bgs2::sim
