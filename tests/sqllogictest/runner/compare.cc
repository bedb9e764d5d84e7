#include "tests/sqllogictest/runner/compare.h"

#include <fmt/format.h>

#include <algorithm>

#include "tests/sqllogictest/runner/result_format.h"

namespace millrace::slt {
namespace {

constexpr size_t kDiffRowsMax = 12;

std::vector<std::string> join_rows(const std::vector<std::string>& values, size_t columns) {
  std::vector<std::string> rows;
  for (size_t i = 0; i < values.size(); ++i) {
    if (i % columns == 0) {
      rows.push_back(values[i]);
    } else {
      rows.back() += " | " + values[i];
    }
  }
  return rows;
}

void append_rows(std::string& text, char mark, const std::vector<std::string>& rows, size_t begin, size_t end) {
  for (size_t row = begin; row < end; ++row) {
    if (row - begin == kDiffRowsMax) {
      text += fmt::format("  {} ... {} more rows\n", mark, end - row);
      return;
    }
    text += fmt::format("  {} {}\n", mark, rows[row]);
  }
}

std::string diff_rows(const std::vector<std::string>& expected, const std::vector<std::string>& got) {
  size_t same = 0;
  while (same < expected.size() && same < got.size() && expected[same] == got[same]) ++same;
  size_t tail = 0;
  while (tail < expected.size() - same && tail < got.size() - same &&
         expected[expected.size() - 1 - tail] == got[got.size() - 1 - tail]) {
    ++tail;
  }
  std::string text = fmt::format("  expected {} rows (-), got {} (+)\n", expected.size(), got.size());
  if (same > 0) text += fmt::format("    ... {} equal rows\n", same);
  append_rows(text, '-', expected, same, expected.size() - tail);
  append_rows(text, '+', got, same, got.size() - tail);
  return text;
}

}  // namespace

std::optional<std::string> diff_values(const ExpectedValues& expected, const std::vector<std::string>& got,
                                       size_t columns) {
  if (const auto* values = std::get_if<std::vector<std::string>>(&expected)) {
    if (*values == got) return std::nullopt;
    return diff_rows(join_rows(*values, columns), join_rows(got, columns));
  }
  const auto& hashed = std::get<HashedValues>(expected);
  const HashedValues actual = hash_values(got);
  if (hashed == actual) return std::nullopt;
  std::string text = fmt::format("  - {} values hashing to {}\n  + {} values hashing to {}:\n", hashed.count,
                                 hashed.md5, actual.count, actual.md5);
  const auto rows = join_rows(got, columns);
  append_rows(text, '+', rows, 0, rows.size());
  return text;
}

std::optional<std::string> diff_as_multiset(const Query& query, std::vector<std::string> got,
                                            const std::optional<std::vector<std::string>>& ordered_answer) {
  const size_t columns = query.types.size();
  if (query.sort == SortMode::kValueSort) {
    std::sort(got.begin(), got.end());
    return diff_values(query.expected, got, 1);
  }
  got = sort_rows(std::move(got), columns);
  if (query.sort == SortMode::kRowSort) return diff_values(query.expected, got, columns);
  if (const auto* values = std::get_if<std::vector<std::string>>(&query.expected)) {
    if (values->size() % columns != 0) return diff_values(query.expected, got, columns);
    return diff_values(sort_rows(*values, columns), got, columns);
  }
  if (query.unordered) return diff_values(*query.unordered, got, columns);
  if (ordered_answer) return diff_values(sort_rows(*ordered_answer, columns), got, columns);
  return std::nullopt;
}

}  // namespace millrace::slt
