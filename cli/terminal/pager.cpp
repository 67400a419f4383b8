// SPDX-License-Identifier: Apache-2.0
#include "cli/terminal/pager.h"

#include "cli/terminal/child_process.h"
#include "cli/terminal/files.h"
#include "cli/terminal/terminal.h"
#include "cli/terminal/text.h"
#include "daemon/base/immovable.h"

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdlib>
#include <exception>
#include <fcntl.h>
#include <optional>
#include <sstream>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace bgs2::cli {
namespace {

/// Redirects standard output and standard error, if they are terminals, to a file in memory while it lives.
class HeldOutput : Immovable {
  public:
    explicit HeldOutput(const Descriptor& memory) {
        for (std::size_t i = 0; i < streams.size(); ++i) {
            if (isatty(streams[i]) != 1)
                continue;
            Descriptor saved(fcntl(streams[i], F_DUPFD_CLOEXEC, 3));
            if (saved.get() >= 0 && dup2(memory.get(), streams[i]) >= 0)
                saved_[i].emplace(std::move(saved));
        }
    }
    ~HeldOutput() {
        for (std::size_t i = 0; i < streams.size(); ++i) {
            if (const auto& saved = saved_[i])
                dup2(saved->get(), streams[i]);
        }
    }

  private:
    static constexpr std::array streams{STDOUT_FILENO, STDERR_FILENO};
    std::array<std::optional<Descriptor>, 2> saved_;
};

/// Leaves Ctrl-C to the pager.
class IgnoreInterrupt : Immovable {
  public:
    IgnoreInterrupt() {
        struct sigaction ignore{};
        ignore.sa_handler = SIG_IGN;
        sigaction(SIGINT, &ignore, &before_);
    }
    ~IgnoreInterrupt() { sigaction(SIGINT, &before_, nullptr); }

  private:
    struct sigaction before_{};
};

std::string whole(const Descriptor& memory) {
    std::string text(static_cast<std::size_t>(std::max<off_t>(lseek(memory.get(), 0, SEEK_END), 0)), '\0');
    std::size_t read = 0;
    while (read < text.size()) {
        const ssize_t count =
            pread(memory.get(), text.data() + read, text.size() - read, static_cast<off_t>(read));
        if (count <= 0)
            break;
        read += static_cast<std::size_t>(count);
    }
    text.resize(read);
    return text;
}

bool fits(std::string_view text) {
    winsize size{};
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_row == 0 || size.ws_col == 0)
        return true; // the size of the screen is unknown
    return lines_on_screen(text, size.ws_col) < size.ws_row;
}

void page(const std::vector<std::string>& command, const Descriptor& memory) {
    lseek(memory.get(), 0, SEEK_SET);
    const IgnoreInterrupt ignore_interrupt;
    // Secure: it starts no shell and no editor.
    ChildProcess pager(command, {.descriptors = {{memory.get(), STDIN_FILENO}},
                                 .environment = {"LESS=FRSXMK", "LESSCHARSET=utf-8", "LESSSECURE=1"}});
    pager.wait();
}

void show(const Descriptor& memory) {
    const std::string text = whole(memory);
    const auto command = pager_command(std::getenv("BGS2CTL_PAGER"), std::getenv("PAGER"));
    if (command.empty() || fits(text)) {
        print(text);
        return;
    }
    try {
        page(command, memory);
    } catch (const std::system_error&) {
        print(text); // it cannot be started
    }
}

} // namespace

std::vector<std::string> pager_command(const char* own, const char* general) {
    const char* chosen = own == nullptr ? general : own;
    std::istringstream text(chosen == nullptr ? "less" : chosen);
    std::vector<std::string> words;
    for (std::string word; text >> word;)
        words.push_back(word);
    if (words.size() == 1 && words.front() == "cat")
        words.clear();
    return words;
}

std::size_t lines_on_screen(std::string_view text, std::size_t width) {
    std::size_t lines = 0;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        std::string line(text.substr(0, end));
        for (auto escape = line.find('\x1b'); escape != std::string::npos; escape = line.find('\x1b'))
            line.erase(escape, std::min(line.find('m', escape), line.size() - 1) - escape + 1);
        lines += std::max<std::size_t>(1, (display_width(line) + width - 1) / width);
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return lines;
}

void through_pager(const std::function<void()>& write) {
    const Descriptor memory(memfd_create("output", MFD_CLOEXEC));
    if (memory.get() < 0) {
        write();
        return;
    }
    std::exception_ptr thrown;
    {
        const HeldOutput held(memory);
        try {
            write();
        } catch (...) {
            thrown = std::current_exception();
        }
    }
    show(memory);
    if (thrown)
        std::rethrow_exception(thrown);
}

} // namespace bgs2::cli
