// SPDX-License-Identifier: Apache-2.0
#include "tests/support/program.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fcntl.h>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <sys/wait.h>
#include <unistd.h>

namespace bgs2::test {
namespace {

constexpr unsigned timeout_seconds = 20;

std::vector<char*> pointers_to(std::vector<std::string>& strings) {
    std::vector<char*> pointers;
    for (std::string& string : strings)
        pointers.push_back(string.data());
    pointers.push_back(nullptr);
    return pointers;
}

/// Redirects the standard streams to `files` and executes bgs2ctl. Runs in the child process, after fork().
[[noreturn]] void exec_bgs2ctl(std::vector<std::string> arguments, const RunOptions& options,
                               const Folder& files) {
    std::vector<std::string> environment = options.environment;
    environment.emplace_back("PATH=/usr/bin:/bin");
    arguments.insert(arguments.begin(), BGS2CTL);
    dup2(open(files.path("input").c_str(), O_RDONLY | O_CLOEXEC), STDIN_FILENO);
    dup2(open(files.path("output").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600), STDOUT_FILENO);
    dup2(open(files.path("errors").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600), STDERR_FILENO);
    if (options.as_nobody && (setgid(65534) != 0 || setuid(65534) != 0))
        _exit(126);
    alarm(timeout_seconds); // persists across exec: SIGALRM ends a program that hangs
    execve(BGS2CTL, pointers_to(arguments).data(), pointers_to(environment).data());
    _exit(127);
}

} // namespace

Outcome run(const std::vector<std::string>& arguments, const RunOptions& options) {
    const Folder files;
    (void)files.write("input", options.input);
    const pid_t child = fork();
    if (child == 0)
        exec_bgs2ctl(arguments, options, files);
    int status = 0;
    if (child < 0 || waitpid(child, &status, 0) != child)
        throw std::runtime_error("cannot run bgs2ctl");
    EXPECT_TRUE(WIFEXITED(status)) << "ended by signal " << WTERMSIG(status);
    return {.exit = WIFEXITED(status) ? WEXITSTATUS(status) : -1,
            .output = read_text(files.path("output")),
            .errors = read_text(files.path("errors"))};
}

Folder::Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "bgs2ctl.XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr)
        throw std::runtime_error("cannot create a temporary folder");
    path_ = name;
    std::filesystem::permissions(path_,
                                 std::filesystem::perms::others_exec | std::filesystem::perms::others_read,
                                 std::filesystem::perm_options::add);
}

Folder::~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

std::string Folder::write(const std::string& name, ByteView bytes) const {
    return write(name, as_text(bytes));
}

std::string Folder::write(const std::string& name, std::string_view text) const {
    std::ofstream(path_ / name, std::ios::binary) << text;
    return path(name);
}

std::string read_text(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

} // namespace bgs2::test
