// SPDX-License-Identifier: Apache-2.0
#include "cli/doctor/tty_nodes.h"
#include "tests/support/temporary_directory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

namespace bgs2::cli {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::Field;
using testing::IsEmpty;

class TtyNodes : public testing::Test {
  protected:
    /// Adds a tty with the links that the kernel has in /sys.
    void tty(const std::string& name, const std::string& parent) {
        const fs::path folder = sys() / "devices" / parent / "tty" / name;
        fs::create_directories(folder);
        fs::create_directories(sys() / "class/tty");
        fs::create_directory_symlink(folder, sys() / "class/tty" / name);
        fs::permissions(folder_.write("dev/" + name, ""), fs::perms(0660));
        if (!parent.empty() && parent != "virtual")
            fs::create_directory_symlink(sys() / "devices" / parent, folder / "device");
    }

    void attribute(const std::string& path, const std::string& text) {
        static_cast<void>(folder_.write("sys/" + path, text + "\n"));
    }

    [[nodiscard]] fs::path sys() const { return folder_.path() / "sys"; }
    [[nodiscard]] fs::path dev() const { return folder_.path() / "dev"; }

  private:
    test::TemporaryDirectory folder_;
};

TEST_F(TtyNodes, IncludeOnlyTtysWithHardware) {
    tty("tty1", "virtual");
    tty("ttyS0", "pnp0/00:01");
    attribute("devices/pnp0/00:01/tty/ttyS0/type", "4");
    tty("ttyS1", "platform/serial8250");
    attribute("devices/platform/serial8250/tty/ttyS1/type", "0");
    tty("ttyUSB0", "usb1/1-1/1-1:1.0/ttyUSB0");
    attribute("devices/usb1/1-1/idVendor", "1a86");
    attribute("devices/usb1/1-1/idProduct", "7523");
    attribute("devices/usb1/idVendor", "1d6b");
    attribute("class/tty/console/active", "tty0 ttyS0");
    const auto nodes = tty_nodes(sys(), dev());
    ASSERT_THAT(nodes, ElementsAre(Field(&TtyNode::device, (dev() / "ttyS0").string()),
                                   Field(&TtyNode::device, (dev() / "ttyUSB0").string())));
    EXPECT_TRUE(nodes[0].console);
    EXPECT_EQ(nodes[0].usb_vendor, "");
    EXPECT_FALSE(nodes[1].console);
    EXPECT_EQ(nodes[1].usb_vendor, "1a86") << "that of the adapter, not of the hub";
    EXPECT_EQ(nodes[1].usb_product, "7523");
    EXPECT_EQ(nodes[1].mode, 0660U);
    EXPECT_NE(nodes[1].group, "");
}

TEST_F(TtyNodes, AreEmptyIfSysIsMissing) {
    EXPECT_THAT(tty_nodes(sys(), dev()), IsEmpty());
}

} // namespace
} // namespace bgs2::cli
