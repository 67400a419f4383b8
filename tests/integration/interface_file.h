// What io.bgs2d1.xml declares.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace bgs2::test {

struct Method {
    std::string interface;
    std::string name;
    std::vector<std::string> inputs; ///< types of what it is given
};

/// Every method of every interface in the file, in its order.
std::vector<Method> methods_of(const std::filesystem::path& file);

/// Every member that an introspection document declares for interfaces of bgs2d's, each in one line with all
/// that a caller can rely on: "io.bgs2d1.Job method Cancel", "io.bgs2d1.Job property Step s read true".
/// Sorted.
std::vector<std::string> declarations_in(std::string document);

} // namespace bgs2::test
