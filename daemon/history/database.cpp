// SPDX-License-Identifier: Apache-2.0
#include "daemon/history/database.h"

#include "daemon/history/sqlite.h"

#include <chrono>

namespace bgs2::history {
namespace {

/// Another process, such as sqlite3(1), may hold a lock for a moment.
constexpr std::chrono::milliseconds busy_timeout{2000};

/// The lower byte is the primary error, the rest the extended code.
constexpr int primary(int code) {
    return code & 0xff;
}

} // namespace

DatabaseError::DatabaseError(int code, const std::string& what)
  : std::runtime_error(what)
  , code_(primary(code)) {}

bool DatabaseError::is_corrupt() const noexcept {
    return code_ == SQLITE_CORRUPT || code_ == SQLITE_NOTADB;
}

void Database::Close::operator()(sqlite3* handle) const noexcept {
    sqlite().close_v2(handle);
}

Database::Database(const std::filesystem::path& file) {
    sqlite3* handle = nullptr;
    const int result =
        sqlite().open_v2(file.c_str(), &handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr);
    handle_.reset(handle); // must be closed even if opening failed
    if (result != SQLITE_OK)
        throw DatabaseError(result, handle == nullptr ? sqlite().errstr(result) : sqlite().errmsg(handle));
    // SQLite also opens a read-only file, and would not notice if it becomes writable later.
    if (sqlite().db_readonly(handle, "main") != 0)
        throw DatabaseError(SQLITE_READONLY, sqlite().errstr(SQLITE_READONLY));
    sqlite().busy_timeout(handle, static_cast<int>(busy_timeout.count()));
}

void Database::run(const std::string& statements) {
    const int result = sqlite().exec(handle_.get(), statements.c_str(), nullptr, nullptr, nullptr);
    if (result != SQLITE_OK)
        throw DatabaseError(result, sqlite().errmsg(handle_.get()));
}

std::int64_t Database::number(std::string_view statement) {
    Statement asked(*this, statement);
    return asked.step() ? asked.number() : 0;
}

std::string Database::text(std::string_view statement) {
    Statement asked(*this, statement);
    return asked.step() ? asked.text() : std::string();
}

std::int64_t Database::changes() const {
    return sqlite().changes64(handle_.get());
}

bool Database::was_moved() const {
    int moved = 0;
    sqlite().file_control(handle_.get(), "main", SQLITE_FCNTL_HAS_MOVED, &moved);
    return moved != 0;
}

void Statement::Finalize::operator()(sqlite3_stmt* handle) const noexcept {
    sqlite().finalize(handle);
}

Statement::Statement(Database& database, std::string_view text)
  : connection_(database.handle_.get()) {
    sqlite3_stmt* handle = nullptr;
    check(sqlite().prepare_v2(connection_, text.data(), static_cast<int>(text.size()), &handle, nullptr));
    handle_.reset(handle);
}

Statement& Statement::bind(std::int64_t value) {
    check(sqlite().bind_int64(handle_.get(), ++parameter_, value));
    return *this;
}

Statement& Statement::bind(std::string_view value) {
    check(
        sqlite().bind_text64(handle_.get(), ++parameter_, value.data(), value.size(), nullptr, SQLITE_UTF8));
    return *this;
}

Statement& Statement::bind_nothing() {
    check(sqlite().bind_null(handle_.get(), ++parameter_));
    return *this;
}

bool Statement::step() {
    column_ = 0;
    const int result = sqlite().step(handle_.get());
    if (result != SQLITE_ROW && result != SQLITE_DONE)
        check(result);
    return result == SQLITE_ROW;
}

void Statement::reset() {
    sqlite().reset(handle_.get()); // repeats the error of step(), which was reported already
    parameter_ = 0;
}

std::int64_t Statement::number() {
    return sqlite().column_int64(handle_.get(), column_++);
}

std::string Statement::text() {
    const int column = column_++;
    const auto* text = sqlite().column_text(handle_.get(), column);
    if (text == nullptr)
        return {};
    return {reinterpret_cast<const char*>(text),
            static_cast<std::size_t>(sqlite().column_bytes(handle_.get(), column))};
}

bool Statement::is_nothing() {
    const bool nothing = sqlite().column_type(handle_.get(), column_) == SQLITE_NULL;
    column_ += nothing ? 1 : 0;
    return nothing;
}

void Statement::check(int result) const {
    if (result != SQLITE_OK)
        throw DatabaseError(result, sqlite().errmsg(connection_));
}

Transaction::Transaction(Database& database)
  : database_(database) {
    database_.run("BEGIN IMMEDIATE");
}

Transaction::~Transaction() {
    if (committed_)
        return;
    try {
        database_.run("ROLLBACK");
    } catch (const DatabaseError&) { // NOLINT(bugprone-empty-catch): SQLite has already rolled back
    }
}

void Transaction::commit() {
    database_.run("COMMIT");
    committed_ = true;
}

} // namespace bgs2::history
