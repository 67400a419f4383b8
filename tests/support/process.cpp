// SPDX-License-Identifier: Apache-2.0
#include "tests/support/process.h"

#include "daemon/base/immovable.h"

#include <cerrno>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace bgs2::test {
namespace {

std::vector<char*> pointers(std::vector<std::string>& texts) {
    std::vector<char*> result;
    for (std::string& text : texts)
        result.push_back(text.data());
    result.push_back(nullptr);
    return result;
}

std::vector<std::string> whole_environment(const std::vector<std::string>& more) {
    std::vector<std::string> all = more; // the first entry of a name applies
    for (char** entry = environ; *entry != nullptr; ++entry)
        all.emplace_back(*entry);
    return all;
}

class FileActions : Immovable {
  public:
    explicit FileActions(const std::filesystem::path& output) {
        ::posix_spawn_file_actions_init(&actions_);
        if (output.empty())
            return;
        ::posix_spawn_file_actions_addopen(&actions_, STDOUT_FILENO, output.c_str(),
                                           O_WRONLY | O_CREAT | O_APPEND, 0644);
        ::posix_spawn_file_actions_adddup2(&actions_, STDOUT_FILENO, STDERR_FILENO);
    }
    ~FileActions() { ::posix_spawn_file_actions_destroy(&actions_); }
    [[nodiscard]] const posix_spawn_file_actions_t* get() const { return &actions_; }

  private:
    posix_spawn_file_actions_t actions_{};
};

} // namespace

Process::Process(const std::vector<std::string>& command, const Options& options) {
    std::vector<std::string> arguments = command;
    std::vector<std::string> environment = whole_environment(options.environment);
    const FileActions actions(options.output);
    const int error = ::posix_spawnp(&pid_, arguments.front().c_str(), actions.get(), nullptr,
                                     pointers(arguments).data(), pointers(environment).data());
    if (error != 0)
        throw std::system_error(error, std::generic_category(), arguments.front());
    descriptor_ = static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0));
    if (descriptor_ < 0)
        throw std::system_error(errno, std::generic_category(), "pidfd_open");
}

Process::Process(Process&& other) noexcept
  : pid_(std::exchange(other.pid_, -1))
  , descriptor_(std::exchange(other.descriptor_, -1))
  , end_(other.end_) {}

Process::~Process() {
    if (descriptor_ < 0)
        return;
    if (!end_) {
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
    }
    ::close(descriptor_);
}

void Process::signal(int number) const {
    if (!end_ && ::kill(pid_, number) != 0)
        throw std::system_error(errno, std::generic_category(), "kill");
}

std::optional<int> Process::wait(std::chrono::milliseconds timeout) {
    if (end_)
        return end_;
    pollfd waiting{.fd = descriptor_, .events = POLLIN, .revents = 0};
    if (::poll(&waiting, 1, static_cast<int>(timeout.count())) <= 0)
        return std::nullopt;
    int status = 0;
    ::waitpid(pid_, &status, 0);
    end_ = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
    return end_;
}

} // namespace bgs2::test
