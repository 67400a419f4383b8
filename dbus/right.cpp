#include "dbus/right.h"

#include <algorithm>

namespace bgs2::dbus {
namespace {

struct Row {
    Right right;
    std::string_view action;
    std::string_view words;
};

constexpr std::array rows{
    Row{Right::provision, "io.bgs2d1.provision", "provision modems"},
    Row{Right::install_certificate, "io.bgs2d1.install-certificate", "write certificates into modems"},
    Row{Right::erase_certificate, "io.bgs2d1.erase-certificate", "erase certificates from modems"},
    Row{Right::manage, "io.bgs2d1.manage", "manage bgs2d"},
};

const Row& row(Right right) {
    return *std::ranges::find(rows, right, &Row::right);
}

} // namespace

std::string_view action(Right right) {
    return row(right).action;
}

std::string_view words(Right right) {
    return row(right).words;
}

Right right_to(Operation operation) {
    switch (operation) {
    case Operation::provision:
    case Operation::refresh:
        return Right::provision;
    case Operation::install:
    case Operation::send:
        return Right::install_certificate;
    case Operation::erase:
        return Right::erase_certificate;
    }
    return Right::manage;
}

} // namespace bgs2::dbus
