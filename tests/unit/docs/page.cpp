// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/docs/page.h"

#include "tests/support/program.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <memory>
#include <sstream>
#include <stdexcept>

namespace bgs2::test {
namespace {

std::size_t depth_of(std::string_view line) {
    return std::min(line.find_first_not_of('\t'), line.size());
}

/// Whether the line is explained by the next.
bool is_term(std::string_view line, std::string_view next) {
    const std::size_t depth = depth_of(line);
    return line.substr(depth).starts_with('*') && !next.empty() && depth_of(next) == depth + 1;
}

/// The lines below the term at `index` that are indented further, and blank ones between them.
std::string body_below(const std::vector<std::string>& all, std::size_t index) {
    const std::size_t depth = depth_of(all.at(index));
    std::string body;
    for (std::size_t i = index + 1; i < all.size(); ++i) {
        if (!all[i].empty() && depth_of(all[i]) <= depth)
            break;
        body += all[i].substr(depth_of(all[i])) + " ";
    }
    return in_one_line(body);
}

} // namespace

Page read_page(const std::filesystem::path& file) {
    const std::vector<std::string> all = lines(read_text(file));
    Page page;
    std::string heading;
    std::string subheading;
    bool literal = false;
    for (std::size_t i = 0; i < all.size(); ++i) {
        const std::string& line = all[i];
        if (line == "```") {
            literal = !literal;
            if (literal)
                page.examples.push_back({.heading = heading, .text = {}});
        } else if (literal) {
            page.examples.back().text += line + "\n";
        } else if (line.starts_with("## ")) {
            subheading = line.substr(3);
            page.subheadings.push_back(subheading);
        } else if (line.starts_with("# ")) {
            heading = line.substr(2);
            subheading.clear();
        } else if (i + 1 < all.size() && is_term(line, all[i + 1])) {
            page.terms.push_back({.heading = heading,
                                  .subheading = subheading,
                                  .depth = depth_of(line),
                                  .line = line.substr(depth_of(line)),
                                  .body = body_below(all, i)});
        }
    }
    return page;
}

std::vector<std::string> lines(std::string_view text) {
    std::istringstream stream{std::string(text)};
    std::vector<std::string> result;
    for (std::string line; std::getline(stream, line);)
        result.push_back(line);
    return result;
}

std::string in_one_line(std::string_view text) {
    std::istringstream stream{std::string(text)};
    std::string result;
    for (std::string word; stream >> word;)
        result += (result.empty() ? "" : " ") + word;
    return result;
}

std::vector<std::string> bold(std::string_view line) {
    std::vector<std::string> result;
    for (auto begin = line.find('*'); begin != std::string_view::npos; begin = line.find('*')) {
        const auto end = line.find('*', begin + 1);
        if (end == std::string_view::npos)
            break;
        result.emplace_back(line.substr(begin + 1, end - begin - 1));
        line.remove_prefix(end + 1);
    }
    return result;
}

std::string help_of(const std::string& program) {
    const std::unique_ptr<FILE, int (*)(FILE*)> pipe(::popen((program + " --help").c_str(), "r"), ::pclose);
    std::string text;
    std::array<char, 4096> buffer{};
    while (std::fgets(buffer.data(), buffer.size(), pipe.get()) != nullptr)
        text += buffer.data();
    return text;
}

std::set<std::string> options_of_help(std::string_view help) {
    std::set<std::string> result;
    for (std::string line : lines(help)) {
        if (!line.starts_with("  -"))
            continue;
        std::ranges::replace(line, ',', ' ');
        std::istringstream words(line);
        for (std::string word; words >> word && word.starts_with('-');)
            result.insert(word);
    }
    return result;
}

} // namespace bgs2::test
