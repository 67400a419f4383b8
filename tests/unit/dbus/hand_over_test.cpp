// SPDX-License-Identifier: Apache-2.0
#include "daemon/base/bytes.h"
#include "daemon/base/error.h"
#include "daemon/base/immovable.h"
#include "daemon/pki/file.h"
#include "dbus/hand_over.h"

#include <asio/awaitable.hpp>
#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/io_context.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/crypto.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <deque>
#include <fcntl.h>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <sys/mman.h>
#include <sys/types.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace bgs2::dbus {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr uid_t alice = 1001;
constexpr uid_t bob = 1002;

/// A pipe with both ends; the destructor closes those that are left.
class OwnPipe : Immovable {
  public:
    OwnPipe() {
        if (::pipe2(ends_.data(), O_CLOEXEC) != 0)
            throw std::runtime_error("pipe2");
        (void)::fcntl(ends_[1], F_SETPIPE_SZ, 1 << 17); // a whole file, so that writing does not wait
    }
    ~OwnPipe() {
        close();
        ::close(ends_[0]);
    }
    [[nodiscard]] sdbus::UnixFd reader() const { return sdbus::UnixFd(ends_[0]); } // duplicates
    void write(std::string_view text) const {
        ASSERT_EQ(::write(ends_[1], text.data(), text.size()), static_cast<ssize_t>(text.size()));
    }
    void close() {
        if (ends_[1] >= 0)
            ::close(std::exchange(ends_[1], -1));
    }

  private:
    std::array<int, 2> ends_{-1, -1};
};

class HandingOver : public testing::Test {
  protected:
    struct Call {
        std::unique_ptr<HandOver> hand_over{};
        std::optional<std::string> content{};
        std::optional<Error> error{};
        bool out_of_secure_memory = false;

        [[nodiscard]] bool ended() const { return content || error || out_of_secure_memory; }
    };

    Call& begin(uid_t user, sdbus::UnixFd descriptor) {
        Call& call = calls_.emplace_back();
        call.hand_over = std::make_unique<HandOver>(all_, user);
        asio::co_spawn(loop_, read(call, std::move(descriptor)), asio::detached);
        loop_.restart();
        loop_.poll();
        return call;
    }

    /// Runs the loop until `condition`; false: timeout.
    bool eventually(const std::function<bool()>& condition) {
        const auto deadline = std::chrono::steady_clock::now() + 20s;
        while (!condition() && std::chrono::steady_clock::now() < deadline) {
            loop_.restart();
            loop_.run_one_for(100ms);
        }
        return condition();
    }

    static asio::awaitable<void> read(Call& call, sdbus::UnixFd descriptor) {
        try {
            const pki::Secret bytes = co_await call.hand_over->read(std::move(descriptor), "the key");
            call.content = as_text(bytes.bytes());
        } catch (const Exception& e) {
            call.error = e.error();
        } catch (const pki::SecureHeapFull&) {
            call.out_of_secure_memory = true;
        }
    }

    std::shared_ptr<HandOvers> all_ = std::make_shared<HandOvers>();
    std::deque<Call> calls_;
    std::size_t used_before_ = CRYPTO_secure_used();
    asio::io_context loop_{1}; ///< last, because its coroutines use the calls
};

TEST_F(HandingOver, ReadsAPipeToItsEnd) {
    OwnPipe pipe;
    Call& call = begin(alice, pipe.reader());
    pipe.write("first ");
    EXPECT_FALSE(call.ended());
    pipe.write("second");
    pipe.close();
    ASSERT_TRUE(eventually([&] { return call.ended(); }));
    EXPECT_EQ(call.content, "first second");
}

TEST_F(HandingOver, ReadsALargestFileFromAPipeAndRefusesALargerOne) {
    for (const std::size_t size : {pki::max_file_size, pki::max_file_size + 1}) {
        OwnPipe pipe;
        pipe.write(std::string(size, 'x'));
        pipe.close();
        Call& call = begin(alice, pipe.reader());
        ASSERT_TRUE(eventually([&] { return call.ended(); }));
        if (size == pki::max_file_size) {
            EXPECT_EQ(call.content, std::string(size, 'x'));
        } else {
            ASSERT_TRUE(call.error);
            EXPECT_EQ(call.error->code, ErrorCode::too_much_data);
        }
    }
}

TEST_F(HandingOver, ReadsAMemfdFromItsBeginning) {
    const int descriptor = ::memfd_create("key", MFD_CLOEXEC);
    ASSERT_EQ(::write(descriptor, "content", 7), 7);
    const Call& call = begin(alice, sdbus::UnixFd(descriptor, sdbus::adopt_fd));
    EXPECT_EQ(call.content, "content");
}

TEST_F(HandingOver, AnOpenPipeWithNothingInItTakesNoSecureMemory) {
    std::deque<OwnPipe> pipes(20);
    for (const OwnPipe& pipe : pipes)
        EXPECT_FALSE(begin(alice, pipe.reader()).ended());
    EXPECT_EQ(CRYPTO_secure_used(), used_before_);
}

TEST_F(HandingOver, RefusesTheNextPipeOfAUserWithAllPlacesTakenAndNotThatOfAnother) {
    const std::size_t most = HandOverLimits{}.pipes_of_user;
    std::deque<OwnPipe> pipes(most + 1);
    for (std::size_t i = 0; i < most; ++i)
        EXPECT_FALSE(begin(alice, pipes[i].reader()).ended());
    const Call& refused = begin(alice, pipes[most].reader());
    ASSERT_TRUE(refused.error);
    EXPECT_EQ(refused.error->code, ErrorCode::busy);
    EXPECT_THAT(refused.error->what, HasSubstr("32 pipes of the same user are open already"));
    EXPECT_THAT(refused.error->hint, Not(IsEmpty()));
    EXPECT_FALSE(begin(bob, pipes[most].reader()).ended());
    const int descriptor = ::memfd_create("key", MFD_CLOEXEC);
    EXPECT_EQ(begin(alice, sdbus::UnixFd(descriptor, sdbus::adopt_fd)).content, "")
        << "a file needs no place";
}

TEST_F(HandingOver, RefusesPipesOfAllUsersBeyondTheLimit) {
    all_ = std::make_shared<HandOvers>(HandOverLimits{.pipes_of_user = 2, .pipes = 3});
    std::deque<OwnPipe> pipes(4);
    EXPECT_FALSE(begin(alice, pipes[0].reader()).ended());
    EXPECT_FALSE(begin(alice, pipes[1].reader()).ended());
    EXPECT_FALSE(begin(bob, pipes[2].reader()).ended());
    const Call& refused = begin(bob, pipes[3].reader());
    ASSERT_TRUE(refused.error);
    EXPECT_EQ(refused.error->code, ErrorCode::busy);
    pipes[0].close();
    ASSERT_TRUE(eventually([&] { return calls_[0].ended(); }));
    EXPECT_FALSE(begin(bob, pipes[3].reader()).ended()) << "its place is free again";
}

TEST_F(HandingOver, RefusesMoreBytesThanTheShareOfAUserUntilItsCallsEnd) {
    std::deque<OwnPipe> pipes(8);
    for (const OwnPipe& pipe : pipes) {
        pipe.write(std::string(60'000, 'x'));
        begin(alice, pipe.reader());
    }
    ASSERT_TRUE(eventually([&] { return std::ranges::any_of(calls_, &Call::ended); }));
    for (const Call& call : calls_) {
        if (call.ended()) {
            ASSERT_TRUE(call.error);
            EXPECT_EQ(call.error->code, ErrorCode::busy);
            EXPECT_THAT(call.error->what, HasSubstr("bytes of secure memory"));
        }
    }
    EXPECT_LE(CRYPTO_secure_used(), used_before_ + HandOverLimits{}.bytes_of_user);
    OwnPipe other;
    other.write("a key");
    other.close();
    Call& of_bob = begin(bob, other.reader());
    ASSERT_TRUE(eventually([&] { return of_bob.ended(); }));
    EXPECT_EQ(of_bob.content, "a key");
    for (OwnPipe& pipe : pipes)
        pipe.close();
    ASSERT_TRUE(eventually([&] { return std::ranges::all_of(calls_, &Call::ended); }));
    calls_.clear();
    EXPECT_EQ(CRYPTO_secure_used(), used_before_);
    OwnPipe again;
    again.write(std::string(60'000, 'x'));
    again.close();
    Call& call = begin(alice, again.reader());
    ASSERT_TRUE(eventually([&] { return call.ended(); }));
    EXPECT_TRUE(call.content);
}

TEST_F(HandingOver, CountsTheBytesOfFilesUntilTheCallEnds) {
    all_ = std::make_shared<HandOvers>(HandOverLimits{.bytes_of_user = 8192});
    const auto file = [] {
        const int descriptor = ::memfd_create("key", MFD_CLOEXEC);
        EXPECT_EQ(::ftruncate(descriptor, 4096), 0);
        return sdbus::UnixFd(descriptor, sdbus::adopt_fd);
    };
    EXPECT_TRUE(begin(alice, file()).content);
    EXPECT_TRUE(begin(alice, file()).content);
    EXPECT_TRUE(begin(alice, file()).error);
    calls_.clear();
    EXPECT_TRUE(begin(alice, file()).content);
}

TEST_F(HandingOver, EndsAllWaitsWhenItIsStopped) {
    const OwnPipe pipe;
    const Call& waiting = begin(alice, pipe.reader());
    all_->stop();
    ASSERT_TRUE(eventually([&] { return waiting.ended(); }));
    ASSERT_TRUE(waiting.error);
    EXPECT_EQ(waiting.error->code, ErrorCode::cancelled);
    const Call& later = begin(alice, pipe.reader());
    ASSERT_TRUE(later.error);
    EXPECT_EQ(later.error->code, ErrorCode::cancelled);
}

TEST_F(HandingOver, TellsThatTheSecureHeapIsFullAndGoesOnOnceItIsNot) {
    std::vector<pki::Secret> others;
    try {
        for (;;)
            others.emplace_back(4096);
    } catch (const pki::SecureHeapFull& e) {
        EXPECT_EQ(e.error().code, ErrorCode::busy);
        EXPECT_THAT(e.error().hint, Not(IsEmpty()));
    }
    OwnPipe pipe;
    pipe.write("a key");
    pipe.close();
    EXPECT_TRUE(begin(alice, pipe.reader()).out_of_secure_memory);
    calls_.clear();
    others.clear();
    EXPECT_EQ(CRYPTO_secure_used(), used_before_);
    OwnPipe again;
    again.write("a key");
    again.close();
    EXPECT_EQ(begin(alice, again.reader()).content, "a key");
}

} // namespace
} // namespace bgs2::dbus
