// SPDX-License-Identifier: Apache-2.0
// SQLite with owners: a connection and its statements. With sqlite.h the only files that know the library;
// that is loaded before, by load_sqlite().
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

/// What SQLite refused, in its words.
class DatabaseError : public std::runtime_error {
  public:
    DatabaseError(int code, const std::string& what);

    /// There is no room: on the disk, or below max_page_count.
    [[nodiscard]] bool is_full() const noexcept;
    /// The file is not a database, or not a whole one.
    [[nodiscard]] bool is_corrupt() const noexcept;

  private:
    int code_;
};

/// Everything throws DatabaseError. For one thread at a time.
class Database {
  public:
    /// Opens a file that exists, which may be empty, for writing.
    explicit Database(const std::filesystem::path& file);

    /// Runs statements that answer nothing of interest.
    void run(const std::string& statements);
    /// The first column of the first row.
    std::int64_t number(std::string_view statement);
    std::string text(std::string_view statement);

    /// How many rows the last statement changed.
    [[nodiscard]] std::int64_t changes() const;
    /// The file was removed or renamed while it was open.
    [[nodiscard]] bool was_moved() const;

  private:
    friend class Statement;
    struct Close {
        void operator()(sqlite3* handle) const noexcept;
    };

    std::unique_ptr<sqlite3, Close> handle_;
};

/// A prepared statement. Parameters and columns are taken one after the other.
class Statement {
  public:
    Statement(Database& database, std::string_view text);

    Statement& bind(std::int64_t value);
    Statement& bind(std::string_view value); ///< not copied: it must live until the next reset()
    Statement& bind_nothing();

    /// Whether there is a row (more).
    bool step();
    /// Ready for other parameters.
    void reset();

    std::int64_t number();
    std::string text();
    bool is_nothing(); ///< of the next column, which is passed over only then

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

/// All of what runs while it lives, or nothing unless it is committed.
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
