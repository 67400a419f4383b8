// SPDX-License-Identifier: Apache-2.0
// Why a modem has the policy that it has: what each policy file there is has to do with it.
#pragma once

#include "daemon/base/words.h"
#include "daemon/policy/directories.h"
#include "daemon/policy/modem_attributes.h"

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace bgs2::policy {

/// What becomes of one policy file when a policy is sought for a modem.
enum class FileStatus {
    applies,        ///< the first whose conditions all hold
    does_not_match, ///< asked, and a condition does not hold
    not_asked,      ///< an earlier one applies
    masks,          ///< says nothing; all it does is to mask files of its name
    masked,         ///< not read, since one of its name comes first
    broken,         ///< can not be used; while there is one, what was in force before stays so
};

consteval auto words(FileStatus) {
    using enum FileStatus;
    return EnumTable{Word{applies, "applies"},     Word{does_not_match, "does-not-match"},
                     Word{not_asked, "not-asked"}, Word{masks, "masks"},
                     Word{masked, "masked"},       Word{broken, "broken"}};
}

/// One file, and what became of it.
struct FileExplanation {
    std::string policy; ///< the file's name without `.toml`; empty for a directory
    std::filesystem::path file;
    FileStatus status = FileStatus::not_asked;
    std::string why;                 ///< in words
    std::string field;               ///< if it does not match: the condition that does not hold, "imei"
    std::size_t line = 0;            ///< of that condition, or of the mistake; 0 if there is none
    std::filesystem::path masked_by; ///< if it is masked

    bool operator==(const FileExplanation&) const = default;
};

/// The files of the set in the order in which they are asked, each followed by those that it masks; then the
/// mistakes of the last reload, one by one. Pure.
std::vector<FileExplanation> explain(const PolicyStore& set, const ModemAttributes& attributes);

} // namespace bgs2::policy
