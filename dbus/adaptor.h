// SPDX-License-Identifier: Apache-2.0
// The adaptors that the build generates from io.bgs2d1.xml, with Text for each string and Value for each
// variant.
#pragma once

#include "dbus/sdbus/sdbus.h"
#include "dbus/text.h"

#include <string>
#include <tuple>

// sdbus-c++-xml2cpp writes std::string and sdbus::Variant, without a choice. Within the namespace of the
// adaptors these names are ours: a handler or getter that returns an unchecked string does not compile.
namespace io::bgs2d1 {
namespace std {
using namespace ::std; // NOLINT(google-build-using-namespace)
using string = bgs2::dbus::Text;
} // namespace std
namespace sdbus {
using namespace ::sdbus; // NOLINT(google-build-using-namespace)
using Variant = bgs2::dbus::Value;
} // namespace sdbus
} // namespace io::bgs2d1

#include <io.bgs2d1.adaptor.h>
