#include "tests/sqllogictest/runner/result_format.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <iterator>
#include <memory>
#include <numeric>

#include "base/check.h"

namespace millrace::slt {

std::string format_value(char type, const std::optional<std::string>& value) {
  if (!value) return "NULL";
  if (value->empty()) return "(empty)";
  if (type == 'R') {
    char* end = nullptr;
    const double number = std::strtod(value->c_str(), &end);
    if (end != value->c_str() && *end == '\0') {
      char text[512];  // the largest double has 309 digits before the point
      std::snprintf(text, sizeof text, "%.3f", number);
      return text;
    }
  }
  std::string text = *value;
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '@';
  }
  return text;
}

std::vector<std::string> sort_rows(std::vector<std::string> values, size_t columns) {
  MILLRACE_CHECK(columns > 0 && values.size() % columns == 0, "rows of equal width");
  std::vector<size_t> begins(values.size() / columns);
  for (size_t row = 0; row < begins.size(); ++row) begins[row] = row * columns;
  std::sort(begins.begin(), begins.end(), [&](size_t a, size_t b) {
    return std::lexicographical_compare(&values[a], &values[a] + columns, &values[b], &values[b] + columns);
  });
  std::vector<std::string> sorted;
  sorted.reserve(values.size());
  for (const size_t begin : begins) {
    std::move(&values[begin], &values[begin] + columns, std::back_inserter(sorted));
  }
  return sorted;
}

std::vector<std::string> format_rows(std::string_view types, const std::vector<Row>& rows, SortMode sort) {
  std::vector<std::string> values;
  values.reserve(rows.size() * types.size());
  for (const Row& row : rows) {
    MILLRACE_CHECK(row.size() == types.size(), "a letter for each column");
    for (size_t column = 0; column < row.size(); ++column) values.push_back(format_value(types[column], row[column]));
  }
  switch (sort) {
    case SortMode::kNoSort: break;
    case SortMode::kRowSort: return sort_rows(std::move(values), types.size());
    case SortMode::kValueSort: std::sort(values.begin(), values.end()); break;
  }
  return values;
}

HashedValues hash_values(const std::vector<std::string>& values) {
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
  MILLRACE_CHECK(context && EVP_DigestInit_ex(context.get(), EVP_md5(), nullptr) == 1, "MD5 is available");
  for (const std::string& value : values) {
    EVP_DigestUpdate(context.get(), value.data(), value.size());
    EVP_DigestUpdate(context.get(), "\n", 1);
  }
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int length = 0;
  EVP_DigestFinal_ex(context.get(), digest, &length);
  HashedValues hashed{.count = values.size(), .md5 = {}};
  for (unsigned int i = 0; i < length; ++i) hashed.md5 += fmt::format("{:02x}", digest[i]);
  return hashed;
}

}  // namespace millrace::slt
