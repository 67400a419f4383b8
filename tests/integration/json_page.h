// SPDX-License-Identifier: Apache-2.0
// Parses docs/json.md and compares the JSON of bgs2ctl with it.
#pragma once

#include <nlohmann/json.hpp>

#include <map>
#include <string>
#include <vector>

namespace bgs2::test {

class JsonPage {
  public:
    /// Throws std::runtime_error if the format of the page is invalid.
    explicit JsonPage(const std::string& file);

    /// The documented verbs and the types of their output: "provision --dry-run", "array of Step".
    [[nodiscard]] const std::map<std::string, std::string>& verbs() const { return verbs_; }

    /// The differences between `value` and `type` ("array of Step"), each with its path; empty: none. Records
    /// the keys of the value for unseen().
    std::vector<std::string> deviations(const nlohmann::json& value, const std::string& type);

    /// Documented keys that no value had so far: "Modem.hint".
    [[nodiscard]] std::vector<std::string> unseen() const;

  private:
    struct Key {
        std::string type;
        bool optional = false;
        bool seen = false;
    };

    void check(const nlohmann::json& value, const std::string& type, const std::string& where,
               std::vector<std::string>& found);
    void check_shape(const nlohmann::json& value, const std::string& shape, const std::string& where,
                     std::vector<std::string>& found);

    std::map<std::string, std::string> verbs_;
    std::map<std::string, std::map<std::string, Key>> shapes_;
};

} // namespace bgs2::test
