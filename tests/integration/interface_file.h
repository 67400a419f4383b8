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

} // namespace bgs2::test
