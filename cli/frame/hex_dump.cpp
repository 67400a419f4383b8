// SPDX-License-Identifier: Apache-2.0
#include "cli/frame/hex_dump.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <vector>

namespace bgs2::cli {
namespace {

constexpr std::size_t bytes_a_line = 8;
constexpr std::size_t byte_columns = bytes_a_line * 3 - 1;
constexpr std::size_t first_lines = 4; ///< shown of a long field
constexpr std::size_t last_lines = 1;

struct Row {
    std::string offset;
    std::string bytes;
};

std::string byte_text(ByteView bytes, bool hidden) {
    std::string text;
    for (const std::byte byte : bytes) {
        if (!text.empty())
            text += ' ';
        text += hidden ? ".." : fmt::format("{:02x}", std::to_integer<unsigned>(byte));
    }
    return text;
}

Row row_at(ByteView bytes, const Field& field, std::size_t line) {
    const std::size_t begin = line * bytes_a_line;
    const ByteView part = bytes.subspan(field.offset + begin, std::min(bytes_a_line, field.size - begin));
    return {fmt::format("{:04x}", field.offset + begin), byte_text(part, field.hidden)};
}

std::vector<Row> rows_of(ByteView bytes, const Field& field, bool full) {
    const std::size_t lines = (field.size + bytes_a_line - 1) / bytes_a_line;
    const bool shorten = !full && lines > first_lines + last_lines + 1;
    std::vector<Row> rows;
    for (std::size_t line = 0; line < lines; ++line) {
        if (shorten && line == first_lines) {
            line = lines - last_lines;
            rows.push_back({"", fmt::format("... {} bytes", (line - first_lines) * bytes_a_line)});
        }
        rows.push_back(row_at(bytes, field, line));
    }
    return rows;
}

void add_line(std::string& dump, const Row& row, std::string_view name, std::string_view meaning) {
    std::string line =
        fmt::format("{:<4}  {:<{}}  {:<12}  {}", row.offset, row.bytes, byte_columns, name, meaning);
    line.erase(line.find_last_not_of(' ') + 1);
    dump += line + "\n";
}

} // namespace

std::string hex_dump(ByteView bytes, std::span<const Field> fields, bool full) {
    std::string dump;
    for (const Field& field : fields) {
        if (field.opens)
            dump += "\n";
        const std::vector<Row> rows = rows_of(bytes, field, full);
        for (std::size_t i = 0; i < std::max(rows.size(), field.meaning.size()); ++i)
            add_line(dump, i < rows.size() ? rows[i] : Row{}, i == 0 ? std::string_view(field.name) : "",
                     i < field.meaning.size() ? std::string_view(field.meaning[i]) : "");
    }
    return dump;
}

} // namespace bgs2::cli
