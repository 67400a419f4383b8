// dbus/io.bgs2d1.xml as a list of what is in it, comments included, which every library for D-Bus throws
// away.
#pragma once

#include <filesystem>
#include <map>
#include <string>
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
    std::string type; ///< of a property
    std::vector<Argument> arguments;
    std::string comment; ///< directly in front of it; empty if there is none
};

struct InterfaceFile {
    std::string comment; ///< on the whole
    std::vector<Documented> all;
};

/// Throws std::runtime_error if the file can not be read.
InterfaceFile read_interface_file(const std::filesystem::path& file);

} // namespace bgs2::test
