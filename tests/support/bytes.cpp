// SPDX-License-Identifier: Apache-2.0
#include "tests/support/bytes.h"

#include <cctype>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>

namespace bgs2::test {

Bytes from_hex(std::string_view text) {
    std::string digits;
    for (const char c : text) {
        if (std::isxdigit(static_cast<unsigned char>(c)) != 0)
            digits.push_back(c);
    }
    if (digits.size() % 2 != 0)
        throw std::invalid_argument("an odd number of hex digits: " + std::string(text));
    Bytes bytes;
    for (std::size_t i = 0; i < digits.size(); i += 2)
        bytes.push_back(static_cast<std::byte>(std::stoi(digits.substr(i, 2), nullptr, 16)));
    return bytes;
}

Bytes operator+(Bytes left, ByteView right) {
    left.insert(left.end(), right.begin(), right.end());
    return left;
}

Bytes read_whole(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file)
        throw std::runtime_error("cannot read " + path.string());
    const std::string content{std::istreambuf_iterator<char>(file), {}};
    const ByteView bytes = as_bytes(content);
    return {bytes.begin(), bytes.end()};
}

} // namespace bgs2::test
