// SPDX-License-Identifier: Apache-2.0
// An example of a manual page that a test can run: its files and its commands.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace bgs2::test {

struct ExampleFile {
    std::filesystem::path path; ///< on a gateway
    std::string text;           ///< as a user would write it

    bool operator==(const ExampleFile&) const = default;
};

struct PageExample {
    std::vector<ExampleFile> files;
    std::vector<std::string> commands; ///< the lines "$ ...", without the "$ "

    /// The text of the file with this path. Throws std::runtime_error: there is none.
    [[nodiscard]] const std::string& file(const std::filesystem::path& path) const;
};

/// The literal blocks below "## `subheading`" in EXAMPLES of an scdoc(5) page. A block whose first line, or
/// second after "#!", is a comment with a path is that file; other blocks are commands. Throws
/// std::runtime_error: no such example.
PageExample read_page_example(const std::filesystem::path& page, std::string_view subheading);

} // namespace bgs2::test
