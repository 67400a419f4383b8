// SPDX-License-Identifier: Apache-2.0
#include "tests/vm/machine.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <openssl/evp.h>

#include <fstream>
#include <iterator>
#include <stdexcept>
#include <utility>

namespace bgs2::test {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

/// Without hardware acceleration, a boot takes 15 s, and longer in parallel with other tests.
constexpr auto until_up = 180s;
constexpr auto until_answered = 30s;

constexpr const char* kernel_arguments = "console=ttyS0 rdinit=/init panic=-1 quiet loglevel=4 "
                                         "mitigations=off random.trust_cpu=on nokaslr no_timer_check "
                                         "tsc=reliable init_on_free=1 systemd.show_status=0 net.ifnames=0";

fs::path stored(std::string_view name) {
    return fs::path(BGS2_VM_STORE) / name;
}

std::string read_text(const fs::path& file) {
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator(stream), {}};
}

std::string to_base64(std::string_view text) {
    std::string result(4 * ((text.size() + 2) / 3) + 1, '\0');
    const int size =
        ::EVP_EncodeBlock(reinterpret_cast<unsigned char*>(result.data()),
                          reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()));
    result.resize(static_cast<std::size_t>(size));
    return result;
}

std::string from_base64(std::string_view text) {
    std::string result(text.size() / 4 * 3 + 1, '\0');
    const int size =
        ::EVP_DecodeBlock(reinterpret_cast<unsigned char*>(result.data()),
                          reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()));
    if (size < 0)
        throw std::runtime_error(fmt::format("invalid Base64 from the guest: '{}'", text));
    const auto padding = text.size() - (text.find_last_not_of('=') + 1);
    result.resize(static_cast<std::size_t>(size) - padding);
    return result;
}

} // namespace

fs::path Machine::initrd_with(const Files& files) const {
    const fs::path folder = path("files");
    for (const auto& [name, text] : files) {
        const fs::path file = folder_.write("files/" + name, text);
        fs::permissions(file, fs::perms::group_read | fs::perms::others_read, fs::perm_options::add);
    }
    const fs::path initrd = path("initrd");
    // The kernel unpacks concatenated archives in order.
    Process archive(
        {"sh", "-c",
         fmt::format("cp {} {} && cd {} && find . -type f | cpio --create --format=newc --quiet "
                     "--owner=+0:+0 >>{}",
                     stored("initrd").string(), initrd.string(), folder.string(), initrd.string())},
        {});
    if (archive.wait(until_answered) != 0)
        throw std::runtime_error("cannot put files into the guest");
    return initrd;
}

std::vector<std::string> Machine::command(Start start, const fs::path& initrd) const {
    const auto server = [this](const std::string& name) {
        return fmt::format("socket,id={},path={},server=on,wait=off", name, path(name).string());
    };
    std::vector<std::string> all{
        "qemu-system-x86_64",
        "-nodefaults",
        "-no-user-config",
        "-no-reboot",
        "-display",
        "none",
        "-machine",
        "q35,pit=off", // a busy host misleads a kernel that measures its clock against this timer
        // KVM is not available on all machines, and hangs on some that offer it.
        "-accel",
        "tcg,thread=multi",
        "-cpu",
        "max",
        "-smp",
        "2",
        "-m",
        "1024",
        "-kernel",
        stored("vmlinuz"),
        "-initrd",
        initrd,
        "-append",
        kernel_arguments,
        "-qmp",
        fmt::format("unix:{}", path("monitor").string()),
        "-device",
        "virtio-rng-pci",
        "-device",
        "virtio-serial-pci",
        "-chardev",
        server("agent"),
        "-device",
        "virtserialport,chardev=agent,name=bgs2.agent",
        "-device",
        "qemu-xhci,id=xhci",
        "-serial",
        fmt::format("file:{}", path("console").string()),
        "-chardev",
        server(uart),
        "-serial",
        fmt::format("chardev:{}", uart),
    };
    for (const std::string adapter : adapters) {
        all.emplace_back("-chardev");
        all.push_back(server(adapter));
    }
    if (start == Start::resume) {
        all.emplace_back("-incoming");
        all.push_back(fmt::format("exec:cat {}", stored("state").string()));
    }
    return all;
}

Machine::Machine(Start start, const Files& files) {
    const LineServer server(path("monitor"));
    emulator_ =
        std::make_unique<Process>(command(start, files.empty() ? stored("initrd") : initrd_with(files)),
                                  Process::Options{.output = path("emulator.log")});
    monitor_ = std::make_unique<LineSocket>(server.accept(until_answered));
    monitor_->receive(until_answered); // the greeting of QMP: QEMU listens on all other sockets
    monitor("qmp_capabilities");
    agent_ = std::make_unique<LineSocket>(path("agent"));
    if (start == Start::resume)
        wait_for("query-status", "running");
    else if (const std::string word = agent_->receive(until_up); word != "ready")
        throw std::runtime_error(fmt::format("expected 'ready' from the guest, received '{}'", word));
    // After resuming, the clock of the guest continues from the time of saving.
    output_of(fmt::format("date --set @{}",
                          std::chrono::system_clock::to_time_t(std::chrono::system_clock::now())));
}

Machine::~Machine() {
    if (!::testing::Test::HasFailure())
        return;
    try {
        fmt::print("{}\n",
                   run("journalctl --boot --no-pager --output short-monotonic | tail --lines 80").output);
    } catch (const std::exception& e) {
        fmt::print("the guest does not tell what happened: {}\n{}\n{}\n", e.what(),
                   read_text(path("console")), read_text(path("emulator.log")));
    }
    for (const auto& [port, modem] : modems_)
        fmt::print("-- {}\n{}\n", port, modem_log(port));
}

void Machine::save() {
    monitor("migrate-set-capabilities", R"({"capabilities":[{"capability":"events","state":true}]})");
    monitor("migrate-set-parameters", R"({"max-bandwidth":17179869184})");
    const fs::path unfinished = stored("state.new");
    monitor("migrate", fmt::format(R"({{"uri":"exec:cat >{}"}})", unfinished.string()));
    wait_for("query-migrate", "completed");
    monitor("quit");
    emulator_->wait(until_answered);
    fs::rename(unfinished, stored("state"));
    fs::copy_file(stored("initrd.of"), stored("state.of"), fs::copy_options::overwrite_existing);
}

bool Machine::is_made() {
    return fs::exists(stored("initrd.of"));
}

bool Machine::is_saved() {
    return is_made() && fs::exists(stored("state")) &&
           read_text(stored("state.of")) == read_text(stored("initrd.of"));
}

nlohmann::json Machine::monitor(std::string_view request, std::string_view arguments) {
    monitor_->send(fmt::format(R"({{"execute":"{}","arguments":{}}})", request, arguments));
    for (;;) {
        const auto answer = nlohmann::json::parse(monitor_->receive(until_answered));
        if (answer.contains("error"))
            throw std::runtime_error(fmt::format("{}: {}", request, answer.dump()));
        if (answer.contains("return"))
            return answer["return"]; // anything else is an event
    }
}

void Machine::wait_for(std::string_view request, std::string_view status) {
    for (;;) {
        const auto now = monitor(request);
        if (now.value("status", "") == status)
            return;
        if (now.value("status", "") == "failed")
            throw std::runtime_error(fmt::format("{}: {}", request, now.dump()));
        monitor_->receive(until_up); // an event: the status may be another
    }
}

Answer Machine::run(std::string_view command, std::chrono::milliseconds longest_wait) {
    agent_->send(to_base64(command));
    const std::string answer = agent_->receive(longest_wait);
    const auto space = answer.find(' ');
    return {.exit = std::stoi(answer), .output = from_base64(std::string_view(answer).substr(space + 1))};
}

std::string Machine::output_of(std::string_view command) {
    Answer answer = run(command);
    EXPECT_EQ(answer.exit, 0) << command << "\n" << answer.output;
    return std::move(answer.output);
}

bool Machine::eventually(std::string_view command, std::chrono::seconds longest_wait) {
    // Polling inside the guest costs less than one request per attempt.
    return run(fmt::format("until ( {} ) >/dev/null 2>&1; do ((SECONDS < {})) || exit 1; sleep 0.3; done",
                           command, longest_wait.count()),
               2 * longest_wait)
               .exit == 0;
}

void Machine::write(std::string_view file, std::string_view text) {
    output_of(fmt::format(
        "install -D --mode 640 --group bgs2d /dev/stdin {} <<'END OF FILE'\n{}\nEND OF FILE", file, text));
}

void Machine::add_adapter(const std::string& adapter) {
    if (!added_.insert(adapter).second)
        return;
    // QEMU attaches it to its USB port only while the other end of its line is open.
    monitor(
        "device_add",
        fmt::format(R"({{"driver":"usb-serial","bus":"xhci.0","id":"{0}","chardev":"{0}","serial":"{0}"}})",
                    adapter));
}

Process& Machine::plug(const std::string& port, const std::vector<std::string>& arguments) {
    if (port != uart)
        add_adapter(port);
    std::vector<std::string> command{BGS2SIM,
                                     "--connect",
                                     path(port),
                                     "--log",
                                     path(port + ".log"),
                                     "--slots",
                                     path(port + ".slots"),
                                     "--frames",
                                     path(port + ".frames")};
    command.insert(command.end(), arguments.begin(), arguments.end());
    modems_.erase(port);
    return modems_.emplace(port, Process(command, {.output = path(port + ".output")})).first->second;
}

LineSocket Machine::plug_silent(const std::string& port) {
    if (port != uart)
        add_adapter(port);
    return LineSocket(path(port));
}

void Machine::unplug(const std::string& port) {
    modems_.erase(port);
}

std::string Machine::modem_log(const std::string& port) const {
    return read_text(path(port + ".log"));
}

std::size_t Machine::frames(const std::string& port) const {
    const fs::path folder = path(port + ".frames");
    return fs::exists(folder) ? static_cast<std::size_t>(std::distance(fs::directory_iterator(folder), {}))
                              : 0;
}

} // namespace bgs2::test
