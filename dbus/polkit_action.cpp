// SPDX-License-Identifier: Apache-2.0
#include "dbus/polkit_action.h"

#include <algorithm>

namespace bgs2::dbus {
namespace {

struct Row {
    PolkitAction right;
    std::string_view action;
    std::string_view words;
};

constexpr std::array rows{
    Row{PolkitAction::provision, "io.bgs2d1.provision", "provision modems"},
    Row{PolkitAction::install_certificate, "io.bgs2d1.install-certificate", "write certificates into modems"},
    Row{PolkitAction::erase_certificate, "io.bgs2d1.erase-certificate", "erase certificates from modems"},
    Row{PolkitAction::manage, "io.bgs2d1.manage", "manage bgs2d"},
};

const Row& row(PolkitAction right) {
    return *std::ranges::find(rows, right, &Row::right);
}

} // namespace

std::string_view action(PolkitAction right) {
    return row(right).action;
}

std::string_view words(PolkitAction right) {
    return row(right).words;
}

PolkitAction right_to(Operation operation) {
    switch (operation) {
    case Operation::provision:
    case Operation::refresh:
        return PolkitAction::provision;
    case Operation::install:
    case Operation::send:
        return PolkitAction::install_certificate;
    case Operation::erase:
        return PolkitAction::erase_certificate;
    }
    return PolkitAction::manage;
}

} // namespace bgs2::dbus
