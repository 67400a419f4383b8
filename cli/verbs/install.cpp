// SPDX-License-Identifier: Apache-2.0
#include "cli/client/bus.h"
#include "cli/client/follow.h"
#include "cli/client/selector.h"
#include "cli/terminal/command_error.h"
#include "cli/terminal/files.h"
#include "cli/verbs/verbs.h"
#include "daemon/pki/format.h"

#include <fmt/format.h>

#include <memory>
#include <optional>
#include <string>

namespace bgs2::cli {
namespace {

constexpr std::string_view install_help =
    R"(Write a certificate into a slot that no policy governs, and read it back.

Usage: bgs2ctl install [M] --slot N --cert F [--key F] [OPTIONS]

M is an IMEI or any unambiguous suffix of it, the device node of a port, or
"any". Default: the only modem.
Requires the authorization io.bgs2d1.install-certificate (root, group bgs2d, or
polkit).

F is a file, a pipe such as <(COMMAND), or "-" for standard input, which only
one of them can be. bgs2ctl opens the files, so your user must be able to read
them, and passes them to bgs2d; no other program sees their content. Not
available with --host.

Waits for the result. Ctrl-C ends the waiting only; bgs2d continues the job.

Examples:
  bgs2ctl install 43809 --slot 1 --cert ca.pem
  bgs2ctl install --slot 0 --cert client.pem --key client.key
  pass show modem | bgs2ctl install --slot 0 --cert m.p12 --passphrase-file -

Options:
  --slot N          The slot, a decimal number from 0 to {}
  --cert F          The certificate: PEM, DER or PKCS#12
  --key F           Its private key: PEM, DER or PKCS#12. Valid for slot 0
                    only. Default: the private key in the PKCS#12 of --cert, if
                    there is one
  --passphrase-file F
                    The passphrase of an encrypted key or a PKCS#12
  --store NAME      is_cert, management_cert or preconfig_cert. Default: is_cert
  --format FORM     der: one certificate, that of the key or else the first;
                    pem-chain: all, as PEM; as-is: the bytes of the file.
                    Default: der
  --json            Print one object with the result
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

std::optional<Descriptor> open_optional(const std::optional<std::string>& file) {
    return file ? std::optional(open_input(*file)) : std::nullopt;
}

ExitCode install(const InstallOptions& options, const Terminal& terminal) {
    require_one_standard_input({options.certificate, options.key, options.passphrase_file});
    require_local(terminal.access, "install", passes_files);
    const Descriptor certificate = open_input(options.certificate);
    const auto key = open_optional(options.key);
    const auto passphrase = open_optional(options.passphrase_file);
    Bus bus(terminal.access);
    const Modem modem = value_or_fail(resolve(bus.modems(), options.selector));
    const CertificateFds files{.certificate = certificate.get(),
                               .key = key ? std::optional(key->get()) : std::nullopt,
                               .passphrase = passphrase ? std::optional(passphrase->get()) : std::nullopt,
                               .format = options.format};
    const SlotAddress address{.store = store_of(options.store), .slot = options.slot};
    const auto begin = [&] { return bus.install(modem.path, address, files); };
    return follow(bus, modem, "install", to_string(address) + " written", begin, terminal);
}

} // namespace

void define_install(Verb& verb) {
    verb.help(fmt::format(install_help, highest_slot));
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
