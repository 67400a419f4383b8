// SPDX-License-Identifier: Apache-2.0
#include "tests/sim/options.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <system_error>

namespace bgs2::sim {
namespace {

constexpr auto examples = R"(Examples:
  A modem on a pty; talk to it with picocom; the log has its view:
    bgs2sim --pty /tmp/modem --echo --log /tmp/modem.log &
    picocom --omap crlf /tmp/modem        (then type ATI1, and AT^SBNR="is_cert")

  A modem at 115200 Bd that keeps its slots, and whose first frame is refused; delete slot 3 twice with socat:
    bgs2sim --pty /tmp/modem --baud 115200 --slots /tmp/slots.json --fault secure-error,times=1 &
    for n in 1 2; do
      (printf 'AT^SBNW=is_cert,1\r'; sleep 1; printf '\14\0\3\0\1\0\6\0\1\0\3\0'; sleep 1) |
        socat - /tmp/modem,raw,echo=0
    done

  A modem behind a USB serial adapter of QEMU (-chardev socket,id=at1,path=/tmp/at1,server=on,wait=off
  -device qemu-xhci -device usb-serial,chardev=at1): connecting plugs it in, the end of bgs2sim unplugs it:
    bgs2sim --connect /tmp/at1

  A modem at the end of a null-modem cable from another machine:
    bgs2sim --tty /dev/ttyUSB0

Exit codes: 0 ended by a signal, by the other side or by a hang-up fault; 1 something failed; 2 wrong usage.
)";

/// A decimal number. CLI11 also accepts "0x64", and reads "0100" as an octal number.
CLI::Validator decimal(unsigned lowest, unsigned highest) {
    return {[lowest, highest](std::string& text) {
                unsigned number = 0;
                const char* const end = text.data() + text.size();
                const auto parsed = std::from_chars(text.data(), end, number);
                if (parsed.ec != std::errc() || parsed.ptr != end || number < lowest || number > highest)
                    return fmt::format("'{}' is not a decimal number from {} to {}", text, lowest, highest);
                text = std::to_string(number); // without leading zeros
                return std::string();
            },
            ""};
}

std::string imei_fault(const std::string& imei) {
    const bool good =
        imei.size() == 15 && std::ranges::all_of(imei, [](char c) { return c >= '0' && c <= '9'; });
    return good ? "" : fmt::format("'{}' is not an IMEI of 15 digits", imei);
}

std::string fault_syntax(const std::string& text) {
    const auto fault = parse_fault(text);
    return fault ? "" : fault.error();
}

} // namespace

std::variant<Options, EarlyExit> parse_options(int argc, const char* const* argv,
                                               const std::string& version) {
    Options options;
    long settle_ms = 0;
    long doze_ms = 0;
    long gap_ms = options.frame_gap.count();
    double timeout_s = std::chrono::duration<double>(options.frame_timeout).count();
    std::vector<std::string> faults;

    CLI::App app("Simulate a Cinterion BGS2 modem. bgs2sim answers AT commands, accepts certificates with "
                 "AT^SBNW and lists them\n"
                 "with AT^SBNR, like the module, and it can simulate the failures of the module.",
                 "bgs2sim");
    app.footer(faults_help() + "\n" + examples);
    app.set_version_flag("--version", "bgs2sim " + version);
    app.get_formatter()->column_width(26);

    auto* line = app.add_option_group("Line", "exactly one of --pty, --connect and --tty");
    line->add_option("--pty", options.pty, "Create a pty and the symbolic link LINK to it")
        ->type_name("LINK");
    line->add_option("--connect", options.connect, "Connect to a listening unix socket")->type_name("SOCKET");
    line->add_option("--tty", options.tty, "Open a serial port: the modem is at the end of its cable")
        ->type_name("DEVICE");
    line->require_option(1);

    app.add_option("--baud", options.baud,
                   "Pace bytes in both directions like a UART, 10 bits each. Default: 0, no pacing")
        ->type_name("N")
        ->transform(decimal(0, 4'000'000));
    app.add_option("--imei", options.imei, "Set the IMEI")
        ->type_name("DIGITS")
        ->check(imei_fault)
        ->capture_default_str();
    app.add_option("--swap", options.swap, "At SIGUSR1, exchange the module for an empty one with this IMEI")
        ->type_name("DIGITS")
        ->check(imei_fault);
    app.add_option("--model", options.model, "Set the answer to AT+CGMM")
        ->type_name("TEXT")
        ->capture_default_str();
    app.add_option("--revision", options.revision, "Set the answer to AT+CGMR")
        ->type_name("TEXT")
        ->capture_default_str();
    app.add_option(
           "--slots", options.slots,
           "Keep the slots in this JSON file; created if missing, read again if another program changes it")
        ->type_name("FILE");
    app.add_option("--secure", options.secure,
                   "Enable secure mode: accept only commands signed with this key (PEM: public key, private "
                   "key or certificate)")
        ->type_name("KEY");
    app.add_flag("--chains", options.chains, "Accept a PEM chain as certificate, like newer families");
    app.add_flag("--echo", options.echo, "Start with echo on, like modules; ATE0 and ATE1 switch it");
    app.add_flag("--numeric", options.numeric, "Start with results as numbers, as after ATV0&W");
    app.add_flag("--quiet", options.quiet, "Start without results, as after ATQ1&W");
    app.add_flag("--urc", options.urc,
                 "Send unsolicited lines between the lines of answers, and ^SYSSTART at the start");
    app.add_flag("--registered", options.registered,
                 "Be registered in a network: answer the commands of a program that connects");
    app.add_option("--port-use", options.port_use,
                   "Set the answer to AT^SQPORT? of a registered module: Application, Modem or a number")
        ->type_name("TEXT")
        ->capture_default_str();
    app.add_option("--settle", settle_ms,
                   "Lose commands that arrive sooner than this after an answer (BGS2: 100)")
        ->type_name("MS")
        ->transform(decimal(0, 60'000));
    app.add_option("--doze", doze_ms,
                   "Lose the first command after a pause of this time, like a UART that sleeps")
        ->type_name("MS")
        ->transform(decimal(0, 60'000));
    app.add_option("--frame-timeout", timeout_s, "Set the timeout for the next byte of a frame")
        ->type_name("SECONDS")
        ->check(CLI::Range(0.001, 3600.0).description(""))
        ->capture_default_str();
    app.add_option("--frame-gap", gap_ms, "Report bytes that follow a frame within this time as too many")
        ->type_name("MS")
        ->transform(decimal(1, 60'000))
        ->capture_default_str();
    app.add_option("--peer", options.peer,
                   "Connect data calls (ATD) to the standard input and output of this shell command")
        ->type_name("COMMAND");
    app.add_option("--log", options.log, "Append events to FILE, one line each")->type_name("FILE");
    app.add_option("--frames", options.frames, "Save each frame as DIR/NNN.bin")->type_name("DIR");
    app.add_option("--fault", faults, "Simulate a fault, see below; can be repeated")
        ->type_name("NAME[:ARG][,...]")
        ->expected(1)
        ->take_all()
        ->check(fault_syntax);

    try {
        app.parse(argc, argv);
    } catch (const CLI::CallForHelp&) {
        return EarlyExit{.text = app.help(), .exit_code = 0};
    } catch (const CLI::CallForVersion& version_text) {
        return EarlyExit{.text = std::string(version_text.what()) + "\n", .exit_code = 0};
    } catch (const CLI::ParseError& error) {
        return EarlyExit{.text = fmt::format("bgs2sim: {}\nTry 'bgs2sim --help'.\n", error.what()),
                         .exit_code = 2};
    }

    options.settle = std::chrono::milliseconds(settle_ms);
    options.doze = std::chrono::milliseconds(doze_ms);
    options.frame_gap = std::chrono::milliseconds(gap_ms);
    options.frame_timeout =
        std::chrono::ceil<std::chrono::milliseconds>(std::chrono::duration<double>(timeout_s));
    for (const auto& text : faults)
        options.faults.push_back(parse_fault(text).value()); // checked above
    return options;
}

} // namespace bgs2::sim
