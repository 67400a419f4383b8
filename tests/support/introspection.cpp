// SPDX-License-Identifier: Apache-2.0
#include "tests/support/introspection.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace bgs2::test {
namespace {

/// The value of an attribute: "slot" for name in `<arg name="slot" type="u">`. Empty if it is missing.
std::string attribute(std::string_view tag, std::string_view name) {
    const std::string begin = " " + std::string(name) + "=\"";
    const auto at = tag.find(begin);
    if (at == std::string_view::npos)
        return {};
    const std::string_view rest = tag.substr(at + begin.size());
    return std::string(rest.substr(0, rest.find('"')));
}

/// Collects the tags and comments of a document in their order.
class Reader {
  public:
    void add_tag(std::string_view tag) {
        const std::string kind(tag.substr(0, tag.find_first_of(" >/")));
        if (kind == "interface")
            interface_ = attribute(tag, "name");
        if (kind == "interface" || kind == "method" || kind == "property" || kind == "signal")
            file_.all.push_back({.kind = kind,
                                 .interface = interface_,
                                 .name = attribute(tag, "name"),
                                 .type = attribute(tag, "type"),
                                 .access = attribute(tag, "access"),
                                 .emits = kind == "property" ? "true" : "",
                                 .arguments = {},
                                 .comment = std::exchange(comment_, {})});
        else if (kind == "arg")
            file_.all.back().arguments.push_back({.name = attribute(tag, "name"),
                                                  .type = attribute(tag, "type"),
                                                  .direction = attribute(tag, "direction")});
        else if (kind == "annotation" && attribute(tag, "name").ends_with(".EmitsChangedSignal"))
            file_.all.back().emits = attribute(tag, "value");
        else if (kind == "node")
            file_.comment = comment_;
        comment_.clear(); // a comment describes only the tag after it
    }

    void add_comment(std::string_view comment) { comment_ = comment; }

    Introspection take() { return std::move(file_); }

  private:
    Introspection file_;
    std::string interface_;
    std::string comment_;
};

} // namespace

Introspection read_introspection(std::string_view document) {
    constexpr std::string_view comment_begin = "<!--";
    constexpr std::string_view comment_end = "-->";
    Reader reader;
    std::string_view rest = document;
    for (auto at = rest.find('<'); at != std::string_view::npos; at = rest.find('<')) {
        rest.remove_prefix(at);
        const bool is_comment = rest.starts_with(comment_begin);
        const auto end = rest.find(is_comment ? comment_end : ">");
        if (end == std::string_view::npos)
            break;
        if (is_comment)
            reader.add_comment(rest.substr(comment_begin.size(), end - comment_begin.size()));
        else
            reader.add_tag(rest.substr(1, end - 1));
        rest.remove_prefix(end);
    }
    return reader.take();
}

std::vector<std::string> declarations(const Introspection& introspection) {
    std::vector<std::string> result;
    for (const Documented& each : introspection.all) {
        if (each.kind == "interface" || !each.interface.starts_with("io.bgs2d1."))
            continue;
        std::string& line =
            result.emplace_back(fmt::format("{} {} {}", each.interface, each.kind, each.name));
        if (each.kind == "property")
            line += fmt::format(" {} {} {}", each.type, each.access, each.emits);
        for (const Argument& argument : each.arguments)
            line += fmt::format(" {} {} {}", argument.direction, argument.type, argument.name);
    }
    std::ranges::sort(result);
    return result;
}

} // namespace bgs2::test
