// SPDX-License-Identifier: Apache-2.0
// Parses an introspection document: io.bgs2d1.xml, or the answer of an object on the bus. Keeps comments,
// which D-Bus libraries discard.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace bgs2::test {

struct Argument {
    std::string name;
    std::string type;
    std::string direction; ///< "in", "out"; empty for signals
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
    std::string comment; ///< directly before it; empty: none
};

struct Introspection {
    std::string comment; ///< of the document
    std::vector<Documented> all;
};

Introspection read_introspection(std::string_view document);

/// The members of the interfaces of bgs2d, one line each with all that callers depend on:
/// "io.bgs2d1.Job method Cancel", "io.bgs2d1.Job property Step s read true". Sorted.
std::vector<std::string> declarations(const Introspection& introspection);

} // namespace bgs2::test
