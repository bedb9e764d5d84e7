// Does every function agree with PostgreSQL? Driven by the function tables: a row that is added is compared over
// a grid of argument values, NULL and boundaries among them, in its value or its SQLSTATE.
//
// usage: POSTGRES_URL=... functions_agreement [--function NAME] [--rows N] [--seed N] [--missing]
// --missing lists instead what PostgreSQL has for our types and the tables have not.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <set>

#include "base/rng.h"
#include "expr/function_registry.h"
#include "tests/functions_agreement/argument_values.h"
#include "tests/functions_agreement/known_differences.h"
#include "tests/types_agreement/referee.h"
#include "types/time_zone.h"
#include "types/value.h"

namespace millrace {
namespace {

using expr::FunctionKind;
using expr::ScalarFunction;
using Row = std::vector<const std::string*>;  // argument texts, null for NULL

struct Settings {
  std::string only;
  uint64_t seed = 1;
  size_t rows = 400;  // of each function, at most
  bool missing = false;
};

struct Tally {
  int functions = 0, calls = 0, known = 0, failed = 0;
  std::map<std::string, int> not_compared;  // by reason
};

// The whole product of the parameters' values where it is small enough, else rows picked from it.
std::vector<Row> grid(const ScalarFunction& function, const Settings& settings) {
  std::vector<std::vector<const std::string*>> lists;
  size_t product = 1;
  for (size_t i = 0; i < function.arguments.size(); ++i) {
    std::vector<const std::string*> list{nullptr};
    for (const std::string& text : argument_values(function, i)) list.push_back(&text);
    if (list.size() == 1) return {};
    product = std::min<size_t>(product * list.size(), 1'000'000);
    lists.push_back(std::move(list));
  }
  std::vector<Row> rows;
  SplitMix64 random(settings.seed * 1000003 + function.oid);
  const bool whole = product <= settings.rows;
  for (size_t n = 0; n < (whole ? product : settings.rows); ++n) {
    Row row;
    size_t rest = n;
    for (const auto& list : lists) {
      if (whole) {
        row.push_back(list[rest % list.size()]);
        rest /= list.size();
      } else {
        // NULL is only one case: most rows have none.
        row.push_back(random.below(30) == 0 ? nullptr : list[1 + random.below(list.size() - 1)]);
      }
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

std::string call_text(const ScalarFunction& function, const Row& row) {
  std::string text = function.to_string() + " of";
  for (const std::string* argument : row) text += argument == nullptr ? " NULL" : " '" + *argument + "'";
  return text;
}

// Rows whose arguments our types take. That one takes a value of argument_values.cc no more is a failure.
std::vector<Row> readable(const ScalarFunction& function, std::vector<Row> rows, const TextContext& context,
                          Tally& tally) {
  std::set<std::pair<size_t, const std::string*>> refused;
  std::erase_if(rows, [&](const Row& row) {
    for (size_t i = 0; i < row.size(); ++i) {
      if (row[i] == nullptr) continue;
      const auto value = Value::parse(type_of(function.arguments[i]), *row[i], context);
      if (value) continue;
      if (refused.emplace(i, row[i]).second) {
        ++tally.failed;
        std::printf("%s: the value '%s' is none: %s\n", function.to_string().c_str(), row[i]->c_str(),
                    value.error().message().c_str());
      }
      return true;
    }
    return false;
  });
  return rows;
}

std::vector<std::string> our_answers(const ScalarFunction& function, const std::vector<Row>& rows,
                                     const expr::EvalContext& context) {
  std::vector<ColumnPtr> arguments;
  for (size_t i = 0; i < function.arguments.size(); ++i) {
    ColumnBuilder builder(type_of(function.arguments[i]));
    for (const Row& row : rows) {
      if (row[i] == nullptr) {
        builder.append_null();
      } else {
        builder.append_slot(Value::parse(builder.type(), *row[i], context.text)->slot());
      }
    }
    arguments.push_back(builder.finish());
  }
  const SqlType result = type_of(function.result);
  ColumnBuilder out(result);
  expr::ErrorSink errors;
  expr::CallState state;
  function.kernel({context, arguments, rows.size(), result, errors, state}, out);
  const ColumnPtr column = out.finish();
  std::vector<std::string> answers;
  for (size_t row = 0; row < rows.size(); ++row) {
    std::string& text = answers.emplace_back();
    if (column->is_null(row)) {
      text = "NULL";
    } else {
      result.info().format(column->slot(row), result, context.text, text);
    }
  }
  for (const auto& error : errors.take()) answers[error.row] = "error " + std::string(error.error.state().str());
  return answers;
}

std::string quoted(const std::string& name) { return "pg_catalog.\"" + name + "\""; }

std::vector<std::string> their_answers(const ScalarFunction& function, const std::vector<Row>& rows, Referee& referee) {
  // NULL stands in the statement: the referee's parameters have none.
  std::vector<std::string> answers(rows.size());
  std::map<std::vector<bool>, std::vector<size_t>> by_nulls;
  for (size_t n = 0; n < rows.size(); ++n) {
    std::vector<bool> nulls;
    for (const std::string* argument : rows[n]) nulls.push_back(argument == nullptr);
    by_nulls[nulls].push_back(n);
  }
  for (const auto& [nulls, members] : by_nulls) {
    std::vector<std::string> terms;
    std::vector<uint32_t> types;
    for (size_t i = 0; i < nulls.size(); ++i) {
      const uint32_t argument = function.arguments[i];
      // "character" alone would be character(1).
      const std::string type = "::" + (argument == oid::kBpchar ? "bpchar" : type_of(argument).to_string());
      if (nulls[i]) {
        terms.push_back("NULL" + type);
      } else {
        types.push_back(function.arguments[i]);
        terms.push_back("$" + std::to_string(types.size()) + type);
      }
    }
    std::string sql = "SELECT ";
    if (function.kind == FunctionKind::kOperator) {
      const std::string symbol = " OPERATOR(pg_catalog." + function.name + ") ";
      sql += terms.size() == 1 ? symbol + terms[0] : terms[0] + symbol + terms[1];
    } else {
      sql += quoted(function.name) + "(";
      for (size_t i = 0; i < terms.size(); ++i) sql += (i == 0 ? "" : ", ") + terms[i];
      sql += ")";
    }
    std::vector<std::vector<Parameter>> parameters;
    for (const size_t n : members) {
      std::vector<Parameter>& row = parameters.emplace_back();
      for (const std::string* argument : rows[n]) {
        if (argument != nullptr) row.push_back({*argument});
      }
    }
    const std::vector<Answer> given = referee.ask_all(sql, types, parameters);
    for (size_t i = 0; i < members.size(); ++i) {
      const Answer& answer = given[i];
      answers[members[i]] = !answer.ok ? "error " + answer.state : answer.values[0] ? *answer.values[0] : "NULL";
    }
  }
  return answers;
}

void compare(const ScalarFunction& function, const Settings& settings, const expr::EvalContext& context,
             Referee& referee, Tally& tally) {
  if (const char* reason = why_not_compared(function); reason != nullptr) {
    ++tally.not_compared[reason];
    return;
  }
  const std::vector<Row> rows = readable(function, grid(function, settings), context.text, tally);
  if (rows.empty()) {
    ++tally.not_compared["no values for a polymorphic parameter"];
    return;
  }
  ++tally.functions;
  const std::vector<std::string> ours = our_answers(function, rows, context);
  const std::vector<std::string> theirs = their_answers(function, rows, referee);
  int shown = 0;
  for (size_t n = 0; n < rows.size(); ++n) {
    ++tally.calls;
    if (ours[n] == theirs[n]) continue;
    const std::string call = call_text(function, rows[n]);
    if (why_different(function, call, ours[n], theirs[n]) != nullptr) {
      ++tally.known;
      continue;
    }
    ++tally.failed;
    if (++shown <= 6) std::printf("%s: %s, PostgreSQL: %s\n", call.c_str(), ours[n].c_str(), theirs[n].c_str());
  }
  if (shown > 6) std::printf("%s: %d differences in all\n", function.to_string().c_str(), shown);
}

// Prints what PostgreSQL's tables have, over our types alone, and ours have not.
void list_missing(Referee& referee) {
  std::set<std::string> ours;
  for (const expr::Candidate& candidate : expr::FunctionRegistry::instance().all_functions()) {
    std::string key = candidate.signature->name + "(";
    for (const uint32_t argument : candidate.signature->arguments) key += std::to_string(argument) + ",";
    ours.insert(key);
  }
  std::string known_types;
  for (const TypeInfo* info : all_types()) known_types += (known_types.empty() ? "" : ",") + std::to_string(info->oid);
  const Answer list = referee.ask(
      "SELECT string_agg(proname || '(' || array_to_string(proargtypes::oid[], ',') || ',|' || "
      "oid::regprocedure, E'\\n' ORDER BY proname) FROM pg_proc WHERE pronamespace = 11 AND prokind IN ('f', 'a') AND "
      "proargtypes::oid[] <@ ARRAY[" +
      known_types + "]::oid[] AND prorettype IN (" + known_types + ")");
  std::string rest = list.values[0].value_or("");
  while (!rest.empty()) {
    const std::string line = rest.substr(0, rest.find('\n'));
    rest.erase(0, line.size() + 1);
    std::string key = line.substr(0, line.find('|'));
    if (key.ends_with("(,")) key.pop_back();
    if (!ours.contains(key)) std::printf("%s\n", line.substr(line.find('|') + 1).c_str());
  }
}

int run(const Settings& settings) {
  const char* url = std::getenv("POSTGRES_URL");
  Referee referee(url == nullptr ? "" : url);
  referee.must("SET timezone = 'Europe/Berlin'; SET datestyle = 'ISO, MDY'; SET intervalstyle = postgres");
  if (settings.missing) {
    list_missing(referee);
    return 0;
  }
  expr::EvalContext context;
  context.text.time_zone = find_time_zone("Europe/Berlin");
  context.time_zone_name = "Europe/Berlin";
  context.text.now = {std::stoll(*referee.ask("SELECT (extract(epoch FROM now()) * 1000000)::int8").values[0])};
  context.statement_start = context.clock = context.text.now;
  Tally tally;
  const auto& registry = expr::FunctionRegistry::instance();
  for (const auto candidates : {registry.all_functions(), registry.all_operators()}) {
    for (const expr::Candidate& candidate : candidates) {
      if (candidate.scalar == nullptr) continue;
      if (!settings.only.empty() && candidate.signature->name != settings.only) continue;
      compare(*candidate.scalar, settings, context, referee, tally);
    }
  }
  for (const auto& [reason, count] : tally.not_compared) std::printf("not compared, %s: %d\n", reason.c_str(), count);
  std::printf("%d functions, %d calls, %d known differences, %d failed\n", tally.functions, tally.calls, tally.known,
              tally.failed);
  return tally.failed == 0 ? 0 : 1;
}

}  // namespace
}  // namespace millrace

int main(int count, char** arguments) {
  millrace::Settings settings;
  for (int i = 1; i < count; ++i) {
    if (std::strcmp(arguments[i], "--missing") == 0) settings.missing = true;
    if (i + 1 == count) break;
    if (std::strcmp(arguments[i], "--function") == 0) settings.only = arguments[i + 1];
    if (std::strcmp(arguments[i], "--rows") == 0) settings.rows = std::strtoul(arguments[i + 1], nullptr, 10);
    if (std::strcmp(arguments[i], "--seed") == 0) settings.seed = std::strtoull(arguments[i + 1], nullptr, 10);
  }
  return millrace::run(settings);
}
