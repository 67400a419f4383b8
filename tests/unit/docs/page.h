// SPDX-License-Identifier: Apache-2.0
// The source of a manual page, as scdoc(5) has it: what it defines and the examples in it.
#pragma once

#include <cstddef>
#include <filesystem>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace bgs2::test {

/// What a page explains in the indented lines below.
struct Term {
    std::string heading;    ///< "VERBS": the nearest line above that begins with "# "
    std::string subheading; ///< "[match]": the same with "## "; empty if there is none below `heading`
    std::size_t depth = 0;  ///< how many tabs it is indented
    std::string line;       ///< as it stands there, without the tabs
    std::string body;       ///< the lines below it, with blanks between them
};

/// A literal block.
struct Example {
    std::string heading;
    std::string text;
};

struct Page {
    std::vector<std::string> subheadings; ///< all of them, in their order
    std::vector<Term> terms;
    std::vector<Example> examples;
};

/// Throws std::runtime_error if the file can not be read.
Page read_page(const std::filesystem::path& file);

/// Line by line, without the line ends.
std::vector<std::string> lines(std::string_view text);

/// Single blanks where there was any white space, none at the ends.
std::string in_one_line(std::string_view text);

/// What is bold in a line of scdoc(5): "*--slot* _N_, *-s*" gives "--slot" and "-s".
std::vector<std::string> bold(std::string_view line);

/// What the program says when called with --help.
std::string help_of(const std::string& program);

/// The options that a --help lists: those on lines that begin with two blanks and a hyphen.
std::set<std::string> options_of_help(std::string_view help);

} // namespace bgs2::test
