// SPDX-License-Identifier: Apache-2.0
#include "cli/terminal/output.h"

#include "cli/terminal/text.h"
#include "daemon/base/bytes.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>

namespace bgs2::cli {
namespace {

constexpr std::string_view gap = "  ";

std::string_view escape(Colour colour) {
    switch (colour) {
    case Colour::plain:
        return "";
    case Colour::good:
        return "\x1b[32m";
    case Colour::busy:
        return "\x1b[36m";
    case Colour::odd:
        return "\x1b[33m";
    case Colour::bad:
        return "\x1b[31m";
    case Colour::strong:
        return "\x1b[1m";
    }
    return "";
}

/// Appends cells up to the width of the terminal.
class Line {
  public:
    explicit Line(const Terminal& terminal)
      : terminal_(terminal) {}

    void add(const std::string& text, std::size_t width, Colour colour) {
        if (used_ > 0)
            fill(column_ - used_ + gap.size());
        const std::size_t room = terminal_.width ? *terminal_.width - used_ : std::string::npos;
        const std::string shown = cut(cut(printable(text), width), room);
        line_ += paint(shown, colour, terminal_);
        column_ = used_ + width;
        used_ += display_width(shown);
    }

    [[nodiscard]] std::string finish() && {
        line_.erase(line_.find_last_not_of(' ') + 1);
        return std::move(line_) + "\n";
    }

  private:
    void fill(std::size_t blanks) {
        const std::size_t room = terminal_.width ? *terminal_.width - used_ : blanks;
        const std::size_t filled = std::min(blanks, room);
        line_.append(filled, ' ');
        used_ += filled;
    }

    const Terminal& terminal_;
    std::string line_;
    std::size_t used_ = 0;   ///< columns
    std::size_t column_ = 0; ///< where the column of the last text ends
};

} // namespace

std::string paint(std::string text, Colour colour, const Terminal& terminal) {
    if (!terminal.colour || colour == Colour::plain || text.empty())
        return text;
    return fmt::format("{}{}\x1b[0m", escape(colour), text);
}

Table::Table(std::vector<Column> columns)
  : columns_(std::move(columns)) {}

void Table::add(std::vector<Cell> row) {
    rows_.push_back(std::move(row));
}

std::vector<std::size_t> Table::widths(const Terminal& terminal) const {
    std::vector<std::size_t> widths;
    std::size_t total = 0;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
        if (columns_[i].json_only) {
            widths.push_back(0);
            continue;
        }
        std::size_t width = display_width(columns_[i].title);
        for (const auto& row : rows_)
            width = std::max(width, display_width(printable(row[i].text)));
        total += width + (total == 0 ? 0 : gap.size());
        widths.push_back(width);
    }
    if (!terminal.width || total <= *terminal.width)
        return widths;
    std::size_t excess = total - *terminal.width;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
        if (!columns_[i].yields)
            continue;
        const std::size_t given = std::min(excess, widths[i] - display_width(columns_[i].title));
        widths[i] -= given;
        excess -= given;
    }
    return widths;
}

std::string Table::text(const Terminal& terminal) const {
    const std::vector<std::size_t> width = widths(terminal);
    Line titles(terminal);
    for (std::size_t i = 0; i < columns_.size(); ++i) {
        if (!columns_[i].json_only)
            titles.add(columns_[i].title, width[i], Colour::strong);
    }
    std::string text = std::move(titles).finish();
    for (const auto& row : rows_) {
        Line line(terminal);
        for (std::size_t i = 0; i < columns_.size(); ++i) {
            if (!columns_[i].json_only)
                line.add(row[i].text, width[i], row[i].colour);
        }
        text += std::move(line).finish();
    }
    return text;
}

Json Table::json() const {
    Json rows = Json::array();
    for (const auto& row : rows_) {
        Json object = Json::object();
        for (std::size_t i = 0; i < columns_.size(); ++i)
            object[columns_[i].key] = row[i].value;
        rows.push_back(std::move(object));
    }
    return rows;
}

std::string fitted(std::string_view text, const Terminal& terminal, std::size_t indent) {
    return terminal.width ? wrapped(text, *terminal.width, indent) : std::string(text);
}

std::string key_value_lines(const std::vector<std::pair<std::string, Cell>>& lines,
                            const Terminal& terminal) {
    std::size_t width = 0;
    for (const auto& [key, cell] : lines)
        width = std::max(width, display_width(key) + 1);
    std::string text;
    for (const auto& [key, cell] : lines) {
        const std::string value = fitted(printable(cell.text), terminal, width + gap.size());
        text += fmt::format("{:<{}}{}{}\n", key + ":", width, gap, paint(value, cell.colour, terminal));
    }
    return text;
}

} // namespace bgs2::cli
