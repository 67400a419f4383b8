// SPDX-License-Identifier: Apache-2.0
// SQLite's functions, loaded when the history is opened: without the
// library everything except the history works. For the .cpp files of this folder only: includes the header of
// SQLite.
#pragma once

#include "daemon/base/error.h"

#include <sqlite3.h>

namespace bgs2::history {

/// The functions of SQLite's header, by their names without `sqlite3_`.
struct Sqlite {
    decltype(&sqlite3_open_v2) open_v2 = nullptr;
    decltype(&sqlite3_close_v2) close_v2 = nullptr;
    decltype(&sqlite3_errstr) errstr = nullptr;
    decltype(&sqlite3_errmsg) errmsg = nullptr;
    decltype(&sqlite3_db_readonly) db_readonly = nullptr;
    decltype(&sqlite3_busy_timeout) busy_timeout = nullptr;
    decltype(&sqlite3_file_control) file_control = nullptr;
    decltype(&sqlite3_exec) exec = nullptr;
    decltype(&sqlite3_changes64) changes64 = nullptr;
    decltype(&sqlite3_prepare_v2) prepare_v2 = nullptr;
    decltype(&sqlite3_finalize) finalize = nullptr;
    decltype(&sqlite3_bind_int64) bind_int64 = nullptr;
    decltype(&sqlite3_bind_text64) bind_text64 = nullptr;
    decltype(&sqlite3_bind_null) bind_null = nullptr;
    decltype(&sqlite3_step) step = nullptr;
    decltype(&sqlite3_reset) reset = nullptr;
    decltype(&sqlite3_column_int64) column_int64 = nullptr;
    decltype(&sqlite3_column_text) column_text = nullptr;
    decltype(&sqlite3_column_bytes) column_bytes = nullptr;
    decltype(&sqlite3_column_type) column_type = nullptr;
};

/// The first call loads the library. Errors: Failed (it is not installed, or lacks a function).
Expected<void> load_sqlite();

/// Call it only after load_sqlite() succeeded.
const Sqlite& sqlite();

} // namespace bgs2::history
