// SPDX-License-Identifier: Apache-2.0
// One table, shown as aligned text or as JSON.
#pragma once

#include "cli/terminal/terminal.h"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bgs2::cli {

using Json = nlohmann::ordered_json;

enum class Colour : std::uint8_t {
    plain,
    good,   ///< green
    busy,   ///< cyan
    odd,    ///< yellow
    bad,    ///< red
    strong, ///< bold
};

/// `text` in a colour if the terminal shows them.
std::string paint(std::string text, Colour colour, const Terminal& terminal);

struct Column {
    std::string title;      ///< of the text, "STATE"
    std::string key;        ///< of the JSON, "state"
    bool yields = false;    ///< gives its width away first where the terminal is too narrow
    bool json_only = false; ///< not in the text
};

/// One field: what people see, and what programs get.
struct Cell {
    std::string text;
    Json value;
    Colour colour = Colour::plain;

    /// The same text for both; "-" to people if it is empty, so that a line always has as many words.
    static Cell of(const std::string& text, Colour colour = Colour::plain) {
        return {text.empty() ? "-" : text, text, colour};
    }
};

class Table {
  public:
    explicit Table(std::vector<Column> columns);

    /// One cell a column, in their order.
    void add(std::vector<Cell> row);

    [[nodiscard]] bool empty() const { return rows_.empty(); }

    /// Title and rows, aligned, two blanks between columns. On a terminal no line is longer than it is wide:
    /// a column that yields is cut first (to no less than its title), then the end of the line, with "…".
    [[nodiscard]] std::string text(const Terminal& terminal) const;

    /// An array with one object a row.
    [[nodiscard]] Json json() const;

  private:
    [[nodiscard]] std::vector<std::size_t> widths(const Terminal& terminal) const;

    std::vector<Column> columns_;
    std::vector<std::vector<Cell>> rows_;
};

/// wrapped() to the width of the terminal, if it is one.
std::string fitted(std::string_view text, const Terminal& terminal, std::size_t indent = 0);

/// "IMEI:      356938035643809" lines, the values aligned; one that is too long for a terminal goes on below.
std::string key_value_lines(const std::vector<std::pair<std::string, Cell>>& lines, const Terminal& terminal);

} // namespace bgs2::cli
