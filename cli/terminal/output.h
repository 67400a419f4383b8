// SPDX-License-Identifier: Apache-2.0
// Tables as aligned text or as JSON.
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
    bool yields = false;    ///< shrinks first if the terminal is too narrow
    bool json_only = false; ///< not in the text
};

/// One field of a table: the text, and the value in the JSON.
struct Cell {
    std::string text;
    Json value;
    Colour colour = Colour::plain;

    /// The same text for both; an empty text is shown as "-", so that all lines have the same number of
    /// words.
    static Cell of(const std::string& text, Colour colour = Colour::plain) {
        return {text.empty() ? "-" : text, text, colour};
    }
};

class Table {
  public:
    explicit Table(std::vector<Column> columns);

    /// One cell per column, in order.
    void add(std::vector<Cell> row);

    [[nodiscard]] bool empty() const { return rows_.empty(); }

    /// Titles and rows, aligned, with two blanks between columns. Lines fit the width of a terminal: columns
    /// that yield are cut first (but not below their title), then the end of the line, with "…".
    [[nodiscard]] std::string text(const Terminal& terminal) const;

    /// An array with one object per row.
    [[nodiscard]] Json json() const;

  private:
    [[nodiscard]] std::vector<std::size_t> widths(const Terminal& terminal) const;

    std::vector<Column> columns_;
    std::vector<std::vector<Cell>> rows_;
};

/// wrapped() to the width of the terminal, if there is one.
std::string fitted(std::string_view text, const Terminal& terminal, std::size_t indent = 0);

/// Lines such as "IMEI:      356938035643809" with aligned values; a value that is too long is wrapped.
std::string key_value_lines(const std::vector<std::pair<std::string, Cell>>& lines, const Terminal& terminal);

} // namespace bgs2::cli
