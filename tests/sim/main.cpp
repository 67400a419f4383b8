// SPDX-License-Identifier: Apache-2.0
// bgs2sim: a simulator of a BGS2.
#include "tests/sim/answers.h"
#include "tests/sim/faults.h"
#include "tests/sim/log.h"
#include "tests/sim/modem.h"
#include "tests/sim/network.h"
#include "tests/sim/options.h"
#include "tests/sim/pty.h"
#include "tests/sim/signing_key.h"
#include "tests/sim/slots.h"
#include "tests/sim/socket.h"
#include "tests/sim/tty.h"
#include "tests/sim/wire.h"

#include <asio/co_spawn.hpp>
#include <asio/io_context.hpp>
#include <asio/signal_set.hpp>
#include <fmt/format.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <variant>

namespace bgs2::sim {
namespace {

/// The last fault of a kind, which overrides the others.
std::optional<Fault> last_fault(Faults& faults, FaultKind kind) {
    const auto given = faults.trigger(kind);
    return given.empty() ? std::nullopt : std::optional(given.back());
}

std::optional<std::size_t> number_of_fault(Faults& faults, FaultKind kind) {
    const auto fault = last_fault(faults, kind);
    return fault ? std::optional<std::size_t>(number_argument(*fault)) : std::nullopt;
}

Answers answers_for(const Options& options, Faults& faults) {
    ModuleIdentity identity{.model = options.model, .revision = options.revision, .imei = options.imei};
    if (const auto fault = last_fault(faults, FaultKind::identity))
        identity = fake_identity(fault->argument, std::move(identity));
    return {std::move(identity),
            {.echo = options.echo, .verbose = !options.numeric, .quiet = options.quiet},
            !last_fault(faults, FaultKind::no_is_cert)};
}

asio::awaitable<void> serve(Port& port, Modem& modem) {
    co_await port.opened();
    co_await modem.run();
}

void run(const Options& options) {
    // A write to a closed socket must fail instead of ending the program.
    std::signal(SIGPIPE, SIG_IGN); // NOLINT(cert-err33-c): cannot fail for SIGPIPE

    Log log = options.log ? Log(*options.log) : Log();
    asio::io_context loop(1);
    const auto executor = loop.get_executor();
    asio::signal_set signals(loop, SIGINT, SIGTERM);

    std::exception_ptr failure;
    std::string reason;
    const std::function<void(std::exception_ptr)> ended = [&](const std::exception_ptr& exception) {
        try {
            if (exception)
                std::rethrow_exception(exception);
        } catch (const LineDead& dead) {
            reason = dead.what();
        } catch (...) {
            failure = std::current_exception();
        }
        loop.stop();
    };
    signals.async_wait([&](std::error_code error, int signal) {
        if (!error) {
            reason = fmt::format("signal {}", signal);
            loop.stop();
        }
    });

    Faults faults(options.faults, &log);
    auto answers = answers_for(options, faults);
    if (options.registered)
        answers.register_in(std::make_shared<Network>(options.port_use));
    const FrameReceiver receiver{.timeout = options.frame_timeout,
                                 .gap = options.frame_gap,
                                 .hang_up_after = number_of_fault(faults, FaultKind::hang_up_in_frame),
                                 .stop_after = std::nullopt};
    const auto stall_after = number_of_fault(faults, FaultKind::stall);
    const auto hang_up_after = number_of_fault(faults, FaultKind::hang_up);
    SecureService service{.imei = options.imei, .signer = std::nullopt, .chains = options.chains};
    if (options.secure)
        service.signer = SigningKey::load(*options.secure);
    auto slots = options.slots ? Slots(*options.slots) : Slots();

    log.write("start", fmt::format("imei={} model={} revision={} baud={}", options.imei, options.model,
                                   options.revision, options.baud));
    if (options.frames)
        std::filesystem::create_directories(*options.frames);
    std::unique_ptr<Port> port;
    if (options.pty) {
        auto pty = Pty::create(executor, *options.pty, log);
        asio::co_spawn(executor, pty->watch(), ended);
        port = std::move(pty);
    } else if (options.connect) {
        port = Socket::connect(executor, *options.connect);
        log.write("port-open", options.connect->string());
    } else if (options.tty) { // parse_options() requires exactly one of them
        port = Tty::open(executor, *options.tty);
        log.write("port-open", options.tty->string());
    }
    Wire wire(*port, executor, options.baud,
              [&](std::size_t count) { log.write("unread", fmt::format("{} bytes not received", count)); });
    Modem modem(wire, std::move(answers), receiver, std::move(service), std::move(slots), std::move(faults),
                {.settle = options.settle,
                 .doze = options.doze,
                 .urc = options.urc,
                 .peer = options.peer,
                 .frames = options.frames},
                log);
    asio::signal_set swaps(loop);
    if (options.swap) {
        swaps.add(SIGUSR1);
        swaps.async_wait([&](std::error_code error, int) {
            if (!error)
                modem.swap(*options.swap);
        });
    }
    asio::co_spawn(executor, wire.pump(hang_up_after, stall_after), ended);
    asio::co_spawn(executor, serve(*port, modem), ended);
    loop.run();

    port->close();
    log.write("end", failure ? "failure" : reason);
    if (failure)
        std::rethrow_exception(failure);
}

} // namespace
} // namespace bgs2::sim

int main(int argc, char** argv) {
    try {
        const auto parsed = bgs2::sim::parse_options(argc, argv, BGS2SIM_VERSION);
        if (const auto* early_exit = std::get_if<bgs2::sim::EarlyExit>(&parsed)) {
            std::fputs(early_exit->text.c_str(), early_exit->exit_code == 0 ? stdout : stderr);
            return early_exit->exit_code;
        }
        bgs2::sim::run(std::get<bgs2::sim::Options>(parsed));
        return EXIT_SUCCESS;
    } catch (const std::exception& error) {
        std::fputs(fmt::format("bgs2sim: {}\n", error.what()).c_str(), stderr);
        return EXIT_FAILURE;
    }
}
