// SPDX-License-Identifier: Apache-2.0
// Files to pass to bgs2d: bgs2ctl opens them before it connects.
#include "tests/support/program.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <unistd.h>
#include <utility>
#include <vector>

namespace bgs2::test {
namespace {

const std::vector<std::string> nowhere{"DBUS_SYSTEM_BUS_ADDRESS=unix:path=/nonexistent/bus"};

TEST(CertificateFds, ReportAMissingFile) {
    const Folder folder;
    const std::string there = folder.write("there", "x");
    for (const auto& options :
         std::vector<std::vector<std::string>>{{"--cert", folder.path("none")},
                                               {"--cert", there, "--key", folder.path("none")},
                                               {"--cert", there, "--passphrase-file", folder.path("none")},
                                               {"--cert", there + "/none"}}) {
        std::vector<std::string> words{"install", "--slot", "0"};
        words.insert(words.end(), options.begin(), options.end());
        const Outcome result = run(words, {.environment = nowhere});
        EXPECT_EQ(result.exit, 3);
        EXPECT_TRUE(result.errors.starts_with("bgs2ctl: cannot read " + options.back() + ": "))
            << result.errors;
    }
}

TEST(CertificateFds, ReportAFileThatCannotBeRead) {
    if (geteuid() != 0)
        GTEST_SKIP() << "requires root to run a program as another user";
    const Folder folder;
    const std::string file = folder.write("secret", "x");
    std::filesystem::permissions(file, std::filesystem::perms::owner_read);
    const Outcome result =
        run({"install", "--slot", "0", "--cert", file}, {.environment = nowhere, .as_nobody = true});
    EXPECT_EQ(result.exit, 4);
    EXPECT_NE(result.errors.find("\n  hint: run bgs2ctl as root, or give your user read access"),
              std::string::npos)
        << result.errors;
}

TEST(CertificateFds, RefuseDirectoriesAndDevicesInEveryVerb) {
    for (const auto& [path, reason] : {std::pair{"/tmp", "it is a directory"},
                                       std::pair{"/dev/zero", "it is neither a file nor a pipe"}}) {
        const std::string file = path;
        for (const auto& words :
             std::vector<std::vector<std::string>>{{"install", "--slot", "0", "--cert", file},
                                                   {"frame", "encode", "--slot", "1", "--cert", file},
                                                   {"frame", "decode", file},
                                                   {"frame", "diff", file, file},
                                                   {"frame", "send", "any", file}}) {
            const Outcome result = run(words, {.environment = nowhere});
            EXPECT_EQ(result.exit, 1);
            EXPECT_TRUE(result.errors.starts_with("bgs2ctl: cannot read " + file + ": " + reason +
                                                  "\n  hint: name a file"))
                << result.errors;
        }
    }
}

TEST(CertificateFds, AreNotAvailableOverSsh) {
    const Folder folder;
    const std::string ssh = folder.write("ssh", "#!/bin/sh\ntouch \"$0.asked\"\n");
    std::filesystem::permissions(ssh, std::filesystem::perms::owner_all);
    const std::vector<std::string> path{"PATH=" + folder.path("")};
    const std::string frame = folder.write("frame", "no frame");
    for (const auto& words : std::vector<std::vector<std::string>>{
             {"install", "--slot", "0", "--cert", frame, "--host", "root@gateway"},
             {"--host", "root@gateway", "frame", "send", "any", frame}}) {
        const Outcome result = run(words, {.environment = path});
        EXPECT_EQ(result.exit, 1);
        EXPECT_NE(result.errors.find("passes open files to bgs2d, which ssh cannot transfer\n"
                                     "  hint: run it on the gateway: ssh root@gateway bgs2ctl "),
                  std::string::npos)
            << result.errors;
    }
    EXPECT_FALSE(std::filesystem::exists(ssh + ".asked"));
}

} // namespace
} // namespace bgs2::test
