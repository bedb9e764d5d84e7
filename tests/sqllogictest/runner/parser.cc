#include "tests/sqllogictest/runner/parser.h"

#include <re2/re2.h>

#include <charconv>
#include <utility>

#include "tests/sqllogictest/runner/text_lines.h"

namespace millrace::slt {
namespace {

constexpr std::string_view kSeparator = "----";

std::optional<size_t> parse_size(std::string_view text) {
  size_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<SortMode> parse_sort_mode(std::string_view word) {
  if (word == "nosort") return SortMode::kNoSort;
  if (word == "rowsort") return SortMode::kRowSort;
  if (word == "valuesort") return SortMode::kValueSort;
  return std::nullopt;
}

// "30 values hashing to 3c13dee48d9356ae19af2515e05e6b54"
std::optional<HashedValues> parse_hashed_values(std::string_view line) {
  const auto words = split_words(line);
  if (words.size() != 5 || words[1] != "values" || words[2] != "hashing" || words[3] != "to") return std::nullopt;
  const auto count = parse_size(words[0]);
  if (!count) return std::nullopt;
  return HashedValues{*count, std::string(words[4])};
}

class Parser {
 public:
  Parser(std::string path, std::string_view text) : lines_(split_lines(text)) { file_.path = std::move(path); }

  Result<TestFile> parse() {
    while (next_ < lines_.size()) {
      const std::string_view line = lines_[next_];
      if (is_blank(line)) {
        ++next_;
      } else if (line.starts_with('#')) {
        TRY(parse_comment(line));
        ++next_;
      } else {
        TRY(parse_directive(line));
      }
    }
    if (!conditions_.empty()) return error_at(next_, "a condition stands before no record");
    return std::move(file_);
  }

 private:
  SqlError error_at(size_t index, const std::string& what) const {
    return SqlError(sqlstate::kSyntaxError, file_.path + ":" + std::to_string(index + 1) + ": " + what);
  }

  // Comments say nothing to us but one: the hash of the rows without their order.
  Status parse_comment(std::string_view line) {
    const auto words = split_words(line.substr(1));
    if (words.size() != 3 || words[0] != "unordered") return {};
    const auto count = parse_size(words[1]);
    if (!count || words[2].size() != 32) return error_at(next_, "expected: # unordered COUNT MD5");
    unordered_ = HashedValues{*count, std::string(words[2])};
    return {};
  }

  Status parse_directive(std::string_view line) {
    const auto words = split_words(line);
    const std::string_view kind = words[0];
    if (kind == "statement") return parse_statement(line, words);
    if (kind == "query") return parse_query(words);
    if (kind == "halt") {
      add(Record{.line = next_ + 1, .body = Halt{}});
      ++next_;
      return {};
    }
    TRY(parse_setting(words));
    ++next_;
    return {};
  }

  // Directives that make no record but change those after them.
  Status parse_setting(const std::vector<std::string_view>& words) {
    const std::string_view kind = words[0];
    if ((kind == "skipif" || kind == "onlyif") && words.size() >= 2) {
      conditions_.push_back({kind == "onlyif", std::string(words[1])});
      return {};
    }
    if (kind == "connection" && words.size() == 2) {
      connection_ = words[1];
      return {};
    }
    if (kind == "hash-threshold" && words.size() >= 2) {
      const auto threshold = parse_size(words[1]);
      if (!threshold) return error_at(next_, "hash-threshold takes a number");
      hash_threshold_ = *threshold;
      return {};
    }
    if (kind == "control" && words.size() == 3 && words[1] == "sortmode") {
      const auto mode = parse_sort_mode(words[2]);
      if (!mode) return error_at(next_, "unknown sort mode \"" + std::string(words[2]) + "\"");
      default_sort_ = *mode;
      return {};
    }
    return error_at(next_, "unknown directive \"" + std::string(kind) + "\"");
  }

  // statement ok [connection] | statement count N [connection] | statement error [(SQLSTATE) | regex]
  Status parse_statement(std::string_view line, const std::vector<std::string_view>& words) {
    Record record{.line = next_ + 1};
    if (words.size() < 2) return error_at(next_, "expected: statement ok | error | count N");
    size_t connection_word = 0;  // 0: there is none
    if (words[1] == "ok") {
      record.body = Statement{ExpectOk{}};
      connection_word = 2;
    } else if (words[1] == "count" && words.size() >= 3) {
      const auto rows = parse_size(words[2]);
      if (!rows) return error_at(next_, "statement count takes a number");
      record.body = Statement{ExpectCount{*rows}};
      connection_word = 3;
    } else if (words[1] == "error") {
      TRY(ExpectError expect, parse_expected_error(line));
      record.body = Statement{std::move(expect)};
    } else {
      return error_at(next_, "expected: statement ok | error | count N");
    }
    if (connection_word != 0 && words.size() > connection_word) connection_ = words[connection_word];
    if (connection_word != 0 && words.size() > connection_word + 1) return error_at(next_, "too many words");
    ++next_;
    TRY(const bool separated, parse_sql(record));
    if (separated) return error_at(next_, "a statement has no results");
    add(std::move(record));
    return {};
  }

  Result<ExpectError> parse_expected_error(std::string_view line) const {
    const size_t after = line.find("error") + 5;
    const std::string_view rest = trim(line.substr(after));
    if (rest.size() == 7 && rest.front() == '(' && rest.back() == ')') {
      return ExpectError{.sqlstate = std::string(rest.substr(1, 5))};
    }
    const re2::RE2 compiled(std::string(rest), re2::RE2::Quiet);
    if (!compiled.ok()) return error_at(next_, "bad regular expression: " + compiled.error());
    return ExpectError{.message_regex = std::string(rest)};
  }

  // query TYPES [sortmode] [label] [connection], or query error as for a statement
  Status parse_query(const std::vector<std::string_view>& words) {
    if (words.size() >= 2 && words[1] == "error") return parse_statement(lines_[next_], words);
    if (words.size() < 2 || words[1].find_first_not_of("IRT") != std::string_view::npos) {
      return error_at(next_, "expected: query TYPES, a letter I, R or T for each column");
    }
    Query query{.types = std::string(words[1]), .sort = default_sort_};
    size_t word = 2;
    if (word < words.size()) {
      if (const auto mode = parse_sort_mode(words[word])) {
        query.sort = *mode;
        ++word;
      }
    }
    if (word < words.size()) query.label = words[word++];
    if (word < words.size()) connection_ = words[word++];
    if (word < words.size()) return error_at(next_, "too many words");

    Record record{.line = next_ + 1};
    ++next_;
    TRY(const bool separated, parse_sql(record));
    query.unordered = std::exchange(unordered_, std::nullopt);
    query.has_separator = separated;
    query.results_begin = next_;
    parse_results(query);
    query.results_end = next_;
    record.body = std::move(query);
    add(std::move(record));
    return {};
  }

  // Takes the lines of the SQL. Returns whether `----` ended it (and leaves next_ on that line).
  Result<bool> parse_sql(Record& record) {
    record.sql_line = next_ + 1;
    while (next_ < lines_.size() && !is_blank(lines_[next_]) && lines_[next_] != kSeparator) {
      if (!record.sql.empty()) record.sql += '\n';
      record.sql += lines_[next_++];
    }
    if (record.sql.empty()) return error_at(record.line - 1, "a record without SQL");
    return next_ < lines_.size() && lines_[next_] == kSeparator;
  }

  // Takes `----` and the values after it, up to the blank line.
  void parse_results(Query& query) {
    std::vector<std::string> values;
    if (next_ < lines_.size() && lines_[next_] == kSeparator) ++next_;
    while (next_ < lines_.size() && !lines_[next_].empty()) values.emplace_back(lines_[next_++]);
    if (values.size() == 1) {
      if (auto hashed = parse_hashed_values(values[0])) {
        query.expected = std::move(*hashed);
        return;
      }
    }
    query.expected = std::move(values);
  }

  void add(Record record) {
    record.connection = std::exchange(connection_, "");
    record.conditions = std::exchange(conditions_, {});
    record.hash_threshold = hash_threshold_;
    unordered_.reset();
    file_.records.push_back(std::move(record));
  }

  std::vector<std::string_view> lines_;
  size_t next_ = 0;
  TestFile file_;

  // Said, and waiting for the record they belong to.
  std::vector<Condition> conditions_;
  std::string connection_;
  std::optional<HashedValues> unordered_;

  size_t hash_threshold_ = 0;
  SortMode default_sort_ = SortMode::kNoSort;
};

}  // namespace

Result<TestFile> parse_test_file(std::string path, std::string_view text) {
  return Parser(std::move(path), text).parse();
}

}  // namespace millrace::slt
