#include "tests/sqllogictest/runner/expectation_writer.h"

#include <fmt/format.h>

#include <map>

#include "tests/sqllogictest/runner/result_format.h"
#include "tests/sqllogictest/runner/text_lines.h"

namespace millrace::slt {
namespace {

std::string result_lines(const Record& record, const std::vector<std::string>& values) {
  std::string lines = "----\n";
  if (record.hash_threshold > 0 && values.size() > record.hash_threshold) {
    const HashedValues hashed = hash_values(values);
    return lines + fmt::format("{} values hashing to {}\n", hashed.count, hashed.md5);
  }
  for (const std::string& value : values) lines += value + "\n";
  return lines;
}

}  // namespace

std::string with_recorded_answers(std::string_view text, const std::vector<RecordedAnswer>& answers) {
  std::map<size_t, const RecordedAnswer*> results_at;     // by the line (from 0) where results begin
  std::map<size_t, const RecordedAnswer*> statements_at;  // by the line (from 0) of `statement error`
  for (const RecordedAnswer& answer : answers) {
    if (const auto* query = std::get_if<Query>(&answer.record->body)) {
      results_at[query->results_begin] = &answer;
    } else if (std::holds_alternative<ExpectError>(std::get<Statement>(answer.record->body).expect)) {
      statements_at[answer.record->line - 1] = &answer;
    }
  }
  const auto lines = split_lines(text);
  std::string written;
  size_t line = 0;
  while (line <= lines.size()) {
    if (const auto results = results_at.find(line); results != results_at.end()) {
      const Record& record = *results->second->record;
      written += result_lines(record, results->second->values);
      line = std::get<Query>(record.body).results_end;
      results_at.erase(results);
      continue;
    }
    if (line == lines.size()) break;
    const auto statement = statements_at.find(line);
    // A regular expression was written by hand and says more.
    if (statement != statements_at.end() && lines[line].find('(') == std::string_view::npos &&
        split_words(lines[line]).size() == 2) {
      written += fmt::format("statement error ({})\n", statement->second->sqlstate);
    } else {
      written += std::string(lines[line]) + "\n";
    }
    ++line;
  }
  return written;
}

}  // namespace millrace::slt
