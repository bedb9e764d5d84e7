// The manual page of functions, from the tables: every row with its result, one line on what it does, and an example
// that a test holds to be true.
//
// usage: functions_manual > docs/functions.md
#include <cstdio>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "expr/function_registry.h"

namespace millrace {
namespace {

using expr::Candidate;
using expr::Signature;

// In a table's cell, outside and inside of backticks.
std::string cell(std::string_view text) {
  std::string result;
  for (const char c : text) result += c == '|' ? "\\|" : c == '\n' ? " " : std::string(1, c);
  return result;
}
std::string code(std::string_view text) {
  const bool has_backtick = text.find('`') != std::string_view::npos;
  return text.empty() ? "" : has_backtick ? "`` " + cell(text) + " ``" : "`" + cell(text) + "`";
}

std::string volatility(const Signature& signature) {
  switch (signature.volatility) {
    case expr::Volatility::kImmutable: return "";
    case expr::Volatility::kStable: return " Stable.";
    case expr::Volatility::kVolatile: return " Volatile.";
  }
  return "";
}

// Overloads that are told of in the same words are one row.
struct Entry {
  std::vector<std::string> signatures, results;
  std::string text, example;
};

void print(const char* title, const char* introduction, const std::vector<const Signature*>& signatures) {
  std::map<std::string, std::vector<Entry>> by_name;
  for (const Signature* signature : signatures) {
    std::vector<Entry>& entries = by_name[signature->name];
    const std::string text = signature->doc + volatility(*signature);
    Entry* entry = nullptr;
    for (Entry& known : entries) {
      if (known.text == text) entry = &known;
    }
    if (entry == nullptr) {
      entry = &entries.emplace_back();
      entry->text = text;
      entry->example = signature->example;
    }
    entry->signatures.push_back(code(signature->to_string()));
    entry->results.push_back(type_of(signature->result).to_string());
  }
  std::printf("\n## %s\n\n%s\n\n| | Result | | Example |\n|---|---|---|---|\n", title, introduction);
  for (const auto& [name, entries] : by_name) {
    for (const Entry& entry : entries) {
      std::string names, results;
      const bool same = std::set(entry.results.begin(), entry.results.end()).size() == 1;
      for (size_t i = 0; i < entry.signatures.size(); ++i) {
        names += (i > 0 ? "<br>" : "") + entry.signatures[i];
        if (i == 0 || !same) results += (i > 0 ? "<br>" : "") + cell(entry.results[i]);
      }
      std::printf("| %s | %s | %s | %s |\n", names.c_str(), results.c_str(), cell(entry.text).c_str(),
                  code(entry.example).c_str());
    }
  }
}

void run() {
  const auto& registry = expr::FunctionRegistry::instance();
  std::vector<const Signature*> scalars, aggregates, tables, operators;
  for (const Candidate& candidate : registry.all_functions()) {
    (candidate.scalar != nullptr      ? scalars
     : candidate.aggregate != nullptr ? aggregates
                                      : tables)
        .push_back(candidate.signature);
  }
  for (const Candidate& candidate : registry.all_operators()) operators.push_back(candidate.signature);
  std::printf(
      "# Functions and operators\n\n"
      "Names, types, results and errors are PostgreSQL 15's; this page is made from the tables that the server looks\n"
      "its functions up in (`tests/functions_manual/run --update`), and every example is run by the tests. A function\n"
      "that is neither stable nor volatile gives the same result for the same arguments for ever; a stable one hangs "
      "on\n"
      "the session or on the clock of the statement as well.\n");
  print("Operators", "Comparison (`=`, `<`, ...) is there for every type that has an order.", operators);
  print("Functions",
        "`AT TIME ZONE`, `EXTRACT`, `OVERLAY`, `POSITION`, `SUBSTRING`, `TRIM` and the like are written as in SQL.",
        scalars);
  print("Aggregates", "With `DISTINCT` and `FILTER`, kept incrementally under inserts and deletes.", aggregates);
  print("Functions that give rows", "They stand in `FROM`.", tables);
  std::printf("\n## Casts\n\n| From | To | Without being asked | Example |\n|---|---|---|---|\n");
  for (const expr::Cast& cast : registry.all_casts()) {
    const char* context = cast.context == expr::CastContext::kImplicit     ? "yes"
                          : cast.context == expr::CastContext::kAssignment ? "in an assignment"
                                                                           : "no";
    const std::string example = cast.function == nullptr ? "" : cast.function->example;
    std::printf("| %s | %s | %s | %s |\n", cell(type_of(cast.source).to_string()).c_str(),
                cell(type_of(cast.target).to_string()).c_str(), context, code(example).c_str());
  }
}

}  // namespace
}  // namespace millrace

int main() { millrace::run(); }
