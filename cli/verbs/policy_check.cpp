// SPDX-License-Identifier: Apache-2.0
#include "cli/terminal/command_error.h"
#include "cli/terminal/files.h"
#include "cli/terminal/text.h"
#include "cli/verbs/verbs.h"
#include "daemon/base/bytes.h"
#include "daemon/base/counted.h"
#include "daemon/policy/directories.h"
#include "daemon/policy/parse.h"
#include "daemon/policy/text_file.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include <filesystem>
#include <memory>
#include <system_error>

namespace bgs2::cli {
namespace {

constexpr std::string_view policy_check_help =
    R"(Check policy files, and report all errors. Offline: does not require bgs2d.

Usage: bgs2ctl policy check [F...] [--json]

F is a file, a directory (all its *.toml files), a pipe such as <(COMMAND),
or "-" for standard input. Default: the files that bgs2d reads, which are those
in /etc/bgs2d/policy.d, /run/bgs2d/policy.d and /usr/lib/bgs2d/policy.d that no
file of the same name masks. Each error is printed as "file:line:column: what".
Warns of ignored files in a directory that look like policies, such as X.TOML.
Does not check certificates and keys.

Examples:
  bgs2ctl policy check 50-cloud.toml
  bgs2ctl policy check && bgs2ctl policy reload
  bgs2ctl policy check --json | jq -r '.problems[].file' | sort -u

Options:
  --json            Print an object with "files", the number of files, and the
                    arrays "problems" and "warnings" with "file", "line",
                    "column" and "message" each; line 0 is the file as a whole

Exit codes:
  0                 No errors, with or without warnings
  1                 At least one error in a file
  3                 A file is missing, and no file has errors
  4                 Permission denied for a file, and no file has errors
)";

struct Checked {
    std::size_t files = 0;
    policy::Problems problems;
    policy::Problems warnings;                   ///< no effect on the exit code
    ErrorCode worst = ErrorCode::policy_invalid; ///< if there are problems: why, for the exit code
};

/// A file, or a pipe such as standard input's.
Expected<std::string> read_text(const std::filesystem::path& path) {
    std::error_code ignored; // reading the file reports it
    if (path != "-" && !std::filesystem::is_fifo(path, ignored))
        return policy::read_text_file(path);
    return std::string(as_text(read_input(path, policy::largest_text_file)));
}

class Check {
  public:
    void file(const std::filesystem::path& path) {
        ++result_.files;
        const auto text = read_text(path);
        if (!text)
            add({policy::problem_of(path, text.error().what)}, text.error().code);
        else if (const auto parsed = policy::parse(*text, path.string()); !parsed)
            add(parsed.error(), ErrorCode::policy_invalid);
    }

    void files(const policy::Files& found) {
        add(found.problems, ErrorCode::failed);
        result_.warnings.insert(result_.warnings.end(), found.warnings.begin(), found.warnings.end());
        for (const auto& path : found.read)
            file(path);
    }

    [[nodiscard]] Checked result() && { return std::move(result_); }

  private:
    void add(const policy::Problems& problems, ErrorCode code) {
        if (problems.empty())
            return;
        const bool is_first = result_.problems.empty();
        // An error in a file outweighs a file that cannot be read.
        if (is_first || code == ErrorCode::policy_invalid)
            result_.worst = code;
        result_.problems.insert(result_.problems.end(), problems.begin(), problems.end());
    }

    Checked result_;
};

Checked check(const std::vector<std::string>& paths) {
    require_one_standard_input(paths);
    Check check;
    if (paths.empty()) {
        const std::vector<std::filesystem::path> directories(policy::default_directories.begin(),
                                                             policy::default_directories.end());
        check.files(policy::find_files(directories));
    }
    for (const std::filesystem::path path : paths) {
        std::error_code ignored; // opening the file reports it
        if (std::filesystem::is_directory(path, ignored))
            check.files(policy::find_files({&path, 1}));
        else
            check.file(path);
    }
    return std::move(check).result();
}

nlohmann::ordered_json to_json(const policy::Problems& problems) {
    auto list = nlohmann::ordered_json::array();
    for (const policy::Problem& problem : problems)
        list.push_back({{"file", problem.file},
                        {"line", problem.line},
                        {"column", problem.column},
                        {"message", problem.what}});
    return list;
}

nlohmann::ordered_json to_json(const Checked& checked) {
    return {{"files", checked.files},
            {"problems", to_json(checked.problems)},
            {"warnings", to_json(checked.warnings)}};
}

ExitCode policy_check(const std::vector<std::string>& paths, const Terminal& terminal) {
    const Checked checked = check(paths);
    const std::string files = counted(checked.files, "policy file");
    if (terminal.json)
        print(to_line(to_json(checked)));
    std::string lines;
    for (const policy::Problem& warning : checked.warnings)
        lines += "warning: " + printable(to_string(warning)) + "\n";
    if (checked.problems.empty()) {
        if (!terminal.json) {
            print_error(lines);
            print(checked.files == 0
                      ? fmt::format("no policy files in {}\n",
                                    paths.empty()
                                        ? fmt::format("{}", fmt::join(policy::default_directories, ", "))
                                        : fmt::format("{}", fmt::join(paths, ", ")))
                      : fmt::format("{}, no errors\n", files));
        }
        return ExitCode::ok;
    }
    for (const policy::Problem& problem : checked.problems)
        lines += printable(to_string(problem)) + "\n";
    if (!terminal.json)
        print_error(lines);
    throw CommandError(
        checked.worst == ErrorCode::policy_invalid
            ? Error{checked.worst, fmt::format("{} in {}", counted(checked.problems.size(), "error"), files),
                    "fix the files: until then, bgs2d would keep its active policies"}
            : Error{checked.worst, fmt::format("cannot read {}", counted(checked.problems.size(), "file")),
                    "check the path and its permissions"});
}

} // namespace

void define_policy_check(Verb& verb) {
    verb.help(policy_check_help);
    const auto paths = std::make_shared<std::vector<std::string>>();
    verb.arguments("F", *paths);
    verb.runs([paths](const Terminal& terminal) { return policy_check(*paths, terminal); });
}

} // namespace bgs2::cli
