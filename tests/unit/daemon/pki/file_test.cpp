// SPDX-License-Identifier: Apache-2.0
#include "daemon/pki/file.h"

#include <gmock/gmock.h>
#include <openssl/crypto.h>

#include <array>
#include <cstdlib>
#include <fcntl.h>
#include <fstream>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

namespace bgs2::pki {
namespace {

using testing::HasSubstr;

Expected<Bytes> read_file(const std::filesystem::path& path, std::size_t max_size = max_file_size) {
    const auto file = File::open(path);
    return file ? file->read(max_size) : std::unexpected(file.error());
}

Expected<Secret> read_secret_file(const std::filesystem::path& path, std::size_t max_size = max_file_size) {
    const auto file = File::open(path);
    return file ? file->read_secret(max_size) : std::unexpected(file.error());
}

class FileTest : public testing::Test {
  protected:
    void SetUp() override {
        std::string pattern = testing::TempDir() + "bgs2-file-XXXXXX";
        ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
        folder_ = pattern;
    }
    void TearDown() override { std::filesystem::remove_all(folder_); }

    [[nodiscard]] std::filesystem::path file(const std::string& content) const {
        std::ofstream(folder_ / "file", std::ios::binary) << content;
        return folder_ / "file";
    }
    template<class Buffer>
    static void expect_refused(const Expected<Buffer>& result, ErrorCode code, const std::string& what) {
        ASSERT_FALSE(result);
        EXPECT_EQ(result.error().code, code);
        EXPECT_THAT(result.error().what, HasSubstr(what));
        EXPECT_FALSE(result.error().hint.empty());
    }

    std::filesystem::path folder_;
};

TEST_F(FileTest, IsReadCompletely) {
    for (const std::size_t size : {0UL, 1UL, 4095UL, 4096UL, 4097UL, 65536UL}) {
        const std::string content(size, 'x');
        const auto path = file(content);
        EXPECT_EQ(as_text(value_or_throw(read_file(path))), content);
        const Secret secret = value_or_throw(read_secret_file(path));
        EXPECT_EQ(as_text(secret.bytes()), content);
        if (size != 0) {
            EXPECT_EQ(CRYPTO_secure_allocated(secret.bytes().data()), 1);
        }
    }
}

TEST_F(FileTest, IsPrivateUnlessOthersCanReadOrWriteIt) {
    const auto path = file("secret");
    for (const auto& [mode, is_private] : std::vector<std::pair<unsigned, bool>>{{0600, true},
                                                                                 {0640, true},
                                                                                 {0660, true},
                                                                                 {0602, false},
                                                                                 {0601, true},
                                                                                 {0604, false},
                                                                                 {0644, false}}) {
        ASSERT_EQ(::chmod(path.c_str(), mode), 0);
        const auto opened = File::open(path);
        ASSERT_TRUE(opened);
        const auto result = opened->require_private();
        EXPECT_EQ(result.has_value(), is_private) << mode;
        if (!result) {
            expect_refused(result, ErrorCode::access_denied, path.string() + " contains a secret");
            EXPECT_THAT(result.error().hint,
                        HasSubstr((mode == 0602 ? "chmod o-w " : "chmod o-r ") + path.string()));
        }
    }
}

TEST_F(FileTest, IsProtectedUnlessOthersCanWriteItOrReplaceIt) {
    const auto path = file("secret");
    ASSERT_EQ(::chmod(path.c_str(), 0644), 0);
    for (const auto& [mode, is_protected] : std::vector<std::pair<unsigned, bool>>{
             {0700, true}, {0755, true}, {0770, true}, {0777, false}, {0702, false}, {01777, true}}) {
        ASSERT_EQ(::chmod(folder_.c_str(), mode), 0);
        const auto result = File::open(path)->require_protected();
        EXPECT_EQ(result.has_value(), is_protected) << mode;
        if (!result) {
            expect_refused(result, ErrorCode::access_denied,
                           "others can replace it: its directory " + folder_.string() +
                               " is writable by others");
            EXPECT_EQ(result.error().hint, "run 'chmod o-w " + folder_.string() + "'");
        }
    }
}

TEST_F(FileTest, IsProtectedOnlyIfALinkToItIs) {
    const auto path = file("secret");
    ASSERT_EQ(::chmod(path.c_str(), 0600), 0);
    std::filesystem::create_directory(folder_ / "links");
    std::filesystem::create_symlink(path, folder_ / "links/link");
    const auto opened = File::open(folder_ / "links/link");
    EXPECT_TRUE(opened->require_private());
    ASSERT_EQ(::chmod((folder_ / "links").c_str(), 0777), 0);
    expect_refused(opened->require_private(), ErrorCode::access_denied,
                   "its directory " + folder_.string() + "/links");
    ASSERT_EQ(::chmod((folder_ / "links").c_str(), 0755), 0);
    ASSERT_EQ(::chmod(folder_.c_str(), 0777), 0);
    expect_refused(opened->require_private(), ErrorCode::access_denied,
                   "its directory " + folder_.string() + " is writable");
}

TEST_F(FileTest, IsNotProtectedFromAForeignGroupOrOwnerOfItsDirectory) {
    if (::geteuid() != 0)
        GTEST_SKIP() << "only root can give files away";
    constexpr unsigned foreign = 65533;
    const auto path = file("secret");
    ASSERT_EQ(::chmod(path.c_str(), 0660), 0);
    ASSERT_EQ(::chown(path.c_str(), foreign, foreign), 0);
    EXPECT_EQ(File::open(path)->require_private().error().hint, "run 'chmod g-w " + path.string() + "'");
    ASSERT_EQ(::chmod(path.c_str(), 0640), 0);
    EXPECT_TRUE(File::open(path)->require_private());
    ASSERT_EQ(::chown(folder_.c_str(), foreign, 0), 0);
    EXPECT_TRUE(File::open(path)->require_private()) << "the owner of the file";
    ASSERT_EQ(::chown(path.c_str(), 0, 0), 0);
    expect_refused(File::open(path)->require_private(), ErrorCode::access_denied,
                   "belongs to the user id 65533");
    ASSERT_EQ(::chown(folder_.c_str(), 0, foreign), 0);
    ASSERT_EQ(::chmod(folder_.c_str(), 0775), 0);
    EXPECT_EQ(File::open(path)->require_private().error().hint, "run 'chmod g-w " + folder_.string() + "'");
}

TEST_F(FileTest, GivesAHintWhoseCommandMakesItPrivate) {
    std::filesystem::create_directory(folder_ / "a b");
    const auto path = folder_ / "a b/it's";
    std::ofstream(path) << "secret";
    ASSERT_EQ(::chmod(path.c_str(), 0666), 0);
    ASSERT_EQ(::chmod((folder_ / "a b").c_str(), 0777), 0);
    const auto opened = File::open(path);
    for (int i = 0; i < 3; ++i) {
        const auto result = opened->require_private();
        ASSERT_FALSE(result);
        const std::string hint = result.error().hint;
        const auto command =
            hint.substr(5, hint.find("',") == std::string::npos ? hint.size() - 6 : hint.find("',") - 5);
        EXPECT_EQ(std::system(command.c_str()), 0)
            << command; // NOLINT(cert-env33-c): the hint is what is tested
    }
    EXPECT_TRUE(opened->require_private());
}

TEST_F(FileTest, IsCheckedByItsOpenDescriptorNotByItsPath) {
    const auto path = file("secret");
    ASSERT_EQ(::chmod(path.c_str(), 0644), 0);
    const auto opened = File::open(path);
    ASSERT_TRUE(opened);
    std::filesystem::rename(path, folder_ / "other");
    ASSERT_EQ(::chmod(file("decoy").c_str(), 0600), 0);
    EXPECT_FALSE(opened->require_private());
    EXPECT_EQ(as_text(value_or_throw(opened->read())), "secret");
}

TEST_F(FileTest, IsReadCompletelyIfItsSizeIsUnknown) {
    const auto status = read_file("/proc/self/status");
    ASSERT_TRUE(status);
    EXPECT_THAT(as_text(*status), HasSubstr("VmRSS"));
    expect_refused(read_file("/proc/self/status", 10), ErrorCode::too_much_data,
                   "/proc/self/status is larger than 10");
}

TEST_F(FileTest, IsRefusedWhenTooLarge) {
    expect_refused(read_file(file(std::string(65537, 'x'))), ErrorCode::too_much_data,
                   "larger than 65536 bytes");
    EXPECT_TRUE(read_file(file("12345"), 5));
    expect_refused(read_secret_file(file("123456"), 5), ErrorCode::too_much_data, "larger than 5 bytes");
}

TEST_F(FileTest, IsNamedInTheErrorIfMissing) {
    expect_refused(read_file(folder_ / "none"), ErrorCode::not_found, "/none: No such file or directory");
    expect_refused(read_file(file("x") / "below"), ErrorCode::not_found, "Not a directory");
}

TEST_F(FileTest, ReportsPermissionDeniedForAnUnreadableFile) {
    const auto path = file("x");
    ASSERT_EQ(::chmod(path.c_str(), 0), 0);
    if (::geteuid() == 0) {
        // Root reads everything; another user is asked in a process of its own.
        ASSERT_EQ(::chmod(folder_.c_str(), 0755), 0);
        EXPECT_EXIT(
            {
                if (::seteuid(65534) != 0)
                    ::_exit(2);
                const auto result = read_file(path);
                ::_exit(!result && result.error().code == ErrorCode::access_denied ? 0 : 1);
            },
            testing::ExitedWithCode(0), "");
        return;
    }
    expect_refused(read_file(path), ErrorCode::access_denied, "Permission denied");
}

TEST_F(FileTest, MustBeARegularFile) {
    expect_refused(read_file(folder_), ErrorCode::failed, "is a directory, not a regular file");
    expect_refused(read_file("/dev/zero"), ErrorCode::failed, "/dev/zero is a device, pipe or socket");
    ASSERT_EQ(::mkfifo((folder_ / "fifo").c_str(), 0600), 0);
    expect_refused(read_secret_file(folder_ / "fifo"), ErrorCode::failed, "fifo is a device, pipe or socket");
}

TEST_F(FileTest, RejectsASymbolicLinkLoop) {
    std::filesystem::create_symlink("circle", folder_ / "circle");
    expect_refused(read_file(folder_ / "circle"), ErrorCode::failed, "/circle: Too many levels");
}

TEST(Passphrase, IsFreedFromOneLineEndAndFromWhatEditorsAdd) {
    struct Row {
        std::string_view content;
        std::string_view passphrase;
    };
    using namespace std::string_view_literals;
    const std::vector<Row> table = {{"pass", "pass"},
                                    {"pass\n", "pass"},
                                    {"pass\r\n", "pass"},
                                    {"pass\n\n", "pass\n"},
                                    {" pass \n", " pass "},
                                    {"pass\r", "pass\r"},
                                    {"\n", ""},
                                    {"", ""},
                                    {"\xef\xbb\xbfpass\r\n", "pass"},
                                    {"\xff\xfep\0a\0s\0s\0\r\0\n\0"sv, "pass"},
                                    {"\xfe\xff\0p\0a\0s\0s"sv, "pass"},
                                    {"p\0a\0s\0s\0\n\0"sv, "pass"}};
    for (const auto& row : table) {
        Secret passphrase = Secret::copy_of(as_bytes(row.content));
        clean_passphrase(passphrase);
        EXPECT_EQ(as_text(passphrase.bytes()), row.passphrase);
    }
}

TEST_F(FileTest, DescriptorIsReadFromTheStartAndKeepsItsOffset) {
    const auto path = file("0123456789");
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    ASSERT_GE(descriptor, 0);
    ASSERT_EQ(::lseek(descriptor, 5, SEEK_SET), 5);
    EXPECT_EQ(as_text(value_or_throw(read_descriptor(descriptor, "sent"))), "0123456789");
    const Secret secret = value_or_throw(read_secret_descriptor(descriptor, "sent"));
    EXPECT_EQ(as_text(secret.bytes()), "0123456789");
    EXPECT_EQ(::lseek(descriptor, 0, SEEK_CUR), 5);
    ::close(descriptor);
    expect_refused(read_descriptor(-1, "sent"), ErrorCode::failed, "cannot read sent: Bad file descriptor");
    std::array<int, 2> ends{};
    ASSERT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
    expect_refused(read_secret_descriptor(ends[0], "sent"), ErrorCode::failed,
                   "sent is a device, pipe or socket");
    ::close(ends[0]);
    ::close(ends[1]);
}

TEST_F(FileTest, WriteOnlyDescriptorIsRefused) {
    const int descriptor = ::open(file("x").c_str(), O_WRONLY | O_CLOEXEC);
    expect_refused(read_descriptor(descriptor, "sent"), ErrorCode::failed,
                   "cannot read sent: Bad file descriptor");
    ::close(descriptor);
}

} // namespace
} // namespace bgs2::pki
