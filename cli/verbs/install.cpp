// SPDX-License-Identifier: Apache-2.0
#include "cli/client/bus.h"
#include "cli/client/follow.h"
#include "cli/client/selector.h"
#include "cli/terminal/command_error.h"
#include "cli/terminal/descriptor.h"
#include "cli/terminal/input_file.h"
#include "cli/terminal/text.h"
#include "cli/verbs/verbs.h"
#include "daemon/pki/format.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace bgs2::cli {
namespace {

constexpr std::string_view install_help =
    R"(Write a certificate into a slot that no policy governs, and read it back.

Usage: bgs2ctl install [M] --slot N --cert F [--key F] [OPTIONS]

M is an IMEI or the last digits of one, the device node of a port, or "any".
It may be left out where there is one modem only. Needs the right to install
certificates: root, a member of the group bgs2d, or whom polkit lets.

F is a file; one of them may be "-", standard input. bgs2d gets them opened, so
you must be able to read them; what is in them passes nobody else.

Waits for the end. Ctrl-C ends the waiting only; bgs2d goes on with the job.

Examples:
  bgs2ctl install 43809 --slot 1 --cert ca.pem
  bgs2ctl install --slot 0 --cert client.pem --key client.key
  pass show modem | bgs2ctl install --slot 0 --cert m.p12 --passphrase-file -

Options:
  --slot N          the slot, 0 to 30
  --cert F          the certificate: PEM, DER or PKCS#12
  --key F           its private key: PEM, DER or PKCS#12
  --passphrase-file F
                    of an encrypted key or a PKCS#12
  --store NAME      is_cert (default), management_cert or preconfig_cert
  --format FORM     der (default): the first certificate; pem-chain: all as PEM;
                    as-is: the file's octets
  --json            one object with the result
)";

struct InstallOptions {
    std::string selector;
    unsigned slot = 0;
    std::string certificate;
    std::optional<std::string> key;
    std::optional<std::string> passphrase_file;
    std::string store = "is_cert";
    std::string format = "der";
};

std::optional<Descriptor> open_if_given(const std::optional<std::string>& file) {
    return file ? std::optional(open_input(*file)) : std::nullopt;
}

ExitCode install(const InstallOptions& options, const Terminal& terminal) {
    require_one_standard_input({options.certificate, options.key, options.passphrase_file});
    require_local(terminal.access, "install", hands_over_files);
    const Descriptor certificate = open_input(options.certificate);
    const auto key = open_if_given(options.key);
    const auto passphrase = open_if_given(options.passphrase_file);
    Bus bus(terminal.access);
    const Modem modem = value_or_fail(resolve(bus.modems(), options.selector));
    const CertificateFds handed_over{.certificate = certificate.get(),
                                     .key = key ? std::optional(key->get()) : std::nullopt,
                                     .passphrase =
                                         passphrase ? std::optional(passphrase->get()) : std::nullopt,
                                     .format = options.format};
    const auto begin = [&] { return bus.install(modem.path, {options.slot, options.store}, handed_over); };
    return follow(bus, modem, "install", slot_name(options.slot, options.store) + " written", begin,
                  terminal);
}

} // namespace

void define_install(Verb& verb) {
    verb.help(install_help);
    const auto options = std::make_shared<InstallOptions>();
    verb.argument("M", options->selector, Need::optional);
    verb.required_slot("--slot", options->slot);
    verb.required_option("--cert", options->certificate);
    verb.option("--key", options->key);
    verb.option("--passphrase-file", options->passphrase_file);
    verb.store("--store", options->store);
    verb.choice<pki::CertificateFormat>("--format", options->format);
    verb.runs([options](const Terminal& terminal) { return install(*options, terminal); });
}

} // namespace bgs2::cli
