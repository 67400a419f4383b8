// SPDX-License-Identifier: Apache-2.0
#include "tests/hotplug/container.h"

#include <gtest/gtest.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <unistd.h>

namespace bgs2::test {
namespace {

constexpr const char* nspawn_program = "/usr/bin/systemd-nspawn";
constexpr const char* podman_program = "/usr/bin/podman";

} // namespace

std::string to_string(ContainerManager manager) {
    return manager == ContainerManager::nspawn ? "systemd-nspawn" : "podman";
}

std::optional<std::string> why_no_container(ContainerManager manager) {
    const bool is_nspawn = manager == ContainerManager::nspawn;
    if (::geteuid() != 0)
        return "SKIPPED: containers of this test require root";
    if (!std::filesystem::exists(is_nspawn ? nspawn_program : podman_program))
        return "SKIPPED: " + to_string(manager) + " is not installed (package " +
               (is_nspawn ? "systemd-container)" : "podman)");
    const auto attempt = Container(manager).run({"true"});
    if (attempt.exit != 0)
        return "SKIPPED: " + to_string(manager) + " runs no container here: " + attempt.output;
    return std::nullopt;
}

Container::Container(ContainerManager manager)
  : manager_(manager) {}

void Container::mount(const std::string& outside, const std::string& inside) {
    add_option((manager_ == ContainerManager::nspawn ? "--bind=" : "--volume=") + outside + ":" + inside);
}

std::vector<std::string> Container::command_line(const std::vector<std::string>& command) const {
    std::vector<std::string> line{BGS2_PODMAN, folder_.path()};
    // Containers of systemd-nspawn have different names, as tests run at the same time.
    if (manager_ == ContainerManager::nspawn)
        line = {nspawn_program,      "--quiet",
                "--directory=/",     "--volatile=yes",
                "--register=no",     "--keep-unit",
                "--private-network", "--console=pipe",
                "--link-journal=no", "--machine=" + folder_.path().filename().string()};
    line.insert(line.end(), options_.begin(), options_.end());
    line.insert(line.end(), command.begin(), command.end());
    return line;
}

Container::~Container() {
    stop();
}

Container::Outcome Container::run(const std::vector<std::string>& command,
                                  std::chrono::milliseconds timeout) {
    start(command);
    const auto exit = process_->wait(timeout);
    return {.exit = exit.value_or(-1), .output = output()};
}

void Container::start(const std::vector<std::string>& command) {
    process_.emplace(command_line(command),
                     Process::Options{.environment = {}, .output = folder_.path() / "output"});
}

std::string Container::output() const {
    std::ifstream stream(folder_.path() / "output", std::ios::binary);
    return {std::istreambuf_iterator(stream), {}};
}

void Container::stop() {
    // SIGKILL would leave the processes of the container behind.
    if (process_ && !process_->wait(std::chrono::milliseconds(0))) {
        process_->signal(SIGTERM);
        EXPECT_TRUE(process_->wait(std::chrono::seconds(20))) << "the container does not end: " << output();
    }
    process_.reset();
}

} // namespace bgs2::test
