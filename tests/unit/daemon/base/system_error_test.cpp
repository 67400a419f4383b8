// SPDX-License-Identifier: Apache-2.0
#include "daemon/base/system_error.h"

#include <gtest/gtest.h>

#include <cerrno>

namespace bgs2 {
namespace {

TEST(SystemError, MapsErrnoToAnErrorCode) {
    for (const int number : {ENOENT, ENOTDIR})
        EXPECT_EQ(error_code_of(number), ErrorCode::not_found) << number;
    for (const int number : {EACCES, EPERM, EROFS})
        EXPECT_EQ(error_code_of(number), ErrorCode::access_denied) << number;
    for (const int number : {ENXIO, ENODEV})
        EXPECT_EQ(error_code_of(number), ErrorCode::device_gone) << number;
    for (const int number : {EIO, ELOOP, ENOSPC, EMFILE, 0})
        EXPECT_EQ(error_code_of(number), ErrorCode::failed) << number;
}

TEST(SystemError, MapsErrnoOfATtyToAnErrorCode) {
    for (const int number : {EBUSY, EWOULDBLOCK})
        EXPECT_EQ(tty_error_code_of(number), ErrorCode::port_claimed) << number;
    EXPECT_EQ(tty_error_code_of(ENOTTY), ErrorCode::invalid_argument);
    for (const int number : {EIO, ENXIO, ENODEV})
        EXPECT_EQ(tty_error_code_of(number), ErrorCode::device_gone) << number;
    for (const int number : {ENOENT, EACCES, EINVAL})
        EXPECT_EQ(tty_error_code_of(number), error_code_of(number)) << number;
}

TEST(SystemError, StatesTheFailedOperationAndItsReason) {
    EXPECT_EQ(system_error(EACCES, "open /dev/ttyS1", "be root"),
              (Error{ErrorCode::access_denied, "cannot open /dev/ttyS1: Permission denied", "be root"}));
    EXPECT_EQ(system_error(ENOENT, "read x").hint, "");
}

} // namespace
} // namespace bgs2
