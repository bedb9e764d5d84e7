// What a .slt file says, record by record, after parsing and before anything is run.
//
// Plain values: a TestFile owns all its text and may be shared by threads once built.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace millrace::slt {

enum class SortMode { kNoSort, kRowSort, kValueSort };

// `skipif NAME` and `onlyif NAME` before a record; all that stand there must agree.
struct Condition {
  bool only = false;
  std::string name;
};

struct ExpectOk {};
struct ExpectCount {
  size_t rows = 0;
};
// `statement error`, `statement error (22012)`, `statement error some regex`; both empty: any error.
struct ExpectError {
  std::string sqlstate;
  std::string message_regex;
};

struct Statement {
  std::variant<ExpectOk, ExpectCount, ExpectError> expect;
};

// The MD5 of `count` values, a newline after each.
struct HashedValues {
  size_t count = 0;
  std::string md5;
  friend bool operator==(const HashedValues&, const HashedValues&) = default;
};

using ExpectedValues = std::variant<std::vector<std::string>, HashedValues>;

struct Query {
  std::string types;  // a letter for each column: I, R or T
  SortMode sort = SortMode::kNoSort;
  std::string label;        // empty: none
  ExpectedValues expected;  // in the order of `sort`
  // From `# unordered N md5` before the query: the same rows, sorted.
  std::optional<HashedValues> unordered;
  // Lines of the file, for rewriting: the first after the SQL, and the first after the record.
  size_t results_begin = 0;
  size_t results_end = 0;
  bool has_separator = false;
};

struct Halt {};

struct Record {
  size_t line = 0;      // 1-based, of the word that makes it a record
  size_t sql_line = 0;  // 1-based, of the first line of `sql`
  std::string sql;      // empty for Halt
  std::string connection;
  std::vector<Condition> conditions;
  // In force where the record stands; only a run that rewrites the file looks at it.
  size_t hash_threshold = 0;
  std::variant<Statement, Query, Halt> body;
};

struct TestFile {
  std::string path;
  std::vector<Record> records;
};

}  // namespace millrace::slt
