// SPDX-License-Identifier: Apache-2.0
// An introspection document, io.bgs2d1.xml or what an object on the bus says of itself, as a list of what is
// in it; comments included, which every library for D-Bus throws away.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace bgs2::test {

struct Argument {
    std::string name;
    std::string type;
    std::string direction; ///< "in", "out"; empty of a signal's
};

/// An interface, or a member of one.
struct Documented {
    std::string kind; ///< "interface", "method", "property", "signal"
    std::string interface;
    std::string name;
    std::string type;   ///< of a property
    std::string access; ///< of a property: "read"
    std::string emits;  ///< of a property: "true", "const", "invalidates", "false" (EmitsChangedSignal)
    std::vector<Argument> arguments;
    std::string comment; ///< directly in front of it; empty if there is none
};

struct Introspection {
    std::string comment; ///< on the whole
    std::vector<Documented> all;
};

Introspection read_introspection(std::string_view document);

/// Every member of bgs2d's own interfaces, each in one line with all that a caller can rely on:
/// "io.bgs2d1.Job method Cancel", "io.bgs2d1.Job property Step s read true". Sorted.
std::vector<std::string> declarations(const Introspection& introspection);

} // namespace bgs2::test
