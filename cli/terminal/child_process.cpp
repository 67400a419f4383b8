// SPDX-License-Identifier: Apache-2.0
#include "cli/terminal/child_process.h"

#include "daemon/base/immovable.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <spawn.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>

namespace bgs2::cli {
namespace {

std::vector<char*> pointers_to(std::vector<std::string>& strings) {
    std::vector<char*> pointers;
    pointers.reserve(strings.size() + 1);
    for (std::string& string : strings)
        pointers.push_back(string.data());
    pointers.push_back(nullptr);
    return pointers;
}

/// The environment of this process, with the variables of `added` replaced.
std::vector<std::string> environment_with(const std::vector<std::string>& added) {
    std::vector<std::string> all = added;
    for (char** entry = environ; *entry != nullptr; ++entry) {
        const std::string_view variable(*entry);
        const std::string_view name = variable.substr(0, variable.find('=') + 1);
        if (std::ranges::none_of(added, [&](const std::string& one) { return one.starts_with(name); }))
            all.emplace_back(variable);
    }
    return all;
}

/// The descriptors and signals that a program starts with.
class SpawnSettings : Immovable {
  public:
    explicit SpawnSettings(const ChildProcess::Options& options) {
        posix_spawn_file_actions_init(&actions_);
        for (const auto& [ours, number] : options.descriptors)
            posix_spawn_file_actions_adddup2(&actions_, ours, number);
        posix_spawnattr_init(&attributes_);
        sigset_t none{};
        sigemptyset(&none);
        posix_spawnattr_setsigmask(&attributes_, &none);
        sigset_t usual{};
        sigemptyset(&usual);
        for (const int signal : {SIGINT, SIGQUIT, SIGTERM, SIGPIPE})
            sigaddset(&usual, signal);
        posix_spawnattr_setsigdefault(&attributes_, &usual);
        posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    }
    ~SpawnSettings() {
        posix_spawn_file_actions_destroy(&actions_);
        posix_spawnattr_destroy(&attributes_);
    }

    [[nodiscard]] const posix_spawn_file_actions_t* actions() const { return &actions_; }
    [[nodiscard]] const posix_spawnattr_t* attributes() const { return &attributes_; }

  private:
    posix_spawn_file_actions_t actions_{};
    posix_spawnattr_t attributes_{};
};

} // namespace

bool is_program(std::string_view name) {
    const char* variable = std::getenv("PATH");
    std::string_view path = variable == nullptr ? std::string_view("/bin:/usr/bin") : variable;
    while (!path.empty()) {
        const std::string_view folder = path.substr(0, path.find(':'));
        if (!folder.empty() && access(fmt::format("{}/{}", folder, name).c_str(), X_OK) == 0)
            return true;
        path.remove_prefix(std::min(path.size(), folder.size() + 1));
    }
    return false;
}

ChildProcess::ChildProcess(const std::vector<std::string>& command, const Options& options) {
    const SpawnSettings settings(options);
    std::vector<std::string> arguments = command;
    std::vector<std::string> environment = environment_with(options.environment);
    const int error = posix_spawnp(&pid_, command.front().c_str(), settings.actions(), settings.attributes(),
                                   pointers_to(arguments).data(), pointers_to(environment).data());
    if (error != 0)
        throw std::system_error(error, std::system_category(), command.front());
}

ChildProcess::~ChildProcess() {
    wait();
}

void ChildProcess::end() const {
    if (pid_ > 0)
        kill(pid_, SIGTERM);
}

void ChildProcess::wait() {
    while (pid_ > 0 && waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
    }
    pid_ = -1;
}

} // namespace bgs2::cli
