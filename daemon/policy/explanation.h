// SPDX-License-Identifier: Apache-2.0
// Explains which policy applies to a modem, and the status of every
// policy file.
#pragma once

#include "daemon/base/words.h"
#include "daemon/policy/directories.h"
#include "daemon/policy/modem_attributes.h"

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace bgs2::policy {

/// The status of a policy file in the selection for a modem.
enum class FileStatus {
    applies,        ///< the first file whose conditions all match
    does_not_match, ///< evaluated, and a condition does not match
    not_asked,      ///< not evaluated: an earlier file applies
    masks,          ///< empty: masks files of the same name only
    masked,         ///< not read: masked by a file of the same name
    broken,         ///< invalid; while there is one, the previous policies stay active
};

consteval auto words(FileStatus) {
    using enum FileStatus;
    return EnumTable{Word{applies, "applies"},     Word{does_not_match, "does-not-match"},
                     Word{not_asked, "not-asked"}, Word{masks, "masks"},
                     Word{masked, "masked"},       Word{broken, "broken"}};
}

/// One file and its status.
struct FileExplanation {
    std::string policy; ///< the file's name without `.toml`; empty for a directory
    std::filesystem::path file;
    FileStatus status = FileStatus::not_asked;
    std::string why;                 ///< as text
    std::string field;               ///< if it does not match: the failed condition, "imei"
    std::size_t line = 0;            ///< of that condition, or of the error; 0 if there is none
    std::filesystem::path masked_by; ///< if it is masked

    bool operator==(const FileExplanation&) const = default;
};

/// The files of the set in the order of evaluation, each followed by those that it masks; then the errors of
/// the last reload, one by one. Pure.
std::vector<FileExplanation> explain(const PolicyStore& set, const ModemAttributes& attributes);

} // namespace bgs2::policy
