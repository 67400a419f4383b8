// SPDX-License-Identifier: Apache-2.0
#include "cli/verbs/verb.h"

#include "cli/terminal/command_error.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

namespace bgs2::cli {

std::string Parameter::name() const {
    return names.substr(names.find("--") == std::string::npos ? 0 : names.find("--"));
}

Verb::Verb(std::string name, const Verb* parent)
  : name_(std::move(name))
  , parent_(parent) {}

Verb& Verb::add(std::string name) {
    return verbs_.emplace_back(std::move(name), this);
}

void Verb::argument(const std::string& name, std::string& value, Need need) {
    parameters_.push_back({.names = name, .value = &value, .need = need});
}

void Verb::arguments(const std::string& name, std::vector<std::string>& values) {
    parameters_.push_back({.names = name, .value = &values});
}

void Verb::option(const std::string& names, std::string& value) {
    parameters_.push_back({.names = names, .value = &value});
}

void Verb::required_option(const std::string& names, std::string& value) {
    parameters_.push_back({.names = names, .value = &value, .need = Need::required});
}

void Verb::option(const std::string& names, std::optional<std::string>& value) {
    parameters_.push_back({.names = names, .value = &value});
}

void Verb::flag(const std::string& name, bool& value) {
    parameters_.push_back({.names = name, .value = &value});
}

void Verb::slot(const std::string& name, std::optional<unsigned>& value) {
    number(name, value, 0, highest_slot);
}

void Verb::required_slot(const std::string& name, unsigned& value) {
    parameters_.push_back({.names = name, .value = &value, .need = Need::required, .highest = highest_slot});
}

void Verb::store(const std::string& name, std::string& value) {
    choice<Store>(name, value);
}

void Verb::number(const std::string& name, std::optional<unsigned>& value, unsigned lowest,
                  unsigned highest) {
    parameters_.push_back({.names = name, .value = &value, .lowest = lowest, .highest = highest});
}

void Verb::choice(const std::string& name, std::string& value, const std::vector<std::string>& words) {
    parameters_.push_back({.names = name, .value = &value, .choices = words});
}

void Verb::needs(std::string_view name, std::string_view other) {
    const auto found = std::ranges::find(parameters_, name, &Parameter::name);
    if (found != parameters_.end())
        found->requires_option = other;
}

std::string Verb::full_name() const {
    if (parent_ == nullptr)
        return {};
    const std::string above = parent_->full_name();
    return above.empty() ? name_ : above + " " + name_;
}

Store store_of(const std::string& name) {
    const auto store = from_word<Store>(name);
    if (!store)
        throw usage_error(fmt::format("'{}' is not one of {}", name, fmt::join(words_of<Store>, ", ")));
    return *store;
}

const Verb* Verb::find(std::string_view name) const {
    const auto found = std::ranges::find(verbs_, name, &Verb::name);
    return found == verbs_.end() ? nullptr : &*found;
}

} // namespace bgs2::cli
