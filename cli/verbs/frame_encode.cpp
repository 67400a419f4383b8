// SPDX-License-Identifier: Apache-2.0
#include "cli/frame/annotate.h"
#include "cli/frame/hex_dump.h"
#include "cli/terminal/command_error.h"
#include "cli/terminal/files.h"
#include "cli/terminal/text.h"
#include "cli/verbs/verbs.h"
#include "daemon/base/bytes.h"
#include "daemon/base/imei.h"
#include "daemon/base/slot_address.h"
#include "daemon/pki/format.h"
#include "daemon/pki/key_file.h"
#include "daemon/pki/key_pair.h"
#include "daemon/pki/preflight.h"
#include "daemon/pki/signer.h"
#include "daemon/sbnw/signature.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <system_error>

namespace bgs2::cli {
namespace {

constexpr std::string_view frame_encode_help =
    R"(Make the secure command that writes a certificate into a slot, or deletes it.

Usage: bgs2ctl frame encode --slot N --cert F [--key F] [OPTIONS]
       bgs2ctl frame encode --slot N --delete [OPTIONS]

Writes the frame to standard output, or if that is a terminal, an annotated hex
dump. Slot 0 holds the client certificate and its private key, the others hold
server certificates. F is a file, a pipe such as <(COMMAND), or "-" for standard
input, which only one of them can be. Offline: does not require bgs2d.

Examples:
  bgs2ctl frame encode --slot 1 --cert ca.pem -o write.bin
  bgs2ctl frame encode --slot 0 --cert client.p12 --passphrase-file pass.txt
  bgs2ctl frame encode --slot 3 --delete --sign-key mgmt.key -o delete.bin

Content:
  --slot N          The slot, a decimal number from 0 to {}
  --cert F          The certificate: PEM, DER or PKCS#12. With --delete it is
                    read for its thumbprint only
  --key F           Its private key: PEM, DER or PKCS#12, as PKCS#8, PKCS#1 or
                    SEC1. Default: for slot 0 the private key in the PKCS#12 of
                    --cert, if there is one
  --passphrase-file F
                    The passphrase of an encrypted key or a PKCS#12
  --format FORM     der: one certificate, that of the key or else the first;
                    pem-chain: all, as PEM; as-is: the bytes of the file.
                    Default: der
  --key-format FORM pkcs8, or traditional, which is PKCS#1 or SEC1. A DER key is
                    not converted. Default: pkcs8
  --delete          Delete the certificate in the slot

Signed commands, for modems in secure mode:
  --sign-key F      Sign with this RSA key of the management certificate
  --sign-passphrase-file F
                    The passphrase of that key. Requires --sign-key
  --digest NAME     sha256, or sha1, the default of BGS2-era tools. Requires
                    --sign-key. Default: sha256
  --imei IMEI       Make the command valid for the modem with this IMEI only.
                    Requires --sign-key

Rarely required:
  --store NAME      is_cert, management_cert, preconfig_cert or omadm. Default:
                    is_cert
  --include-store   Name the store in the frame
  --include-thumbprint
                    Put the thumbprint of the certificate into the frame.
                    Requires --cert
  --force           Make the frame even if the certificate or key does not pass
                    the checks

Output:
  -o, --output F    Write the frame to this file, which only its owner can read
  --json            Print one object that describes the frame. Only -o writes
                    the frame then
)";

struct FrameEncodeOptions {
    unsigned slot = 0;
    std::optional<std::string> certificate;
    std::optional<std::string> key;
    std::optional<std::string> passphrase_file;
    std::string format = "der";
    std::string key_format = "pkcs8";
    bool erase = false;
    std::optional<std::string> sign_key;
    std::optional<std::string> sign_passphrase_file;
    std::string digest = "sha256";
    std::optional<std::string> imei;
    std::string store = "is_cert";
    bool include_store = false;
    bool include_thumbprint = false;
    bool force = false;
    std::optional<std::string> output;
};

/// The value of a word that the parser has checked.
template<HasWords E>
E value_of(const std::string& word) {
    return from_word<E>(word).value(); // NOLINT(bugprone-unchecked-optional-access)
}

void check(const FrameEncodeOptions& options) {
    constexpr std::string_view hint = "see 'bgs2ctl frame encode --help'";
    if (!options.erase && !options.certificate)
        throw usage_error("--cert or --delete is required", std::string(hint));
    if (options.erase && options.key)
        throw usage_error("--key cannot be combined with --delete", std::string(hint));
    if (options.include_thumbprint && !options.certificate)
        throw usage_error("--include-thumbprint requires --cert", std::string(hint));
    if (options.imei && !is_imei(*options.imei))
        throw usage_error(fmt::format("--imei: '{}' is not an IMEI", *options.imei), "give its 15 digits");
}

/// The checks do not know omadm, and treat all stores except is_cert alike.
SlotAddress address_of(const FrameEncodeOptions& options) {
    return {.store = from_word<Store>(options.store).value_or(Store::management), .slot = options.slot};
}

pki::KeyPair load(const std::string& file, const FrameEncodeOptions& options) {
    const Bytes certificate = read_input(file);
    const auto key = options.key ? std::optional(read_secret_input(*options.key)) : std::nullopt;
    const auto passphrase = read_passphrase(options.passphrase_file);
    const pki::Sources sources{.certificate = certificate,
                               .certificate_name = file,
                               .key = key ? std::optional(key->bytes()) : std::nullopt,
                               .key_name = options.key.value_or(""),
                               .passphrase = passphrase ? &*passphrase : nullptr,
                               .key_from_certificate =
                                   address_of(options) == client_address && !options.erase};
    return content_or_fail(pki::load(sources, value_of<pki::CertificateFormat>(options.format),
                                     value_of<pki::KeyFormat>(options.key_format)));
}

void warn(const Error& error, const Terminal& terminal) {
    if (terminal.json)
        print_error(to_line({{"warning", word(error.code)}, {"message", error.what}, {"hint", error.hint}}));
    else
        print_error(fmt::format("bgs2ctl: warning: {}\n", printable(to_string(error))));
}

/// Warns about the key pair. Throws CommandError if a check refuses it, unless --force is given.
void check(const pki::KeyPair& key_pair, const FrameEncodeOptions& options, const Terminal& terminal) {
    using namespace std::chrono;
    const pki::SlotCandidate candidate{.address = address_of(options), .name = "", .key_pair = &key_pair};
    const auto findings = pki::preflight({&candidate, 1}, pki::family_of("BGS2"),
                                         floor<seconds>(system_clock::now()), pki::Severity::warning);
    const Error* forbidding = options.force ? nullptr : pki::blocking(findings);
    for (const pki::Finding& finding : findings) {
        if (&finding.error != forbidding)
            warn(finding.error, terminal);
    }
    if (forbidding == nullptr)
        return;
    Error error = *forbidding;
    error.hint += error.hint.empty() ? "--force makes the frame nevertheless"
                                     : "; --force makes the frame nevertheless";
    throw CommandError(error);
}

sbnw::SecureCommand command_for(const FrameEncodeOptions& options, const Terminal& terminal) {
    sbnw::SecureCommand command;
    command.slot = static_cast<std::uint16_t>(options.slot);
    command.command = options.erase ? sbnw::Command::delete_certificate : sbnw::Command::write_certificate;
    if (options.certificate) {
        pki::KeyPair key_pair = load(*options.certificate, options);
        if (options.include_thumbprint)
            command.thumbprint = key_pair.chain.front().fingerprint();
        if (!options.erase) {
            check(key_pair, options, terminal);
            command.certificate = std::move(key_pair.certificate);
            command.private_key = std::move(key_pair.key);
        }
    }
    if (options.include_store)
        command.store = options.store;
    command.imei = options.imei;
    return command;
}

void sign(sbnw::SecureCommand& command, const std::string& file, const FrameEncodeOptions& options) {
    const pki::Secret bytes = read_secret_input(file);
    const auto passphrase = read_passphrase(options.sign_passphrase_file);
    const pki::KeySigner signer(
        content_or_fail(pki::load_private_key(bytes.bytes(), file, passphrase ? &*passphrase : nullptr)));
    content_or_fail(sbnw::sign(command, signer, value_of<sbnw::Digest>(options.digest)));
}

/// The frame would replace a certificate or a key.
void require_output_beside_inputs(const FrameEncodeOptions& options, const std::string& output) {
    for (const auto& input : {options.certificate, options.key, options.passphrase_file, options.sign_key,
                              options.sign_passphrase_file}) {
        std::error_code error;
        if (input && std::filesystem::equivalent(*input, output, error))
            throw usage_error(fmt::format("--output is {}, which is read", *input),
                              "name another file for the frame");
    }
}

void show(ByteView bytes, const FrameEncodeOptions& options, const Terminal& terminal) {
    if (options.output)
        write_private_file(*options.output, bytes);
    if (terminal.json) {
        print(to_line(describe(value_or_fail(sbnw::decode(bytes)), false)));
        return;
    }
    if (options.output)
        return;
    if (terminal.interactive) {
        const sbnw::Frame frame = value_or_fail(sbnw::decode(bytes));
        print(hex_dump(bytes, annotate(frame, false), false));
    } else {
        print(as_text(bytes));
    }
}

ExitCode frame_encode(const FrameEncodeOptions& options, const Terminal& terminal) {
    check(options);
    if (options.output)
        require_output_beside_inputs(options, *options.output);
    require_one_standard_input({options.certificate, options.key, options.passphrase_file, options.sign_key,
                                options.sign_passphrase_file});
    pki::set_up_secure_heap();
    sbnw::SecureCommand command = command_for(options, terminal);
    if (options.sign_key)
        sign(command, *options.sign_key, options);
    const pki::Secret frame = value_or_fail(sbnw::encode(command));
    show(frame.bytes(), options, terminal);
    return ExitCode::ok;
}

void add_options(Verb& verb, FrameEncodeOptions& options) {
    verb.required_slot("--slot", options.slot);
    verb.option("--cert", options.certificate);
    verb.option("--key", options.key);
    verb.option("--passphrase-file", options.passphrase_file);
    verb.choice<pki::CertificateFormat>("--format", options.format);
    verb.choice<pki::KeyFormat>("--key-format", options.key_format);
    verb.flag("--delete", options.erase);
    verb.option("--sign-key", options.sign_key);
    verb.option("--sign-passphrase-file", options.sign_passphrase_file);
    verb.choice<sbnw::Digest>("--digest", options.digest);
    verb.option("--imei", options.imei);
    for (const auto* name : {"--sign-passphrase-file", "--digest", "--imei"})
        verb.needs(name, "--sign-key");
    verb.choice("--store", options.store, {"is_cert", "management_cert", "preconfig_cert", "omadm"});
    verb.flag("--include-store", options.include_store);
    verb.flag("--include-thumbprint", options.include_thumbprint);
    verb.flag("--force", options.force);
    verb.option("-o,--output", options.output);
}

} // namespace

void define_frame_encode(Verb& verb) {
    verb.help(fmt::format(frame_encode_help, highest_slot));
    const auto options = std::make_shared<FrameEncodeOptions>();
    add_options(verb, *options);
    verb.runs([options](const Terminal& terminal) { return frame_encode(*options, terminal); });
}

} // namespace bgs2::cli
