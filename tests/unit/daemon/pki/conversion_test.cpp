// SPDX-License-Identifier: Apache-2.0
// Runs the command of each hint against a file that provokes the hint, and reads the result.
#include "daemon/pki/conversion.h"
#include "daemon/pki/key_file.h"
#include "tests/support/process.h"
#include "tests/support/temporary_directory.h"
#include "tests/unit/daemon/pki/cases.h"

#include <gmock/gmock.h>

#include <cctype>
#include <fstream>
#include <set>
#include <sstream>
#include <tuple>

namespace bgs2::pki {
namespace {

using namespace std::chrono_literals;

/// A file that provokes a hint with a command.
struct Provocation {
    std::string file; ///< within the cases; its name in the test has a blank
    Conversion conversion;
    std::string made_by{}; ///< a command that makes the file, if it is none of the cases
    bool is_key = false;
    std::string passphrase{};    ///< a file within the cases: of the file, and of the result
    std::string input{};         ///< standard input of the command: what a person types
    std::string result{};        ///< below the result, for an archive
    bool result_has_key = false; ///< the result holds the key, too
    bool hinted_without_passphrase = false;
};

class Conversions : public test::Cases, public testing::WithParamInterface<Provocation> {
  protected:
    [[nodiscard]] Error provoke(const Provocation& row, ByteView bytes,
                                const std::filesystem::path& path) const {
        const auto secret = row.hinted_without_passphrase ? std::nullopt : passphrase(row.passphrase);
        if (row.is_key) {
            const auto keys = load_private_keys(bytes, path.native(), secret ? &*secret : nullptr);
            return keys ? Error{} : keys.error();
        }
        const auto key_pair = pki::load({.certificate = bytes,
                                         .certificate_name = path,
                                         .key = std::nullopt,
                                         .key_name = "",
                                         .passphrase = secret ? &*secret : nullptr},
                                        CertificateFormat::der, KeyFormat::pkcs8);
        return key_pair ? Error{} : key_pair.error();
    }

    /// The file of the cases, or what its command makes of the client in `base`.
    [[nodiscard]] Bytes content(const Provocation& row) const {
        if (row.made_by.empty())
            return file(row.file);
        for (const std::string name : {"client.pem", "client.key"})
            std::ignore = directory_.write(name, as_text(file("base/" + name)));
        run(row.made_by, "");
        return value_or_throw(value_or_throw(File::open(directory_.path() / row.file)).read());
    }

    /// Without a terminal, the programs read what they ask for from standard input.
    void run(const std::string& command, const std::string& input) const {
        const auto typed = directory_.write("typed", input);
        const auto output = directory_.path() / "output";
        test::Process process({"/usr/bin/setsid", "--wait", "/bin/sh", "-c",
                               "cd " + directory_.path().string() + " && exec < typed\n" + command},
                              {.environment = {"LC_ALL=C"}, .output = output});
        const auto end = process.wait(300s);
        std::ifstream stream(output);
        std::stringstream text;
        text << stream.rdbuf();
        EXPECT_EQ(end, 0) << command << "\n" << text.str();
    }

    test::TemporaryDirectory directory_;
};

std::string command_in(const std::string& hint) {
    const auto begin = hint.find('\'');
    const auto end = hint.find('\'', begin + 1);
    return begin == std::string::npos || end == std::string::npos ? ""
                                                                  : hint.substr(begin + 1, end - begin - 1);
}

std::string program_of(const std::string& command) {
    if (command.contains("ssh-keygen"))
        return "ssh-keygen";
    return command.substr(0, command.find(' '));
}

bool is_installed(const std::string& program) {
    return std::filesystem::exists("/usr/bin/" + program) || std::filesystem::exists("/bin/" + program);
}

std::vector<Provocation> provocations() {
    const std::string geheim = "old-key-encryption/pass";
    const std::string typed = "geheim1\n";
    const std::string thrice = typed + typed + typed;
    return {
        {.file = "bundle.der",
         .conversion = Conversion::pkcs7_der,
         .made_by = "openssl crl2pkcs7 -nocrl -certfile client.pem -outform DER -out bundle.der"},
        {.file = "bundle.pem",
         .conversion = Conversion::pkcs7_pem,
         .made_by = "openssl crl2pkcs7 -nocrl -certfile client.pem -out bundle.pem"},
        {.file = "java-keystore/client.jks",
         .conversion = Conversion::jks,
         .passphrase = "java-keystore/pass01",
         .input = "pwdclient01\npwdclient01\npwdclient\npwdclient01\n",
         .result_has_key = true},
        {.file = "java-keystore/jceks.jks",
         .conversion = Conversion::jceks,
         .passphrase = "java-keystore/pass",
         .input = "pwdclient\npwdclient\npwdclient\n",
         .result_has_key = true},
        {.file = "not-a-certificate/openssh.key", .conversion = Conversion::openssh_key, .is_key = true},
        {.file = "not-a-certificate/client.pem.gz", .conversion = Conversion::gzip},
        {.file = "not-a-certificate/device.zip", .conversion = Conversion::zip, .result = "client.pem"},
        {.file = "old-key-encryption/pbes2-3des.key",
         .conversion = Conversion::decrypted_key,
         .is_key = true,
         .input = typed,
         .hinted_without_passphrase = true},
        {.file = "old-key-encryption/dek-des3.key",
         .conversion = Conversion::decrypted_key,
         .is_key = true,
         .input = typed,
         .hinted_without_passphrase = true},
        {.file = "old-key-encryption/dek-des.key",
         .conversion = Conversion::newer_key_cipher,
         .is_key = true,
         .passphrase = geheim,
         .input = thrice},
        {.file = "old-key-encryption/pbe-md5-des.key",
         .conversion = Conversion::newer_key_cipher,
         .is_key = true,
         .passphrase = geheim,
         .input = thrice},
        {.file = "p12-legacy/rc2.p12",
         .conversion = Conversion::newer_store_cipher,
         .passphrase = "p12-legacy/pass",
         .input = thrice,
         .result_has_key = true},
        {.file = "slow.key",
         .conversion = Conversion::fewer_key_rounds,
         .made_by = "openssl pkcs8 -topk8 -in client.key -iter 10000001 -passout pass:geheim1 -out slow.key",
         .is_key = true,
         .passphrase = geheim,
         .input = thrice},
        {.file = "slow.p12",
         .conversion = Conversion::fewer_store_rounds,
         .made_by = "openssl pkcs12 -export -in client.pem -inkey client.key -keypbe NONE -certpbe NONE "
                    "-maciter -iter 10000001 -passout pass:geheim1 -out slow.p12",
         .passphrase = geheim,
         .input = thrice,
         .result_has_key = true},
    };
}

TEST_P(Conversions, InAHintWorksOnTheFileThatProvokesIt) {
    const Provocation& row = GetParam();
    const Bytes bytes = content(row);
    const auto path =
        directory_.write("a file " + std::filesystem::path(row.file).filename().string(), as_text(bytes));
    const Error error = provoke(row, bytes, path);
    const std::string command = command_in(error.hint);
    ASSERT_EQ("'" + command + "'", pki::command(row.conversion, path.native())) << to_string(error);
    if (!is_installed(program_of(command)))
        GTEST_SKIP() << program_of(command) << " is not installed: " << command;
    run(command, row.input);
    auto result = std::filesystem::path(result_of(row.conversion, path.native()));
    if (!row.result.empty())
        result /= row.result;
    const Bytes converted = value_or_throw(value_or_throw(File::open(result)).read());
    const auto secret = passphrase(row.passphrase);
    if (row.is_key) {
        const auto keys = load_private_keys(converted, result.native(), secret ? &*secret : nullptr);
        EXPECT_TRUE(keys) << to_string(keys.error());
        return;
    }
    Sources sources{.certificate = converted,
                    .certificate_name = result,
                    .key = std::nullopt,
                    .key_name = result,
                    .passphrase = secret ? &*secret : nullptr};
    if (row.result_has_key)
        sources.key = converted;
    const auto key_pair = pki::load(sources, CertificateFormat::der, KeyFormat::pkcs8);
    ASSERT_TRUE(key_pair) << to_string(key_pair.error());
    EXPECT_EQ(key_pair->private_key && key_pair->private_key->matches(key_pair->chain.front()),
              row.result_has_key);
}

INSTANTIATE_TEST_SUITE_P(Hints, Conversions, testing::ValuesIn(provocations()), [](const auto& row) {
    std::string name;
    for (const char c : row.param.file) {
        if (std::isalnum(static_cast<unsigned char>(c)) != 0)
            name += c;
    }
    return name;
});

TEST(Conversion, IsTriedByATestWhateverItsKind) {
    std::set<Conversion> tried;
    for (const Provocation& row : provocations())
        tried.insert(row.conversion);
    EXPECT_EQ(tried.size(), static_cast<std::size_t>(last_conversion) + 1);
}

TEST(Conversion, NamesThePathAsOneWordOfTheShell) {
    EXPECT_EQ(command(Conversion::gzip, "/etc/a b/it's $x.gz"),
              "'gzip -dc /etc/a\\ b/it\\\'s\\ \\$x.gz > /etc/a\\ b/it\\\'s\\ \\$x.gz.out'");
    EXPECT_EQ(command(Conversion::gzip, "a.gz"), "'gzip -dc a.gz > a.gz.out'");
    EXPECT_EQ(command(Conversion::gzip, "standard input"), "'gzip -dc FILE > FILE.out'");
    EXPECT_EQ(command(Conversion::gzip, "-"), "'gzip -dc FILE > FILE.out'");
    EXPECT_EQ(shell_word("-x"), "./-x");
    EXPECT_EQ(result_of(Conversion::gzip, "a.gz"), "a.gz.out");
}

} // namespace
} // namespace bgs2::pki
