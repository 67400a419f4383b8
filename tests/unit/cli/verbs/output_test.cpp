// SPDX-License-Identifier: Apache-2.0
#include "cli/client/objects.h"
#include "cli/terminal/output.h"
#include "cli/terminal/text.h"
#include "cli/verbs/verbs.h"

#include <gtest/gtest.h>

#include <sstream>
#include <string>

namespace bgs2::cli {
namespace {

Terminal terminal_of_width(std::size_t width, bool colour = false) {
    Terminal terminal;
    terminal.interactive = true;
    terminal.colour = colour;
    terminal.width = width;
    return terminal;
}

Table two_modems() {
    Modem first;
    first.imei = "356938035643809";
    first.model = "BGS2-W";
    first.port = "/dev/ttyUSB0";
    first.state = "compliant";
    first.policy = "10-gateways";
    first.reason = "holds what the policy says";
    Modem second;
    second.imei = "490154203237518";
    second.model = "BGS2-E";
    second.port = "/dev/ttyS1";
    second.state = "blocked";
    second.reason = "Prüfung: the private key does not match the certificate";
    return table_of(std::vector{first, second});
}

TEST(Table, AlignsColumnsAndMarksEmptyCells) {
    EXPECT_EQ(
        two_modems().text(Terminal{}),
        "IMEI             MODEL   PORT          STATE      POLICY       REASON\n"
        "356938035643809  BGS2-W  /dev/ttyUSB0  compliant  10-gateways  holds what the policy says\n"
        "490154203237518  BGS2-E  /dev/ttyS1    blocked    -            Prüfung: the private key does not "
        "match the certificate\n");
}

TEST(Table, FitsTheTerminal) {
    for (const std::size_t width : {1U, 10U, 40U, 80U, 81U, 200U}) {
        std::istringstream lines(two_modems().text(terminal_of_width(width)));
        for (std::string line; std::getline(lines, line);)
            EXPECT_LE(display_width(line), width) << line;
    }
}

TEST(Table, CutsTheLastColumnWithAnEllipsis) {
    EXPECT_EQ(two_modems().text(terminal_of_width(80)),
              "IMEI             MODEL   PORT          STATE      POLICY       REASON\n"
              "356938035643809  BGS2-W  /dev/ttyUSB0  compliant  10-gateways  holds what the p…\n"
              "490154203237518  BGS2-E  /dev/ttyS1    blocked    -            Prüfung: the pri…\n");
}

TEST(Table, ShrinksYieldingColumnsFirst) {
    Table table(
        {{"SLOT", "slot"}, {.title = "SUBJECT", .key = "subject", .yields = true}, {"SHA-1", "thumbprint"}});
    table.add({Cell::of("1"), Cell::of("CN=A rather long subject"), Cell::of("0123456789")});
    EXPECT_EQ(table.text(terminal_of_width(30)), "SLOT  SUBJECT       SHA-1\n"
                                                 "1     CN=A rather…  0123456789\n");
}

TEST(Table, KeepsTheAlignmentWithColours) {
    Table table({{"STATE", "state"}, {"REASON", "reason"}});
    table.add({Cell::of("failed", Colour::bad), Cell::of("so")});
    EXPECT_EQ(table.text(terminal_of_width(80, true)), "\x1b[1mSTATE\x1b[0m   \x1b[1mREASON\x1b[0m\n"
                                                       "\x1b[31mfailed\x1b[0m  so\n");
}

TEST(Table, EscapesControlCharacters) {
    Table table(std::vector{Column{"SUBJECT", "subject"}});
    table.add({Cell::of("CN=\x1b[2J")});
    EXPECT_EQ(table.text(Terminal{}), "SUBJECT\nCN=\\x1b[2J\n");
}

TEST(Table, KeepsTheValuesInJson) {
    Table table({{"SUBJECT", "subject"}, {"SLOT", "slot"}, {.title = "", .key = "hint", .json_only = true}});
    table.add({Cell::of("CN=\x1b[2J\"\n"), {"1", 1}, Cell::of("")});
    EXPECT_EQ(to_line(table.json()), "[{\"subject\":\"CN=\\u001b[2J\\\"\\n\",\"slot\":1,\"hint\":\"\"}]\n");
}

TEST(KeyValueLines, AlignValues) {
    EXPECT_EQ(
        key_value_lines({{"IMEI", Cell::of("356938035643809")}, {"Port path", Cell::of("")}}, Terminal{}),
        "IMEI:       356938035643809\n"
        "Port path:  -\n");
}

} // namespace
} // namespace bgs2::cli
