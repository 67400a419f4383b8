// SPDX-License-Identifier: Apache-2.0
#include "daemon/history/sqlite.h"

#include <fmt/format.h>

#include <dlfcn.h>
#include <stdexcept>
#include <string>

namespace bgs2::history {
namespace {

/// The ABI of the header.
constexpr const char* library_name = "libsqlite3.so.0";

Exception missing() {
    const char* why = ::dlerror();
    return Exception(Error{
        ErrorCode::failed,
        fmt::format("cannot write the history without SQLite: {}", why == nullptr ? library_name : why),
        fmt::format("install {} (of Debian's package libsqlite3-0), then restart bgs2d", library_name)});
}

template<class Function>
void find(void* library, const char* name, Function& function) {
    function = reinterpret_cast<Function>(::dlsym(library, name));
    if (function == nullptr)
        throw missing();
}

Sqlite load() {
    void* library =
        ::dlopen(library_name, RTLD_NOW | RTLD_LOCAL); // never unloaded: statements may outlive a store
    if (library == nullptr)
        throw missing();
    Sqlite found;
    find(library, "sqlite3_open_v2", found.open_v2);
    find(library, "sqlite3_close_v2", found.close_v2);
    find(library, "sqlite3_errstr", found.errstr);
    find(library, "sqlite3_errmsg", found.errmsg);
    find(library, "sqlite3_db_readonly", found.db_readonly);
    find(library, "sqlite3_busy_timeout", found.busy_timeout);
    find(library, "sqlite3_file_control", found.file_control);
    find(library, "sqlite3_exec", found.exec);
    find(library, "sqlite3_changes64", found.changes64);
    find(library, "sqlite3_prepare_v2", found.prepare_v2);
    find(library, "sqlite3_finalize", found.finalize);
    find(library, "sqlite3_bind_int64", found.bind_int64);
    find(library, "sqlite3_bind_text64", found.bind_text64);
    find(library, "sqlite3_bind_null", found.bind_null);
    find(library, "sqlite3_step", found.step);
    find(library, "sqlite3_reset", found.reset);
    find(library, "sqlite3_column_int64", found.column_int64);
    find(library, "sqlite3_column_text", found.column_text);
    find(library, "sqlite3_column_bytes", found.column_bytes);
    find(library, "sqlite3_column_type", found.column_type);
    return found;
}

const Expected<Sqlite>& loaded() {
    static const auto library = []() -> Expected<Sqlite> {
        try {
            return load();
        } catch (const Exception& e) {
            return std::unexpected(e.error());
        }
    }();
    return library;
}

} // namespace

Expected<void> load_sqlite() {
    const auto& library = loaded();
    if (!library)
        return std::unexpected(library.error());
    return {};
}

const Sqlite& sqlite() {
    const auto& library = loaded();
    if (!library)
        throw std::logic_error("SQLite was used without asking for it");
    return *library;
}

} // namespace bgs2::history
