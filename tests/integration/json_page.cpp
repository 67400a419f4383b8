// SPDX-License-Identifier: Apache-2.0
#include "tests/integration/json_page.h"

#include <fmt/format.h>

#include <fstream>
#include <stdexcept>
#include <string_view>

namespace bgs2::test {
namespace {

/// The cells of a row of a table.
std::vector<std::string> cells(const std::string& line) {
    std::vector<std::string> cells;
    std::size_t start = 1;
    for (std::size_t end = line.find('|', start); end != std::string::npos; end = line.find('|', start)) {
        const std::string cell = line.substr(start, end - start);
        const auto first = cell.find_first_not_of(' ');
        const auto last = cell.find_last_not_of(' ');
        cells.push_back(first == std::string::npos ? "" : cell.substr(first, last - first + 1));
        start = end + 1;
    }
    return cells;
}

/// "array of Step" of "array of [Step](#step)", "--json" of "`--json`".
std::string plain(std::string text) {
    for (auto open = text.find("]("); open != std::string::npos; open = text.find("]("))
        text.erase(open, text.find(')', open) - open + 1);
    std::erase_if(text, [](char c) { return c == '[' || c == '`'; });
    return text;
}

bool take(std::string& text, std::string_view prefix) {
    if (!text.starts_with(prefix))
        return false;
    text.erase(0, prefix.size());
    return true;
}

} // namespace

JsonPage::JsonPage(const std::string& file) {
    std::ifstream page(file);
    std::string heading;
    for (std::string line; std::getline(page, line);) {
        if (line.starts_with("## "))
            heading = line.substr(3);
        if (line.starts_with("| key ") && heading != "Verbs")
            shapes_[heading];
        if (!line.starts_with("| `"))
            continue;
        const auto row = cells(line);
        std::string name = plain(row.at(0));
        if (heading == "Verbs") {
            std::string type = plain(row.at(1));
            verbs_[name] = type.substr(0, type.find(','));
            continue;
        }
        const bool optional = name.ends_with('?');
        if (optional)
            name.pop_back();
        shapes_[heading][name] = {.type = plain(row.at(1)), .optional = optional, .seen = false};
    }
    if (verbs_.empty() || shapes_.empty())
        throw std::runtime_error(file + " has no tables");
}

std::vector<std::string> JsonPage::deviations(const nlohmann::json& value, const std::string& type) {
    std::vector<std::string> found;
    check(value, type, type, found);
    return found;
}

std::vector<std::string> JsonPage::unseen() const {
    std::vector<std::string> result;
    for (const auto& [shape, keys] : shapes_) {
        for (const auto& [name, key] : keys) {
            if (!key.seen)
                result.push_back(shape + "." + name);
        }
    }
    return result;
}

void JsonPage::check(const nlohmann::json& value, const std::string& type, const std::string& where,
                     std::vector<std::string>& found) {
    std::string rest = type;
    if (take(rest, "array of ")) {
        if (!value.is_array())
            found.push_back(where + " is no array");
        else
            for (std::size_t i = 0; i < value.size(); ++i)
                check(value[i], rest, fmt::format("{}[{}]", where, i), found);
    } else if (take(rest, "object of ")) {
        if (!value.is_object())
            found.push_back(where + " is no object");
        else
            for (const auto& [name, element] : value.items())
                check(element, rest, where + "." + name, found);
    } else if (rest.ends_with(" or null")) {
        if (!value.is_null())
            check(value, rest.substr(0, rest.size() - std::string_view(" or null").size()), where, found);
    } else if (rest == "string" || rest == "number" || rest == "boolean" || rest == "object") {
        if (std::string_view(value.type_name()) != rest)
            found.push_back(fmt::format("{} is no {}: {}", where, rest, value.dump()));
    } else {
        check_shape(value, rest, where, found);
    }
}

void JsonPage::check_shape(const nlohmann::json& value, const std::string& shape, const std::string& where,
                           std::vector<std::string>& found) {
    const auto keys = shapes_.find(shape);
    if (keys == shapes_.end()) {
        found.push_back(fmt::format("{}: the page does not say what a '{}' is", where, shape));
        return;
    }
    if (!value.is_object()) {
        found.push_back(where + " is no object");
        return;
    }
    for (auto& [name, key] : keys->second) {
        const auto element = value.find(name);
        if (element != value.end()) {
            key.seen = true;
            check(*element, key.type, where + "." + name, found);
        } else if (!key.optional) {
            found.push_back(where + "." + name + " is missing");
        }
    }
    for (const auto& [name, element] : value.items()) {
        if (!keys->second.contains(name))
            found.push_back(where + "." + name + " is not on the page");
    }
}

} // namespace bgs2::test
