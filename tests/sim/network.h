// SPDX-License-Identifier: Apache-2.0
// The SIM and the network of a registered module: the answers that a program requires before it connects.
#pragma once

#include "tests/sim/answers.h"

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace bgs2::sim {

/// A SIM without a PIN in its home network (test network 001-01), with a good signal; 3GPP TS 27.007 and
/// 27.005. The calls themselves, ATD and ATH, are not answered here.
class Network {
  public:
    /// `port_use` is the answer to AT^SQPORT?: "Application", "Modem" or a number.
    explicit Network(std::string port_use)
      : port_use_(std::move(port_use)) {}

    /// The answer to a command of the SIM or the network; nothing for other commands. `command` is in upper
    /// case, without blanks around it.
    std::optional<Answer> answer(std::string_view command);

  private:
    [[nodiscard]] std::optional<Answer> query(std::string_view command) const;
    bool set(std::string_view command);

    std::string port_use_;
    char functionality_ = '1';              ///< AT+CFUN
    char attached_ = '1';                   ///< AT+CGATT
    char active_ = '0';                     ///< AT+CGACT, of the first context
    char reports_ = '0';                    ///< AT+CREG
    char packet_reports_ = '0';             ///< AT+CGREG
    std::string context_ = "1,\"IP\",\"\""; ///< the last AT+CGDCONT
};

} // namespace bgs2::sim
