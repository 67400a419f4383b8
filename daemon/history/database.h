// SPDX-License-Identifier: Apache-2.0
// Owning classes for SQLite: a connection and its statements. Only these
// files and sqlite.h use the library; load_sqlite() must have loaded it before.
#pragma once

#include "daemon/base/immovable.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace bgs2::history {

/// An error of SQLite, in its words.
class DatabaseError : public std::runtime_error {
  public:
    DatabaseError(int code, const std::string& what);

    /// The file is not a database, or a damaged one.
    [[nodiscard]] bool is_corrupt() const noexcept;

  private:
    int code_;
};

/// All members throw DatabaseError. For one thread at a time.
class Database {
  public:
    /// Opens an existing file, which may be empty, for writing.
    explicit Database(const std::filesystem::path& file);

    /// Runs statements and ignores their results.
    void run(const std::string& statements);
    /// The first column of the first row.
    std::int64_t number(std::string_view statement);
    std::string text(std::string_view statement);

    /// The number of rows that the last statement changed.
    [[nodiscard]] std::int64_t changes() const;
    /// Whether the file was removed or renamed while it was open.
    [[nodiscard]] bool was_moved() const;

  private:
    friend class Statement;
    struct Close {
        void operator()(sqlite3* handle) const noexcept;
    };

    std::unique_ptr<sqlite3, Close> handle_;
};

/// A prepared statement. Parameters are bound, and columns read, in sequence.
class Statement {
  public:
    Statement(Database& database, std::string_view text);

    Statement& bind(std::int64_t value);
    Statement& bind(std::string_view value); ///< not copied: it must live until the next reset()
    Statement& bind_nothing();

    /// Advances to the next row; false if there is none.
    bool step();
    /// Prepares for other parameters.
    void reset();

    std::int64_t number();
    std::string text();
    bool is_nothing(); ///< of the next column, which is skipped only then

  private:
    void check(int result) const;

    struct Finalize {
        void operator()(sqlite3_stmt* handle) const noexcept;
    };

    sqlite3* connection_;
    std::unique_ptr<sqlite3_stmt, Finalize> handle_;
    int parameter_ = 0;
    int column_ = 0;
};

/// Makes all statements within its lifetime atomic; rolled back unless committed.
class Transaction : Immovable {
  public:
    explicit Transaction(Database& database);
    ~Transaction();

    void commit();

  private:
    Database& database_;
    bool committed_ = false;
};

} // namespace bgs2::history
