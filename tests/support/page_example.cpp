// SPDX-License-Identifier: Apache-2.0
#include "tests/support/page_example.h"

#include <algorithm>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace bgs2::test {
namespace {

/// From "# /etc/file" or "// /etc/file"; empty: another line.
std::string path_in(std::string_view line) {
    for (const std::string_view comment : {"# ", "// "}) {
        if (line.starts_with(comment) && line.substr(comment.size()).starts_with('/'))
            return std::string(line.substr(comment.size()));
    }
    return {};
}

/// scdoc(5) takes the character after a backslash as it is, in literal blocks as well.
std::string unescaped(std::string_view text) {
    std::string result;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\\' && i + 1 < text.size())
            ++i;
        result += text[i];
    }
    return result;
}

void add_block(PageExample& example, const std::string& block) {
    std::istringstream lines(block);
    std::string line;
    std::getline(lines, line);
    if (line.starts_with("#!"))
        std::getline(lines, line);
    if (const std::string path = path_in(line); !path.empty()) {
        example.files.push_back({.path = path, .text = block});
        return;
    }
    do {
        if (line.starts_with("$ "))
            example.commands.push_back(line.substr(2));
    } while (std::getline(lines, line));
}

} // namespace

const std::string& PageExample::file(const std::filesystem::path& path) const {
    const auto found = std::ranges::find(files, path, &ExampleFile::path);
    if (found == files.end())
        throw std::runtime_error("the example has no file " + path.string());
    return found->text;
}

PageExample read_page_example(const std::filesystem::path& page, std::string_view subheading) {
    std::ifstream stream(page);
    PageExample example;
    bool inside = false;
    bool found = false;
    bool literal = false;
    std::string block;
    for (std::string line; std::getline(stream, line);) {
        if (line == "```") {
            literal = !literal;
            if (!literal && inside)
                add_block(example, block);
            block.clear();
        } else if (literal) {
            block += unescaped(line) + "\n";
        } else if (line.starts_with("#")) {
            inside = line == "## " + std::string(subheading);
            found = found || inside;
        }
    }
    if (!found)
        throw std::runtime_error(page.string() + " has no example " + std::string(subheading));
    return example;
}

} // namespace bgs2::test
