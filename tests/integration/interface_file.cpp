#include "tests/integration/interface_file.h"

#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string_view>

namespace bgs2::test {
namespace {

/// The value of an attribute in an element's text; empty if it has none of that name.
std::string attribute(std::string_view element, std::string_view name) {
    const std::string begin = " " + std::string(name) + "=\"";
    const auto found = element.find(begin);
    if (found == std::string_view::npos)
        return {};
    const auto from = found + begin.size();
    return std::string(element.substr(from, element.find('"', from) - from));
}

std::string without_comments(std::string text) {
    for (auto from = text.find("<!--"); from != std::string::npos; from = text.find("<!--", from)) {
        const auto to = text.find("-->", from);
        if (to == std::string::npos)
            throw std::runtime_error("a comment has no end");
        text.erase(from, to + 3 - from);
    }
    return text;
}

} // namespace

std::vector<Method> methods_of(const std::filesystem::path& file) {
    std::ifstream stream(file);
    const std::string text = without_comments({std::istreambuf_iterator(stream), {}});
    std::vector<Method> methods;
    std::string interface;
    bool in_method = false;
    for (auto from = text.find('<'); from != std::string::npos; from = text.find('<', from + 1)) {
        const std::string_view element = std::string_view(text).substr(from, text.find('>', from) - from);
        if (element.starts_with("<interface "))
            interface = attribute(element, "name");
        else if (element.starts_with("<method "))
            methods.push_back({.interface = interface, .name = attribute(element, "name"), .inputs = {}});
        else if (in_method && element.starts_with("<arg ") && attribute(element, "direction") == "in")
            methods.back().inputs.push_back(attribute(element, "type"));
        if (element.starts_with("<method "))
            in_method = !element.ends_with('/');
        else if (element == "</method")
            in_method = false;
    }
    return methods;
}

} // namespace bgs2::test
