#include "tests/integration/interface_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string_view>
#include <utility>

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

/// What stands between "<" and ">", one after another.
std::vector<std::string_view> elements_of(std::string_view text) {
    std::vector<std::string_view> elements;
    for (auto from = text.find('<'); from != std::string_view::npos; from = text.find('<', from + 1))
        elements.push_back(text.substr(from, text.find('>', from) - from));
    return elements;
}

} // namespace

std::vector<Method> methods_of(const std::filesystem::path& file) {
    std::ifstream stream(file);
    const std::string text = without_comments({std::istreambuf_iterator(stream), {}});
    std::vector<Method> methods;
    std::string interface;
    bool in_method = false;
    for (const std::string_view element : elements_of(text)) {
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

std::vector<std::string> declarations_in(std::string document) {
    const std::string text = without_comments(std::move(document));
    std::vector<std::string> declarations;
    std::string interface;
    std::string property; // its change signal may be told behind it
    std::string emits;
    for (const std::string_view element : elements_of(text)) {
        const std::string name = attribute(element, "name");
        if (element.starts_with("<interface "))
            interface = name;
        if (!interface.starts_with("io.bgs2d1."))
            continue;
        if (element.starts_with("<method ") || element.starts_with("<signal ")) {
            declarations.push_back(fmt::format("{} {} {}", interface, element.substr(1, 6), name));
        } else if (element.starts_with("<arg ")) {
            const std::string direction = attribute(element, "direction");
            declarations.back() += fmt::format(" {} {} {}", direction, attribute(element, "type"), name);
        } else if (element.starts_with("<property ")) {
            property = fmt::format("{} property {} {} {}", interface, name, attribute(element, "type"),
                                   attribute(element, "access"));
            emits = "true";
        } else if (element.starts_with("<annotation ") && name.ends_with(".EmitsChangedSignal")) {
            emits = attribute(element, "value");
        }
        const bool ends = element == "</property" || element.ends_with('/');
        if (!property.empty() && ends && !element.starts_with("<annotation "))
            declarations.push_back(std::exchange(property, {}) + " " + emits);
    }
    std::ranges::sort(declarations);
    return declarations;
}

} // namespace bgs2::test
