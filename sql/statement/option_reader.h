// Options of our own statements, read once against an allow-list: what nobody asked for is refused.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/result.h"
#include "sql/parser/ast/streaming.h"

namespace millrace::sql {

class OptionReader {
 public:
  // `what` is for messages: "CREATE SOURCE".
  OptionReader(const std::vector<ast::SourceOption>& options, std::string what)
      : options_(options), what_(std::move(what)) {}

  // Null when it is not given.
  const ast::SourceOption* find(const std::string& name);
  Result<std::optional<std::string>> text(const std::string& name);
  Result<std::optional<double>> number(const std::string& name);
  Result<std::optional<int64_t>> integer(const std::string& name);
  // '1 s', '100 ms', '2 minutes', in microseconds.
  Result<std::optional<int64_t>> interval(const std::string& name);
  // 42601 for what is given twice or has not been asked for.
  Status finish() const;

 private:
  SqlError invalid(const ast::SourceOption& option) const;

  const std::vector<ast::SourceOption>& options_;
  std::string what_;
  std::set<std::string> known_;
};

}  // namespace millrace::sql
