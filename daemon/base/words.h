// SPDX-License-Identifier: Apache-2.0
// Tables of enumerations, with a word and other data for each value,
// checked at compile time.
//
//   enum class Mode { automatic, manual };
//   consteval auto words(Mode) {
//       return EnumTable{Word{Mode::automatic, "auto"}, Word{Mode::manual, "manual"}};
//   }
//
// in one namespace provide word(Mode::manual), from_word<Mode>("manual"), words_of<Mode> and values_of<Mode>.
// A row is any struct with the members `value` and `word`; further members are available by
// table_of<Mode>.at(Mode::manual).
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace bgs2 {

/// The row of an enumeration that has words only.
template<class E>
struct Word {
    E value;
    std::string_view word;
};

/// The values as the compiler spells them; a value without an enumerator is a number: "(bgs2::Mode)2".
template<class E, E... values>
consteval std::string_view spelling_of_values() {
    return __PRETTY_FUNCTION__;
}

/// The number of enumerators of `E`. Those outside 0 to 63 are not counted.
template<class E>
consteval std::size_t count_enumerators() {
    constexpr int range = 64;
    const std::string_view text = []<int... numbers>(std::integer_sequence<int, numbers...>) {
        return spelling_of_values<E, static_cast<E>(numbers)...>();
    }(std::make_integer_sequence<int, range>());
    std::size_t count = range;
    for (std::size_t i = 1; i < text.size(); ++i) {
        if (text[i - 1] == ')' && text[i] >= '0' && text[i] <= '9')
            --count;
    }
    return count;
}

/// The error in the rows as the table of an enumeration; empty if they are valid.
template<class Row, std::size_t size>
constexpr std::string_view fault_of_table(const std::array<Row, size>& rows) {
    for (std::size_t i = 1; i < size; ++i) {
        if (rows[i - 1].value >= rows[i].value)
            return "a row is out of order, or its value has another row";
    }
    if (size != count_enumerators<decltype(Row::value)>())
        return "a value has no row";
    if constexpr (requires { rows[0].word; }) {
        for (std::size_t i = 0; i < size; ++i) {
            if (rows[i].word.empty())
                return "a word is empty";
            for (std::size_t j = 0; j < i; ++j) {
                if (rows[i].word == rows[j].word)
                    return "two values have the same word";
            }
        }
    }
    return {};
}

/// One row for each value of an enumeration, in the order of the values; other tables do not compile. The
/// words, if any, are unique.
template<class Row, std::size_t count>
class EnumTable {
  public:
    using Value = decltype(Row::value);

    template<class... Rows>
    consteval explicit EnumTable(Row first, Rows... rest)
      : rows_{first, rest...} {
        if (const std::string_view fault = fault_of_table(rows_); !fault.empty())
            // Not a constant expression: the compiler shows this line.
            throw std::logic_error(std::string(fault));
    }

    /// Null for a value without an enumerator.
    [[nodiscard]] constexpr const Row* find(Value value) const {
        for (const Row& row : rows_) {
            if (row.value == value)
                return &row;
        }
        return nullptr;
    }

    /// Throws std::out_of_range for a value without an enumerator.
    [[nodiscard]] constexpr const Row& at(Value value) const {
        if (const Row* row = find(value))
            return *row;
        throw std::out_of_range("no enumerator has this value");
    }

    [[nodiscard]] constexpr auto begin() const { return rows_.begin(); }
    [[nodiscard]] constexpr auto end() const { return rows_.end(); }
    [[nodiscard]] constexpr std::size_t size() const { return rows_.size(); }

  private:
    std::array<Row, count> rows_;
};

template<class Row, class... Rows>
EnumTable(Row, Rows...) -> EnumTable<Row, 1 + sizeof...(Rows)>;

template<class E>
concept HasWords = requires { words(E{}); };

template<HasWords E>
inline constexpr auto table_of = words(E{});

/// All values, in the order of the enumeration.
template<HasWords E>
inline constexpr auto values_of = [] {
    std::array<E, table_of<E>.size()> values{};
    for (std::size_t i = 0; i < values.size(); ++i)
        values[i] = table_of<E>.begin()[i].value;
    return values;
}();

/// All words, in the same order.
template<HasWords E>
inline constexpr auto words_of = [] {
    std::array<std::string_view, table_of<E>.size()> list;
    for (std::size_t i = 0; i < list.size(); ++i)
        list[i] = table_of<E>.begin()[i].word;
    return list;
}();

template<HasWords E>
constexpr std::string_view word(E value) {
    return table_of<E>.at(value).word;
}

/// The value whose word is `text`; nothing if there is none.
template<HasWords E>
constexpr std::optional<E> from_word(std::string_view text) {
    for (const auto& row : table_of<E>) {
        if (row.word == text)
            return row.value;
    }
    return std::nullopt;
}

} // namespace bgs2
