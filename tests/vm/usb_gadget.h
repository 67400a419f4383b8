// SPDX-License-Identifier: Apache-2.0
// A USB device with serial ports that the gadget drivers of the guest make. bgs2sim runs in the guest.
#pragma once

#include "tests/vm/machine.h"

#include <string>

namespace bgs2::test {

class UsbGadget {
  public:
    /// The kernel selects the driver by vendor, product and function.
    struct Device {
        std::string vendor = "0x1e2d";
        std::string product;
        std::string function; ///< "acm" or "gser"
        int functions = 1;    ///< one port each
    };

    /// The machine outlives this object.
    explicit UsbGadget(Machine& machine)
      : machine_(machine) {}

    /// Makes the device, without plugging it in.
    void make(const Device& device) const;
    /// Starts bgs2sim at the other end of port `number`, counted from 0. Its log is /run/NAME.log. All have
    /// the same slots.
    void start_modem(int number, const std::string& arguments = {}, const std::string& name = "modem") const;
    void plug() const;
    void pull() const;

  private:
    Machine& machine_;
};

} // namespace bgs2::test
