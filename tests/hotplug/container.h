// SPDX-License-Identifier: Apache-2.0
// Programs in containers that have the /usr of this machine, and else only what a test gives them.
#pragma once

#include "tests/support/process.h"
#include "tests/support/temporary_directory.h"

#include <chrono>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

namespace bgs2::test {

enum class ContainerManager { nspawn, podman };

std::string to_string(ContainerManager manager);

/// For the names of tests.
inline void PrintTo(ContainerManager manager, std::ostream* stream) {
    *stream << to_string(manager);
}

/// Why no container can run here; nothing: one can.
std::optional<std::string> why_no_container(ContainerManager manager);

class Container : Immovable {
  public:
    explicit Container(ContainerManager manager);
    ~Container(); ///< ends what runs in it

    /// Shows a file or directory of this machine in the container under another name.
    void mount(const std::string& outside, const std::string& inside);
    /// Adds an option of systemd-nspawn or of `podman run`.
    void add_option(const std::string& option) { options_.push_back(option); }

    struct Outcome {
        int exit = -1; ///< -1: timeout
        std::string output;
    };

    /// Runs a program to its end.
    Outcome run(const std::vector<std::string>& command,
                std::chrono::milliseconds timeout = std::chrono::seconds(60));
    /// Starts a program.
    void start(const std::vector<std::string>& command);
    [[nodiscard]] std::string output() const; ///< of the program, so far
    /// Ends all processes of the container.
    void stop();

  private:
    [[nodiscard]] std::vector<std::string> command_line(const std::vector<std::string>& command) const;

    TemporaryDirectory folder_;
    ContainerManager manager_;
    std::vector<std::string> options_;
    std::optional<Process> process_;
};

} // namespace bgs2::test
