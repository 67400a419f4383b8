// SPDX-License-Identifier: Apache-2.0
#include "cli/frame/annotate.h"

#include "cli/frame/data_format.h"
#include "cli/terminal/text.h"
#include "daemon/base/bytes.h"
#include "daemon/base/counted.h"
#include "daemon/pki/key_file.h"
#include "daemon/pki/key_pair.h"

#include <fmt/format.h>

#include <utility>

namespace bgs2::cli {
namespace {

using sbnw::Frame;
using sbnw::Parameter;
using sbnw::ParameterId;
using Json = nlohmann::ordered_json;

std::vector<std::string> certificate_lines(const Parameter& parameter) {
    const std::string_view form = word(format_of(parameter.data));
    std::vector<std::string> lines{fmt::format("{}, {}", counted(parameter.data.size(), "byte"), form)};
    const auto certificates = certificates_of(parameter.data);
    if (!certificates) {
        lines.push_back(printable(certificates.error().what));
        return lines;
    }
    for (const pki::Certificate& certificate : *certificates) {
        lines.push_back("subject " + printable(certificate.subject()));
        lines.push_back("issuer " + printable(certificate.issuer()));
        lines.push_back("expires " + iso_time(certificate.not_after()));
        lines.push_back("SHA-1 " + certificate.fingerprint());
    }
    return lines;
}

std::vector<std::string> key_lines(const Parameter& parameter, bool show_key) {
    const KeyFacts facts = key_facts(parameter.data);
    std::vector<std::string> lines{fmt::format("{}, {}", counted(parameter.data.size(), "byte"), facts.form)};
    lines.push_back(facts.kind.empty() ? "not a readable private key"
                                       : fmt::format("{} key of {} bits", facts.kind, facts.bits));
    if (!show_key)
        lines.emplace_back("not shown, see --show-key");
    return lines;
}

std::vector<std::string> data_lines(const Parameter& parameter, bool show_key) {
    switch (parameter.id) {
    case ParameterId::slot:
        return {fmt::format("slot {}", slot_of(parameter))};
    case ParameterId::certificate:
        return certificate_lines(parameter);
    case ParameterId::private_key:
        return key_lines(parameter, show_key);
    case ParameterId::signature:
        return {fmt::format("{} characters of Base64, NUL", parameter.text().size()),
                "signs the bytes from offset 0002 up to here"};
    case ParameterId::thumbprint:
        return {"SHA-1 " + printable(parameter.text()), "and NUL"};
    default:
        return {fmt::format("\"{}\", NUL", printable(parameter.text()))};
    }
}

void add_parameter(std::vector<Field>& fields, const Parameter& parameter, bool show_key) {
    const std::size_t length = parameter_header_size + parameter.data.size();
    const std::size_t at = parameter.offset;
    fields.push_back({.offset = at,
                      .size = 2,
                      .name = "length",
                      .meaning = {fmt::format("{} = {} + {} bytes of data", length, parameter_header_size,
                                              parameter.data.size())},
                      .opens = true});
    fields.push_back(
        {.offset = at + 2,
         .size = 2,
         .name = "id",
         .meaning = {fmt::format("{}: {}", std::to_underlying(parameter.id), word(parameter.id))}});
    if (!parameter.data.empty())
        fields.push_back({.offset = at + parameter_header_size,
                          .size = parameter.data.size(),
                          .name = "data",
                          .meaning = data_lines(parameter, show_key),
                          .hidden = parameter.id == ParameterId::private_key && !show_key});
}

Json describe(const pki::Certificate& certificate) {
    return {{"subject", certificate.subject()},
            {"issuer", certificate.issuer()},
            {"serial", certificate.serial()},
            {"expires", certificate.not_after().time_since_epoch().count()},
            {"thumbprint", certificate.fingerprint()}};
}

void describe_certificate(Json& object, const Parameter& parameter) {
    object["form"] = word(format_of(parameter.data));
    object["thumbprint"] = pki::sha1_hex(parameter.data);
    if (const auto certificates = certificates_of(parameter.data)) {
        object["certificates"] = Json::array();
        for (const pki::Certificate& certificate : *certificates)
            object["certificates"].push_back(describe(certificate));
    } else {
        object["error"] = certificates.error().what;
    }
    object["data"] = to_hex(parameter.data);
}

void describe_key(Json& object, const Parameter& parameter, bool show_key) {
    const KeyFacts facts = key_facts(parameter.data);
    object["form"] = facts.form;
    object["kind"] = facts.kind;
    object["bits"] = facts.bits;
    if (show_key)
        object["data"] = to_hex(parameter.data);
}

Json describe(const Parameter& parameter, bool show_key) {
    Json object{{"offset", parameter.offset},
                {"length", parameter_header_size + parameter.data.size()},
                {"id", std::to_underlying(parameter.id)},
                {"name", word(parameter.id)}};
    switch (parameter.id) {
    case ParameterId::slot:
        object["slot"] = slot_of(parameter);
        break;
    case ParameterId::certificate:
        describe_certificate(object, parameter);
        break;
    case ParameterId::private_key:
        describe_key(object, parameter, show_key);
        break;
    default:
        object["text"] = parameter.text();
        break;
    }
    return object;
}

} // namespace

KeyFacts key_facts(ByteView key) {
    KeyFacts facts{.kind = {}, .bits = 0, .form = std::string(word(format_of(key)))};
    if (const auto loaded = pki::load_private_key(key, "the private key")) {
        facts.kind = word(loaded->kind());
        facts.bits = loaded->bits();
    }
    return facts;
}

Expected<std::vector<pki::Certificate>> certificates_of(ByteView data) {
    const pki::Sources sources{
        .certificate = data, .certificate_name = "the data", .key = {}, .key_name = {}};
    auto key_pair = pki::load(sources, pki::CertificateFormat::as_is, pki::KeyFormat::pkcs8);
    if (!key_pair)
        return std::unexpected(std::move(key_pair.error()));
    return std::move(key_pair->chain);
}

std::vector<Field> annotate(const Frame& frame, bool show_key) {
    const std::size_t count = frame.parameters.size();
    std::vector<Field> fields{
        {.offset = 0,
         .size = 2,
         .name = "total length",
         .meaning = {fmt::format("{} bytes, these two included", frame.bytes.size())}},
        {.offset = 2,
         .size = 2,
         .name = "command",
         .meaning = {fmt::format("{}: {}", std::to_underlying(frame.command), word(frame.command))}},
        {.offset = 4,
         .size = 2,
         .name = "parameters",
         .meaning = {fmt::format("{} {}", counted(count, "parameter"), count == 1 ? "follows" : "follow")}},
    };
    for (const Parameter& parameter : frame.parameters)
        add_parameter(fields, parameter, show_key);
    return fields;
}

Json describe(const Frame& frame, bool show_key) {
    Json parameters = Json::array();
    for (const Parameter& parameter : frame.parameters)
        parameters.push_back(describe(parameter, show_key));
    return {{"length", frame.bytes.size()},
            {"command", word(frame.command)},
            {"parameters", std::move(parameters)}};
}

} // namespace bgs2::cli
