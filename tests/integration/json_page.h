// SPDX-License-Identifier: Apache-2.0
// docs/json.md, read: what it says of the JSON that bgs2ctl prints.
#pragma once

#include <nlohmann/json.hpp>

#include <map>
#include <string>
#include <vector>

namespace bgs2::test {

class JsonPage {
  public:
    /// Throws std::runtime_error if the page is not written as it should be.
    explicit JsonPage(const std::string& file);

    /// Every verb that it has, with what that prints: "provision --dry-run", "array of Step".
    [[nodiscard]] const std::map<std::string, std::string>& verbs() const { return verbs_; }

    /// What of `value` is not as the page says of `type` ("array of Step"), each with where it is; empty if
    /// all is. Whole types that were seen are remembered.
    std::vector<std::string> deviations(const nlohmann::json& value, const std::string& type);

    /// Keys that no value had so far, "Modem.hint".
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
